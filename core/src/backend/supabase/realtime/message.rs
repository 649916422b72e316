//! Broadcast messages of our triggers, as events of the port.

use serde::Deserialize;
use serde_json::Value;

use crate::backend::{RealtimeEvent, SessionNews};
use crate::domain::{
    Call, ChatMessage, Gift, LiveSession, MessageId, Participant, Reactions, Recording, SessionId,
    StageRequest,
};

#[derive(Deserialize)]
struct SessionChanged {
    session: LiveSession,
}

#[derive(Deserialize)]
struct ParticipantChanged {
    participant: Participant,
}

#[derive(Deserialize)]
struct StageChanged {
    request: StageRequest,
}

#[derive(Deserialize)]
struct CallChanged {
    call: Call,
}

#[derive(Deserialize)]
struct MessageCreated {
    message: ChatMessage,
}

#[derive(Deserialize)]
struct MessageDeleted {
    message: DeletedMessage,
}

#[derive(Deserialize)]
struct DeletedMessage {
    id: MessageId,
    session_id: SessionId,
}

#[derive(Deserialize)]
struct Reacted {
    reactions: Reactions,
}

#[derive(Deserialize)]
struct GiftSent {
    gift: Gift,
}

#[derive(Deserialize)]
struct RecordingChanged {
    recording: Recording,
}

/// The event, or `None` for what this version doesn't know or can't read; both leave a trace.
pub(super) fn read(event: &str, payload: Value) -> Option<RealtimeEvent> {
    let read = match event {
        "session_changed" => serde_json::from_value(payload)
            .map(|SessionChanged { session }| RealtimeEvent::SessionChanged(session)),
        "participant_changed" => serde_json::from_value(payload)
            .map(|ParticipantChanged { participant }| RealtimeEvent::ParticipantChanged(participant)),
        "stage_changed" => serde_json::from_value(payload)
            .map(|StageChanged { request }| RealtimeEvent::StageChanged(request)),
        "call_changed" => {
            serde_json::from_value(payload).map(|CallChanged { call }| RealtimeEvent::CallChanged(call))
        }
        "message_created" => serde_json::from_value(payload)
            .map(|MessageCreated { message }| RealtimeEvent::Session(SessionNews::MessageCreated(message))),
        "message_deleted" => serde_json::from_value(payload).map(|MessageDeleted { message }| {
            RealtimeEvent::Session(SessionNews::MessageDeleted {
                session_id: message.session_id,
                message_id: message.id,
            })
        }),
        "reactions" => serde_json::from_value(payload)
            .map(|Reacted { reactions }| RealtimeEvent::Session(SessionNews::Reactions(reactions))),
        "gift_sent" => serde_json::from_value(payload)
            .map(|GiftSent { gift }| RealtimeEvent::Session(SessionNews::GiftSent(gift))),
        "recording_changed" => serde_json::from_value(payload).map(|RecordingChanged { recording }| {
            RealtimeEvent::Session(SessionNews::RecordingChanged(recording))
        }),
        _ => {
            tracing::trace!(event, "unknown broadcast");
            return None;
        }
    };
    read.inspect_err(|error| tracing::warn!(event, %error, "unreadable broadcast"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_changed_call_is_read_also_when_the_server_adds_fields() {
        let id = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        let call = json!({
            "id": id, "status": "ended", "call_type": "video_call", "caller_id": id, "callee_id": id,
            "ring_expires_at": "2026-01-01T00:00:00.123456+00:00", "answered_at": null, "end_reason": "eclipse",
        });
        let event = read("call_changed", json!({ "call": call, "id": "message id" }));
        assert!(matches!(event, Some(RealtimeEvent::CallChanged(call)) if call.id.to_string() == id));
    }

    #[test]
    fn the_unknown_and_the_unreadable_are_passed_over() {
        assert_eq!(read("reaction", json!({})), None);
        assert_eq!(read("session_changed", json!({ "session": { "id": 7 } })), None);
        assert_eq!(read("participant_changed", Value::Null), None);
    }

    proptest! {
        #[test]
        fn no_payload_makes_the_reader_panic(
            event in "session_changed|participant_changed|stage_changed|call_changed|message_created|message_deleted|\
                      reactions|gift_sent|recording_changed",
            key in "session|participant|request|call|message|reactions|gift|recording",
            text in ".{0,40}",
        ) {
            let _ = read(&event, json!({ key: text }));
        }
    }
}
