//! Sessions at work: a handle for the app, an actor that runs the machine.

mod actor;
mod chat;
mod handle;
mod people;
mod requests;
mod snapshot;
mod stage;
mod way_in;

pub use handle::SessionHandle;
pub use snapshot::{SessionEvent, SessionSnapshot};
