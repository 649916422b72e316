//! Everything a session machine asks for.

use std::time::Duration;

use super::{Command, Entry};
use crate::backend::LiveKitAccess;
use crate::domain::{LiveResult, Role, SessionId};
use crate::media::TrackSource;

/// What the runtime does for the machine, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the backend to be let in; answered by `Admission`.
    Authorize(Entry),
    /// Listen to the session's topic and fetch the session once listening; answered by `SessionChanged`.
    Listen(SessionId),
    /// The session is over: ask the database why; answered by `Over`.
    LearnEnd,
    /// Join the room; answered by `Connected`.
    Connect(LiveKitAccess),
    /// Find a path to the room on the network of now (an ICE restart); the engine reports what came of it.
    Resume,
    /// Ask for a fresh token; answered by `Token`.
    RefreshToken,
    /// Put the session on the air; answered by `Started`.
    StartSession,
    /// End the session for everyone; answered by `EndAnswered`.
    EndSession,
    /// Publish; answered by `Published`.
    Publish(TrackSource),
    /// Stop publishing.
    Unpublish(TrackSource),
    /// Turn to the other camera; answered by `Flipped`.
    FlipCamera,
    /// Leave the room, and cancel what is in flight.
    Disconnect,
    /// Tell the backend that this user is out; nobody waits for the answer.
    Withdraw(SessionId, Role),
    /// Start a timer; a running one of the same name starts anew.
    StartTimer(Timer, Duration),
    /// Stop a timer.
    StopTimer(Timer),
    /// Tell whoever waits for a command how it went.
    Settle(Command, LiveResult<()>),
}

/// Timers of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Until the next try to connect.
    Retry,
    /// Until connecting or reconnecting is given up.
    Budget,
}
