//! A backend and a media engine that exist in memory alone, in virtual time: for tests of apps, and of this crate.
//!
//! The real [`LiveClient`](crate::LiveClient) runs on them: the machines, the actors, the retries are those that ship. What is
//! simulated is the world around: people, sessions, calls, rooms, the network. It answers as the real backend does, with
//! the same error codes, and does what a script says: somebody joins, the network drops, the host ends, a call rings.
//!
//! Time is tokio's paused clock, so a minute of reconnecting takes a millisecond. Latencies and the client's jitter come
//! from the seed: the same seed gives the same [`Sim::trace`].
//!
//! ```
//! use std::time::Duration;
//! use ipelya_core::backend::NewSession;
//! use ipelya_core::session::{EndReason, State};
//! use ipelya_core::sim;
//!
//! sim::run(7, |sim| async move {
//!     let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
//!     let session = anna.goes_live(NewSession::broadcast("Evening"))?;
//!
//!     let client = bora.client().await?;
//!     let watching = client.join_session(session).await?;
//!     bora.loses_network_for(Duration::from_secs(5));
//!     watching.wait_for(|now| matches!(now.state, State::Reconnecting { .. })).await?;
//!     watching.wait_for(|now| now.state == State::Live).await?;
//!
//!     anna.ends(session)?;
//!     let over = watching.wait_for(|now| now.state.is_terminal()).await?;
//!     assert_eq!(over.state, State::Ended { reason: EndReason::HostEnded });
//!     client.close().await
//! });
//! ```

mod backend;
mod call_upgrade;
mod calls;
mod capture;
pub(crate) mod dice;
mod engine;
mod in_session;
mod model;
mod network;
mod on_air;
mod outage;
mod people;
mod person;
mod room;
mod runner;
mod sessions;
mod stage;
mod watching;
mod world;

pub use backend::SimBackend;
pub use capture::{Device, SimCapture};
pub use engine::SimEngine;
pub use network::{Fault, Operation};
pub use person::SimPerson;
pub use runner::{run, run_seeds};
pub use world::Sim;
