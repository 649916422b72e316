//! No language lags.

const LIST: &str = include_str!("../behaviour.md");

/// What begins a test in each language, and the sources of its suite.
const SUITES: [(&str, &[&str]); 3] = [
    (
        "fn ",
        &[
            include_str!("main.rs"),
            include_str!("surface.rs"),
            include_str!("hardships.rs"),
        ],
    ),
    (
        "fun ",
        &[
            include_str!("../../kotlin/src/test/kotlin/com/ipelya/live/BehaviourTest.kt"),
            include_str!("../../kotlin/src/test/kotlin/com/ipelya/live/SurfaceTest.kt"),
            include_str!("../../kotlin/src/test/kotlin/com/ipelya/live/HardshipTest.kt"),
        ],
    ),
    (
        "func test_",
        &[
            include_str!("../../swift/Tests/IpelyaLiveTests/BehaviourTests.swift"),
            include_str!("../../swift/Tests/IpelyaLiveTests/SurfaceTests.swift"),
            include_str!("../../swift/Tests/IpelyaLiveTests/HardshipTests.swift"),
        ],
    ),
];

fn listed() -> Vec<&'static str> {
    LIST.lines()
        .filter_map(|line| line.strip_prefix("- `")?.split('`').next())
        .collect()
}

#[test]
fn every_suite_has_every_behaviour() {
    assert!(listed().len() > 10, "the list was read");
    for name in listed() {
        for (function, suite) in SUITES {
            let test = format!("{function}{name}()");
            assert!(
                suite.iter().any(|source| source.contains(&test)),
                "{test} is missing"
            );
        }
    }
}

#[test]
fn every_test_of_a_suite_is_listed() {
    let (mark, swift) = SUITES[2];
    let tests = swift.iter().flat_map(|source| source.split(mark).skip(1));
    let names = tests.filter_map(|rest| rest.split('(').next());
    let unlisted: Vec<_> = names.filter(|name| !listed().contains(name)).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

/// The code blocks of that language in the page for mobile engineers.
fn shown(language: &str) -> Vec<String> {
    const PAGE: &str = include_str!("../../../docs/mobile-integration.md");
    let blocks = PAGE.split("```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.strip_prefix(language))
        .map(squeezed)
        .collect()
}

fn squeezed(code: &str) -> String {
    code.lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

#[test]
fn what_the_page_shows_is_compiled_with_the_suites() {
    let sources = [
        (
            "kotlin",
            include_str!("../../kotlin/src/test/kotlin/com/ipelya/live/GettingStarted.kt"),
        ),
        (
            "swift",
            include_str!("../../swift/Tests/IpelyaLiveTests/GettingStarted.swift"),
        ),
    ];
    for (language, source) in sources {
        assert!(shown(language).len() > 4, "{language} is shown");
        for block in shown(language) {
            assert!(
                squeezed(source).contains(&block),
                "this is not in the source:\n{block}"
            );
        }
    }
}
