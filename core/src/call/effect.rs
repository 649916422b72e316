//! Everything a call machine asks for.

use std::time::Duration;

use crate::backend::{AnswerCall, CallChange, ChangeCall, InitiateCall, LiveKitAccess};
use crate::domain::{CallId, IdempotencyKey, LiveError, LiveResult};
use crate::media::TrackSource;

/// What the runtime does for the machine, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the backend to ring the other side; answered by `Initiated`.
    Initiate(InitiateCall, IdempotencyKey),
    /// Accept or decline; accepting is answered by `Answered`.
    Answer(AnswerCall),
    /// Tell the backend that this side is done, until it knows; answered by `CallChanged`.
    EndCall(CallId),
    /// Fetch the call; answered by `CallChanged`.
    Fetch(CallId),
    /// Join the room; answered by `Connected`.
    Connect(LiveKitAccess),
    /// Find a path to the room on the network of now (an ICE restart); the engine reports what came of it.
    Resume,
    /// Ask for a fresh token; answered by `Token`.
    RefreshToken(CallId),
    /// Publish; answered by `Published`.
    Publish(TrackSource),
    /// Stop publishing.
    Unpublish(TrackSource),
    /// Leave the room, and cancel what is in flight.
    Disconnect,
    /// Start a timer; a running one of the same name starts anew.
    StartTimer(Timer, Duration),
    /// Stop a timer.
    StopTimer(Timer),
    /// Turn to the other camera; answered by `Flipped`.
    FlipCamera,
    /// Ask for another type of call, or answer the other one's wish; answered by `Changed`.
    Change(ChangeCall, IdempotencyKey),
    /// Tell whoever waits for a change how it went.
    Settle(CallChange, LiveResult<()>),
    /// Tell the app what went wrong.
    Report(LiveError),
}

/// Timers of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Until the ring is over.
    Ring,
    /// Until the next try.
    Retry,
    /// Until connecting or reconnecting is given up.
    Budget,
}
