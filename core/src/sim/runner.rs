//! Runs a script in virtual time, and names the seed when it fails.

use std::any::Any;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Sim, dice};

/// Runs a script with that seed on a runtime of its own, whose clock is virtual.
///
/// # Panics
/// When the script panics or answers with an error; the message names the seed.
pub fn run<F, E>(seed: u64, script: impl FnOnce(Sim) -> F)
where
    F: Future<Output = Result<(), E>>,
    E: Debug,
{
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        let _dice = dice::seed(seed);
        match runtime {
            Ok(runtime) => runtime
                .block_on(async { script(Sim::new(seed)).await })
                .map_err(|error| format!("{error:?}")),
            Err(error) => Err(error.to_string()),
        }
    }));
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("simulation with seed {seed}: {error}"),
        Err(panicked) => panic!("simulation with seed {seed}: {}", said(&*panicked)),
    }
}

/// Runs a script once with each seed: what holds must hold under every latency.
///
/// # Panics
/// As [`run`].
pub fn run_seeds<F, E>(seeds: impl IntoIterator<Item = u64>, script: impl Fn(Sim) -> F)
where
    F: Future<Output = Result<(), E>>,
    E: Debug,
{
    for seed in seeds {
        run(seed, &script);
    }
}

fn said(panicked: &(dyn Any + Send)) -> &str {
    panicked
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panicked.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
}
