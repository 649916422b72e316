use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ACCESS_KEY, BUCKET, Egress, REGION, Recorder, SECRET};
use crate::jwt::{bearer, verify_jwt};

/// `livekit.RoomCompositeEgressRequest`, as far as it is used; any other field is a mistake here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RoomComposite {
    room_name: String,
    layout: String,
    #[serde(default)]
    audio_only: bool,
    #[serde(default)]
    file: Option<File>,
    #[serde(default)]
    file_outputs: Vec<File>,
}

/// `livekit.EncodedFileOutput`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    file_type: String,
    filepath: String,
    disable_manifest: bool,
    s3: S3,
}

/// `livekit.S3Upload`.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct S3 {
    access_key: String,
    secret: String,
    region: String,
    endpoint: String,
    bucket: String,
    force_path_style: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OneEgress {
    egress_id: String,
}

/// A Twirp error: the status, its code, and why.
pub(super) struct Refused(StatusCode, &'static str, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        (status, Json(json!({ "code": code, "msg": message }))).into_response()
    }
}

fn refuse(status: StatusCode, code: &'static str, message: &str) -> Refused {
    Refused(status, code, message.to_owned())
}

/// The request, if its token may record and every field is one that there is.
fn read<T: DeserializeOwned>(recorder: &Recorder, headers: &HeaderMap, body: &Bytes) -> Result<T, Refused> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| bearer(value.to_str().ok()?))
        .unwrap_or_default();
    let claims = verify_jwt(token, &recorder.0.livekit_secret);
    let may_record = claims.is_ok_and(|claims| {
        claims.get("iss").and_then(Value::as_str) == Some(&recorder.0.livekit_key)
            && claims
                .get("video")
                .is_some_and(|video| video["roomRecord"] == true)
    });
    if !may_record {
        return Err(refuse(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "permissions denied",
        ));
    }
    serde_json::from_slice(body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, "malformed", &error.to_string()))
}

/// `POST /twirp/livekit.Egress/StartRoomCompositeEgress`.
pub(super) async fn start(
    State(recorder): State<Recorder>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let request: RoomComposite = read(&recorder, &headers, &body)?;
    let storage = S3 {
        access_key: ACCESS_KEY.into(),
        secret: SECRET.into(),
        region: REGION.into(),
        endpoint: recorder.0.url.clone(),
        bucket: BUCKET.into(),
        force_path_style: true,
    };
    let mut files = request.file.into_iter().chain(request.file_outputs);
    let (Some(file), None) = (files.next(), files.next()) else {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "invalid_argument",
            "one file is needed",
        ));
    };
    let is_agreed = file.file_type == "MP4" && file.disable_manifest && file.s3 == storage;
    if !is_agreed || request.layout != "speaker" {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "invalid_argument",
            "not what was agreed on",
        ));
    }
    let mut state = recorder.state();
    if state.refused.contains(&request.room_name) {
        return Err(refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "no response from servers",
        ));
    }
    let egress = Egress {
        id: format!("EG_{}", Uuid::new_v4().simple()),
        room_name: request.room_name,
        object_key: file.filepath,
        audio_only: request.audio_only,
        is_stopped: false,
    };
    let answer = info(&egress, "EGRESS_STARTING");
    state.egresses.push(egress);
    Ok(Json(answer))
}

/// `POST /twirp/livekit.Egress/StopEgress`.
pub(super) async fn stop(
    State(recorder): State<Recorder>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let request: OneEgress = read(&recorder, &headers, &body)?;
    let mut state = recorder.state();
    let known = state
        .egresses
        .iter_mut()
        .find(|egress| egress.id == request.egress_id);
    let egress = known.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "not_found", "egress not found"))?;
    if egress.is_stopped {
        let why = "egress cannot be stopped";
        return Err(refuse(
            StatusCode::PRECONDITION_FAILED,
            "failed_precondition",
            why,
        ));
    }
    egress.is_stopped = true;
    Ok(Json(info(egress, "EGRESS_ENDING")))
}

/// `POST /twirp/livekit.Egress/ListEgress`, by the id. One whose file is there is complete.
pub(super) async fn list(
    State(recorder): State<Recorder>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let request: OneEgress = read(&recorder, &headers, &body)?;
    let state = recorder.state();
    let found = state
        .egresses
        .iter()
        .filter(|egress| egress.id == request.egress_id);
    let items: Vec<Value> = found
        .map(|egress| match state.objects.get(&egress.object_key) {
            None => info(egress, "EGRESS_ACTIVE"),
            Some(content) => {
                let mut info = info(egress, "EGRESS_COMPLETE");
                info["file_results"] =
                    json!([{ "filename": egress.object_key, "size": content.len().to_string() }]);
                info
            }
        })
        .collect();
    Ok(Json(json!({ "items": items })))
}

/// `livekit.EgressInfo`.
fn info(egress: &Egress, status: &str) -> Value {
    json!({ "egress_id": egress.id, "room_name": egress.room_name, "status": status })
}
