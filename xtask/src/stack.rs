//! `cargo xtask stack`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use ipelya_devstack::{Stack, StackInfo, StackOptions};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::say;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Print one JSON line with the URLs, keys and users once the stack serves
    #[arg(long)]
    json: bool,
    /// Keep the components' logs in this folder
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
    /// The gateway's port; a free one by default
    #[arg(long)]
    port: Option<u16>,
}

/// Serves until SIGINT or SIGTERM.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // Its debug messages quote parameters, such as passwords.
    let filter = filter.add_directive("tokio_postgres=info".parse()?);
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .init();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> Result<()> {
    // Installed before anything starts, so that a Ctrl-C during the start is a clean end, too.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let ended = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    tokio::pin!(ended);
    let started = Instant::now();
    let stack = tokio::select! {
        stack = Stack::start(options(arguments)) => stack?,
        () = &mut ended => return Ok(()),
    };
    if arguments.json {
        print_line(&serde_json::to_string(stack.info())?)?;
    } else {
        print_line(&table(stack.info(), started.elapsed().as_secs_f64()))?;
    }
    ended.await;
    if !arguments.json {
        say("stopping");
    }
    stack.stop().await;
    Ok(())
}

fn options(arguments: &Arguments) -> StackOptions {
    let mut options = StackOptions::default();
    if let Some(folder) = &arguments.logs {
        options = options.logs(folder);
    }
    if let Some(port) = arguments.port {
        options = options.port(port);
    }
    options
}

fn print_line(text: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{text}")
        .and_then(|()| output.flush())
        .context("cannot write to standard output")
}

fn table(info: &StackInfo, seconds: f64) -> String {
    let settings = [
        ("Supabase URL", &info.supabase_url),
        ("anon key", &info.anon_key),
        ("service_role key", &info.service_role_key),
        ("JWT secret", &info.jwt_secret),
        ("database", &info.database_url),
        ("LiveKit URL", &info.livekit_url),
        ("LiveKit API key", &info.livekit_api_key),
        ("LiveKit API secret", &info.livekit_api_secret),
    ];
    let settings = settings
        .map(|(name, value)| format!("  {name:<20}{value}\n"))
        .concat();
    let users: String = info
        .users
        .iter()
        .map(|user| {
            format!(
                "  {:<20}{:<32}{:<24}{}\n",
                user.name, user.email, user.password, user.id
            )
        })
        .collect();
    format!(
        "Ready in {seconds:.1} s. Ctrl-C ends it.\n\n{settings}\nUsers (name, e-mail, password, id)\n{users}"
    )
}
