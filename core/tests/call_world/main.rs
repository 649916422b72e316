//! Two people, their phones and the backend, over a network that delays, loses, doubles and reorders, with clocks that
//! are wrong and phones that crash: every state that this can lead to is visited, and the rules hold in each.
//!
//! Explored are the real machines, books and errands of `ipelya_core::call`. `IPELYA_MODEL=deep` lets more go wrong.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod actor;
mod agreement;
mod backend;
mod cast;
mod change;
mod device;
mod explore;
mod guards;
mod model;
mod mutations;
mod rooms;
mod rules;
mod setups;
mod shared;
mod steps;
mod world;

use explore::explore;
use setups::Setup;

fn is_deep() -> bool {
    std::env::var("IPELYA_MODEL").is_ok_and(|how| how == "deep")
}

fn keeps_every_rule(setup: Setup) {
    let found = explore(if is_deep() { setup.deep() } else { setup });
    if let Some((rule, way)) = found.violation {
        panic!("not so: {rule}\n{way}");
    }
    assert!(found.unseen.is_empty(), "never seen: {:?}", found.unseen);
}

#[test]
fn a_call_from_phone_to_phone() {
    keeps_every_rule(setups::ONE_PHONE);
}

#[test]
fn a_call_to_somebody_with_two_devices() {
    keeps_every_rule(setups::TWO_DEVICES);
}

#[test]
fn two_who_call_each_other() {
    keeps_every_rule(setups::GLARE);
}

#[test]
fn two_who_call_a_third() {
    keeps_every_rule(setups::THREE_PEOPLE);
}

#[test]
fn a_call_whose_phones_crash() {
    keeps_every_rule(setups::CRASHES);
}

#[test]
fn a_call_whose_room_fails() {
    keeps_every_rule(setups::BAD_ROOM);
}

#[test]
fn two_who_call_each_other_one_of_them_with_two_devices() {
    keeps_every_rule(setups::GLARE_TWO_DEVICES);
}

#[test]
fn two_taps_on_the_same_name() {
    keeps_every_rule(setups::TWO_TAPS);
}

/// The whole of it is by far the largest world: `IPELYA_MODEL=deep` explores it.
#[test]
fn a_call_after_a_call() {
    keeps_every_rule(if is_deep() {
        setups::REDIAL
    } else {
        setups::REDIAL_AFTER_NO
    });
}

#[test]
fn a_voice_call_that_becomes_a_video_call() {
    keeps_every_rule(setups::VIDEO);
}

#[test]
fn a_video_call_that_is_asked_for_again() {
    keeps_every_rule(setups::VIDEO_ASKED_AGAIN);
}
