//! What people say, tap and give in a session.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unknown;
use serde::{Deserialize, Serialize};

use super::{GiftId, MessageId, SessionId, UserId};

/// A row of `live_messages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChatMessage {
    /// `live_messages.id`.
    pub id: MessageId,
    /// The session.
    pub session_id: SessionId,
    /// The author.
    pub user_id: UserId,
    /// What was said: 1 to 500 characters.
    pub body: String,
    /// When, by the database's clock.
    pub created_at: DateTime<Utc>,
}

impl ChatMessage {
    /// Where it stands in the chat.
    pub const fn key(&self) -> MessageKey {
        MessageKey {
            created_at: self.created_at,
            id: self.id,
        }
    }
}

/// The place of a message in its chat, which is ordered by it; what older messages are asked from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MessageKey {
    /// When it was said.
    pub created_at: DateTime<Utc>,
    /// Tells apart what was said at the same time.
    pub id: MessageId,
}

/// What the audience may tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ReactionKind {
    /// A heart.
    Heart,
    /// Clapping hands.
    Clap,
    /// A laughing face.
    Laugh,
    /// Amazement.
    Wow,
    /// A flame.
    Fire,
    /// A sad face.
    Sad,
}

/// How often everybody in a session tapped since the last time it was told, about a second ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reactions {
    /// The session.
    pub session_id: SessionId,
    /// Taps by kind. Kinds that this version doesn't know are left out.
    #[serde(deserialize_with = "known_kinds")]
    pub counts: BTreeMap<ReactionKind, u32>,
}

fn known_kinds<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<ReactionKind, u32>, D::Error> {
    let counts = BTreeMap::<String, u32>::deserialize(deserializer)?;
    let known = counts.into_iter().filter_map(|(kind, count)| {
        let kind: Result<_, Unknown> = ReactionKind::deserialize(kind.into_deserializer());
        Some((kind.ok()?, count))
    });
    Ok(known.collect())
}

/// A row of `gifts`: coins for the host of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Gift {
    /// `gifts.id`.
    pub id: GiftId,
    /// The session.
    pub session_id: SessionId,
    /// Who gives.
    pub sender_id: UserId,
    /// How much.
    pub coins: u32,
    /// What the giver says to it.
    pub message: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn taps_of_a_kind_of_a_newer_server_are_left_out() {
        let id = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        let reactions: Reactions =
            serde_json::from_value(json!({ "session_id": id, "counts": { "heart": 3, "rocket": 9 } }))
                .unwrap();
        assert_eq!(reactions.counts, [(ReactionKind::Heart, 3)].into());
    }
}
