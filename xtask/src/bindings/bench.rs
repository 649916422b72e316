//! What Kotlin pays for the bindings: a part of `cargo xtask bench`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Language, generate, suite};
use crate::{repository, say};

/// The library as it is measured: optimised, with what the benches need.
const BUILD: [&str; 6] = [
    "build",
    "--release",
    "--package",
    "ipelya-bindings",
    "--features",
    "test-signal",
];

/// Builds, generates, and runs `Bench.kt`.
pub(crate) fn run() -> Result<()> {
    if !suite::is_possible(Language::Kotlin)? {
        return Ok(());
    }
    generate::run(Language::Kotlin)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    step(Command::new(cargo).args(BUILD).current_dir(repository()))?;
    let folder = repository().join("bindings/kotlin");
    let compile = ["-B", "-ntp", "-q", "process-test-classes"];
    step(Command::new("mvn").args(compile).current_dir(&folder))?;
    let libraries =
        fs::read_to_string(folder.join("target/classpath")).context("Maven wrote no classpath")?;
    let classpath = format!("target/classes:target/test-classes:{}", libraries.trim());
    say("\nbench of the bindings");
    step(
        Command::new("java")
            .arg(format!(
                "-Djna.library.path={}",
                repository().join("target/release").display()
            ))
            .args(["-cp", &classpath, "com.ipelya.live.BenchKt"])
            .current_dir(&folder),
    )
}

fn step(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("{program} can't be run"))?;
    ensure!(status.success(), "{program} failed");
    Ok(())
}
