//! Files behind addresses that are signed as Amazon's: AWS Signature Version 4 in the query.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{NaiveDateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::{ACCESS_KEY, BUCKET, REGION, Recorder, SECRET};

type Parameters = Query<BTreeMap<String, String>>;

/// `GET /<bucket>/<key>`.
pub(super) async fn read(
    State(recorder): State<Recorder>,
    Path((bucket, key)): Path<(String, String)>,
    Query(parameters): Parameters,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if bucket != BUCKET || !is_signed(&method, &uri, &headers, &parameters) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let object = recorder.state().objects.get(&key).cloned();
    object.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        IntoResponse::into_response,
    )
}

/// `DELETE /<bucket>/<key>`; of a file that isn't there, too.
pub(super) async fn delete(
    State(recorder): State<Recorder>,
    Path((bucket, key)): Path<(String, String)>,
    Query(parameters): Parameters,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> StatusCode {
    if bucket != BUCKET || !is_signed(&method, &uri, &headers, &parameters) {
        return StatusCode::FORBIDDEN;
    }
    recorder.state().objects.remove(&key);
    StatusCode::NO_CONTENT
}

fn is_signed(method: &Method, uri: &Uri, headers: &HeaderMap, parameters: &BTreeMap<String, String>) -> bool {
    let parameter = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let (query, given) = uri
        .query()
        .and_then(|query| query.split_once("&X-Amz-Signature="))
        .unwrap_or_default();
    let time = parameter("X-Amz-Date");
    let Ok(signed_at) = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M%SZ") else {
        return false;
    };
    let lasts = parameter("X-Amz-Expires")
        .parse()
        .map_or(TimeDelta::zero(), TimeDelta::seconds);
    let age = Utc::now().naive_utc() - signed_at;
    let scope = format!("{}/{REGION}/s3/aws4_request", signed_at.format("%Y%m%d"));
    let is_current = age > TimeDelta::minutes(-5) && age < lasts;
    let is_ours = parameter("X-Amz-Credential") == format!("{ACCESS_KEY}/{scope}");
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let request = format!(
        "{method}\n{}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD",
        uri.path()
    );
    let text = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(request))
    );
    let key = scope
        .split('/')
        .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| sign(&key, part));
    is_current && is_ours && hex(&sign(&key, &text)) == given
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    // A key of HMAC may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
