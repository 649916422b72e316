//! The one port that clients see, with the paths and checks of a Supabase project's API gateway.

mod cors;
mod functions;
mod keys;
mod proxy;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::auth;
use crate::database::Database;
use crate::project::Auth;
use crate::realtime::{self, Realtime};

/// The keys and secrets of a project.
#[derive(Clone)]
pub(crate) struct ProjectKeys {
    pub(crate) anon: String,
    pub(crate) service_role: String,
    pub(crate) jwt_secret: String,
}

/// What the gateway needs to serve.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) url: String,
    pub(crate) keys: ProjectKeys,
    pub(crate) postgrest_port: u16,
    pub(crate) functions_port: u16,
    /// The served functions, and whether each needs a valid JWT.
    pub(crate) functions: BTreeMap<String, bool>,
    pub(crate) auth: Auth,
    pub(crate) database: Database,
    pub(crate) realtime: Realtime,
    pub(crate) http: reqwest::Client,
}

/// Serves on `listener` until the task is aborted.
pub(crate) fn serve(listener: TcpListener, gateway: Gateway) -> JoinHandle<Result<()>> {
    let gateway = Arc::new(gateway);
    let keyed = Router::new()
        .nest("/auth/v1", auth::router())
        .route("/rest/v1/", any(proxy::rest))
        .route("/rest/v1/{*path}", any(proxy::rest))
        .route("/realtime/v1/api/broadcast", post(realtime::broadcast))
        .route(
            "/realtime/v1/api/broadcast/{topic}/events/{event}",
            post(realtime::broadcast_event),
        )
        .layer(middleware::from_fn_with_state(
            Arc::clone(&gateway),
            keys::require_key,
        ));
    let open = Router::new()
        .route("/auth/v1/.well-known/jwks.json", get(auth::jwks))
        .route("/auth/v1/health", get(auth::health))
        .route("/realtime/v1/websocket", get(realtime::upgrade))
        .route("/health", get(StatusCode::NO_CONTENT));
    let app = keyed
        .merge(open)
        .layer(middleware::from_fn(cors::allow_every_origin))
        // Functions answer CORS themselves, so theirs pass untouched.
        .route("/functions/v1/{name}", any(functions::call))
        .route("/functions/v1/{name}/{*path}", any(functions::call))
        .fallback(|| async {
            (
                StatusCode::NOT_FOUND,
                r#"{"message":"no Route matched with those values"}"#,
            )
        })
        .with_state(gateway);
    tokio::spawn(async move { Ok(axum::serve(listener, app).await?) })
}
