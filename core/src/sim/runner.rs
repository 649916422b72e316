//! Runs a script in virtual time, and names the seed when it fails.

use std::any::Any;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::{Sim, dice};

/// Longer than anything in the product lasts: a script that still waits then waits for what never comes.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);

/// Runs a script with that seed on a runtime of its own, whose clock is virtual.
///
/// # Panics
/// When the script panics, answers with an error, or still waits after six virtual hours; the message names the seed and
/// what was asked and done last.
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
            Ok(runtime) => runtime.block_on(async {
                let sim = Sim::new(seed);
                match tokio::time::timeout(LONGEST, script(sim.clone())).await {
                    Ok(outcome) => outcome.map_err(|error| format!("{error:?}")),
                    Err(_) => Err(format!(
                        "it waits for what never comes, after:\n{}",
                        last_of(&sim)
                    )),
                }
            }),
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

fn last_of(sim: &Sim) -> String {
    let trace = sim.trace();
    let from = trace.len().saturating_sub(20);
    trace.get(from..).unwrap_or_default().join("\n")
}

fn said(panicked: &(dyn Any + Send)) -> &str {
    panicked
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panicked.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
}
