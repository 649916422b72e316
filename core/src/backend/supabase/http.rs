//! One HTTP client for edge functions and Auth: keep-alive, one deadline, one way to say what went wrong.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use serde::Serialize;

use super::config::SupabaseConfig;
use super::reply::Reply;
use super::token::{AccessToken, TokenProvider};
use crate::domain::{ErrorCode, IdempotencyKey, LiveError, LiveResult};

/// The shared client.
#[derive(Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    config: SupabaseConfig,
}

impl Http {
    pub fn new(config: SupabaseConfig) -> LiveResult<Self> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("ipelya-live/", env!("CARGO_PKG_VERSION")))
            // An API that redirects is a misconfigured one, and a redirect would carry the token elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| {
                LiveError::new(
                    ErrorCode::Internal,
                    format!("the HTTP client can't start: {error}"),
                )
            })?;
        Ok(Self { client, config })
    }

    pub fn timeout(&self) -> Duration {
        self.config.request_timeout
    }

    /// Posts JSON to `path` below the project's URL: one try. `endpoint` names the request in messages.
    pub async fn post(
        &self,
        endpoint: &str,
        path: &str,
        token: Option<&AccessToken>,
        key: Option<&IdempotencyKey>,
        body: &(impl Serialize + Sync),
    ) -> LiveResult<Reply> {
        let mut request = self
            .client
            .post(self.config.endpoint(path))
            .header("apikey", self.config.anon_key())
            .json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token.expose());
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.as_str());
        }
        let lost = |error: reqwest::Error| unreachable(endpoint, error.is_connect(), &error.without_url());
        let response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = response.text().await.map_err(lost)?;
        Ok(Reply {
            status,
            retry_after,
            body,
        })
    }
}

/// The network's failure; `error` goes to the log, the message stays short.
pub(super) fn unreachable(endpoint: &str, connecting: bool, error: &dyn std::error::Error) -> LiveError {
    tracing::debug!(endpoint, ?error, "request failed");
    let what = if connecting {
        "can't connect"
    } else {
        "the connection was lost"
    };
    LiveError::new(ErrorCode::Internal, format!("{endpoint}: {what}"))
}

/// `internal`, retryable, when `future` takes longer than `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    endpoint: &str,
    future: impl Future<Output = LiveResult<T>>,
) -> LiveResult<T> {
    tokio::time::timeout(limit, future).await.unwrap_or_else(|_| {
        let message = format!("{endpoint}: no answer within {} ms", limit.as_millis());
        Err(LiveError::new(ErrorCode::Internal, message))
    })
}

/// Runs `attempt` with the user's token; refused as not authenticated, once more with a renewed one.
pub(super) async fn authorized<T, F>(
    tokens: &dyn TokenProvider,
    attempt: impl Fn(AccessToken) -> F,
) -> LiveResult<T>
where
    F: Future<Output = LiveResult<T>>,
{
    let token = tokens.access_token().await?;
    match attempt(token.clone()).await {
        Err(error) if error.code == ErrorCode::NotAuthenticated => {
            let renewed = tokens.renew(&token).await?;
            if renewed == token {
                return Err(error);
            }
            attempt(renewed).await
        }
        answer => answer,
    }
}
