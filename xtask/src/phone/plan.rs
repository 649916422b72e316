//! What a build for phones needs, and the commands that it is.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// The library as an app has it: the bindings over LiveKit's Rust SDK.
pub(crate) const LIBRARY: [&str; 5] = [
    "--package",
    "ipelya-bindings",
    "--no-default-features",
    "--features",
    "native",
];
const PROFILE: [&str; 3] = ["--locked", "--profile", "phone"];

/// Something that has to be on the machine.
pub(super) struct Need {
    /// What is run to see whether it is there.
    pub probe: &'static [&'static str],
    /// How to get it.
    pub remedy: &'static str,
}

/// One command, run at the repository's root.
pub(super) struct Step {
    pub program: &'static str,
    pub arguments: Vec<String>,
    pub environment: Vec<(&'static str, String)>,
}

/// A build.
pub(super) struct Plan {
    pub needs: Vec<Need>,
    pub steps: Vec<Step>,
}

impl Step {
    pub(super) fn new<const N: usize>(program: &'static str, arguments: [&str; N]) -> Self {
        Self {
            program,
            arguments: arguments.map(str::to_owned).to_vec(),
            environment: Vec::new(),
        }
    }

    /// Of that library, as it is shipped.
    pub(super) fn of_the_library(self) -> Self {
        self.with(LIBRARY.into_iter().chain(PROFILE).map(str::to_owned))
    }

    pub(super) fn with(mut self, arguments: impl IntoIterator<Item = String>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    pub(super) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// As one would type it.
    pub(super) fn line(&self) -> String {
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={}", quoted(value)));
        let command = std::iter::once(self.program.to_owned());
        let arguments = self.arguments.iter().map(|argument| quoted(argument));
        let words: Vec<_> = environment.chain(command).chain(arguments).collect();
        words.join(" ")
    }

    pub(super) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(folder);
        command
    }
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '"', '$', '*']) {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

impl Plan {
    /// Every command.
    pub(super) fn lines(&self) -> Vec<String> {
        self.steps.iter().map(Step::line).collect()
    }

    /// Says everything that is missing at once.
    pub(super) fn needs_met(&self) -> Result<()> {
        let missing: Vec<_> = self
            .needs
            .iter()
            .filter(|need| !is_there(need.probe))
            .map(|need| format!("- {}", need.remedy))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        bail!("this machine can't build for that phone:\n{}", missing.join("\n"))
    }
}

fn is_there(probe: &[&str]) -> bool {
    let Some((program, arguments)) = probe.split_first() else {
        return true;
    };
    let run = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|status| status.success())
}
