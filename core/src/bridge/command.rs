//! What a host may ask for.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::update::{CallRef, SessionRef};
use crate::backend::{BanScope, DoNotDisturb, Platform, PushKind, ReportCategory};
use crate::chat::PendingId;
use crate::domain::{
    Access, CallId, CallType, ErrorCode, LiveError, LiveResult, MessageId, MessageKey, ReactionKind, Role,
    SessionId, SessionType, UserId,
};
use crate::media::{TrackSource, ViewSize};
use crate::viewing::ViewId;

/// A command and the number that its reply carries: `{"id": 7, "command": "go_live", "session": 1}`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Request {
    /// Chosen by the host; unique among the requests that aren't answered yet.
    pub id: u32,
    /// What to do.
    #[cfg_attr(feature = "typescript", ts(flatten))]
    pub command: Command,
}

/// Everything that a host may ask for. What each does, answers and refuses is documented at the method of
/// [`LiveClient`](crate::LiveClient), [`SessionHandle`](crate::runtime::SessionHandle) or
/// [`CallHandle`](crate::runtime::CallHandle) of the same name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(
    feature = "typescript",
    derive(ts_rs::TS),
    ts(tag = "command", optional_fields = nullable)
)]
#[allow(
    missing_docs,
    reason = "the fields are the parameters of the methods of the same name"
)]
pub enum Command {
    /// A host starts to read, for the first time or anew: updates that wait are flagged as `flushed`, and from the second
    /// time on everything that stands is said again.
    Attach {},
    /// Gives up a request; it is answered no more. A way into a session is left, a call that is dialled hung up.
    Cancel {
        request: u32,
    },
    /// Answers [`Update::TokenWanted`](super::Update::TokenWanted): the access token of the host's Supabase session, or nothing when
    /// nobody is signed in.
    Token {
        jwt: Option<String>,
    },
    Close {},
    NetworkChanged {},
    HandlePush {
        payload: String,
    },

    Balance {},
    Block {
        user_id: UserId,
    },
    Unblock {
        user_id: UserId,
    },
    Blocked {},
    Report {
        reported_id: UserId,
        category: ReportCategory,
        details: Option<String>,
        session_id: Option<SessionId>,
        call_id: Option<CallId>,
        message_id: Option<MessageId>,
    },
    RegisterDevice {
        platform: Platform,
        kind: PushKind,
        token: String,
    },
    UnregisterDevice {
        platform: Platform,
        kind: PushKind,
    },
    DoNotDisturb {},
    SetDoNotDisturb {
        wish: DoNotDisturb,
    },

    /// A session that wasn't entered yet; its states on the way in are told from here on.
    OpenSession {},
    /// Gives the session up; leaves it first where it wasn't left.
    CloseSession {
        session: SessionRef,
    },
    CreateSession {
        session: SessionRef,
        session_type: SessionType,
        title: String,
        access: Access,
        price_coins: Option<u32>,
        idempotency_key: Option<String>,
    },
    JoinSession {
        session: SessionRef,
        session_id: SessionId,
        accept_price: Option<u32>,
        idempotency_key: Option<String>,
    },
    GoLive {
        session: SessionRef,
    },
    EndSession {
        session: SessionRef,
    },
    LeaveSession {
        session: SessionRef,
    },

    Promote {
        session: SessionRef,
        user_id: UserId,
        role: Role,
    },
    Demote {
        session: SessionRef,
        user_id: UserId,
    },
    Invite {
        session: SessionRef,
        user_id: UserId,
        role: Role,
    },
    DismissHand {
        session: SessionRef,
        user_id: UserId,
    },
    RaiseHand {
        session: SessionRef,
    },
    LowerHand {
        session: SessionRef,
    },
    AcceptInvite {
        session: SessionRef,
    },
    DeclineInvite {
        session: SessionRef,
    },

