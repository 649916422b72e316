//! What the phone's system is told of calls, and when: CallKit on iOS, Telecom on Android.
//!
//! One machine decides for both. Swift and Kotlin hand it what the system says and carry out what it answers, in order
//! and in the same turn; they hold no rule. See the README beside this file.

mod effect;
mod incoming;
mod input;
mod machine;
mod reason;
mod state;
mod transition;

pub use effect::{AudioEffect, Effect, IncomingReport, Refusal, SystemEffect};
pub use input::{ActionId, Input, Pushed, SystemAction, SystemCallId, SystemInput};
pub use machine::Machine;
pub use reason::SystemEnd;
pub use state::{Audio, State, System};
