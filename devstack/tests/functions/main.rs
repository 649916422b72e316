//! The functions' contract on the real stack: what is granted, what is refused, and what follows.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod access;
mod accounts;
mod bans;
mod broadcasts;
mod call_races;
mod call_upgrade;
mod calls;
mod chat;
mod devices;
mod gifts;
mod holder;
mod leaving;
mod ledger;
mod limits;
mod lock_order;
mod media;
mod metrics;
mod moderation;
mod outbox;
mod personas;
mod push;
mod races;
mod races_for_places;
mod reconciliation;
mod recordings;
mod replays;
mod safety;
mod sessions;
mod stage;
mod support;
mod sweeping;
mod topics;
mod tracks;
mod truth;
mod webhooks;

use ipelya_devstack::Pushes;
use support::World;

/// The stack that all tests here share; each test brings its own people.
async fn world() -> World {
    World::of(ipelya_devstack::shared_stack().await.unwrap().info()).await
}

/// The push services of that stack.
async fn pushes() -> Pushes {
    ipelya_devstack::shared_stack().await.unwrap().pushes()
}
