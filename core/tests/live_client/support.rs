//! A stack for all tests of this binary, and people on it.

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::LiveClient;
use ipelya_core::backend::supabase::{PasswordSession, SupabaseBackend, SupabaseConfig};
use ipelya_core::media::{MediaEngine, prebuilt::PrebuiltEngine};
use ipelya_core::runtime::LiveClientBuilder;
use ipelya_devstack::install::Installation;
use ipelya_devstack::{Stack, StackInfo, shared_stack};
use serde_json::{Value, json};
use tokio_postgres::NoTls;

/// How long anything may take to happen.
pub const PATIENCE: Duration = Duration::from_secs(15);

pub async fn stack() -> &'static Stack {
    shared_stack().await.unwrap()
}

pub fn engine() -> Arc<dyn MediaEngine> {
    Arc::new(PrebuiltEngine::with_library(Installation::locate().livekit_ffi()).unwrap())
}

/// A new account with a profile; `is_creator` may go live.
pub struct Account {
    pub email: String,
    pub info: StackInfo,
}

impl Account {
    pub async fn new(is_creator: bool) -> Self {
        let info = stack().await.info().clone();
        let email = format!("{}@example.com", uuid::Uuid::new_v4());
        let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key).unwrap();
        let _session = PasswordSession::sign_up(&config, &email, PASSWORD).await.unwrap();
        let account = Self { email, info };
        let sql = "insert into public.profiles (id, is_creator)
                   select id, $2 from auth.users where email = $1
                   on conflict (id) do update set is_creator = excluded.is_creator";
        account
            .database()
            .await
            .execute(sql, &[&account.email, &is_creator])
            .await
            .unwrap();
        account
    }

    /// A device of this account, without a camera and a microphone.
    pub async fn device(&self) -> LiveClient {
        self.builder().await.connect().await.unwrap()
    }

    /// A device of this account, signed in and not yet connected.
    pub async fn builder(&self) -> LiveClientBuilder {
        let config = SupabaseConfig::new(&self.info.supabase_url, &self.info.anon_key).unwrap();
        let session = PasswordSession::sign_in(&config, &self.email, PASSWORD)
            .await
            .unwrap();
        let backend = SupabaseBackend::new(config, Arc::new(session)).unwrap();
        LiveClient::builder(backend, engine())
    }

    pub async fn database(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.info.database_url, NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    }
}

const PASSWORD: &str = "correct horse battery staple";

/// Asks the database until the answer is as expected, with a deadline.
pub async fn until_row(account: &Account, sql: &str, id: uuid::Uuid, expected: &str) {
    let database = account.database().await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let row = database.query_opt(sql, &[&id]).await.unwrap();
        let found: Option<String> = row.and_then(|row| row.get(0));
        if found.as_deref() == Some(expected) {
            return;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{sql} is still {found:?}, not {expected}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What an error's JSON looks like to an app.
pub fn as_json(error: &ipelya_core::domain::LiveError) -> Value {
    json!(error)
}

/// Waits until LiveKit has told the database of everybody who was let into a session.
pub async fn until_everybody_joined(account: &Account, session: ipelya_core::domain::SessionId) {
    let sql = "select bool_and(status = 'joined')::text from public.live_participants where session_id = $1";
    until_row(account, sql, session.0, "true").await;
}
