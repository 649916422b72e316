use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio_postgres::error::SqlState;

use super::error::AuthError;
use super::session::Session;
use super::user::{COLUMNS, User};
use super::{Answer, parse_body};
use crate::gateway::Gateway;

/// What bcrypt takes into account of a password.
const LONGEST_PASSWORD: usize = 72;

#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    data: Option<Map<String, Value>>,
}

impl Credentials {
    fn parse(body: &Bytes) -> Result<Self, AuthError> {
        let mut credentials: Self = parse_body(body)?;
        credentials.email = credentials.email.trim().to_lowercase();
        Ok(credentials)
    }
}

/// `POST /signup`: a new user, confirmed at once and signed in.
pub(super) async fn sign_up(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Answer {
    let Credentials {
        email,
        password,
        data,
    } = Credentials::parse(&body)?;
    check_email(&email)?;
    check_password(&password, gateway.auth.minimum_password_length)?;
    let query = format!(
        "insert into auth.users (email, encrypted_password, email_confirmed_at, raw_user_meta_data)
         values ($1, extensions.crypt($2, extensions.gen_salt('bf', 4)), now(), $3)
         returning {COLUMNS}"
    );
    let metadata = Value::Object(data.unwrap_or_default());
    let inserted = gateway
        .database
        .get()
        .await?
        .query_one(&query, &[&email, &password, &metadata])
        .await;
    let row = inserted.map_err(|error| match error.code() {
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => {
            AuthError::unprocessable("user_already_exists", "User already registered")
        }
        _ => error.into(),
    })?;
    Ok(Json(Session::start(&gateway, &User::from_row(&row)?).await?))
}

/// `POST /token?grant_type=password`.
pub(super) async fn sign_in(gateway: &Gateway, body: &Bytes) -> Answer {
    let Credentials { email, password, .. } = Credentials::parse(body)?;
    if email.is_empty() {
        return Err(AuthError::bad_request(
            "validation_failed",
            "missing email or phone",
        ));
    }
    let query = format!(
        "update auth.users set last_sign_in_at = now()
         where email = $1 and deleted_at is null and not is_sso_user
           and encrypted_password = extensions.crypt($2, encrypted_password)
           and coalesce(banned_until, '-infinity') < now()
         returning {COLUMNS}"
    );
    let row = gateway
        .database
        .get()
        .await?
        .query_opt(&query, &[&email, &password])
        .await?;
    let row =
        row.ok_or_else(|| AuthError::bad_request("invalid_credentials", "Invalid login credentials"))?;
    Ok(Json(Session::start(gateway, &User::from_row(&row)?).await?))
}

fn check_email(email: &str) -> Result<(), AuthError> {
    if email.is_empty() {
        let message = "Anonymous sign-ins are disabled";
        return Err(AuthError::unprocessable("anonymous_provider_disabled", message));
    }
    let is_valid = email.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
    });
    if !is_valid || email.contains(char::is_whitespace) || email.len() > 255 {
        let message = "Unable to validate email address: invalid format";
        return Err(AuthError::bad_request("validation_failed", message));
    }
    Ok(())
}

fn check_password(password: &str, shortest: usize) -> Result<(), AuthError> {
    if password.is_empty() {
        return Err(AuthError::bad_request(
            "validation_failed",
            "Signup requires a valid password",
        ));
    }
    if password.len() > LONGEST_PASSWORD {
        let message = "Password cannot be longer than 72 characters";
        return Err(AuthError::bad_request("validation_failed", message));
    }
    if password.chars().count() < shortest {
        return Err(AuthError::weak_password(shortest));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_passwords_that_cannot_be_right_are_refused() {
        check_email("creator@ipelya.test").unwrap();
        for wrong in ["", "nobody", "@ipelya.test", "a@b", "a b@ipelya.test", "a@.test"] {
            assert!(check_email(wrong).is_err(), "{wrong:?}");
        }
        check_password("secret", 6).unwrap();
        for wrong in [String::new(), "short".into(), "x".repeat(73)] {
            assert!(check_password(&wrong, 6).is_err(), "{wrong:?}");
        }
    }
}
