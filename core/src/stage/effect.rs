//! Everything a stage machine asks for.

use std::time::Duration;

use super::Command;
use crate::domain::LiveResult;

/// What the runtime does for the machine, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the backend; answered by `Answered`. One at a time.
    Ask(Command),
    /// Read this user's latest request from the database; answered by `RequestChanged`.
    Fetch,
    /// Start a timer; a running one of the same name starts anew.
    StartTimer(Timer, Duration),
    /// Stop a timer.
    StopTimer(Timer),
    /// Tell whoever waits for a command how it went.
    Settle(Command, LiveResult<()>),
}

/// Timers of the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Until an invitation counts as expired although the server hasn't said so.
    Invitation,
    /// Until somebody who was accepted, but got no role, counts as audience.
    Arrival,
}
