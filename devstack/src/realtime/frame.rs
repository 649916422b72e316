use std::fmt;

use axum::extract::ws::Message as Wire;
use serde::Deserialize;
use serde_json::{Value, json};

/// A message of a client that broadcasts, in the binary form of version 2.
const KIND_BROADCAST_PUSH: u8 = 3;
/// A broadcast on its way to a client, in the binary form of version 2.
const KIND_BROADCAST: u8 = 4;
const ENCODING_BINARY: u8 = 0;
const ENCODING_JSON: u8 = 1;
const LONGEST_FIELD: usize = u8::MAX as usize;

/// The serializer that a client chose by the parameter `vsn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `1.0.0`: every message is a JSON object.
    V1,
    /// `2.0.0`: JSON arrays, and broadcasts in a binary form.
    V2,
}

impl Version {
    /// Phoenix takes a missing `vsn` for version 1.
    pub(super) fn parse(vsn: Option<&str>) -> Option<Self> {
        match vsn {
            None | Some("1.0.0") => Some(Self::V1),
            Some("2.0.0") => Some(Self::V2),
            Some(_) => None,
        }
    }
}

/// A Phoenix message. References are echoed as the client wrote them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Frame {
    #[serde(default)]
    pub(super) join_ref: Value,
    #[serde(default, rename = "ref")]
    pub(super) reference: Value,
    pub(super) topic: String,
    pub(super) event: String,
    #[serde(default)]
    pub(super) payload: Value,
}

/// What is broadcast on a topic.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Broadcast {
    /// A JSON message of a client, passed on as it is: `{ type, event, payload }`.
    Plain(Value),
    /// An event with a body that needn't be parsed on the way.
    User {
        event: String,
        body: Body,
        meta: Option<Value>,
    },
}

/// The body of a [`Broadcast::User`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// JSON text.
    Json(Vec<u8>),
    Binary(Vec<u8>),
}

/// What a client sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Incoming {
    Frame(Frame),
    /// A broadcast in the binary form; `frame` carries no payload.
    Broadcast {
        frame: Frame,
        broadcast: Broadcast,
    },
}

/// The bytes aren't a message of the chosen version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a message of the chosen serializer version")
    }
}

impl Frame {
    /// A reply to this message.
    pub(super) fn reply(&self, status: &str, response: &Value) -> Self {
        Self {
            join_ref: self.join_ref.clone(),
            reference: self.reference.clone(),
            topic: self.topic.clone(),
            event: "phx_reply".into(),
            payload: json!({ "status": status, "response": response }),
        }
    }

    /// A message of the channel that `join_ref` joined.
    pub(super) fn push(join_ref: &Value, topic: &str, event: &str, payload: Value) -> Self {
        Self {
            join_ref: join_ref.clone(),
            reference: Value::Null,
            topic: topic.into(),
            event: event.into(),
            payload,
        }
    }

    pub(super) fn encode(&self, version: Version) -> Wire {
        let Self {
            join_ref,
            reference,
            topic,
            event,
            payload,
        } = self;
        let value = match version {
            Version::V1 => json!({ "topic": topic, "event": event, "payload": payload, "ref": reference }),
            Version::V2 => json!([join_ref, reference, topic, event, payload]),
        };
        Wire::Text(value.to_string().into())
    }
}

/// Reads a text message.
pub(super) fn decode_text(version: Version, text: &str) -> Result<Incoming, Malformed> {
    let frame = match version {
        Version::V1 => serde_json::from_str(text).map_err(|_| Malformed)?,
        Version::V2 => {
            let (join_ref, reference, topic, event, payload) =
                serde_json::from_str(text).map_err(|_| Malformed)?;
            Frame {
                join_ref,
                reference,
                topic,
                event,
                payload,
            }
        }
    };
    Ok(Incoming::Frame(frame))
}

/// Reads a binary message: one byte for the kind, the fields' lengths, the encoding, the fields, the body.
pub(super) fn decode_binary(version: Version, bytes: &[u8]) -> Result<Incoming, Malformed> {
    let (header, mut rest) = bytes.split_at_checked(7).ok_or(Malformed)?;
    if version == Version::V1 || header[0] != KIND_BROADCAST_PUSH {
        return Err(Malformed);
    }
    let mut fields = Vec::with_capacity(5);
    for length in &header[1..6] {
        let (field, after) = rest.split_at_checked(usize::from(*length)).ok_or(Malformed)?;
        fields.push(std::str::from_utf8(field).map_err(|_| Malformed)?);
        rest = after;
    }
    let [join_ref, reference, topic, event, meta] = fields[..] else {
        return Err(Malformed);
    };
    let meta = if meta.is_empty() {
        None
    } else {
        Some(serde_json::from_str(meta).map_err(|_| Malformed)?)
    };
    let body = match header[6] {
        ENCODING_JSON => {
            serde_json::from_slice::<serde::de::IgnoredAny>(rest).map_err(|_| Malformed)?;
            Body::Json(rest.to_vec())
        }
        ENCODING_BINARY => Body::Binary(rest.to_vec()),
        _ => return Err(Malformed),
    };
    let text = |field: &str| {
        if field.is_empty() {
            Value::Null
        } else {
            field.into()
        }
    };
    let frame = Frame {
        join_ref: text(join_ref),
        reference: text(reference),
        topic: topic.into(),
        event: "broadcast".into(),
        payload: Value::Null,
    };
    Ok(Incoming::Broadcast {
        frame,
        broadcast: Broadcast::User {
            event: event.into(),
            body,
            meta,
        },
    })
}

impl Broadcast {
    /// The message for a subscriber of `topic`; `None` when its version cannot carry it.
    pub(super) fn encode(&self, version: Version, topic: &str) -> Option<Wire> {
        let as_frame = |payload| Frame::push(&Value::Null, topic, "broadcast", payload).encode(version);
        match (self, version) {
            (Self::Plain(payload), Version::V1 | Version::V2) => Some(as_frame(payload.clone())),
            (
                Self::User {
                    body: Body::Binary(_),
                    ..
                },
                Version::V1,
            ) => None,
            (
                Self::User {
                    event,
                    body: Body::Json(text),
                    meta,
                },
                Version::V1,
            ) => {
                let mut payload = json!({
                    "type": "broadcast",
                    "event": event,
                    "payload": serde_json::from_slice::<Value>(text).ok()?,
                });
                if let Some(meta) = meta {
                    payload["meta"] = meta.clone();
                }
                Some(as_frame(payload))
            }
            (Self::User { event, body, meta }, Version::V2) => encode_user(topic, event, body, meta.as_ref()),
        }
    }
}

fn encode_user(topic: &str, event: &str, body: &Body, meta: Option<&Value>) -> Option<Wire> {
    let meta = meta.map(Value::to_string).unwrap_or_default();
    let fields = [topic, event, meta.as_str()];
    if fields.iter().any(|field| field.len() > LONGEST_FIELD) {
        return None;
    }
    let (encoding, body) = match body {
        Body::Json(text) => (ENCODING_JSON, text),
        Body::Binary(bytes) => (ENCODING_BINARY, bytes),
    };
    let mut bytes = vec![KIND_BROADCAST];
    bytes.extend(
        fields
            .iter()
            .map(|field| u8::try_from(field.len()).unwrap_or(u8::MAX)),
    );
    bytes.push(encoding);
    fields
        .iter()
        .for_each(|field| bytes.extend_from_slice(field.as_bytes()));
    bytes.extend_from_slice(body);
    Some(Wire::Binary(bytes.into()))
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
