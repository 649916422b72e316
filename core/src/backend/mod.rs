//! Port to the backend: what is asked of it, what it tells on its own.
//!
//! `supabase` implements it over edge functions, PostgREST and Realtime. It decides everything;
//! the client only asks, and believes the answer.

mod account;
mod door;
mod in_session;
mod realtime;
mod requests;

#[cfg(feature = "supabase")]
pub mod supabase;

use futures_util::future::BoxFuture;

use crate::domain::{Call, CallId, IdempotencyKey, LiveResult, LiveSession, SessionId, StageRequest, UserId};

pub use account::{
    AccountBackend, DoNotDisturb, ExportPage, Platform, PushDevice, PushKind, Report, ReportCategory,
};
pub use door::{CallTicket, ColdStart, TicketBackend, TicketDoor};
pub use in_session::{
    BanScope, MOST_TAPS, Moderate, ModerationAction, RecordingAction, SendGift, SessionBackend,
    WatchableRecording,
};
pub use realtime::{RealtimeEvent, SessionNews, Subscription, Topic};
pub use requests::{
    AnswerCall, AnsweredCall, CallAdmission, CallChange, ChangeCall, InitiateCall, LiveKitAccess,
    ManageStage, NewSession, RoomAccess, SessionAdmission, StageAction, StageOutcome,
};

/// An answer that comes later.
pub type Answer<'a, T> = BoxFuture<'a, LiveResult<T>>;

/// The backend, on behalf of one signed-in user. Every request is one try: retrying is the caller's,
/// with the same [`IdempotencyKey`]. Errors carry the server's code; a lost connection or a timeout is
/// `internal`, retryable.
pub trait Backend: SessionBackend + AccountBackend {
    /// Who is signed in.
    fn user_id(&self) -> Answer<'_, UserId>;

    /// Creates a session with the caller as its host (`create-session`).
    fn create_session(&self, request: NewSession, key: IdempotencyKey) -> Answer<'_, SessionAdmission>;

    /// Puts a prepared session on the air (`start-session`).
    fn start_session(&self, session: SessionId) -> Answer<'_, LiveSession>;

    /// Asks to be let in, and pays where the price was accepted (`join-session`).
    fn join_session(
        &self,
        session: SessionId,
        accept_price: Option<u32>,
        key: IdempotencyKey,
    ) -> Answer<'_, SessionAdmission>;

    /// A fresh token for a session that one is in (`get-livekit-token`).
    fn session_token(&self, session: SessionId) -> Answer<'_, RoomAccess>;

    /// A fresh token for a call that one is in (`get-livekit-token`).
    fn call_token(&self, call: CallId) -> Answer<'_, RoomAccess>;

    /// Leaves a session (`leave-session`).
    fn leave_session(&self, session: SessionId) -> Answer<'_, LiveSession>;

    /// Ends one's own session (`end-session`).
    fn end_session(&self, session: SessionId) -> Answer<'_, LiveSession>;

    /// Brings somebody onto the stage or back, or asks for it (`manage-stage`).
    fn manage_stage(&self, request: ManageStage, key: IdempotencyKey) -> Answer<'_, StageOutcome>;

    /// Calls somebody (`initiate-call`). Two who call each other get the same call.
    fn initiate_call(&self, request: InitiateCall, key: IdempotencyKey) -> Answer<'_, CallAdmission>;

    /// Accepts or declines a call (`answer-call`).
    fn answer_call(&self, request: AnswerCall) -> Answer<'_, AnsweredCall>;

    /// Asks for another type of call, or answers the other one's wish (`change-call`).
    fn change_call(&self, request: ChangeCall, key: IdempotencyKey) -> Answer<'_, Call>;

    /// Hangs up, cancels or declines, whatever fits the call's state (`end-call`).
    fn end_call(&self, call: CallId) -> Answer<'_, Call>;

    /// The session as the database has it now; `not_found` when the caller may not know of it.
    fn session(&self, session: SessionId) -> Answer<'_, LiveSession>;

    /// The call as the database has it now.
    fn call(&self, call: CallId) -> Answer<'_, Call>;

    /// The caller's ringing or active call, where there is one.
    fn live_call(&self) -> Answer<'_, Option<Call>>;

    /// The open raised hands and invitations that the caller may see: one's own, and all for those who lead
    /// the stage; the eldest first.
    fn open_stage_requests(&self, session: SessionId) -> Answer<'_, Vec<StageRequest>>;

    /// The latest raised hand or invitation of `user`, whatever became of it.
    fn last_stage_request(&self, session: SessionId, user: UserId) -> Answer<'_, Option<StageRequest>>;

    /// Listens to a topic until the subscription is dropped.
    fn subscribe(&self, topic: Topic) -> Answer<'_, Subscription>;
}
