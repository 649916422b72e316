use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::jwt::JwtError;

const VERSION_HEADER: &str = "x-supabase-api-version";
/// From this version on, `code` is the word; before, it is the HTTP status.
const WORD_CODES: &str = "2024-01-01";

/// A refusal in the shapes that Supabase Auth gives it.
#[derive(Debug, Clone)]
pub(super) struct AuthError {
    status: StatusCode,
    code: &'static str,
    message: String,
    extra: Map<String, Value>,
}

impl AuthError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            extra: Map::new(),
        }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn unprocessable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    pub(super) fn weak_password(shortest: usize) -> Self {
        let message = format!("Password should be at least {shortest} characters.");
        let mut error = Self::unprocessable("weak_password", message);
        error
            .extra
            .insert("weak_password".into(), json!({ "reasons": ["length"] }));
        error
    }

    pub(super) fn no_authorization() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "no_authorization",
            "This endpoint requires a valid Bearer token",
        )
    }

    pub(super) fn bad_jwt(reason: JwtError) -> Self {
        let reason = match reason {
            JwtError::Malformed => "token is malformed",
            JwtError::Signature => "signature is invalid",
            JwtError::Expired { .. } => "token has invalid claims: token is expired",
        };
        let message = format!("invalid JWT: unable to parse or verify signature, {reason}");
        Self::new(StatusCode::FORBIDDEN, "bad_jwt", message)
    }

    fn body(&self, word_codes: bool) -> Value {
        let mut body = self.extra.clone();
        if word_codes {
            body.insert("code".into(), self.code.into());
            body.insert("message".into(), self.message.clone().into());
        } else {
            body.insert("code".into(), self.status.as_u16().into());
            body.insert("error_code".into(), self.code.into());
            body.insert("msg".into(), self.message.clone().into());
        }
        body.into()
    }
}

impl From<anyhow::Error> for AuthError {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(error = format!("{error:#}"), "Auth failed");
        let message = "Unexpected failure, please check server logs for more information";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unexpected_failure", message)
    }
}

impl From<tokio_postgres::Error> for AuthError {
    fn from(error: tokio_postgres::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body(false))).into_response();
        // Rendered again for clients of the newer interface.
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives an error the shape of the interface's version that the client asked for.
pub(super) async fn render_for_version(request: Request, next: Next) -> Response {
    let asked = request
        .headers()
        .get(VERSION_HEADER)
        .and_then(|value| value.to_str().ok());
    let word_codes = asked.is_some_and(|version| version >= WORD_CODES);
    let mut response = next.run(request).await;
    if !word_codes {
        return response;
    }
    if let Some(error) = response.extensions_mut().remove::<AuthError>() {
        response = (error.status, Json(error.body(true))).into_response();
    }
    response
        .headers_mut()
        .insert(VERSION_HEADER, HeaderValue::from_static(WORD_CODES));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_carry_the_same_code_and_message() {
        let error = AuthError::bad_request("invalid_credentials", "Invalid login credentials");
        assert_eq!(
            error.body(true),
            json!({ "code": "invalid_credentials", "message": "Invalid login credentials" })
        );
        let old =
            json!({ "code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials" });
        assert_eq!(error.body(false), old);
    }
}
