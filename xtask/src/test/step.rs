//! One step: a command whose output is shown as it comes, and counted.

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::count::{Count, failed_test};
use crate::say;

/// With more failures than these, something is wrong that no second run will mend.
const MOST_RUN_AGAIN: usize = 3;

/// A command to run.
pub(super) struct Step {
    pub(super) name: &'static str,
    program: OsString,
    arguments: Vec<String>,
    folder: PathBuf,
    environment: Vec<(&'static str, OsString)>,
    has_second_run: bool,
}

/// How a step went. A step that runs no test runner counts as one.
pub(super) struct Outcome {
    name: &'static str,
    pub(super) passed: usize,
    pub(super) failed: usize,
    /// Tests that passed only when they were run again.
    pub(super) unstable: Vec<String>,
    took: Duration,
}

/// What was read of a run's output.
#[derive(Default)]
struct Seen {
    count: Count,
    failed: Vec<String>,
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
            has_second_run: false,
        }
    }

    /// Runs cargo's tests that failed once more, by themselves: see `docs/decisions/0055-unstable-tests.md`.
    pub(super) fn second_run(mut self) -> Self {
        self.has_second_run = true;
        self
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
        let Some((mut succeeded, mut seen)) = self.once(&[]) else {
            return Outcome::single(self.name, false, started.elapsed());
        };
        let mut unstable = Vec::new();
        if self.has_second_run && (1..=MOST_RUN_AGAIN).contains(&seen.failed.len()) {
            say(&format!("again, by themselves: {}", seen.failed.join(", ")));
            let names = seen.failed.iter().map(String::as_str);
            let again = ["--", "--exact"].into_iter().chain(names).collect::<Vec<_>>();
            if let Some((passes, second)) = self.once(&again)
                && passes
                && second.count.passed == seen.count.failed
            {
                succeeded = true;
                seen.count.passed += second.count.passed;
                seen.count.failed = 0;
                unstable = seen.failed;
            }
        }
        let count = seen.count;
        if count.ignored > 0 {
            say(&format!("{} tests were skipped", count.ignored));
        }
        let failed = count.failed + count.ignored;
        if count.passed + failed == 0 {
            return Outcome::single(self.name, succeeded, started.elapsed());
        }
        Outcome {
            name: self.name,
            passed: count.passed,
            failed: if succeeded { failed } else { failed.max(1) },
            unstable,
            took: started.elapsed(),
        }
    }

    /// Whether the command succeeded, and what it said; none where it can't be run.
    fn once(&self, more: &[&str]) -> Option<(bool, Seen)> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(more)
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
                let program = self.program.to_string_lossy();
                say(&format!("{program} can't be run: {error}"));
                return None;
            }
        };
        let mut seen = Seen::default();
        for reader in [child.stdout.take().map(show), child.stderr.take().map(show)] {
            if let Some(part) = reader.and_then(|reader| reader.join().ok()) {
                seen.count = [seen.count, part.count].into_iter().sum();
                seen.failed.extend(part.failed);
            }
        }
        Some((child.wait().is_ok_and(|status| status.success()), seen))
    }
}

impl Outcome {
    pub(super) fn single(name: &'static str, succeeded: bool, took: Duration) -> Self {
        Self {
            name,
            passed: usize::from(succeeded),
            failed: usize::from(!succeeded),
            unstable: Vec::new(),
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

fn show(output: impl Read + Send + 'static) -> thread::JoinHandle<Seen> {
    thread::spawn(move || {
        let mut seen = Seen::default();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            say(&line);
            seen.count = [seen.count, Count::of(&line)].into_iter().sum();
            seen.failed.extend(failed_test(&line).map(str::to_owned));
        }
        seen
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A runner whose tests `a` and `b` fail, and of which the second run passes so many.
    fn runner(passing_again: usize) -> Step {
        let failing = 2 - passing_again;
        let script = format!(
            "if [ $# -gt 0 ]; then \
               echo 'test result: x. {passing_again} passed; {failing} failed; 0 ignored'; exit {failing}; fi; \
             echo 'test a ... FAILED'; echo 'test b ... FAILED'; \
             echo 'test result: FAILED. 5 passed; 2 failed; 0 ignored'; exit 1"
        );
        Step::new("runner", "sh").arguments(&["-c", &script, "sh"])
    }

    #[test]
    fn what_passes_when_it_is_run_again_is_passed_and_named() {
        let outcome = runner(2).second_run().run();
        assert_eq!((outcome.passed, outcome.failed), (7, 0));
        assert_eq!(outcome.unstable, ["a", "b"]);
    }

    #[test]
    fn what_fails_again_has_failed() {
        let outcome = runner(1).second_run().run();
        assert_eq!((outcome.passed, outcome.failed), (5, 2));
        assert!(outcome.unstable.is_empty());
    }

    #[test]
    fn a_step_without_a_second_run_has_one() {
        let outcome = runner(2).run();
        assert_eq!((outcome.passed, outcome.failed), (5, 2));
    }
}
