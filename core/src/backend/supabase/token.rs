//! Who is signed in: access tokens, and where they come from.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use tokio::sync::watch;

use crate::backend::Answer;
use crate::domain::{ErrorCode, LiveError, LiveResult, UserId};

/// A user's Supabase JWT. Its signature is the server's to check; it is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    jwt: Arc<str>,
    user_id: UserId,
    expires_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Claims {
    sub: UserId,
    exp: i64,
}

impl AccessToken {
    /// Reads whose token it is (`sub`, a UUID) and until when it is good (`exp`).
    ///
    /// # Errors
    /// `not_authenticated` when it isn't a user's JWT: malformed, or the anon key, which has no user.
    pub fn parse(jwt: &str) -> LiveResult<Self> {
        let claims = jwt.split('.').nth(1).and_then(|payload| {
            let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
            serde_json::from_slice::<Claims>(&payload).ok()
        });
        let claims = claims.and_then(|claims| Some((claims.sub, DateTime::from_timestamp(claims.exp, 0)?)));
        let printable = jwt.bytes().all(|byte| byte.is_ascii_graphic());
        match claims {
            Some((user_id, expires_at)) if printable => Ok(Self {
                jwt: jwt.into(),
                user_id,
                expires_at,
            }),
            _ => Err(LiveError::new(
                ErrorCode::NotAuthenticated,
                "the access token is not a signed-in user's JWT",
            )),
        }
    }

    /// The JWT itself. A secret.
    pub fn expose(&self) -> &str {
        &self.jwt
    }

    /// Whose token it is.
    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    /// When the server stops taking it.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("user_id", &self.user_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Where access tokens come from: the app's own Supabase session, or a [`super::PasswordSession`].
pub trait TokenProvider: Send + Sync + 'static {
    /// A token that is good now; renewed first where it is about to run out.
    ///
    /// # Errors
    /// `not_authenticated` when nobody is signed in; `internal` when it couldn't be renewed for now.
    fn access_token(&self) -> Answer<'_, AccessToken>;

    /// A token instead of `rejected`, which the server refused. Answering with the same token says that there
    /// is no other.
    ///
    /// # Errors
    /// As [`TokenProvider::access_token`].
    fn renew<'a>(&'a self, rejected: &'a AccessToken) -> Answer<'a, AccessToken>;

    /// Marked as changed whenever the token is another one.
    fn changes(&self) -> watch::Receiver<()>;
}

/// One token that never changes: for tests, and for programs shorter than its life.
pub struct StaticToken {
    token: AccessToken,
    changes: watch::Sender<()>,
}

impl StaticToken {
    /// A provider of this token alone.
    pub fn new(token: AccessToken) -> Self {
        let (changes, _) = watch::channel(());
        Self { token, changes }
    }
}

impl TokenProvider for StaticToken {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        Box::pin(std::future::ready(Ok(self.token.clone())))
    }

    fn renew<'a>(&'a self, _rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        self.access_token()
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!(
            "eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl",
            URL_SAFE_NO_PAD.encode(claims)
        )
    }

    #[test]
    fn a_users_token_tells_whose_it_is_and_until_when() {
        let text =
            jwt(r#"{"sub":"0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10","exp":1700000000,"role":"authenticated"}"#);
        let token = AccessToken::parse(&text).unwrap();
        assert_eq!(
            token.user_id().to_string(),
            "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10"
        );
        assert_eq!(token.expires_at().timestamp(), 1_700_000_000);
        assert_eq!(token.expose(), text);
        assert!(
            !format!("{token:?}").contains(&text[..20]),
            "the JWT is not shown"
        );
    }

    #[test]
    fn what_is_no_users_token_is_refused() {
        let header_break = format!(
            "{}\n",
            jwt(r#"{"sub":"0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10","exp":1}"#)
        );
        for text in [
            "",
            "a.b.c",
            "no dots",
            &jwt("not json"),
            &jwt(r#"{"role":"anon","exp":1700000000}"#),
            &jwt(r#"{"sub":"0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10"}"#),
            &jwt(r#"{"sub":"0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10","exp":9223372036854775807}"#),
            &header_break,
        ] {
            let error = AccessToken::parse(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::NotAuthenticated, "{text:?}");
        }
    }
}
