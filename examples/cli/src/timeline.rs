//! What happened when, for a reader or for a machine.

// A command line's output is its job.
#![allow(clippy::print_stdout)]

use std::fmt::Display;
use std::time::{Duration, Instant};

use serde::Serialize;

/// How the timeline is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line of text for each thing.
    Text,
    /// A JSON object for each thing.
    Json,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Scene {
        at_ms: u128,
        title: &'a str,
    },
    Note {
        at_ms: u128,
        scene: &'a str,
        text: &'a str,
    },
    Expectation {
        at_ms: u128,
        scene: &'a str,
        text: &'a str,
        held: bool,
        measured: &'a str,
    },
    Summary {
        at_ms: u128,
        passed: usize,
        failed: usize,
        failures: &'a [String],
    },
}

/// Collects what was expected and writes what happened, with milliseconds since the start.
pub struct Timeline {
    start: Instant,
    format: Format,
    scene: String,
    passed: usize,
    failures: Vec<String>,
}

impl Timeline {
    /// Starts the clock.
    pub fn start(format: Format) -> Self {
        Self {
            start: Instant::now(),
            format,
            scene: String::new(),
            passed: 0,
            failures: Vec::new(),
        }
    }

    /// Opens a scene.
    pub fn scene(&mut self, title: &str) {
        self.scene = title.to_owned();
        self.write(&Line::Scene {
            at_ms: self.at(),
            title,
        });
    }

    /// Tells something that happened.
    pub fn note(&mut self, text: impl Display) {
        let text = text.to_string();
        self.write(&Line::Note {
            at_ms: self.at(),
            scene: &self.scene,
            text: &text,
        });
    }

    /// Tells what was expected, whether it held, and what was measured.
    pub fn expect(&mut self, text: &str, held: bool, measured: impl Display) {
        let measured = measured.to_string();
        if held {
            self.passed += 1;
        } else {
            self.failures.push(format!("{}: {text} ({measured})", self.scene));
        }
        self.write(&Line::Expectation {
            at_ms: self.at(),
            scene: &self.scene,
            text,
            held,
            measured: &measured,
        });
    }

    /// Expects an `Ok`, and hands its value on.
    pub fn expect_ok<T, E: Display>(&mut self, text: &str, outcome: Result<T, E>) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.expect(text, true, "ok");
                Some(value)
            }
            Err(error) => {
                self.expect(text, false, error);
                None
            }
        }
    }

    /// Writes the sum; `true` when every expectation held.
    pub fn finish(&self) -> bool {
        let (passed, failed) = (self.passed, self.failures.len());
        self.write(&Line::Summary {
            at_ms: self.at(),
            passed,
            failed,
            failures: &self.failures,
        });
        failed == 0 && passed > 0
    }

    /// How long it took so far.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn at(&self) -> u128 {
        self.start.elapsed().as_millis()
    }

    fn write(&self, line: &Line<'_>) {
        match self.format {
            Format::Text => write_text(line),
            Format::Json => println!("{}", serde_json::to_string(line).unwrap_or_default()),
        }
    }
}

fn write_text(line: &Line<'_>) {
    match line {
        Line::Scene { title, .. } => println!("\n── {title}"),
        Line::Note { at_ms, text, .. } => println!("{at_ms:>7} ms    {text}"),
        Line::Expectation {
            at_ms,
            text,
            held,
            measured,
            ..
        } => {
            let mark = if *held { "✓" } else { "✗" };
            println!("{at_ms:>7} ms  {mark} {text}: {measured}");
        }
        Line::Summary {
            at_ms,
            passed,
            failed,
            failures,
        } => {
            println!("\n{at_ms:>7} ms  every scene played");
            for failure in *failures {
                println!("            ✗ {failure}");
            }
            println!("\n{passed} passed, {failed} failed");
        }
    }
}
