//! Tables read and written through PostgREST, under row-level security.

use std::sync::Arc;

use postgrest::{Builder, Postgrest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::config::SupabaseConfig;
use super::http::{Http, authorized, unreachable, within};
use super::refusal;
use super::reply::Reply;
use super::token::TokenProvider;
use crate::domain::{
    Call, CallId, ErrorCode, LiveError, LiveResult, LiveSession, SessionId, StageRequest, UserId,
};

/// The fields of [`LiveSession`], which are columns of the same names.
const SESSION_COLUMNS: &str = "id,room_name,session_type,title,host_id,acting_host_id,access,price_coins,status,\
                               viewer_count,started_at,ended_at,end_reason";
/// The fields of [`StageRequest`], which are columns of the same names.
const STAGE_REQUEST_COLUMNS: &str = "id,session_id,user_id,kind,role,status,created_by,created_at,expires_at";
/// The fields of [`Call`], which are columns of the same names; `video_request` is computed.
const CALL_COLUMNS: &str = "id,status,call_type,caller_id,callee_id,ring_expires_at,answered_device_id,\
                            video_request,version,end_reason";

pub(super) struct Tables {
    rest: Postgrest,
    http: Http,
    config: SupabaseConfig,
    tokens: Arc<dyn TokenProvider>,
}

impl Tables {
    pub fn new(http: Http, config: SupabaseConfig, tokens: Arc<dyn TokenProvider>) -> Self {
        let rest = Postgrest::new(config.endpoint("rest/v1")).insert_header("apikey", config.anon_key());
        Self {
            rest,
            http,
            config,
            tokens,
        }
    }

    pub async fn session(&self, id: SessionId) -> LiveResult<LiveSession> {
        let id = id.to_string();
        let query = |table: Builder| table.select(SESSION_COLUMNS).eq("id", &id);
        self.first("live_sessions", query)
            .await?
            .ok_or_else(|| not_found("session"))
    }

    pub async fn call(&self, id: CallId) -> LiveResult<Call> {
        let id = id.to_string();
        let query = |table: Builder| table.select(CALL_COLUMNS).eq("id", &id);
        self.first("calls", query).await?.ok_or_else(|| not_found("call"))
    }

    /// Row-level security shows one's own calls alone, and the server allows one live call for a person.
    pub async fn live_call(&self) -> LiveResult<Option<Call>> {
        let query = |table: Builder| {
            table
                .select(CALL_COLUMNS)
                .in_("status", ["ringing", "active"])
                .order("ring_expires_at.desc")
                .limit(1)
        };
        self.first("calls", query).await
    }

    /// Row-level security shows one's own alone, and all to those who lead the stage.
    pub async fn open_stage_requests(&self, id: SessionId) -> LiveResult<Vec<StageRequest>> {
        let id = id.to_string();
        let query = |table: Builder| {
            table
                .select(STAGE_REQUEST_COLUMNS)
                .eq("session_id", &id)
                .eq("status", "pending")
                .order("created_at.asc")
        };
        self.rows("stage_requests", query).await
    }

    pub async fn last_stage_request(&self, id: SessionId, user: UserId) -> LiveResult<Option<StageRequest>> {
        let (id, user) = (id.to_string(), user.to_string());
        let query = |table: Builder| {
            table
                .select(STAGE_REQUEST_COLUMNS)
                .eq("session_id", &id)
                .eq("user_id", &user)
                .order("created_at.desc")
                .limit(1)
        };
        self.first("stage_requests", query).await
    }

    /// The first row of `query`; `None` where there is none that the caller may see.
    pub(super) async fn first<T: DeserializeOwned>(
        &self,
        table: &str,
        query: impl Fn(Builder) -> Builder + Send + Sync,
    ) -> LiveResult<Option<T>> {
        Ok(self.rows(table, query).await?.into_iter().next())
    }

    /// The rows that `query` reads, or wrote.
    pub(super) async fn rows<T: DeserializeOwned>(
        &self,
        table: &str,
        query: impl Fn(Builder) -> Builder + Send + Sync,
    ) -> LiveResult<Vec<T>> {
        let attempt = authorized(self.tokens.as_ref(), |token| {
            let query = query(self.rest.from(table)).auth(token.expose());
            async move {
                let lost =
                    |connecting: bool, error: &dyn std::error::Error| unreachable(table, connecting, error);
                let response = query.execute().await;
                let response = response.map_err(|error| lost(error.is_connect(), &error.without_url()))?;
                let status = response.status().as_u16();
                let retry_after = response.headers().get("retry-after");
                let retry_after = retry_after
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned);
                let body = response
                    .text()
                    .await
                    .map_err(|error| lost(false, &error.without_url()))?;
                let reply = Reply {
                    status,
                    retry_after,
                    body,
                };
                accepted(table, reply)?.read(table)
            }
        });
        within(self.config.request_timeout, table, attempt).await
    }

    /// Inserts a row without reading it back: some may be written by those who may not read them.
    pub(super) async fn insert(&self, table: &str, row: &(impl Serialize + Sync)) -> LiveResult<()> {
        let path = format!("rest/v1/{table}");
        let attempt = authorized(self.tokens.as_ref(), |token| {
            let path = &path;
            async move {
                let reply = self.http.post(table, path, Some(&token), None, row).await?;
                accepted(table, reply).map(drop)
            }
        });
        within(self.config.request_timeout, table, attempt).await
    }
}

fn accepted(table: &str, reply: Reply) -> LiveResult<Reply> {
    if reply.is_success() {
        Ok(reply)
    } else {
        Err(refusal::of_table(table, &reply))
    }
}

pub(super) fn not_found(what: &str) -> LiveError {
    LiveError::new(ErrorCode::NotFound, format!("no such {what}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// Also for the tables beside this file.
    pub(in crate::backend::supabase) fn fields<T: serde::Serialize + DeserializeOwned>(
        columns: &str,
        row: serde_json::Value,
    ) {
        let read: T = serde_json::from_value(row).unwrap();
        let written = serde_json::to_value(read).unwrap();
        let mut fields: Vec<&str> = written.as_object().unwrap().keys().map(String::as_str).collect();
        let mut columns: Vec<&str> = columns.split(',').collect();
        fields.sort_unstable();
        columns.sort_unstable();
        assert_eq!(columns, fields);
    }

    #[test]
    fn the_columns_asked_for_are_the_fields_read() {
        let id = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        fields::<LiveSession>(
            SESSION_COLUMNS,
            json!({
                "id": id, "room_name": format!("live_{id}"), "session_type": "video_live", "title": "t",
                "host_id": id, "acting_host_id": null, "access": "public", "price_coins": null, "status": "preparing", "viewer_count": 0,
                "started_at": null, "ended_at": null, "end_reason": null,
            }),
        );
        fields::<StageRequest>(
            STAGE_REQUEST_COLUMNS,
            json!({
                "id": id, "session_id": id, "user_id": id, "kind": "request", "role": "speaker", "status": "pending",
                "created_by": id, "created_at": "2026-01-01T00:00:00+00:00", "expires_at": null,
            }),
        );
        fields::<Call>(
            CALL_COLUMNS,
            json!({
                "id": id, "status": "ringing", "call_type": "audio_call", "caller_id": id, "callee_id": id,
                "ring_expires_at": "2026-01-01T00:00:00+00:00", "end_reason": null,
            }),
        );
    }
}
