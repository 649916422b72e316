use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use crate::component::{Component, Managed, Ready};
use crate::install::Installation;
use crate::ports::free_port;
use crate::postgres::Cluster;
use crate::process::{Reaper, Signal, Spec};
use crate::project::Api;

/// PostgREST on `port`, not yet started.
pub(crate) fn prepare(
    installation: &Installation,
    api: &Api,
    cluster: &Cluster,
    jwt_secret: &str,
    port: u16,
    log: PathBuf,
    reaper: &Arc<Reaper>,
) -> Result<Managed> {
    let admin_port = free_port()?;
    let settings = [
        ("DB_URI", cluster.url("authenticator")),
        ("DB_SCHEMAS", api.schemas.join(",")),
        ("DB_EXTRA_SEARCH_PATH", api.extra_search_path.join(",")),
        ("DB_MAX_ROWS", api.max_rows.to_string()),
        ("DB_ANON_ROLE", "anon".into()),
        ("DB_POOL", "20".into()),
        ("JWT_SECRET", jwt_secret.into()),
        ("SERVER_HOST", "127.0.0.1".into()),
        ("SERVER_PORT", port.to_string()),
        ("ADMIN_SERVER_PORT", admin_port.to_string()),
        ("LOG_LEVEL", "warn".into()),
    ];
    let mut env: Vec<(String, String)> = settings
        .into_iter()
        .map(|(name, value)| (format!("PGRST_{name}"), value))
        .collect();
    // Its runtime reads JSON bodies as the locale says.
    env.push(("LC_ALL".into(), "C.UTF-8".into()));
    let spec = Spec {
        name: Component::Postgrest.name(),
        program: installation.postgrest(),
        args: Vec::new(),
        env,
        folder: Path::new("/").into(),
        user: None,
        log,
        stop: Signal::Terminate,
    };
    let ready = Ready::Http(format!("http://127.0.0.1:{admin_port}/ready").parse()?);
    Ok(Managed::new(
        spec,
        ready,
        Arc::clone(reaper),
        reqwest::Client::new(),
    ))
}
