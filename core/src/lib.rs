//! İpelya Live: live broadcasts, audio rooms and calls over LiveKit and Supabase.
//!
//! Dependencies point inward: [`domain`] knows nothing, the machines know the domain, the runtime
//! feeds the machines and runs their effects through the ports of [`media`] and [`backend`].

pub mod backend;
pub mod backoff;
#[cfg(feature = "bridge")]
pub mod bridge;
pub mod call;
pub mod chat;
pub mod domain;
#[cfg(feature = "uniffi")]
pub mod foreign;
pub mod media;
mod moment;
pub mod publisher;
pub mod runtime;
pub mod session;
#[cfg(feature = "sim")]
pub mod sim;
pub mod stage;
pub mod telemetry;
pub mod telephony;
pub mod viewing;

#[cfg(feature = "uniffi")]
uniffi::setup_scaffolding!();

pub use moment::Moment;
pub use runtime::LiveClient;

/// The README's example compiles.
#[cfg(all(doctest, feature = "prebuilt"))]
#[doc = include_str!("../../README.md")]
struct Readme;

/// What `docs/testing-your-app.md` shows runs.
#[cfg(all(doctest, feature = "sim"))]
#[doc = include_str!("../../docs/testing-your-app.md")]
struct TestingYourApp;
