//! Who may enter a session.

use serde::{Deserialize, Serialize};

/// How a session is entered. Decided by the server on every join and every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Access {
    /// Anybody who is signed in.
    Public,
    /// People with a live row in `creator_subscriptions`.
    SubscribersOnly,
    /// People who paid the session's price, in coins, once.
    PayPerView,
}
