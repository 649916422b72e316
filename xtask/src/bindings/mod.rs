//! `cargo xtask bindings`: what Swift and Kotlin call, generated from the core, and its test suites.

mod generate;
mod suite;
mod swift;

use anyhow::Result;
use clap::{Args, ValueEnum};

#[derive(Args)]
pub(crate) struct Arguments {
    language: Language,
    /// Run the suite of that language, too, over a backend of its own
    #[arg(long)]
    test: bool,
}

/// A language that the core is called from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Into bindings/kotlin
    Kotlin,
    /// Into bindings/swift
    Swift,
}

/// Generates, and tests where that is asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.test && !suite::is_possible(arguments.language)? {
        return Ok(());
    }
    generate::run(arguments.language)?;
    if arguments.test {
        suite::run(arguments.language)?;
    }
    Ok(())
}
