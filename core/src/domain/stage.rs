//! Raised hands and invitations to the stage.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Role, SessionId, StageRequestId, UserId};

/// Who asked whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StageRequestKind {
    /// A raised hand: the person asks.
    Request,
    /// An invitation: the person is asked.
    Invite,
}

/// What became of a request. Decided by the server; once it isn't pending, it never changes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StageRequestStatus {
    /// Open.
    Pending,
    /// The person comes onto the stage.
    Accepted,
    /// Refused: a raised hand by those who lead the stage, an invitation by the person.
    Declined,
    /// Taken back, or the person is gone.
    Cancelled,
    /// Nobody answered the invitation in time.
    Expired,
    /// An outcome that this version of the SDK doesn't know.
    #[serde(other)]
    Other,
}

/// A row of `stage_requests`: the `request` object of the HTTP contract. Seen by the person and by those who
/// lead the stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StageRequest {
    /// `stage_requests.id`.
    pub id: StageRequestId,
    /// The session.
    pub session_id: SessionId,
    /// Who would come onto the stage.
    pub user_id: UserId,
    /// A raised hand or an invitation.
    pub kind: StageRequestKind,
    /// The role to get: `speaker` or `co_host`.
    pub role: Role,
    /// What became of it.
    pub status: StageRequestStatus,
    /// Who asked.
    pub created_by: UserId,
    /// When, by the server's clock; orders the requests of one person.
    pub created_at: DateTime<Utc>,
    /// Until when an invitation can be accepted, by the server's clock; `None` for a raised hand.
    pub expires_at: Option<DateTime<Utc>>,
}

impl StageRequest {
    /// Whether it waits for an answer.
    pub fn is_open(&self) -> bool {
        self.status == StageRequestStatus::Pending
    }

    /// Whether this says more than what was known, whatever order news of one person's requests arrive in: a
    /// younger request replaces an elder one, a decision replaces what it decided.
    pub fn supersedes(&self, known: &Self) -> bool {
        if self.id == known.id {
            known.is_open() && !self.is_open()
        } else {
            self.created_at > known.created_at
        }
    }
}
