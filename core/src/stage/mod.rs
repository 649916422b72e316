//! The stage machine: one user's way from the audience onto the stage and back.
//!
//! Sans-IO: inputs go in, effects come out. `README.md` beside this file has the diagram and how to
//! add an event. [`Board`] is what those who lead the stage see of everybody else.

mod board;
mod effect;
mod input;
mod machine;
mod state;
mod transition;

pub use board::Board;
pub use effect::{Effect, Timer};
pub use input::{Command, Input};
pub use machine::Machine;
pub use state::{Capabilities, Stage, State};
