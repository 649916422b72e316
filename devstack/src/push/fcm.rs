//! Google's part: the token endpoint for service accounts, and `messages:send` of FCM HTTP v1.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Pushes;
use super::record::{Push, PushAnswer, PushService};
use crate::jwt::{bearer, now};

pub(super) const PROJECT_ID: &str = "ipelya-devstack";
pub(super) const KEY_ID: &str = "devstack-key-1";
pub(super) const CLIENT_EMAIL: &str = "push@ipelya-devstack.iam.gserviceaccount.com";

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const ACCESS_TOKEN_LIVES: i64 = 3599;
const LONGEST_ASSERTION: i64 = 3600;
const LONGEST_DATA: usize = 4096;
const LONGEST_TTL: i64 = 2_419_200;

/// An RSA key takes long to make, so this one is always the same. It opens nothing.
#[derive(Deserialize)]
struct Key {
    private_key: String,
    modulus: String,
    exponent: String,
}

pub(super) struct Google {
    /// What the service account signs with.
    pub(super) private_key: String,
    pub(super) token_uri: String,
    public_key: DecodingKey,
    /// Until when each access token is good, in seconds since 1970.
    given: Mutex<BTreeMap<String, i64>>,
}

impl Google {
    pub(super) fn new(url: &str) -> Result<Self> {
        let key: Key =
            serde_json::from_str(include_str!("google_key.json")).context("the key of the double of FCM")?;
        Ok(Self {
            private_key: key.private_key,
            token_uri: format!("{url}/token"),
            public_key: DecodingKey::from_rsa_components(&key.modulus, &key.exponent)?,
            given: Mutex::default(),
        })
    }

    pub(super) fn access_tokens(&self) -> usize {
        self.given().len()
    }

    fn admits(&self, token: &str) -> bool {
        self.given().get(token).is_some_and(|ends_at| *ends_at > now())
    }

    fn given(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is wrong with an assertion, if anything.
    fn check(&self, assertion: &str) -> Result<(), &'static str> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[&self.token_uri]);
        validation.set_issuer(&[CLIENT_EMAIL]);
        let claims = decode::<Assertion>(assertion, &self.public_key, &validation)
            .map_err(|_| "Invalid JWT Signature.")?
            .claims;
        if claims.exp - claims.iat > LONGEST_ASSERTION || claims.iat > now() {
            return Err("Invalid JWT: Token must be a short-lived token (60 minutes).");
        }
        if claims.scope != SCOPE {
            return Err("Invalid OAuth scope or ID token audience provided.");
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Assertion {
    scope: String,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
pub(super) struct Grant {
    grant_type: String,
    assertion: String,
}

/// `POST /token`: an access token for a signed assertion.
pub(super) async fn token(State(pushes): State<Pushes>, Form(grant): Form<Grant>) -> Response {
    let refuse = |error: &str, description: &str| {
        let body = json!({ "error": error, "error_description": description });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    if grant.grant_type != GRANT {
        return refuse("unsupported_grant_type", "Invalid grant_type");
    }
    if let Err(description) = pushes.google().check(&grant.assertion) {
        return refuse("invalid_grant", description);
    }
    let token = format!("ya29.{}", Uuid::new_v4().simple());
    let ends_at = now() + ACCESS_TOKEN_LIVES;
    pushes.google().given().insert(token.clone(), ends_at);
    Json(json!({ "access_token": token, "expires_in": ACCESS_TOKEN_LIVES, "token_type": "Bearer" }))
        .into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    message: Message,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    token: String,
    #[serde(default)]
    data: BTreeMap<String, String>,
    android: Android,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Android {
    priority: String,
    ttl: String,
    collapse_key: String,
}

/// `POST /v1/projects/<project>/messages:send`.
pub(super) async fn send(
    State(pushes): State<Pushes>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let credential = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| bearer(value.to_str().ok()?))
        .unwrap_or_default();
    // What can't be read names no device, so there is nothing to keep it under.
    let Ok(Request { message }) = serde_json::from_slice(&body) else {
        return PushAnswer::fcm(400, "INVALID_ARGUMENT").into_response();
    };
    let seconds = ttl(&message.android.ttl);
    let wrong = if !pushes.google().admits(credential) {
        Some(PushAnswer::fcm(401, "UNAUTHENTICATED"))
    } else if project != PROJECT_ID {
        Some(PushAnswer::fcm(403, "SENDER_ID_MISMATCH"))
    } else if seconds.is_none() || !is_sendable(&message) {
        Some(PushAnswer::fcm(400, "INVALID_ARGUMENT"))
    } else {
        None
    };
    let push = Push {
        service: PushService::Fcm,
        token: message.token,
        credential: credential.to_owned(),
        key: message.android.collapse_key,
        expires_at: now() + seconds.unwrap_or(0),
        payload: Value::from_iter(message.data),
        status: 0,
        reason: None,
    };
    match pushes.record().take(push, wrong) {
        Some(refusal) => refusal.into_response(),
        None => {
            let name = format!("projects/{PROJECT_ID}/messages/0:{}", Uuid::new_v4().simple());
            Json(json!({ "name": name })).into_response()
        }
    }
}

/// A duration as Google's interfaces write it, in whole seconds.
fn ttl(text: &str) -> Option<i64> {
    let seconds: i64 = text.strip_suffix('s')?.parse().ok()?;
    (0..=LONGEST_TTL).contains(&seconds).then_some(seconds)
}

fn is_sendable(message: &Message) -> bool {
    let is_reserved = |key: &String| {
        key == "from" || key == "message_type" || key.starts_with("google.") || key.starts_with("gcm.")
    };
    let size: usize = message
        .data
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    let is_high = message.android.priority.eq_ignore_ascii_case("high");
    let is_normal = message.android.priority.eq_ignore_ascii_case("normal");
    (is_high || is_normal) && size <= LONGEST_DATA && !message.data.keys().any(is_reserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(data: Value, priority: &str) -> Message {
        let android = json!({ "priority": priority, "ttl": "45s", "collapse_key": "call" });
        serde_json::from_value(json!({ "token": "phone", "data": data, "android": android })).unwrap()
    }

    #[test]
    fn data_is_held_to_its_keys_and_its_size() {
        assert!(is_sendable(&message(json!({ "call_id": "7" }), "HIGH")));
        for (data, priority) in [
            (json!({ "from": "me" }), "HIGH"),
            (json!({ "google.x": "1" }), "HIGH"),
            (json!({ "a": "x".repeat(4096) }), "HIGH"),
            (json!({ "call_id": "7" }), "10"),
        ] {
            assert!(!is_sendable(&message(data.clone(), priority)), "{data}");
        }
    }

    #[test]
    fn a_ttl_is_whole_seconds_of_four_weeks_at_most() {
        assert_eq!((ttl("45s"), ttl("0s")), (Some(45), Some(0)));
        for wrong in ["45", "4.5s", "-1s", "2419201s", "s"] {
            assert_eq!(ttl(wrong), None, "{wrong}");
        }
    }
}
