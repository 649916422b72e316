//! The live session machine: a broadcast or an audio room, from the first tap to the end.
//!
//! Sans-IO: inputs go in, effects come out, time and jitter are arguments. `README.md` beside this
//! file has the diagram and how to add an event.

mod effect;
mod input;
mod machine;
mod state;
mod transition;

pub use effect::{Effect, Timer};
pub use input::{Command, Entry, Input};
pub use machine::Machine;
pub use state::{Capabilities, EndReason, Lock, State};
