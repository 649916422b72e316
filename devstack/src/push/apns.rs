//! Apple's part, as "Sending notification requests to APNs" and "Handling error responses from APNs" describe it.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rcgen::KeyPair;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::Pushes;
use super::record::{Push, PushAnswer, PushService};
use crate::jwt::{bearer, now};

pub(super) const KEY_ID: &str = "DEVSTACK01";
pub(super) const TEAM_ID: &str = "IPELYATEAM";
pub(super) const BUNDLE_ID: &str = "com.ipelya.example";

const LONGEST_VOIP_PAYLOAD: usize = 5120;
const SHORTEST_DEVICE_TOKEN: usize = 64;
const PROVIDER_TOKEN_LIVES: i64 = 3600;
const PROVIDER_TOKEN_STAYS: i64 = 1200;
const CLOCK_TOLERANCE: i64 = 60;

pub(super) struct Apple {
    /// What providers sign with: the text of a `.p8` file.
    pub(super) private_key: String,
    public_key: DecodingKey,
    /// The provider token in use, and since when.
    in_use: Mutex<Option<(String, i64)>>,
}

#[derive(Deserialize)]
struct ProviderToken {
    iss: String,
    iat: i64,
}

impl Apple {
    pub(super) fn new() -> Result<Self> {
        let pair = KeyPair::generate()?;
        // A point of P-256: one byte that says so, then x and y.
        let point = pair.public_key_raw();
        let (x, y) = point[1..].split_at(32);
        let [x, y] = [x, y].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        Ok(Self {
            private_key: pair.serialize_pem(),
            public_key: DecodingKey::from_ec_components(&x, &y)?,
            in_use: Mutex::default(),
        })
    }

    fn admit(&self, token: &str) -> Result<(), PushAnswer> {
        let invalid = || PushAnswer::apns(403, "InvalidProviderToken");
        let header = decode_header(token).map_err(|_| invalid())?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        let claims = decode::<ProviderToken>(token, &self.public_key, &validation)
            .map_err(|_| invalid())?
            .claims;
        if header.kid.as_deref() != Some(KEY_ID)
            || claims.iss != TEAM_ID
            || claims.iat > now() + CLOCK_TOLERANCE
        {
            return Err(invalid());
        }
        if claims.iat < now() - PROVIDER_TOKEN_LIVES {
            return Err(PushAnswer::apns(403, "ExpiredProviderToken"));
        }
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        match &*in_use {
            Some((known, _)) if known == token => {}
            Some((_, since)) if now() - since < PROVIDER_TOKEN_STAYS => {
                return Err(PushAnswer::apns(429, "TooManyProviderTokenUpdates"));
            }
            Some(_) | None => *in_use = Some((token.to_owned(), now())),
        }
        Ok(())
    }

    /// A provider that was told that its token ended may bring another one at once.
    fn forget_token(&self) {
        *self.in_use.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// `POST /3/device/<device token>`.
pub(super) async fn send(
    State(pushes): State<Pushes>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let credential = text("authorization").and_then(bearer).unwrap_or_default();
    let push = Push {
        service: PushService::Apns,
        token: token.clone(),
        credential: credential.to_owned(),
        key: text("apns-id").unwrap_or_default().to_owned(),
        expires_at: text("apns-expiration")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0),
        payload: serde_json::from_slice(&body).unwrap_or(Value::Null),
        status: 0,
        reason: None,
    };
    let wrong = check(&push, &text, body.len())
        .and_then(|()| pushes.apple().admit(credential))
        .err();
    let id = push.key.clone();
    let answer = pushes.record().take(push, wrong);
    if answer
        .as_ref()
        .is_some_and(|answer| answer.reason() == "ExpiredProviderToken")
    {
        pushes.apple().forget_token();
    }
    let mut response = answer.map_or_else(|| StatusCode::OK.into_response(), IntoResponse::into_response);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("apns-id"), id);
    }
    response
}

/// Everything but the provider token, for a VoIP push.
fn check<'a>(push: &Push, header: &impl Fn(&str) -> Option<&'a str>, size: usize) -> Result<(), PushAnswer> {
    let bad = |reason| Err(PushAnswer::apns(400, reason));
    let is_token =
        push.token.len() >= SHORTEST_DEVICE_TOKEN && push.token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_id = Uuid::try_parse(&push.key).is_ok_and(|id| id.to_string() == push.key);
    if push.credential.is_empty() {
        return Err(PushAnswer::apns(403, "MissingProviderToken"));
    } else if !is_token {
        return bad("BadDeviceToken");
    } else if !push.key.is_empty() && !is_id {
        return bad("BadMessageId");
    } else if header("apns-push-type") != Some("voip") {
        return bad("InvalidPushType");
    } else if !matches!(header("apns-priority"), None | Some("5" | "10")) {
        return bad("BadPriority");
    } else if header("apns-expiration").is_some_and(|text| text.parse::<u32>().is_err()) {
        return bad("BadExpirationDate");
    } else if size == 0 || !push.payload.is_object() {
        return bad("PayloadEmpty");
    } else if size > LONGEST_VOIP_PAYLOAD {
        return Err(PushAnswer::apns(413, "PayloadTooLarge"));
    }
    match header("apns-topic") {
        None => bad("MissingTopic"),
        // A VoIP push has a topic of its own.
        Some(topic) if topic.strip_suffix(".voip") == Some(BUNDLE_ID) => Ok(()),
        Some(_) => bad("TopicDisallowed"),
    }
}

#[cfg(test)]
#[path = "apns_tests.rs"]
mod tests;
