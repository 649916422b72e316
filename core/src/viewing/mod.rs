//! What is watched, and how large: so that the server sends each track in the layer that fits, nothing that nobody sees,
//! and voices alone where the link is too bad for pictures.
//!
//! Sans-IO, as the other machines: inputs in, effects out; `README.md` beside this file has the rules and the diagram.

mod effect;
mod input;
mod link;
mod machine;
mod state;

pub use effect::Effect;
pub use input::{Input, ViewId};
pub use machine::Machine;
pub use state::{Mode, Viewing};
