//! What people do about themselves and about each other, outside of sessions and calls.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Answer;
use crate::domain::{CallId, DeviceId, IdempotencyKey, MessageId, SessionId, UserId};

/// Wallet, blocks, reports, devices and the account. As [`super::Backend`]: each request is one try.
pub trait AccountBackend: Send + Sync + 'static {
    /// Coins in this user's wallet.
    fn balance(&self) -> Answer<'_, u64>;

    /// Blocks somebody; again, it changes nothing.
    fn block(&self, user: UserId) -> Answer<'_, ()>;

    /// Lifts a block; without one, it changes nothing.
    fn unblock(&self, user: UserId) -> Answer<'_, ()>;

    /// Whom this user blocked, the latest first.
    fn blocked(&self) -> Answer<'_, Vec<UserId>>;

    /// Reports somebody; `conflict` while the same complaint is open.
    fn report(&self, report: Report) -> Answer<'_, ()>;

    /// Lets this device be rung by pushes (`register-device`).
    fn register_device(&self, device: PushDevice, token: String, key: IdempotencyKey) -> Answer<'_, ()>;

    /// No longer (`register-device`).
    fn unregister_device(&self, device: PushDevice, key: IdempotencyKey) -> Answer<'_, ()>;

    /// Whether this user wants no calls now, and until when.
    fn do_not_disturb(&self) -> Answer<'_, DoNotDisturb>;

    /// Wants no calls, or wants them again.
    fn set_do_not_disturb(&self, wish: DoNotDisturb) -> Answer<'_, ()>;

    /// Deletes this user's account for good; `forfeit_coins` names the coins that are lost with it (`delete-account`).
    fn delete_account(&self, forfeit_coins: u64) -> Answer<'_, ()>;

    /// The names of what is kept about this user (`export-account`).
    fn export_sections(&self) -> Answer<'_, Vec<String>>;

    /// A page of one of them, from `offset` on (`export-account`).
    fn export_page(&self, section: String, offset: u64) -> Answer<'_, ExportPage>;
}

/// What somebody is reported for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ReportCategory {
    /// Unwanted advertising.
    Spam,
    /// Harassment.
    Harassment,
    /// Hate.
    Hate,
    /// Sexual content.
    SexualContent,
    /// Violence.
    Violence,
    /// Self-harm.
    SelfHarm,
    /// Danger to a minor.
    MinorSafety,
    /// Pretending to be somebody else.
    Impersonation,
    /// Anything else.
    Other,
}

/// A report about somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Report {
    /// Who.
    pub reported_id: UserId,
    /// For what.
    pub category: ReportCategory,
    /// In the reporter's words: 1 to 1000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub details: Option<String>,
    /// In which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub session_id: Option<SessionId>,
    /// In which call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub call_id: Option<CallId>,
    /// By which message; the server quotes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub message_id: Option<MessageId>,
}

impl Report {
    /// A report that says nothing more.
    pub const fn new(reported_id: UserId, category: ReportCategory) -> Self {
        Self {
            reported_id,
            category,
            details: None,
            session_id: None,
            call_id: None,
            message_id: None,
        }
    }
}

/// What the device runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Platform {
    /// iOS.
    Ios,
    /// Android.
    Android,
}

/// Whose pushes a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum PushKind {
    /// PushKit: calls on iOS.
    ApnsVoip,
    /// Apple's notifications.
    Apns,
    /// Firebase Cloud Messaging.
    Fcm,
}

/// One way to push to an installation of the app.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PushDevice {
    /// The installation.
    pub device_id: DeviceId,
    /// What it runs.
    pub platform: Platform,
    /// Which way.
    pub kind: PushKind,
}

/// Whether somebody wants to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum DoNotDisturb {
    /// Calls ring.
    Off,
    /// Callers get `busy` until then.
    Until {
        /// When calls ring again.
        time: DateTime<Utc>,
    },
    /// Callers get `busy` until further notice.
    On,
}

/// A page of what is kept about somebody.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ExportPage {
    /// Of which section.
    pub section: String,
    /// Rows, as the database has them.
    pub rows: Vec<Value>,
    /// The offset of the next page; `None` after the last.
    pub next: Option<u64>,
}