    SendMessage {
        session: SessionRef,
        body: String,
    },
    DismissMessage {
        session: SessionRef,
        pending: PendingId,
    },
    DeleteMessage {
        session: SessionRef,
        message_id: MessageId,
    },
    History {
        session: SessionRef,
        before: Option<MessageKey>,
        limit: u16,
    },
    SendReaction {
        session: SessionRef,
        kind: ReactionKind,
    },
    SendGift {
        session: SessionRef,
        coins: u32,
        message: Option<String>,
        idempotency_key: Option<String>,
    },
    SlowMode {
        session: SessionRef,
    },
    SetSlowMode {
        session: SessionRef,
        seconds: u32,
    },
    Mute {
        session: SessionRef,
        user_id: UserId,
        reason: Option<String>,
    },
    Unmute {
        session: SessionRef,
        user_id: UserId,
    },
    Kick {
        session: SessionRef,
        user_id: UserId,
        reason: Option<String>,
    },
    Ban {
        session: SessionRef,
        user_id: UserId,
        scope: BanScope,
        expires_in_seconds: Option<u32>,
        reason: Option<String>,
    },
    Unban {
        session: SessionRef,
        user_id: UserId,
        scope: BanScope,
    },
    StartRecording {
        session: SessionRef,
    },
    StopRecording {
        session: SessionRef,
    },

    StartCall {
        user_id: UserId,
        call_type: CallType,
    },
    Accept {
        call: CallRef,
    },
    Decline {
        call: CallRef,
    },
    HangUp {
        call: CallRef,
    },
    Hold {
        call: CallRef,
        on: bool,
    },
    RequestVideo {
        call: CallRef,
    },
    AcceptVideo {
        call: CallRef,
    },
    DeclineVideo {
        call: CallRef,
    },
    ToAudio {
        call: CallRef,
    },

    SetMicrophone {
        room: RoomRef,
        on: bool,
    },
    SetCamera {
        room: RoomRef,
        on: bool,
    },
    SetScreenShare {
        room: RoomRef,
        on: bool,
    },
    FlipCamera {
        room: RoomRef,
    },
    SetView {
        room: RoomRef,
        view: ViewId,
        user_id: UserId,
        source: TrackSource,
        size: Option<ViewSize>,
    },
    CloseView {
        room: RoomRef,
        view: ViewId,
    },
    SetAudioOnly {
        room: RoomRef,
        on: bool,
    },
    /// Measures every `interval_ms`, until it is asked for with another interval, or with none.
    Stats {
        room: RoomRef,
        interval_ms: Option<u32>,
    },
}

/// A session or a call: `{"session": 1}` or `{"call": 2}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RoomRef {
    /// That session.
    Session(SessionRef),
    /// That call.
    Call(CallRef),
}

/// A request that can't be run; with the id to answer under, where it has one.
#[derive(Debug)]
pub struct Malformed {
    pub(super) id: Option<u32>,
    pub(super) error: LiveError,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// `invalid_argument` naming the field that is missing, unknown or of the wrong type.
    pub fn parse(json: &str) -> Result<Self, Malformed> {
        let mut fields: Map<String, Value> = serde_json::from_str(json).map_err(|error| Malformed {
            id: None,
            error: LiveError::new(ErrorCode::InvalidArgument, format!("not a JSON object: {error}")),
        })?;
        let id = fields
            .remove("id")
            .as_ref()
            .and_then(Value::as_u64)
            .and_then(|id| u32::try_from(id).ok());
        let Some(id) = id else {
            let error = LiveError::new(ErrorCode::InvalidArgument, "id must be a number").with_field("id");
            return Err(Malformed { id: None, error });
        };
        command(fields)
            .map(|command| Self { id, command })
            .map_err(|error| Malformed { id: Some(id), error })
    }
}

fn command(mut fields: Map<String, Value>) -> LiveResult<Command> {
    let Some(Value::String(name)) = fields.remove("command") else {
        let message = "command must be the name of one";
        return Err(LiveError::new(ErrorCode::InvalidArgument, message).with_field("command"));
    };
    // As an enum with its name outside serde keeps the path to what is wrong.
    let tagged = Value::Object(Map::from_iter([(name.clone(), Value::Object(fields))]));
    serde_path_to_error::deserialize(tagged).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        LiveError::new(ErrorCode::InvalidArgument, format!("{name}: {message}"))
            .with_field(&field(&name, &path, &message))
    })
}

/// Which field serde complains of: the end of its path, or the one that it misses.
fn field(command: &str, path: &str, message: &str) -> String {
    let inside = path.strip_prefix(command).unwrap_or("").trim_start_matches('.');
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match (inside, missing) {
        ("", None) => "command".to_owned(),
        ("", Some(missing)) => missing.to_owned(),
        (inside, None) => inside.to_owned(),
        (inside, Some(missing)) => format!("{inside}.{missing}"),
    }
}
