use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::jwt::{now, sign_jwt};

/// What a client needs to use the stack; written as one JSON line by `cargo xtask stack --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackInfo {
    /// The gateway's base URL: `/auth/v1`, `/rest/v1`, `/functions/v1` and `/realtime/v1` are below it.
    pub supabase_url: String,
    /// The project's public key: a JWT with role `anon`.
    pub anon_key: String,
    /// A JWT with role `service_role`, which bypasses RLS.
    pub service_role_key: String,
    /// The HS256 secret that users' JWTs are signed with.
    pub jwt_secret: String,
    /// PostgreSQL as the superuser `postgres`.
    pub database_url: String,
    /// The LiveKit server (`ws://` or `wss://`).
    pub livekit_url: String,
    /// The key of LiveKit access tokens and of its server API.
    pub livekit_api_key: String,
    /// The secret that belongs to `livekit_api_key`.
    pub livekit_api_secret: String,
    /// The seeded users, by name.
    pub users: Vec<StackUser>,
}

/// A user whose e-mail address is `<name>@ipelya.test` and whose password is `ipelya-<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackUser {
    /// For example `creator`.
    pub name: String,
    /// The id in `auth.users`.
    pub id: Uuid,
    /// What to sign in with.
    pub email: String,
    /// What to sign in with.
    pub password: String,
}

impl StackInfo {
    /// The seeded user called `name`.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&StackUser> {
        self.users.iter().find(|user| user.name == name)
    }
}

const EMAIL_DOMAIN: &str = "@ipelya.test";

impl StackUser {
    /// An access token of this user's that ran out an hour ago, signed with the stack's `jwt_secret`.
    ///
    /// # Errors
    /// As [`sign_jwt`](crate::sign_jwt).
    pub fn expired_token(&self, jwt_secret: &str) -> anyhow::Result<String> {
        let claims = serde_json::json!({
            "sub": self.id,
            "email": self.email,
            "role": "authenticated",
            "aud": "authenticated",
            "exp": now() - 3_600,
        });
        sign_jwt(&serde_json::from_value(claims)?, jwt_secret)
    }

    /// The seeded user with this row; `None` for an address of another kind.
    pub(crate) fn seeded(id: Uuid, email: &str) -> Option<Self> {
        let name = email.strip_suffix(EMAIL_DOMAIN)?;
        Some(Self {
            name: name.into(),
            id,
            email: email.into(),
            password: format!("ipelya-{name}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_user_follows_the_convention() {
        let user = StackUser::seeded(Uuid::nil(), "creator@ipelya.test").unwrap();
        assert_eq!(
            (user.name.as_str(), user.password.as_str()),
            ("creator", "ipelya-creator")
        );
        assert_eq!(StackUser::seeded(Uuid::nil(), "somebody@example.com"), None);
    }
}
