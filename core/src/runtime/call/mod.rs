//! Calls at work: a handle for the app, an actor that runs the machine, a center that knows all calls.

mod actor;
mod center;
mod handle;
mod requests;
mod snapshot;
mod way_to_talk;

pub use center::IncomingCalls;
pub(super) use center::{CallCenter, rings_for};
pub use handle::CallHandle;
pub use snapshot::{CallEvent, CallSnapshot};
