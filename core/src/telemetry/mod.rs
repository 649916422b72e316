//! How long each step of a join or a call took: as typed events, and as `tracing` spans of the target `ipelya::funnel`.
//!
//! A session or call tells its steps among its events ([`FunnelEvent`]). The same steps are spans, `join` or `call` around
//! one for each step, so that any `tracing` subscriber has them; with feature `otlp`, `otlp::layer` sends them to an
//! OpenTelemetry collector.

mod funnel;
#[cfg(feature = "otlp")]
pub mod otlp;
pub(crate) mod trail;

pub use funnel::{Funnel, FunnelEvent, Journey, Step};
