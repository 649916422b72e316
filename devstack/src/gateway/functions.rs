use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Gateway;
use super::proxy::forward;
use crate::jwt::{bearer, verify_jwt};

/// The path's variables: the function's name, and what follows it.
#[derive(serde::Deserialize)]
pub(super) struct Called {
    name: String,
}

/// `/functions/v1/<name>` reaches the function as `/<name>`, after the JWT check that its settings ask for.
pub(super) async fn call(
    State(gateway): State<Arc<Gateway>>,
    Path(Called { name }): Path<Called>,
    request: Request,
) -> Response {
    let Some(verify) = gateway.functions.get(&name) else {
        return refusal(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "Requested function was not found",
        );
    };
    if *verify && request.method() != Method::OPTIONS {
        match bearer_token(request.headers()) {
            None => return refusal(StatusCode::UNAUTHORIZED, "401", "Missing authorization header"),
            Some(token) if verify_jwt(token, &gateway.keys.jwt_secret).is_err() => {
                return refusal(StatusCode::UNAUTHORIZED, "401", "Invalid JWT");
            }
            Some(_) => {}
        }
    }
    let path = request
        .uri()
        .path()
        .strip_prefix("/functions/v1")
        .unwrap_or_default()
        .to_owned();
    let query = request.uri().query().map(String::from);
    forward(
        &gateway.http,
        gateway.functions_port,
        &path,
        query.as_deref(),
        request,
    )
    .await
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer)
}

/// As Supabase's edge runtime answers: the code is a number for an HTTP error, else a word.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let code = code
        .parse::<u16>()
        .map_or_else(|_| json!(code), |number| json!(number));
    let headers = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (status, headers, Json(json!({ "code": code, "message": message }))).into_response()
}
