//! One step: a command whose output is shown as it comes, and counted.

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::count::Count;
use crate::say;

/// A command to run.
pub(super) struct Step {
    pub(super) name: &'static str,
    program: OsString,
    arguments: Vec<String>,
    folder: PathBuf,
    environment: Vec<(&'static str, OsString)>,
}

/// How a step went. A step that runs no test runner counts as one.
pub(super) struct Outcome {
    name: &'static str,
    pub(super) passed: usize,
    pub(super) failed: usize,
    took: Duration,
}

impl Step {
    pub(super) fn new(name: &'static str, program: impl Into<OsString>) -> Self {
        let program = program.into();
        Self {
            name,
            program,
            arguments: Vec::new(),
            folder: PathBuf::from("."),
            environment: Vec::new(),
        }
    }

    pub(super) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    pub(super) fn folder(mut self, folder: &Path) -> Self {
        self.folder = folder.to_owned();
        self
    }

    pub(super) fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    pub(super) fn run(&self) -> Outcome {
        let started = Instant::now();
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .current_dir(&self.folder)
            .envs(self.environment.iter().cloned());
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) => {
                say(&format!(
                    "{} can't be run: {error}",
                    self.program.to_string_lossy()
                ));
                return Outcome::single(self.name, false, started.elapsed());
            }
        };
        let readers = [child.stdout.take().map(show), child.stderr.take().map(show)];
        let count: Count = readers
            .into_iter()
            .flatten()
            .filter_map(|reader| reader.join().ok())
            .sum();
        let succeeded = child.wait().is_ok_and(|status| status.success());
        if count.ignored > 0 {
            say(&format!("{} tests were skipped", count.ignored));
        }
        let failed = count.failed + count.ignored;
        if count.passed + failed == 0 {
            return Outcome::single(self.name, succeeded, started.elapsed());
        }
        let failed = if succeeded { failed } else { failed.max(1) };
        Outcome {
            name: self.name,
            passed: count.passed,
            failed,
            took: started.elapsed(),
        }
    }
}

impl Outcome {
    pub(super) fn single(name: &'static str, succeeded: bool, took: Duration) -> Self {
        Self {
            name,
            passed: usize::from(succeeded),
            failed: usize::from(!succeeded),
            took,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.failed == 0 { "ok" } else { "FAILED" };
        let (name, passed, failed) = (self.name, self.passed, self.failed);
        write!(
            f,
            "{name:<32} {mark:<7} {passed:>5} passed {failed:>3} failed {:>7.1} s",
            self.took.as_secs_f64()
        )
    }
}

fn show(output: impl Read + Send + 'static) -> thread::JoinHandle<Count> {
    thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        lines.inspect(|line| say(line)).map(|line| Count::of(&line)).sum()
    })
}
