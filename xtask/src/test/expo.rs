//! The npm package's types and tests: Jest runs its components and hooks, the hooks on the real core too, Expo's own `prebuild`
//! its config plugin, and Maven its native module.

use anyhow::Result;
use ipelya_devstack::install::Installation;

use super::step::Step;
use crate::{npm, repository};

/// The steps, after what they need is installed as the lock file says.
pub(super) fn steps() -> Result<Vec<Step>> {
    let package = repository().join("expo-module");
    npm::install(&package, "the Expo module")?;
    let step = |name, arguments: &[&str]| {
        Step::new(name, "npm")
            .arguments(arguments)
            .folder(&package)
            .env("NO_COLOR", "1")
    };
    // Expo's Android sources come from the package's `node_modules`.
    let android = Step::new("Expo module on Android", "mvn")
        .arguments(&[
            "--batch-mode",
            "--no-transfer-progress",
            "-Dstyle.color=never",
            "-Dmaven.wagon.http.retryHandler.count=5",
            "package",
        ])
        .folder(&package.join("android/maven"));
    let programs = repository().join("target/debug");
    Ok(vec![
        step("types of the Expo module", &["run", "check"]),
        step("tests of the Expo module", &["test", "--", "--ci"]),
        super::cargo(
            "programs for the hooks on the real core",
            &["build", "--package", "ipelya-bridge-host"],
        ),
        super::cargo(
            "stack for the hooks on the real core",
            &["build", "--package", "ipelya-devstack", "--example", "commanded"],
        ),
        step("hooks on the real core", &["run", "test:real", "--", "--ci"])
            .env("IPELYA_LIVEKIT_FFI", Installation::locate().livekit_ffi())
            .env("IPELYA_BRIDGE_HOST", programs.join("ipelya-bridge-host"))
            .env("IPELYA_COMMANDED_STACK", programs.join("examples/commanded")),
        android,
    ])
}
