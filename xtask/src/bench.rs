//! `cargo xtask bench`: the figures of docs/performance.md, measured anew.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{bindings, repository, setup};

/// The benches, by package and name.
const BENCHES: [(&str, &str); 3] = [
    ("ipelya-core", "hot"),
    ("ipelya-core", "actor"),
    ("ipelya-devstack", "backend"),
];

pub(crate) fn run() -> Result<()> {
    setup::run()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (package, bench) in BENCHES {
        let status = Command::new(&cargo)
            .args(["bench", "--package", package, "--bench", bench])
            .current_dir(repository())
            .status()
            .context("cannot run cargo")?;
        ensure!(status.success(), "{bench} failed");
    }
    bindings::bench::run()
}
