use std::path::PathBuf;

use anyhow::{Result, bail};

/// A program that must be on the machine before the setup can run.
struct Prerequisite {
    program: &'static str,
    purpose: &'static str,
    debian: &'static str,
    macos: &'static str,
}

const PREREQUISITES: [Prerequisite; 5] = [
    Prerequisite {
        program: "cargo",
        purpose: "builds this repository",
        debian: "apt-get install -y rustup && rustup toolchain install stable",
        macos: "brew install rustup && rustup toolchain install stable",
    },
    Prerequisite {
        program: "go",
        purpose: "builds the LiveKit server",
        debian: "apt-get install -y golang-go  (1.21 or newer)",
        macos: "brew install go",
    },
    Prerequisite {
        program: "node",
        purpose: "runs the official JavaScript clients in the tests",
        debian: "apt-get install -y nodejs  (20 or newer)",
        macos: "brew install node",
    },
    Prerequisite {
        program: "npm",
        purpose: "brings PostgreSQL, PostgREST, Deno and the JavaScript clients",
        debian: "apt-get install -y npm",
        macos: "brew install node",
    },
    Prerequisite {
        program: "python3",
        purpose: "brings LiveKit's client library (with pip)",
        debian: "apt-get install -y python3 python3-pip",
        macos: "brew install python",
    },
];

/// Fails with one line per missing program.
pub(super) fn check() -> Result<()> {
    let missing = missing_from(|program| find(program).is_some());
    if missing.is_empty() {
        return Ok(());
    }
    bail!("missing on this machine:\n{}", missing.join("\n"));
}

/// Fails when `python3` is there without pip, which some systems package apart.
pub(super) fn check_pip() -> Result<()> {
    let found = std::process::Command::new("python3")
        .args(["-m", "pip", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        let command = if cfg!(target_os = "macos") {
            "python3 -m ensurepip"
        } else {
            "apt-get install -y python3-pip"
        };
        bail!("missing on this machine:\n  pip: brings LiveKit's client library; install it with: {command}");
    }
    Ok(())
}

fn missing_from(is_there: impl Fn(&str) -> bool) -> Vec<String> {
    PREREQUISITES
        .iter()
        .filter(|needed| !is_there(needed.program))
        .map(|needed| {
            let command = if cfg!(target_os = "macos") {
                needed.macos
            } else {
                needed.debian
            };
            format!(
                "  {}: {}; install it with: {command}",
                needed.program, needed.purpose
            )
        })
        .collect()
}

fn find(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_named_at_once_with_its_command() {
        let lines = missing_from(|program| program == "cargo");
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.contains("install it with: ")));
    }

    #[test]
    fn a_program_on_the_path_is_found() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-anywhere").is_none());
    }
}
