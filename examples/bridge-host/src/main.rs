//! A client behind JSON lines, for programs that speak no Rust.
//!
//! The first line in is a [`BridgeConfig`], each further one a request; each line out is an update, or `{"malformed": error}` for a request
//! that has no id to answer under. The end of the input closes the client, and the program ends once that is told.

use std::sync::Arc;

use anyhow::{Context, Result};

use ipelya_core::bridge::{Bridge, BridgeConfig};
use ipelya_core::media::prebuilt::PrebuiltEngine;
use ipelya_core::media::test_signal::TestCapture;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, stdin, stdout};
use tokio::sync::mpsc;

/// The id of the request that this program makes itself; hosts count from below.
const CLOSE: u32 = u32::MAX;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut lines = BufReader::new(stdin()).lines();
    let first = lines.next_line().await?.context("no configuration")?;
    let config: BridgeConfig = serde_json::from_str(&first).context("not a configuration")?;
    let bridge = Arc::new(Bridge::connect(
        config,
        Arc::new(PrebuiltEngine::new()?),
        TestCapture,
    )?);

    let (out, written) = mpsc::unbounded_channel();
    let writer = tokio::spawn(write(written));
    let reader = tokio::spawn(read(Arc::clone(&bridge), out.clone()));
    while let Some(line) = lines.next_line().await? {
        if let Err(error) = bridge.send(&line) {
            // A writer that is gone tells why when it is joined.
            let _ = out.send(json!({ "malformed": error }).to_string());
        }
    }
    bridge.send(&json!({ "id": CLOSE, "command": "close" }).to_string())?;
    drop(out);
    reader.await?;
    writer.await?
}

async fn read(bridge: Arc<Bridge>, out: mpsc::UnboundedSender<String>) {
    while let Some(update) = bridge.next_json().await {
        let line = update.unwrap_or_else(|error| json!({ "malformed": error }).to_string());
        if out.send(line).is_err() {
            return;
        }
    }
}

async fn write(mut lines: mpsc::UnboundedReceiver<String>) -> Result<()> {
    let mut stdout = stdout();
    while let Some(line) = lines.recv().await {
        stdout.write_all(line.as_bytes()).await?;
        stdout.write_all(b"\n").await?;
        stdout.flush().await?;
    }
    Ok(())
}
