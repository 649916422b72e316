//! A double of a backend that only ever refuses, for who tests how refusals arrive.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Result;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// One way to refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code in the contract's error.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// Whether the error says that it may be tried again.
    pub retryable: bool,
}

/// Refuses each request below `<url>/<code>` with that code, and answers nothing below `<url>/silence`.
pub struct Refusals {
    url: String,
    task: AbortHandle,
}

impl Refusals {
    /// What every error says of when to try again, in milliseconds: longer than any client of ours insists.
    pub const RETRY_AFTER_MS: u64 = 61_000;

    /// Serves on a free port until it is dropped.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn serve(refusals: impl IntoIterator<Item = Refusal>) -> Result<Self> {
        let refusals: Arc<[Refusal]> = refusals.into_iter().collect();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new()
            .route("/{code}/{*path}", any(refuse))
            .with_state(refusals);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the double that refuses ended");
            }
        });
        Ok(Self {
            url,
            task: task.abort_handle(),
        })
    }

    /// Where it serves, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Refusals {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn refuse(State(refusals): State<Arc<[Refusal]>>, Path((code, _)): Path<(String, String)>) -> Response {
    if code == "silence" {
        return std::future::pending().await;
    }
    let Some(refusal) = refusals.iter().find(|refusal| refusal.code == code) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = json!({
        "code": code,
        "message": format!("refused with {code}, retryable: {}", refusal.retryable),
        "retryable": refusal.retryable,
        "retry_after_ms": Refusals::RETRY_AFTER_MS,
        "details": { "field": "of_the_double", "price_coins": 7 },
    });
    (status, Json(json!({ "error": error }))).into_response()
}
