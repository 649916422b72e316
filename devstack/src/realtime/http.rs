use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::authorise::{Asker, has_required_claims, may_write};
use super::frame::{Body, Broadcast};
use super::hub::Topic;
use crate::gateway::Gateway;
use crate::jwt::{Claims, bearer, verify_jwt};

#[derive(Deserialize)]
pub(crate) struct Batch {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    topic: String,
    event: String,
    payload: Value,
    #[serde(default)]
    private: bool,
}

/// `POST /realtime/v1/api/broadcast`: `{ "messages": [{ topic, event, payload, private }] }`.
pub(crate) async fn broadcast(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Json(batch): Json<Batch>,
) -> Response {
    let claims = match authenticate(&gateway, &headers) {
        Ok(claims) => claims,
        Err(refusal) => return *refusal,
    };
    for Message {
        topic,
        event,
        payload,
        private,
    } in batch.messages
    {
        let body = Body::Json(payload.to_string().into_bytes());
        // As Realtime does: what isn't allowed is left out, the rest goes on.
        send(&gateway, &claims, Topic { name: topic, private }, event, body).await;
    }
    StatusCode::ACCEPTED.into_response()
}

#[derive(Deserialize)]
pub(crate) struct Privacy {
    #[serde(default)]
    private: bool,
}

/// `POST /realtime/v1/api/broadcast/<topic>/events/<event>?private=...`: the body is the payload.
pub(crate) async fn broadcast_event(
    State(gateway): State<Arc<Gateway>>,
    Path((name, event)): Path<(String, String)>,
    Query(Privacy { private }): Query<Privacy>,
    headers: HeaderMap,
    payload: Bytes,
) -> Response {
    let claims = match authenticate(&gateway, &headers) {
        Ok(claims) => claims,
        Err(refusal) => return *refusal,
    };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    let body = if is_json {
        Body::Json(payload.to_vec())
    } else {
        Body::Binary(payload.to_vec())
    };
    if send(&gateway, &claims, Topic { name, private }, event, body).await {
        StatusCode::ACCEPTED.into_response()
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

async fn send(gateway: &Gateway, claims: &Claims, topic: Topic, event: String, body: Body) -> bool {
    let asker = Asker {
        claims,
        topic: &topic.name,
    };
    let allowed = !topic.private
        || may_write(&gateway.realtime.database, &asker)
            .await
            .unwrap_or(false);
    if allowed {
        gateway.realtime.hub.send(
            &topic,
            &Broadcast::User {
                event,
                body,
                meta: None,
            },
            None,
        );
    }
    allowed
}

fn authenticate(gateway: &Gateway, headers: &HeaderMap) -> Result<Claims, Box<Response>> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer);
    let claims = token.and_then(|token| verify_jwt(token, &gateway.keys.jwt_secret).ok());
    claims.filter(has_required_claims).ok_or_else(|| {
        Box::new(
            (
                StatusCode::UNAUTHORIZED,
                Json(json!({ "message": "Unauthorized" })),
            )
                .into_response(),
        )
    })
}
