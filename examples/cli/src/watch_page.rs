//! A page on which a browser watches the broadcast, with the official clients and nothing of ours.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::get;
use ipelya_core::domain::SessionId;
use ipelya_devstack::StackInfo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const PAGE: &str = include_str!("watch_page.html");
const SUPABASE_JS: &str = "@supabase/supabase-js/dist/umd/supabase.js";
const LIVEKIT_CLIENT: &str = "livekit-client/dist/livekit-client.umd.js";

/// A page being served; dropping it stops serving.
pub struct WatchPage {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl WatchPage {
    /// Serves the page for one session on a free port of this machine. `node_modules` holds the
    /// official clients.
    ///
    /// # Errors
    /// When the clients aren't installed, or no port can be had.
    pub async fn serve(info: &StackInfo, session: SessionId, node_modules: &Path) -> Result<Self> {
        let config =
            json!({ "supabaseUrl": info.supabase_url, "anonKey": info.anon_key, "sessionId": session });
        let page = PAGE.replace("__CONFIG__", &config.to_string());
        let routes = Router::new()
            .route("/", get(move || async { Html(page) }))
            .route("/supabase.js", script(&node_modules.join(SUPABASE_JS)).await?)
            .route(
                "/livekit-client.js",
                script(&node_modules.join(LIVEKIT_CLIENT)).await?,
            );
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the page isn't served any more");
            }
        });
        Ok(Self { address, server })
    }

    /// Where a browser finds it.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for WatchPage {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn script(path: &Path) -> Result<axum::routing::MethodRouter> {
    let text = tokio::fs::read_to_string(path)
        .await
        .with_context(|| format!("{} is missing: run `cargo xtask setup`", path.display()))?;
    Ok(get(move || async { ([(CONTENT_TYPE, "text/javascript")], text) }))
}
