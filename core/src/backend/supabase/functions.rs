//! Edge functions: one small function for each endpoint of the HTTP contract.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::http::{Http, authorized, within};
use super::token::TokenProvider;
use crate::backend::{
    AnswerCall, AnsweredCall, CallAdmission, ChangeCall, InitiateCall, ManageStage, NewSession, RoomAccess,
    SessionAdmission, StageOutcome,
};
use crate::domain::{Call, CallId, IdempotencyKey, LiveResult, LiveSession, SessionId};

pub(super) struct Functions {
    http: Http,
    tokens: Arc<dyn TokenProvider>,
}

#[derive(Serialize)]
struct OfSession {
    session_id: SessionId,
}

#[derive(Serialize)]
struct OfCall {
    call_id: CallId,
}

#[derive(Serialize)]
struct JoinSession {
    session_id: SessionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    accept_price: Option<u32>,
}

#[derive(Deserialize)]
struct WithSession {
    session: LiveSession,
}

#[derive(Deserialize)]
struct WithCall {
    call: Call,
}

#[derive(Deserialize)]
struct WithTicket {
    #[serde(flatten)]
    answered: AnsweredCall,
    /// A secret.
    #[serde(default)]
    call_ticket: Option<String>,
}

impl Functions {
    pub fn new(http: Http, tokens: Arc<dyn TokenProvider>) -> Self {
        Self { http, tokens }
    }

    /// Posts to the function `name` as the signed-in user, within the request timeout.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        name: &str,
        key: Option<&IdempotencyKey>,
        body: &(impl Serialize + Sync),
    ) -> LiveResult<T> {
        let path = format!("functions/v1/{name}");
        let attempt = authorized(self.tokens.as_ref(), |token| {
            let path = &path;
            async move {
                let reply = self.http.post(name, path, Some(&token), key, body).await?;
                reply.read(name)
            }
        });
        within(self.http.timeout(), name, attempt).await
    }

    pub async fn create_session(
        &self,
        request: &NewSession,
        key: &IdempotencyKey,
    ) -> LiveResult<SessionAdmission> {
        self.call("create-session", Some(key), request).await
    }

    pub async fn start_session(&self, session_id: SessionId) -> LiveResult<LiveSession> {
        let answer: WithSession = self
            .call("start-session", None, &OfSession { session_id })
            .await?;
        Ok(answer.session)
    }

    pub async fn join_session(
        &self,
        session_id: SessionId,
        accept_price: Option<u32>,
        key: &IdempotencyKey,
    ) -> LiveResult<SessionAdmission> {
        let request = JoinSession {
            session_id,
            accept_price,
        };
        self.call("join-session", Some(key), &request).await
    }

    pub async fn session_token(&self, session_id: SessionId) -> LiveResult<RoomAccess> {
        self.call("get-livekit-token", None, &OfSession { session_id })
            .await
    }

    pub async fn call_token(&self, call_id: CallId) -> LiveResult<RoomAccess> {
        self.call("get-livekit-token", None, &OfCall { call_id }).await
    }

    pub async fn leave_session(&self, session_id: SessionId) -> LiveResult<LiveSession> {
        let answer: WithSession = self
            .call("leave-session", None, &OfSession { session_id })
            .await?;
        Ok(answer.session)
    }

    pub async fn end_session(&self, session_id: SessionId) -> LiveResult<LiveSession> {
        let answer: WithSession = self.call("end-session", None, &OfSession { session_id }).await?;
        Ok(answer.session)
    }

    pub async fn manage_stage(
        &self,
        request: &ManageStage,
        key: &IdempotencyKey,
    ) -> LiveResult<StageOutcome> {
        self.call("manage-stage", Some(key), request).await
    }

    pub async fn initiate_call(
        &self,
        request: &InitiateCall,
        key: &IdempotencyKey,
    ) -> LiveResult<CallAdmission> {
        self.call("initiate-call", Some(key), request).await
    }

    /// The answer, and the call's ticket where it was given by one.
    pub async fn answer_call(
        &self,
        request: &AnswerCall,
        key: Option<&IdempotencyKey>,
    ) -> LiveResult<(AnsweredCall, Option<String>)> {
        let answer: WithTicket = self.call("answer-call", key, request).await?;
        Ok((answer.answered, answer.call_ticket))
    }

    pub async fn get_call(&self, call_id: CallId) -> LiveResult<Call> {
        let answer: WithCall = self.call("get-call", None, &OfCall { call_id }).await?;
        Ok(answer.call)
    }

    pub async fn change_call(&self, request: &ChangeCall, key: &IdempotencyKey) -> LiveResult<Call> {
        let answer: WithCall = self.call("change-call", Some(key), request).await?;
        Ok(answer.call)
    }

    pub async fn end_call(&self, call_id: CallId) -> LiveResult<Call> {
        let answer: WithCall = self.call("end-call", None, &OfCall { call_id }).await?;
        Ok(answer.call)
    }
}
