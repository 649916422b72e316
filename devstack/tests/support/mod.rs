//! What several test binaries need.

#![allow(dead_code, reason = "each test binary uses a part")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step fails the test"
)]

#[cfg(target_os = "linux")]
pub mod processes;
pub mod socket;

use std::fs;
use std::path::Path;
use std::time::Duration;

use ipelya_devstack::Stack;
use serde_json::{Value, json};
use tempfile::TempDir;

/// For an event that follows at once on an idle machine.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// A `supabase/` folder made of `files`.
pub fn supabase_folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

/// An access token of the seeded user called `name`.
pub async fn sign_in(stack: &Stack, name: &str) -> String {
    let info = stack.info();
    let user = info.user(name).expect("a seeded user");
    let answer = reqwest::Client::new()
        .post(format!("{}/auth/v1/token?grant_type=password", info.supabase_url))
        .header("apikey", &info.anon_key)
        .json(&json!({ "email": user.email, "password": user.password }))
        .send()
        .await
        .unwrap();
    let session: Value = answer.json().await.unwrap();
    session["access_token"].as_str().expect("an access token").into()
}

/// A connection as the superuser.
pub async fn database(stack: &Stack) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&stack.info().database_url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}
