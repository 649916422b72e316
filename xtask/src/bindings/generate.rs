//! Builds the library for this machine, and lets UniFFI write what calls it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Language, swift};
use crate::{repository, say};

/// What builds the library of a host, with what its tests need, and the generator: as their own tests have them, and of the whole
/// workspace, so that after the workspace's tests nothing is left to build.
const BUILD: [&str; 7] = [
    "test",
    "--workspace",
    "--no-run",
    "--test",
    "behaviour",
    "--test",
    "generator",
];

/// Where the library of this machine is built.
pub(super) fn library_folder() -> PathBuf {
    repository().join("target/debug/deps")
}

pub(super) fn run(language: Language) -> Result<()> {
    cargo(&BUILD)?;
    forget_other_builds()?;
    let (name, folder) = match language {
        Language::Kotlin => (
            "kotlin",
            repository().join("bindings/kotlin/src/generated/kotlin"),
        ),
        Language::Swift => ("swift", repository().join("target/bindings/swift")),
    };
    renew(&folder)?;
    let status = Command::new(repository().join("target/debug/ipelya-bindgen"))
        .args(["generate", "--no-format", "--language", name, "--out-dir"])
        .arg(&folder)
        .arg("--library")
        .arg(library_folder().join(library_name()))
        .current_dir(repository())
        .status()
        .context("the generator can't be run")?;
    ensure!(status.success(), "the generator failed");
    if language == Language::Swift {
        swift::package(&folder, &repository().join("bindings/swift/Sources"))?;
    }
    say(&format!("bindings/{name} is generated"));
    Ok(())
}

/// A library that another command left where cargo has programs look first would be taken for this one.
fn forget_other_builds() -> Result<()> {
    let other = repository().join("target/debug").join(library_name());
    match fs::remove_file(&other) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", other.display()))
        }
        _ => Ok(()),
    }
}

fn library_name() -> String {
    format!(
        "{}ipelya{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    )
}

/// Empties a folder, so that nothing stale is left in it.
pub(super) fn renew(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} can't be emptied", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(arguments)
        .current_dir(repository())
        .status()
        .context("cargo can't be run")?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}
