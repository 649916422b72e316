//! `cargo xtask test`: everything, in steps, with one summary at the end.

mod android;
mod app;
mod count;
mod expo;
mod ios;
mod step;
mod tools;

use anyhow::{Result, ensure};
use ipelya_devstack::install::Installation;

use crate::{generate, repository, say, setup};
use step::{Outcome, Step};

/// Runs every step, also after one has failed, and ends with `N passed, N failed`.
pub(crate) fn run() -> Result<()> {
    tools::ensure_chromium()?;
    setup::run()?;
    tools::ensure_promtool()?;
    let mut outcomes = vec![generated()];
    let phones = android::step()?.into_iter().chain(ios::step()?);
    let packages = expo::steps()?.into_iter().chain(app::steps()?);
    for step in steps().into_iter().chain(phones).chain(packages) {
        say(&format!("\n── {}", step.name));
        outcomes.push(step.run());
    }
    say("\n── summary");
    for outcome in &outcomes {
        say(&outcome.to_string());
    }
    for name in outcomes.iter().flat_map(|outcome| &outcome.unstable) {
        say(&format!(
            "unstable: {name} failed, and passed when it was run again by itself"
        ));
    }
    let passed: usize = outcomes.iter().map(|outcome| outcome.passed).sum();
    let failed: usize = outcomes.iter().map(|outcome| outcome.failed).sum();
    say(&format!("\n{passed} passed, {failed} failed"));
    ensure!(failed == 0, "{failed} failed");
    Ok(())
}

fn generated() -> Outcome {
    let started = std::time::Instant::now();
    let fresh = generate::check();
    if let Err(error) = &fresh {
        say(&format!("{error:#}"));
    }
    Outcome::single("generated files", fresh.is_ok(), started.elapsed())
}

fn steps() -> Vec<Step> {
    let functions = repository().join("supabase/functions");
    let deno = |name, arguments: &[&str]| {
        let installation = Installation::locate();
        Step::new(name, installation.deno())
            .arguments(arguments)
            .folder(&functions)
            .env("DENO_DIR", installation.deno_cache())
            .env("NO_COLOR", "1")
    };
    vec![
        cargo("formatting", &["fmt", "--all", "--check"]),
        cargo(
            "lints",
            &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
        ),
        // The build script of webrtc-sys downloads libwebrtc, which a type check doesn't need.
        cargo(
            "lints of the engine for phones",
            &[
                "clippy",
                "--package",
                "ipelya-core",
                "--package",
                "ipelya-bindings",
                "--no-default-features",
                "--features",
                "native",
                "--target-dir",
                "target/native",
                "--",
                "-D",
                "warnings",
            ],
        )
        .env("DOCS_RS", "1"),
        cargo("documentation", &["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
        deno("formatting of the functions", &["fmt", "--check"]),
        deno("lints of the functions", &["lint"]),
        deno("types of the functions", &["task", "check"]),
        deno("tests of the functions", &["task", "test"]),
        cargo("tests", &["test", "--workspace", "--no-fail-fast"]).second_run(),
        bindings("bindings: Kotlin", "kotlin"),
        bindings("bindings: Swift", "swift"),
        cargo("bindings: a call between both", &["xtask", "bindings", "call"]),
    ]
}

fn bindings(name: &'static str, language: &str) -> Step {
    cargo(name, &["xtask", "bindings", language, "--test"])
}

fn cargo(name: &'static str, arguments: &[&str]) -> Step {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Step::new(name, cargo)
        .arguments(arguments)
        .folder(&repository())
        .env("CARGO_TERM_COLOR", "never")
}
