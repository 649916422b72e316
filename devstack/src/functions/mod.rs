//! Deno, serving the edge functions.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::json;

use crate::component::{Component, Managed, Ready};
use crate::install::Installation;
use crate::process::{Reaper, Signal, Spec};
use crate::project::Project;

const ROUTER: &str = include_str!("main.ts");
const FAULTS: &str = include_str!("faults.ts");

/// What the functions run in.
pub(crate) struct Environment {
    /// All the variables that they see.
    pub(crate) visible: Vec<(String, String)>,
    /// A certificate that they trust beside the public ones, in PEM.
    pub(crate) trusted: PathBuf,
}

/// Deno on `port`, not yet started.
pub(crate) fn prepare(
    installation: &Installation,
    project: &Project,
    env: Environment,
    port: u16,
    folder: &Path,
    log: PathBuf,
    reaper: &Arc<Reaper>,
) -> Result<Managed> {
    let router = folder.join("functions.ts");
    for (file, text) in [(&router, ROUTER), (&folder.join("functions-faults.ts"), FAULTS)] {
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let functions: Vec<_> = project
        .functions()?
        .into_iter()
        .map(|function| fs::canonicalize(&function.entrypoint).map(|path| (function.name, path)))
        .collect::<std::io::Result<_>>()?;
    let list = functions
        .iter()
        .map(|(name, path)| json!({ "name": name, "entrypoint": path }))
        .collect();
    let mut args = deno_arguments(project)?;
    args.push(format!("--cert={}", env.trusted.display()));
    let variables: Vec<&str> = env.visible.iter().map(|(name, _)| name.as_str()).collect();
    args.extend([router.display().to_string(), port.to_string()]);
    args.extend([
        serde_json::Value::Array(list).to_string(),
        json!(variables).to_string(),
    ]);
    let spec = Spec {
        name: Component::Functions.name(),
        program: installation.deno(),
        args,
        env: [
            ("DENO_DIR", installation.deno_cache().display().to_string()),
            ("DENO_NO_UPDATE_CHECK", "1".into()),
            ("NO_COLOR", "1".into()),
            ("TZ", "UTC".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(env.visible)
        .collect(),
        folder: folder.into(),
        user: None,
        log,
        stop: Signal::Terminate,
    };
    let ready = Ready::Http(format!("http://127.0.0.1:{port}/_ready").parse()?);
    Ok(Managed::new(
        spec,
        ready,
        Arc::clone(reaper),
        reqwest::Client::new(),
    ))
}

/// Says what to do about a package that was never downloaded.
pub(crate) fn explain(error: anyhow::Error) -> anyhow::Error {
    let text = format!("{error:#}");
    let is_uncached = text.contains("cached-only") || text.contains("Failed loading");
    if is_uncached {
        error.context("an npm package isn't in the cache: run `cargo xtask setup`")
    } else {
        error
    }
}

/// Functions reach the network, their environment and their own sources, as they do at Supabase.
fn deno_arguments(project: &Project) -> Result<Vec<String>> {
    let mut args: Vec<String> = [
        "run",
        "--quiet",
        "--no-prompt",
        "--cached-only",
        "--allow-net",
        "--allow-env",
    ]
    .map(String::from)
    .to_vec();
    if let Ok(folder) = fs::canonicalize(project.functions_folder()) {
        args.push(format!("--allow-read={}", folder.display()));
    }
    match project.deno_config() {
        Some(config) => args.extend(["--config".into(), fs::canonicalize(config)?.display().to_string()]),
        None => args.push("--no-config".into()),
    }
    let lock = project.functions_folder().join("deno.lock");
    if lock.is_file() {
        args.extend([
            format!("--lock={}", fs::canonicalize(lock)?.display()),
            "--frozen".into(),
        ]);
    } else {
        args.push("--no-lock".into());
    }
    Ok(args)
}
