//! Frames of Realtime's Phoenix socket, protocol version 2.0.0.
//!
//! A text frame is `[join_ref, ref, topic, event, payload]`. A Broadcast may also come as a binary frame:
//! kind, three lengths and the encoding as one byte each, then topic, event, metadata and payload.

use std::borrow::Borrow;

use serde_json::{Value, json};

use super::super::token::AccessToken;
use crate::backend::Topic;

/// A topic as it stands on the wire: `realtime:session:<id>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WireTopic(String);

impl From<Topic> for WireTopic {
    fn from(topic: Topic) -> Self {
        Self(format!("realtime:{topic}"))
    }
}

/// So that a topic is found by the text of a frame.
impl Borrow<str> for WireTopic {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl WireTopic {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A counter that names requests; also names one join of a topic, among all that follow.
pub(super) type Ref = u64;

/// What the client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClientFrame {
    Join {
        topic: WireTopic,
        join_ref: Ref,
        token: AccessToken,
    },
    Leave {
        topic: WireTopic,
        join_ref: Ref,
        id: Ref,
    },
    AccessToken {
        topic: WireTopic,
        join_ref: Ref,
        id: Ref,
        token: AccessToken,
    },
    Heartbeat {
        id: Ref,
    },
}

impl ClientFrame {
    /// The text frame. Holds the access token, so it is never logged.
    pub fn encode(&self) -> String {
        let frame = |join_ref: Option<Ref>, id: Ref, topic: &str, event: &str, payload: Value| {
            let join_ref = join_ref.map(|join_ref| join_ref.to_string());
            json!([join_ref, id.to_string(), topic, event, payload]).to_string()
        };
        match self {
            Self::Join {
                topic,
                join_ref,
                token,
            } => {
                let payload = json!({
                    "config": {
                        "private": true,
                        "broadcast": { "self": false, "ack": false },
                        "presence": { "enabled": false, "key": "" },
                        "postgres_changes": [],
                    },
                    "access_token": token.expose(),
                });
                frame(Some(*join_ref), *join_ref, topic.as_str(), "phx_join", payload)
            }
            Self::Leave { topic, join_ref, id } => {
                frame(Some(*join_ref), *id, topic.as_str(), "phx_leave", json!({}))
            }
            Self::AccessToken {
                topic,
                join_ref,
                id,
                token,
            } => {
                let payload = json!({ "access_token": token.expose() });
                frame(Some(*join_ref), *id, topic.as_str(), "access_token", payload)
            }
            Self::Heartbeat { id } => frame(None, *id, "phoenix", "heartbeat", json!({})),
        }
    }
}

/// What the server sends, as far as it matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ServerFrame {
    /// The answer to the request `id`; the refusal's reason where it was refused.
    Reply {
        topic: String,
        id: Ref,
        outcome: Result<(), String>,
    },
    /// The server ended that join of the topic (`phx_close`, `phx_error`).
    Ended { topic: String, join_ref: Option<Ref> },
    /// A message of the topic.
    Broadcast {
        topic: String,
        event: String,
        payload: Value,
    },
    /// Nothing that matters: presence, system notes, what a newer server says.
    Other { event: String },
}

/// Why a frame can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed frame: {0}")]
pub(super) struct Malformed(&'static str);

impl ServerFrame {
    /// Reads a text frame.
    pub fn parse_text(text: &str) -> Result<Self, Malformed> {
        type Frame = (Option<String>, Option<String>, String, String, Value);
        let (join_ref, id, topic, event, payload) =
            serde_json::from_str::<Frame>(text).map_err(|_| Malformed("not a frame of version 2.0.0"))?;
        match event.as_str() {
            "phx_reply" => {
                let id = number(id).ok_or(Malformed("a reply to nothing"))?;
                let outcome = reply_outcome(&payload)?;
                Ok(Self::Reply { topic, id, outcome })
            }
            "phx_close" | "phx_error" => Ok(Self::Ended {
                topic,
                join_ref: number(join_ref),
            }),
            "broadcast" => {
                let Value::Object(mut message) = payload else {
                    return Err(Malformed("a broadcast that is no object"));
                };
                let Some(Value::String(event)) = message.remove("event") else {
                    return Err(Malformed("a broadcast without event"));
                };
                let payload = message.remove("payload").unwrap_or_default();
                Ok(Self::Broadcast {
                    topic,
                    event,
                    payload,
                })
            }
            _ => Ok(Self::Other { event }),
        }
    }

    /// Reads a binary frame.
    pub fn parse_binary(bytes: &[u8]) -> Result<Self, Malformed> {
        const USER_BROADCAST: u8 = 4;
        const JSON: u8 = 1;
        const SHORT: Malformed = Malformed("a binary frame that ends early");

        let (&[kind, topic, event, metadata, encoding], rest) = bytes.split_first_chunk().ok_or(SHORT)?;
        if kind != USER_BROADCAST || encoding != JSON {
            return Ok(Self::Other {
                event: format!("binary kind {kind}, encoding {encoding}"),
            });
        }
        let (topic, rest) = rest.split_at_checked(topic.into()).ok_or(SHORT)?;
        let (event, rest) = rest.split_at_checked(event.into()).ok_or(SHORT)?;
        let (_, payload) = rest.split_at_checked(metadata.into()).ok_or(SHORT)?;
        let text = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).map_err(|_| Malformed("a name that is not UTF-8"))?;
            Ok(text.to_owned())
        };
        Ok(Self::Broadcast {
            topic: text(topic)?,
            event: text(event)?,
            payload: serde_json::from_slice(payload).map_err(|_| Malformed("a payload that is not JSON"))?,
        })
    }
}

fn number(text: Option<String>) -> Option<Ref> {
    text?.parse().ok()
}

fn reply_outcome(payload: &Value) -> Result<Result<(), String>, Malformed> {
    match payload.get("status").and_then(Value::as_str) {
        Some("ok") => Ok(Ok(())),
        Some(_) => {
            let reason = payload.pointer("/response/reason").and_then(Value::as_str);
            Ok(Err(reason.unwrap_or_default().to_owned()))
        }
        None => Err(Malformed("a reply without status")),
    }
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;
