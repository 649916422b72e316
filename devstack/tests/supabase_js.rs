//! The unmodified official `supabase-js` against the stack: what it accepts, our own clients may rely on.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::path::Path;

use ipelya_devstack::install::{Installation, chromium};
use ipelya_devstack::shared_stack;
use tokio::process::Command;

/// Runs `tests/witness/<name>.mjs`, whose output the failure quotes.
async fn witness(name: &str) {
    let stack = shared_stack().await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/witness")
        .join(name);
    let output = Command::new("node")
        // Node 20 has a WebSocket behind this flag; later ones have it anyway.
        .args(["--experimental-websocket", "--no-warnings"])
        .arg(script)
        .env("STACK", serde_json::to_string(stack.info()).unwrap())
        .env("STACK_NODE_MODULES", Installation::locate().node_modules())
        .env("STACK_CHROMIUM", chromium().unwrap().unwrap_or_default())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{text}");
}

#[tokio::test]
async fn signs_up_signs_in_and_renews_its_session() {
    witness("auth.mjs").await;
}

#[tokio::test]
async fn reads_tables_under_rls() {
    witness("tables.mjs").await;
}

#[tokio::test]
async fn invokes_functions() {
    witness("functions.mjs").await;
}

#[tokio::test]
async fn hears_private_broadcasts_and_no_topic_of_others() {
    witness("realtime.mjs").await;
}

#[tokio::test]
async fn joins_a_broadcast_together_with_livekit_client() {
    if chromium().unwrap().is_none() {
        eprintln!("skipped: there is no Chromium");
        return;
    }
    witness("livekit.mjs").await;
}
