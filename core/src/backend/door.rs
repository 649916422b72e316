//! The backend for a phone that a push woke: by a ticket of one call, without a session of the app.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::Backend;
use crate::domain::{DeviceId, LiveResult, UserId};

/// What a process needs that a push started, before any code of the app runs: stored when somebody signs in, forgotten when
/// they sign out. No session of theirs is in it, whose refresh token has one owner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ColdStart {
    /// `https://<ref>.supabase.co`, or one's own gateway.
    pub supabase_url: String,
    /// The project's public key; never the service role's.
    pub anon_key: String,
    /// Who is signed in.
    pub user_id: UserId,
    /// This installation of the app, 1 to 128 characters, as its push token was registered under.
    pub device_id: String,
}

impl fmt::Debug for ColdStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColdStart")
            .field("supabase_url", &self.supabase_url)
            .field("user_id", &self.user_id)
            .field("device_id", &self.device_id)
            .finish_non_exhaustive()
    }
}

/// What speaks for one call. A secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallTicket {
    /// Of the push that rings it: answers and declines it.
    Answer(String),
    /// Of the answer: good for as long as the call lasts.
    Call(String),
}

/// The backend of one call.
pub struct TicketBackend {
    /// It answers for that call, and refuses everything else as `not_authenticated`.
    pub backend: Arc<dyn Backend>,
    /// The device that the ticket was made for.
    pub device: DeviceId,
    /// The call's own ticket, once it was answered.
    pub call_ticket: watch::Receiver<Option<String>>,
}

/// Opens the backend by a ticket.
pub trait TicketDoor: Send + Sync + 'static {
    /// The backend of the ticket's call. Nothing is asked yet.
    ///
    /// # Errors
    /// `invalid_argument` naming the field of the cold start, or `ticket`.
    fn open(&self, cold_start: &ColdStart, ticket: &CallTicket) -> LiveResult<TicketBackend>;
}
