//! iOS: an XCFramework for devices and simulators, and what calls it.

use super::plan::{Need, Plan, Step};

const DEVICE: &str = "aarch64-apple-ios";
/// One library for both kinds of Mac.
const SIMULATORS: [&str; 2] = ["aarch64-apple-ios-sim", "x86_64-apple-ios"];
/// Where bindings/swift/Package.swift looks for it: a package has nothing outside of its folder.
const FRAMEWORK: &str = "bindings/swift/IpelyaLiveFFI.xcframework";
const SIMULATOR_LIBRARY: &str = "target/phone/simulator/libipelya.a";
const HEADERS: &str = "bindings/swift/Sources/IpelyaLiveFFI";

fn library(target: &str) -> String {
    format!("target/{target}/phone/libipelya.a")
}

pub(super) fn plan() -> Plan {
    let builds = [DEVICE]
        .into_iter()
        .chain(SIMULATORS)
        .map(|target| Step::new("cargo", ["build", "--target", target]).of_the_library());
    let join = Step::new("lipo", ["-create", "-output", SIMULATOR_LIBRARY]).with(SIMULATORS.map(library));
    let package = Step::new("xcodebuild", ["-create-xcframework"]).with(
        [
            "-library",
            &library(DEVICE),
            "-headers",
            HEADERS,
            "-library",
            SIMULATOR_LIBRARY,
            "-headers",
            HEADERS,
            "-output",
            FRAMEWORK,
        ]
        .map(str::to_owned),
    );
    let steps = [Step::new("cargo", ["xtask", "bindings", "swift"])]
        .into_iter()
        .chain(builds)
        .chain([
            Step::new("rm", ["-rf", "target/phone", FRAMEWORK]),
            Step::new("mkdir", ["-p", "target/phone/simulator"]),
            join,
            package,
        ]);
    Plan {
        needs: vec![
            Need {
                probe: &["xcodebuild", "-version"],
                remedy: "Xcode 16 or newer, on a Mac",
            },
            Need {
                probe: &[
                    "sh",
                    "-c",
                    "rustup target list --installed | grep -q aarch64-apple-ios",
                ],
                remedy: "Rust's targets: `rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios`",
            },
        ],
        steps: steps.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_and_simulators_are_built_and_packed() {
        let lines = plan().lines();
        for target in [DEVICE].into_iter().chain(SIMULATORS) {
            assert!(
                lines
                    .iter()
                    .any(|line| line.contains(&format!("--target {target}"))),
                "{lines:?}"
            );
        }
        let packed = lines.last().expect("a last step");
        assert!(packed.contains(&library(DEVICE)), "{packed}");
        assert!(packed.contains(SIMULATOR_LIBRARY), "{packed}");
        assert_eq!(packed.matches(HEADERS).count(), 2, "{packed}");
    }

    #[test]
    fn it_lies_where_the_swift_package_looks_for_it() {
        let package = include_str!("../../../bindings/swift/Package.swift");
        let name = FRAMEWORK.trim_start_matches("bindings/swift/");
        assert!(package.contains(&format!("\"{name}\"")), "{name}");
    }

    #[test]
    fn what_is_packed_was_made_before() {
        let lines = plan().lines();
        let at = |part: &str| lines.iter().position(|line| line.contains(part)).expect(part);
        assert!(at("bindings swift") < at("-create-xcframework"));
        assert!(at("mkdir") < at("lipo"));
        assert!(at("lipo") < at("-create-xcframework"));
    }

    #[test]
    fn a_machine_that_is_no_mac_says_what_is_missing() {
        if cfg!(target_os = "macos") {
            return;
        }
        let error = plan().needs_met().expect_err("no Xcode here");
        assert!(error.to_string().contains("Xcode 16"), "{error}");
    }
}
