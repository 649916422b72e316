//! What people in a session do: `live_messages` and its neighbours, and the functions beside them.

use chrono::SecondsFormat;
use postgrest::Builder;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::SupabaseBackend;
use super::tables::not_found;
use crate::backend::{Answer, Moderate, RecordingAction, SendGift, SessionBackend, WatchableRecording};
use crate::domain::{
    ChatMessage, IdempotencyKey, LiveResult, MessageId, MessageKey, Participant, ReactionKind, Recording,
    RecordingId, SessionId,
};

/// The fields of [`ChatMessage`], which are columns of the same names.
const MESSAGE_COLUMNS: &str = "id,session_id,user_id,body,created_at";
/// The fields of [`Recording`], which are columns of the same names.
const RECORDING_COLUMNS: &str = "id,session_id,status,created_at,ended_at,duration_ms,size_bytes,expires_at";

#[derive(Deserialize)]
struct SlowMode {
    slow_mode_seconds: u32,
}

#[derive(Deserialize)]
struct Deleted {}

#[derive(Deserialize)]
struct WithBalance {
    balance: u64,
}

#[derive(Deserialize)]
struct WithParticipant {
    participant: Participant,
}

#[derive(Deserialize)]
struct WithRecording {
    recording: Recording,
}

#[derive(Serialize)]
struct RecordSession {
    session_id: SessionId,
    action: RecordingAction,
}

#[derive(Serialize)]
struct OfRecording {
    recording_id: RecordingId,
}

impl SupabaseBackend {
    async fn page(
        &self,
        session: SessionId,
        before: Option<MessageKey>,
        limit: usize,
    ) -> LiveResult<Vec<ChatMessage>> {
        let session = session.to_string();
        let older = before.map(|MessageKey { created_at, id }| {
            let at = created_at.to_rfc3339_opts(SecondsFormat::Micros, true);
            format!("created_at.lt.\"{at}\",and(created_at.eq.\"{at}\",id.lt.{id})")
        });
        let query = |table: Builder| {
            let page = table
                .select(MESSAGE_COLUMNS)
                .eq("session_id", &session)
                .order("created_at.desc,id.desc")
                .limit(limit);
            match &older {
                Some(older) => page.or(older),
                None => page,
            }
        };
        self.tables.rows("live_messages", query).await
    }
}

impl SessionBackend for SupabaseBackend {
    fn messages(
        &self,
        session: SessionId,
        before: Option<MessageKey>,
        limit: usize,
    ) -> Answer<'_, Vec<ChatMessage>> {
        Box::pin(self.page(session, before, limit))
    }

    fn send_message(&self, session: SessionId, body: String) -> Answer<'_, ChatMessage> {
        Box::pin(async move {
            let row = json!({ "session_id": session, "body": body }).to_string();
            let query = |table: Builder| table.insert(row.as_str()).select(MESSAGE_COLUMNS);
            let said = self.tables.first("live_messages", query).await?;
            said.ok_or_else(|| not_found("message"))
        })
    }

    fn delete_message(&self, message: MessageId) -> Answer<'_, ()> {
        Box::pin(async move {
            let id = message.to_string();
            let query = |table: Builder| table.delete().eq("id", &id).select("id");
            let deleted: Option<Deleted> = self.tables.first("live_messages", query).await?;
            deleted.map(drop).ok_or_else(|| not_found("message"))
        })
    }

    fn send_reactions(&self, session: SessionId, kind: ReactionKind, count: u8) -> Answer<'_, ()> {
        Box::pin(async move {
            let row = json!({ "session_id": session, "kind": kind, "count": count });
            self.tables.insert("live_reactions", &row).await
        })
    }

    fn slow_mode(&self, session: SessionId) -> Answer<'_, u32> {
        Box::pin(async move {
            let id = session.to_string();
            let query = |table: Builder| table.select("slow_mode_seconds").eq("session_id", &id);
            let set: Option<SlowMode> = self.tables.first("session_chat_settings", query).await?;
            Ok(set.map_or(0, |set| set.slow_mode_seconds))
        })
    }

    fn set_slow_mode(&self, session: SessionId, seconds: u32) -> Answer<'_, ()> {
        Box::pin(async move {
            let row = json!({ "session_id": session, "slow_mode_seconds": seconds }).to_string();
            let query = |table: Builder| table.upsert(row.as_str()).select("slow_mode_seconds");
            let _set: Vec<SlowMode> = self.tables.rows("session_chat_settings", query).await?;
            Ok(())
        })
    }

    fn send_gift(&self, gift: SendGift, key: IdempotencyKey) -> Answer<'_, u64> {
        Box::pin(async move {
            let answer: WithBalance = self.functions.call("send-gift", Some(&key), &gift).await?;
            Ok(answer.balance)
        })
    }

    fn moderate(&self, request: Moderate, key: IdempotencyKey) -> Answer<'_, Participant> {
        Box::pin(async move {
            let answer: WithParticipant = self.functions.call("moderate", Some(&key), &request).await?;
            Ok(answer.participant)
        })
    }

    fn record_session(
        &self,
        session_id: SessionId,
        action: RecordingAction,
        key: IdempotencyKey,
    ) -> Answer<'_, Recording> {
        Box::pin(async move {
            let request = RecordSession { session_id, action };
            let answer: WithRecording = self
                .functions
                .call("record-session", Some(&key), &request)
                .await?;
            Ok(answer.recording)
        })
    }

    fn last_recording(&self, session: SessionId) -> Answer<'_, Option<Recording>> {
        Box::pin(async move {
            let id = session.to_string();
            let query = |table: Builder| {
                table
                    .select(RECORDING_COLUMNS)
                    .eq("session_id", &id)
                    .order("created_at.desc")
                    .limit(1)
            };
            self.tables.first("recordings", query).await
        })
    }

    fn recording(&self, recording_id: RecordingId) -> Answer<'_, WatchableRecording> {
        Box::pin(async move {
            self.functions
                .call("get-recording", None, &OfRecording { recording_id })
                .await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::fields;
    use super::*;

    #[test]
    fn the_columns_asked_for_are_the_fields_read() {
        let (id, at) = (
            "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10",
            "2026-01-01T00:00:00+00:00",
        );
        fields::<ChatMessage>(
            MESSAGE_COLUMNS,
            json!({ "id": id, "session_id": id, "user_id": id, "body": "hello", "created_at": at }),
        );
        fields::<Recording>(
            RECORDING_COLUMNS,
            json!({
                "id": id, "session_id": id, "status": "starting", "created_at": at, "ended_at": null,
                "duration_ms": null, "size_bytes": null, "expires_at": null,
            }),
        );
    }
}
