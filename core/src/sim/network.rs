//! The network between a phone and the world: latency, outages, and what is scripted to go wrong.

use std::time::Duration;

use super::dice;
use crate::domain::{ErrorCode, LiveError, UserId};

/// How long the engine still tries to resume a connection; then it is lost.
pub(super) const RESUMES_FOR: Duration = Duration::from_secs(15);
/// How long it takes an engine to notice that nothing comes any more.
pub(super) const NOTICED_AFTER: Duration = Duration::from_secs(1);

/// What a client asks of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `create-session`.
    CreateSession,
    /// `start-session`.
    StartSession,
    /// `join-session`.
    JoinSession,
    /// `get-livekit-token` of a session or a call.
    Token,
    /// `leave-session`.
    LeaveSession,
    /// `end-session`.
    EndSession,
    /// `manage-stage`.
    ManageStage,
    /// A chat message.
    SendMessage,
    /// The deletion of one.
    DeleteMessage,
    /// Taps.
    React,
    /// A setting of the chat.
    SetSlowMode,
    /// `send-gift`.
    SendGift,
    /// `moderate`.
    Moderate,
    /// `record-session`.
    RecordSession,
    /// A block, or its end.
    Block,
    /// A report.
    Report,
    /// `register-device`.
    RegisterDevice,
    /// Wanting no calls, or wanting them again.
    SetDoNotDisturb,
    /// `initiate-call`.
    InitiateCall,
    /// `answer-call`.
    AnswerCall,
    /// `change-call`.
    ChangeCall,
    /// `end-call`.
    EndCall,
    /// A row of a table.
    Fetch,
    /// A Realtime topic.
    Subscribe,
    /// Joining a LiveKit room.
    Connect,
}

impl Operation {
    /// The name in the trace: the function's, where it is one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateSession => "create-session",
            Self::StartSession => "start-session",
            Self::JoinSession => "join-session",
            Self::Token => "get-livekit-token",
            Self::LeaveSession => "leave-session",
            Self::EndSession => "end-session",
            Self::ManageStage => "manage-stage",
            Self::SendMessage => "send-message",
            Self::DeleteMessage => "delete-message",
            Self::React => "react",
            Self::SetSlowMode => "set-slow-mode",
            Self::SendGift => "send-gift",
            Self::Moderate => "moderate",
            Self::RecordSession => "record-session",
            Self::Block => "block",
            Self::Report => "report",
            Self::RegisterDevice => "register-device",
            Self::SetDoNotDisturb => "set-do-not-disturb",
            Self::InitiateCall => "initiate-call",
            Self::AnswerCall => "answer-call",
            Self::ChangeCall => "change-call",
            Self::EndCall => "end-call",
            Self::Fetch => "fetch",
            Self::Subscribe => "subscribe",
            Self::Connect => "connect",
        }
    }
}

/// What goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused, and nothing happens.
    Refused(ErrorCode),
    /// It takes that much longer; beyond the request's timeout it counts as lost.
    Slow(Duration),
    /// It happens, and the answer is lost on the way back.
    AnswerLost,
}

/// Somebody's way to the world.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) online: bool,
    /// Counts the outages, so that an alarm of an older one is known as such.
    pub(super) outage: u64,
    trips: u64,
    seed: u64,
}

impl Line {
    pub(super) fn new(seed: u64, user: UserId) -> Self {
        Self {
            online: true,
            outage: 0,
            trips: 0,
            seed: dice::mix(seed ^ user.0.as_u128() as u64),
        }
    }

    /// The next round trip: 20 to 80 ms. It depends on nobody else's trips.
    pub(super) fn trip(&mut self) -> Duration {
        let trip = self.next_trip();
        self.trips += 1;
        trip
    }

    /// How long the next round trip will take.
    pub(super) fn next_trip(&self) -> Duration {
        Duration::from_micros(20_000 + dice::mix(self.seed ^ (self.trips + 1)) % 60_000)
    }
}

/// What a request without an answer fails with.
pub(super) fn lost() -> LiveError {
    LiveError::new(ErrorCode::Internal, "the network is away")
}
