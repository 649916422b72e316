//! The call machine: a 1-1 call, from the first ring to the last word.
//!
//! Sans-IO, as the session machine; `README.md` beside this file has the diagram.

mod answer;
mod book;
mod effect;
mod errand;
mod input;
mod machine;
mod media;
mod push;
mod ring;
mod state;
mod transition;
mod upgrade;

pub use book::{Book, Registered, Route};
pub use effect::{Effect, Timer};
pub use errand::{Errand, Reply};
pub use input::Input;
pub use machine::Machine;
pub use push::{CallPush, Push, StopRinging};
pub use state::{Capabilities, Direction, State};
