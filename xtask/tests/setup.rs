//! `cargo xtask setup` on a machine where it ran before.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use ipelya_devstack::install::{Installation, StepEvent, setup};

/// What happened, without the waiting of one setup for another.
fn events() -> Vec<(String, StepEvent)> {
    let events = Mutex::new(Vec::new());
    let note = |step: &str, event| events.lock().unwrap().push((step.to_owned(), event));
    setup(&Installation::locate(), &note).unwrap();
    let mut events = events.into_inner().unwrap();
    events.retain(|(_, event)| *event != StepEvent::Waiting);
    events
}

#[test]
fn a_second_run_finds_everything_done_within_a_second() {
    events();
    let started = Instant::now();
    let second = events();
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(second.len(), 4, "{second:?}");
    assert!(
        second.iter().all(|(_, event)| *event == StepEvent::UpToDate),
        "{second:?}"
    );
}

#[test]
fn two_at_once_do_not_collide() {
    thread::scope(|scope| {
        let runs: Vec<_> = (0..2).map(|_| scope.spawn(events)).collect();
        for run in runs {
            let seen = run.join().unwrap();
            assert!(
                seen.iter()
                    .all(|(_, event)| !matches!(event, StepEvent::Failed(_))),
                "{seen:?}"
            );
        }
    });
}
