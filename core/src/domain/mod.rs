//! The rules and the data that everything else speaks: no I/O, no clock, no randomness.
//!
//! What somebody may publish is [`grants`] of a [`Role`] in a [`SessionType`]. PostgreSQL holds
//! the same table (`live.role_grants`) and decides; the client reads this one only to fail early.

mod access;
mod call;
mod chat;
mod error;
mod ids;
pub mod limits;
mod messages;
mod participant;
pub mod quality;
mod recording;
mod role;
mod room_name;
mod session;
mod stage;

pub use access::Access;
pub use call::{Call, CallEndReason, CallStatus, CallType, VideoRequest};
pub use chat::{ChatMessage, Gift, MessageKey, ReactionKind, Reactions};
pub use error::{ErrorCode, ErrorDetails, LiveError, LiveResult};
pub use ids::{
    CallId, DeviceId, GiftId, IdempotencyKey, MessageId, RecordingId, SessionId, StageRequestId, UserId,
};
pub use participant::{Participant, ParticipantStatus};
pub use recording::{Recording, RecordingStatus};
pub use role::{Grants, Role, SessionType, grants};
pub use room_name::{RoomName, RoomNameError};
pub use session::{LiveSession, SessionEndReason, SessionStatus};
pub use stage::{StageRequest, StageRequestKind, StageRequestStatus};
