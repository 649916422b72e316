use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use super::Installation;

/// Prometheus' checker of metrics and alert rules: of this machine, or the one that `cargo xtask test` unpacked; `None` where
/// there is none, and the test says that it was skipped.
///
/// # Errors
/// Under `CI=true`, where nothing is skipped.
pub fn promtool() -> Result<Option<PathBuf>> {
    let unpacked = Installation::locate().promtool();
    let found = [PathBuf::from("promtool"), unpacked].into_iter().find(answers);
    if found.is_none() && std::env::var_os("CI").is_some_and(|value| value == "true") {
        bail!("promtool is missing: install it, on Debian with `sudo apt-get install prometheus`");
    }
    Ok(found)
}

fn answers(program: &PathBuf) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}
