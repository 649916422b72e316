//! `cargo xtask bindings`: what Swift and Kotlin call, generated from the core, and its test suites.

pub(crate) mod bench;
mod call;
mod docs;
mod generate;
mod suite;
mod swift;

use anyhow::Result;
use clap::{Args, ValueEnum};

#[derive(Args)]
pub(crate) struct Arguments {
    what: What,
    /// Run the suite of that language, too, over a backend of its own
    #[arg(long)]
    test: bool,
    /// Make the documentation of that language's API, too
    #[arg(long)]
    docs: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Into bindings/kotlin
    Kotlin,
    /// Into bindings/swift
    Swift,
    /// Nothing new: a Kotlin process and a Swift process call each other, as both suites have built them
    Call,
}

/// A language that the core is called from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Kotlin,
    Swift,
}

pub(crate) use suite::swift_links;

/// Generates, and tests where that is asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let language = match arguments.what {
        What::Kotlin => Language::Kotlin,
        What::Swift => Language::Swift,
        What::Call => return call::run(),
    };
    if arguments.test && !suite::is_possible(language)? {
        return Ok(());
    }
    generate::run(language)?;
    if arguments.docs {
        docs::run(language)?;
    }
    if arguments.test {
        suite::run(language)?;
    }
    Ok(())
}
