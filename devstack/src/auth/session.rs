use anyhow::Context;
use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use rand::Rng;
use rand::distr::Alphanumeric;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::error::AuthError;
use super::user::User;
use super::{Answer, Scope, parse_body};
use crate::gateway::Gateway;
use crate::jwt::{now, sign_jwt};

/// A refresh token that was just used may be used once more: the answer may have been lost on the way.
const REUSE_INTERVAL_SECONDS: f64 = 10.0;

/// A row of `auth.sessions`: what one sign-in started.
pub(super) struct Session {
    id: Uuid,
}

impl Session {
    /// Opens a session and returns its first tokens.
    pub(super) async fn start(gateway: &Gateway, user: &User) -> Result<Value, AuthError> {
        let mut client = gateway.database.get().await?;
        let transaction = client.transaction().await?;
        let row = transaction
            .query_one(
                "insert into auth.sessions (user_id) values ($1) returning id",
                &[&user.id],
            )
            .await?;
        let session = Self { id: row.try_get(0)? };
        let refresh_token = session.new_refresh_token(&transaction, user.id, None).await?;
        transaction.commit().await?;
        session.tokens(gateway, user, &refresh_token)
    }

    pub(super) async fn find(
        gateway: &Gateway,
        id: Option<Uuid>,
        user: &User,
    ) -> Result<Option<Self>, AuthError> {
        let client = gateway.database.get().await?;
        let query = "select id from auth.sessions where id = $1 and user_id = $2";
        let row = client.query_opt(query, &[&id, &user.id]).await?;
        row.map(|row| Ok(Self { id: row.try_get(0)? })).transpose()
    }

    /// Ends the sessions of `scope`; their refresh tokens go with them.
    pub(super) async fn end(&self, gateway: &Gateway, user: &User, scope: &Scope) -> Result<(), AuthError> {
        let (which, session) = match scope {
            Scope::Global => ("", None),
            Scope::Local => ("and id = $2", Some(&self.id)),
            Scope::Others => ("and id <> $2", Some(&self.id)),
        };
        let query = format!("delete from auth.sessions where user_id = $1 {which}");
        let client = gateway.database.get().await?;
        match session {
            Some(session) => client.execute(&query, &[&user.id, session]).await?,
            None => client.execute(&query, &[&user.id]).await?,
        };
        Ok(())
    }

    async fn new_refresh_token(
        &self,
        transaction: &Transaction<'_>,
        user: Uuid,
        parent: Option<&str>,
    ) -> Result<String, AuthError> {
        let token: String = rand::rng()
            .sample_iter(Alphanumeric)
            .take(12)
            .map(char::from)
            .collect();
        let query =
            "insert into auth.refresh_tokens (token, user_id, session_id, parent) values ($1, $2, $3, $4)";
        transaction
            .execute(query, &[&token, &user.to_string(), &self.id, &parent])
            .await?;
        Ok(token)
    }

    fn tokens(&self, gateway: &Gateway, user: &User, refresh_token: &str) -> Result<Value, AuthError> {
        let issued_at = now();
        let lifetime = gateway.auth.jwt_expiry;
        let expires_at = issued_at + i64::try_from(lifetime).unwrap_or(i64::MAX / 2);
        let claims = json!({
            "iss": format!("{}/auth/v1", gateway.url),
            "sub": user.id,
            "aud": "authenticated",
            "exp": expires_at,
            "iat": issued_at,
            "email": user.email,
            "phone": "",
            "app_metadata": user.app_metadata,
            "user_metadata": user.user_metadata,
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{ "method": "password", "timestamp": issued_at }],
            "session_id": self.id,
            "is_anonymous": false,
            // Two tokens of one second must differ, or a client couldn't tell that it got a new one.
            "jti": Uuid::new_v4(),
        });
        let claims = claims.as_object().context("the claims are no object")?;
        Ok(json!({
            "access_token": sign_jwt(claims, &gateway.keys.jwt_secret)?,
            "token_type": "bearer",
            "expires_in": lifetime,
            "expires_at": expires_at,
            "refresh_token": refresh_token,
            "user": user.to_json(),
        }))
    }
}

#[derive(Deserialize)]
struct RefreshRequest {
    #[serde(default)]
    refresh_token: String,
}

/// `POST /token?grant_type=refresh_token`: each token works once; using an old one again revokes all of
/// the session's, because somebody else may have it.
pub(super) async fn refresh(gateway: &Gateway, body: &Bytes) -> Answer {
    let RefreshRequest { refresh_token } = parse_body(body)?;
    let mut client = gateway.database.get().await?;
    let transaction = client.transaction().await?;
    let query = "select session.id, session.user_id, token.revoked,
                        extract(epoch from now() - token.updated_at)::float8 < $2 as is_recent
                 from auth.refresh_tokens token join auth.sessions session on session.id = token.session_id
                 where token.token = $1
                 for update of token";
    let row = transaction
        .query_opt(query, &[&refresh_token, &REUSE_INTERVAL_SECONDS])
        .await?;
    let row = row.ok_or_else(|| {
        AuthError::bad_request(
            "refresh_token_not_found",
            "Invalid Refresh Token: Refresh Token Not Found",
        )
    })?;
    let session = Session { id: row.try_get(0)? };
    let user_id: Uuid = row.try_get(1)?;
    let (revoked, is_recent): (bool, bool) = (row.try_get(2)?, row.try_get(3)?);

    let next = if !revoked {
        let revoke = "update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1";
        transaction.execute(revoke, &[&refresh_token]).await?;
        session
            .new_refresh_token(&transaction, user_id, Some(&refresh_token))
            .await?
    } else if let Some(active) = active_child(&transaction, &refresh_token, is_recent).await? {
        active
    } else {
        let revoke_all = "update auth.refresh_tokens set revoked = true where session_id = $1";
        transaction.execute(revoke_all, &[&session.id]).await?;
        transaction.commit().await?;
        let message = "Invalid Refresh Token: Already Used";
        return Err(AuthError::new(
            StatusCode::BAD_REQUEST,
            "refresh_token_already_used",
            message,
        ));
    };
    transaction.commit().await?;
    drop(client);
    let user = User::by_id(gateway, user_id).await?.ok_or_else(|| {
        AuthError::new(
            StatusCode::FORBIDDEN,
            "user_not_found",
            "User from sub claim in JWT does not exist",
        )
    })?;
    Ok(Json(session.tokens(gateway, &user, &next)?))
}

/// The token that replaced `used` and wasn't used itself: what a client whose answer was lost still needs.
async fn active_child(
    transaction: &Transaction<'_>,
    used: &str,
    is_recent: bool,
) -> Result<Option<String>, AuthError> {
    let query = "select token, parent = $1 as is_child from auth.refresh_tokens
                 where not revoked
                   and session_id = (select session_id from auth.refresh_tokens where token = $1)";
    let Some(row) = transaction.query_opt(query, &[&used]).await? else {
        return Ok(None);
    };
    let is_child: Option<bool> = row.try_get(1)?;
    Ok((is_recent || is_child == Some(true))
        .then(|| row.try_get(0))
        .transpose()?)
}
