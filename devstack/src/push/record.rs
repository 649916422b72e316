use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Whose service a push was sent through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushService {
    /// Apple's APNs.
    Apns,
    /// Google's FCM.
    Fcm,
}

/// A push as a service was sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Through whom.
    pub service: PushService,
    /// The device's push token.
    pub token: String,
    /// What admitted the sender: the provider token, or the OAuth token.
    pub credential: String,
    /// APNs: `apns-id`; FCM: the collapse key.
    pub key: String,
    /// Until when the service keeps it for a device that is away, in seconds since 1970.
    pub expires_at: i64,
    /// APNs: the whole payload; FCM: the message's `data`.
    pub payload: Value,
    /// What it was answered.
    pub status: u16,
    /// The reason of a refusal, in the service's own word.
    pub reason: Option<String>,
}

/// What a service answers to a push that is as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushAnswer {
    status: u16,
    reason: String,
    body: Value,
    retry_after: Option<u32>,
}

impl PushAnswer {
    /// A refusal of APNs, such as 503 `ServiceUnavailable`.
    #[must_use]
    pub fn apns(status: u16, reason: &str) -> Self {
        Self {
            status,
            reason: reason.into(),
            body: json!({ "reason": reason }),
            retry_after: None,
        }
    }

    /// APNs knows since then, in milliseconds since 1970, that the token is nobody's.
    #[must_use]
    pub fn apns_unregistered(since: i64) -> Self {
        Self {
            body: json!({ "reason": "Unregistered", "timestamp": since }),
            ..Self::apns(410, "Unregistered")
        }
    }

    /// A refusal of FCM, such as 404 `UNREGISTERED`.
    #[must_use]
    pub fn fcm(status: u16, code: &str) -> Self {
        // FCM's own code is in the details; the general one of Google's interfaces is beside the message.
        let general = match status {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            _ => "INTERNAL",
        };
        let detail =
            json!({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code });
        Self {
            status,
            reason: code.into(),
            body: json!({ "error": { "code": status, "message": code, "status": general, "details": [detail] } }),
            retry_after: None,
        }
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }
}

impl IntoResponse for PushAnswer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What was sent, and what is to be answered, by push token.
#[derive(Default)]
pub(super) struct Record(Mutex<State>);

#[derive(Default)]
struct State {
    sent: Vec<Push>,
    scripts: BTreeMap<String, VecDeque<PushAnswer>>,
}

impl Record {
    pub(super) fn sent_to(&self, token: &str) -> Vec<Push> {
        let state = self.state();
        state
            .sent
            .iter()
            .filter(|push| push.token == token)
            .cloned()
            .collect()
    }

    pub(super) fn sent(&self) -> Vec<Push> {
        self.state().sent.clone()
    }

    pub(super) fn script(&self, token: &str, answers: impl IntoIterator<Item = PushAnswer>) {
        let mut state = self.state();
        state.scripts.entry(token.into()).or_default().extend(answers);
    }

    /// Keeps a push and says what to refuse it with, if anything: what is wrong with it, or what was scripted.
    pub(super) fn take(&self, mut push: Push, wrong: Option<PushAnswer>) -> Option<PushAnswer> {
        let mut state = self.state();
        let refusal = wrong.or_else(|| state.scripts.get_mut(&push.token)?.pop_front());
        push.status = refusal.as_ref().map_or(200, PushAnswer::status);
        push.reason = refusal.as_ref().map(|refusal| refusal.reason().to_owned());
        state.sent.push(push);
        refusal
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
