use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::form_urlencoded;

use super::Gateway;

/// Refuses a request without one of the project's keys in the header or parameter `apikey`. One that has no
/// `Authorization` goes on as the key's own role.
pub(super) async fn require_key(
    State(gateway): State<Arc<Gateway>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(key) = api_key(&request) else {
        return refusal("No API key found in request");
    };
    if key != gateway.keys.anon && key != gateway.keys.service_role {
        return refusal("Invalid authentication credentials");
    }
    if !request.headers().contains_key(header::AUTHORIZATION) {
        let Ok(value) = HeaderValue::from_str(&format!("Bearer {key}")) else {
            return refusal("Invalid authentication credentials");
        };
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    next.run(request).await
}

fn api_key(request: &Request) -> Option<String> {
    let header = request
        .headers()
        .get("apikey")
        .and_then(|value| value.to_str().ok())
        .map(String::from);
    header.or_else(|| {
        let query = request.uri().query()?;
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "apikey")
            .map(|(_, value)| value.into_owned())
    })
}

fn refusal(message: &str) -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "message": message }))).into_response()
}
