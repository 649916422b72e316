//! The part of Supabase Auth's HTTP interface that sign-up, password sign-in and session renewal need.

mod error;
mod password;
mod session;
mod user;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::gateway::Gateway;
use crate::jwt::{bearer, verify_jwt};
use error::AuthError;
use session::Session;
use user::User;

type Answer = Result<Json<Value>, AuthError>;

/// Everything below `/auth/v1` that needs the project's key.
pub(crate) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/signup", post(password::sign_up))
        .route("/token", post(token))
        .route("/user", get(current_user))
        .route("/logout", post(log_out))
        .layer(middleware::from_fn(error::render_for_version))
}

/// The public keys: none, because tokens are signed with a shared secret.
pub(crate) async fn jwks() -> Json<Value> {
    Json(json!({ "keys": [] }))
}

/// Says that the service runs.
pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "name": "GoTrue", "description": "GoTrue is a user registration and authentication API" }))
}

#[derive(Deserialize)]
struct TokenQuery {
    grant_type: Option<String>,
}

async fn token(
    State(gateway): State<Arc<Gateway>>,
    Query(query): Query<TokenQuery>,
    body: axum::body::Bytes,
) -> Answer {
    match query.grant_type.as_deref() {
        Some("password") => password::sign_in(&gateway, &body).await,
        Some("refresh_token") => session::refresh(&gateway, &body).await,
        _ => Err(AuthError::new(
            StatusCode::BAD_REQUEST,
            "invalid_credentials",
            "unsupported_grant_type",
        )),
    }
}

async fn current_user(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Answer {
    let (user, _session) = authenticated(&gateway, &headers).await?;
    Ok(Json(user.to_json()))
}

#[derive(Deserialize)]
struct LogOutQuery {
    #[serde(default)]
    scope: Scope,
}

/// Which sessions end.
#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Scope {
    #[default]
    Global,
    Local,
    Others,
}

async fn log_out(
    State(gateway): State<Arc<Gateway>>,
    Query(query): Query<LogOutQuery>,
    headers: HeaderMap,
) -> Result<StatusCode, AuthError> {
    let (user, session) = authenticated(&gateway, &headers).await?;
    session.end(&gateway, &user, &query.scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The fields of a JSON object.
fn parse_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, AuthError> {
    let object = serde_json::from_slice::<Map<String, Value>>(body);
    let fields = object.and_then(|object| serde_json::from_value(Value::Object(object)));
    fields.map_err(|_| AuthError::bad_request("bad_json", "Could not parse request body as JSON"))
}

/// The user and session of the bearer token.
async fn authenticated(gateway: &Gateway, headers: &HeaderMap) -> Result<(User, Session), AuthError> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(bearer)
        .ok_or_else(AuthError::no_authorization)?;
    let claims = verify_jwt(token, &gateway.keys.jwt_secret).map_err(AuthError::bad_jwt)?;
    let text = |name: &str| {
        claims
            .get(name)
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok())
    };
    let Some(user) = text("sub") else {
        return Err(AuthError::new(
            StatusCode::FORBIDDEN,
            "bad_jwt",
            "invalid claim: missing sub claim",
        ));
    };
    let user = User::by_id(gateway, user).await?.ok_or_else(|| {
        AuthError::new(
            StatusCode::FORBIDDEN,
            "user_not_found",
            "User from sub claim in JWT does not exist",
        )
    })?;
    let session = Session::find(gateway, text("session_id"), &user)
        .await?
        .ok_or_else(|| {
            let message = "Session from session_id claim in JWT does not exist";
            AuthError::new(StatusCode::FORBIDDEN, "session_not_found", message)
        })?;
    Ok((user, session))
}
