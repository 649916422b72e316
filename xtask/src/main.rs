//! This repository's commands.

mod app;
mod bench;
mod bindings;
mod demo;
mod faults;
mod generate;
mod mobile;
mod models;
mod npm;
mod phone;
mod setup;
mod stack;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ipelya_devstack::install::Installation;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "İpelya Live's commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install everything the stack needs, pinned, into .stack/
    Setup,
    /// Run the whole backend on free ports until Ctrl-C
    Stack(stack::Arguments),
    /// Play a broadcast, a paid one, an audio room and calls, and measure them
    Demo(demo::Arguments),
    /// Run everything that a merge must pass
    Test,
    /// Break servers, networks and processes under a live broadcast, long outages too (6 minutes)
    Faults,
    /// Explore the calls' worlds, the models and the races in their long form
    Models,
    /// Measure what docs/performance.md tells of
    Bench,
    /// Write what is generated from the core
    Generate(generate::Arguments),
    /// Generate what Kotlin or Swift calls, and test it
    Bindings(bindings::Arguments),
    /// Take pictures of every screen of the example app into docs/images/
    Screenshots,
    /// Type-check the library for both phones
    CheckMobile,
    /// Build the library for Android apps, into android/
    BuildAndroid(phone::Arguments),
    /// Build the library for iOS apps, into bindings/swift
    BuildIos(phone::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Setup => setup::run(),
        Command::Stack(arguments) => stack::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test => test::run(),
        Command::Faults => faults::run(),
        Command::Models => models::run(),
        Command::Bench => bench::run(),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Bindings(arguments) => bindings::run(&arguments),
        Command::Screenshots => app::screenshots(),
        Command::CheckMobile => mobile::run(),
        Command::BuildAndroid(arguments) => phone::run(phone::Phone::Android, &arguments),
        Command::BuildIos(arguments) => phone::run(phone::Phone::Ios, &arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes one line for people, apart from what machines read on standard output.
#[expect(clippy::print_stderr, reason = "a command talks to its user")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Installation::locate().repository().to_owned()
}
