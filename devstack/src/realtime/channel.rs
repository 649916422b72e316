use serde_json::Value;

use super::authorise::{Asker, expiry, has_required_claims, may_read, may_write};
use super::hub::Topic;
use crate::database::Database;
use crate::jwt::{Claims, now, verify_jwt};

/// A joined channel of one socket.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) join_ref: Value,
    pub(super) topic: Topic,
    pub(super) acknowledge: bool,
    pub(super) echo: bool,
    token: String,
    claims: Claims,
    may_write: Option<bool>,
    /// Seconds since 1970.
    expires_at: i64,
}

/// What a client asks for when it joins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JoinRequest {
    token: Option<String>,
    private: bool,
    acknowledge: bool,
    echo: bool,
    refusal: Option<&'static str>,
}

impl JoinRequest {
    pub(super) fn parse(payload: &Value) -> Self {
        let config = &payload["config"];
        let token = [&payload["user_token"], &payload["access_token"]]
            .into_iter()
            .find_map(Value::as_str);
        let wants_changes = config["postgres_changes"]
            .as_array()
            .is_some_and(|list| !list.is_empty());
        let refusal = if wants_changes {
            Some("PostgresChangesNotServed: devstack serves Broadcast only")
        } else if is_true(&config["presence"]["enabled"]) {
            Some("PresenceNotServed: devstack serves Broadcast only")
        } else {
            None
        };
        Self {
            // A publishable key is no JWT: the socket's own token counts instead.
            token: token.filter(|token| !token.starts_with("sb_")).map(String::from),
            private: is_true(&config["private"]),
            acknowledge: is_true(&config["broadcast"]["ack"]),
            echo: is_true(&config["broadcast"]["self"]),
            refusal,
        }
    }
}

/// Realtime takes `"true"` as well.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

impl Channel {
    /// Joins `name`, or says why not in Realtime's words.
    pub(super) async fn join(
        database: &Database,
        secret: &str,
        socket_token: &str,
        name: &str,
        join_ref: Value,
        request: JoinRequest,
    ) -> Result<Self, String> {
        if name.is_empty() {
            return Err("TopicNameRequired: You must provide a topic name".into());
        }
        if let Some(refusal) = request.refusal {
            return Err(refusal.into());
        }
        let token = request.token.unwrap_or_else(|| socket_token.to_owned());
        let (claims, expires_at) = confirm(&token, secret).map_err(|refusal| refusal.with_code())?;
        let channel = Self {
            join_ref,
            topic: Topic {
                name: name.into(),
                private: request.private,
            },
            acknowledge: request.acknowledge,
            echo: request.echo,
            token,
            claims,
            may_write: None,
            expires_at,
        };
        channel
            .check_read(database)
            .await
            .map_err(|refusal| refusal.with_code())?;
        Ok(channel)
    }

    /// Goes on with another token, or says why the channel must close.
    pub(super) async fn renew(
        &mut self,
        database: &Database,
        secret: &str,
        token: &str,
    ) -> Result<(), String> {
        if token == self.token || token.starts_with("sb_") {
            return Ok(());
        }
        let (claims, expires_at) = confirm(token, secret).map_err(|refusal| refusal.message)?;
        self.token = token.into();
        (self.claims, self.expires_at, self.may_write) = (claims, expires_at, None);
        self.check_read(database).await.map_err(|refusal| refusal.message)
    }

    /// Whether a broadcast of this client goes out. The policies are asked once per token.
    pub(super) async fn may_send(&mut self, database: &Database) -> bool {
        if !self.topic.private {
            return true;
        }
        if let Some(known) = self.may_write {
            return known;
        }
        match may_write(database, &self.asker()).await {
            Ok(allowed) => *self.may_write.insert(allowed),
            Err(error) => {
                tracing::warn!(%error, "cannot ask the policies");
                false
            }
        }
    }

    pub(super) fn expires_at(&self) -> i64 {
        self.expires_at
    }

    async fn check_read(&self, database: &Database) -> Result<(), Refusal> {
        if !self.topic.private {
            return Ok(());
        }
        match may_read(database, &self.asker()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Refusal {
                code: "Unauthorized",
                message: format!(
                    "You do not have permissions to read from this Channel topic: {}",
                    self.topic.name
                ),
            }),
            Err(error) => {
                tracing::warn!(%error, "cannot ask the policies");
                let message = "Realtime was unable to connect to the project database".into();
                Err(Refusal {
                    code: "UnableToConnectToProject",
                    message,
                })
            }
        }
    }

    fn asker(&self) -> Asker<'_> {
        Asker {
            claims: &self.claims,
            topic: &self.topic.name,
        }
    }
}

struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    fn with_code(self) -> String {
        format!("{}: {}", self.code, self.message)
    }
}

/// The claims of a token that may join, and when it expires.
fn confirm(token: &str, secret: &str) -> Result<(Claims, i64), Refusal> {
    use crate::jwt::JwtError;
    let claims = verify_jwt(token, secret).map_err(|error| {
        let code = match error {
            JwtError::Malformed => "MalformedJWT",
            JwtError::Signature => "JwtSignatureError",
            JwtError::Expired { .. } => "InvalidJWTToken",
        };
        Refusal {
            code,
            message: error.to_string(),
        }
    })?;
    let missing = || Refusal {
        code: "InvalidJWTToken",
        message: MISSING_CLAIMS.into(),
    };
    if !has_required_claims(&claims) {
        return Err(missing());
    }
    let expires_at = expiry(&claims).map_err(|_| missing())?;
    Ok((claims, expires_at))
}

pub(super) const MISSING_CLAIMS: &str = "Fields `role` and `exp` are required in JWT";

/// What a client is told when its token ran out.
pub(super) fn expired_message(expires_at: i64) -> String {
    format!("Token has expired {} seconds ago", now() - expires_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_join_without_settings_is_public_and_quiet() {
        let request = JoinRequest::parse(&json!({}));
        let quiet = JoinRequest {
            token: None,
            private: false,
            acknowledge: false,
            echo: false,
            refusal: None,
        };
        assert_eq!(request, quiet);
        assert_eq!(JoinRequest::parse(&json!([1, 2])), quiet);
    }

    #[test]
    fn settings_may_be_words_and_a_publishable_key_is_no_token() {
        let request = JoinRequest::parse(&json!({
            "access_token": "sb_publishable_x",
            "config": { "private": "true", "broadcast": { "ack": true, "self": "true" } },
        }));
        assert!(request.private && request.acknowledge && request.echo);
        assert_eq!(request.token, None);
    }

    #[test]
    fn what_is_not_served_is_refused_by_name() {
        let changes = JoinRequest::parse(&json!({ "config": { "postgres_changes": [{ "event": "*" }] } }));
        assert!(
            changes
                .refusal
                .is_some_and(|reason| reason.starts_with("PostgresChangesNotServed"))
        );
        let presence = JoinRequest::parse(&json!({ "config": { "presence": { "enabled": true } } }));
        assert!(
            presence
                .refusal
                .is_some_and(|reason| reason.starts_with("PresenceNotServed"))
        );
    }
}
