use std::cell::RefCell;
use std::panic::catch_unwind;
use std::time::Duration;

use ipelya_core::backend::NewSession;
use ipelya_core::session::State;
use ipelya_core::sim::{self, Sim};

use crate::Outcome;

/// What an eventful minute looks like with that seed.
fn eventful_minute(seed: u64) -> Vec<String> {
    let trace = RefCell::new(Vec::new());
    sim::run(seed, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let client = bora.client().await?;
        let watching = client.join_session(id).await?;
        bora.loses_network_for(Duration::from_secs(30));
        watching
            .wait_for(|now| matches!(now.state, State::Reconnecting { .. }))
            .await?;
        watching.wait_for(|now| now.state == State::Live).await?;
        client.close().await?;
        trace.replace(sim.trace());
        Ok(())
    });
    trace.into_inner()
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_one_another() {
    for seed in 0..10 {
        assert_eq!(eventful_minute(seed), eventful_minute(seed), "seed {seed}");
    }
    assert_ne!(eventful_minute(1), eventful_minute(2));
}

#[test]
fn a_failure_names_its_seed() {
    let failed = catch_unwind(|| sim::run(4711, async |_: Sim| -> Outcome { panic!("as it should") }));
    let message = failed.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(*message, "simulation with seed 4711: as it should");
}
