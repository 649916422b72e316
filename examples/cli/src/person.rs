//! A person of the demo: signed in, with a client of their own.

use std::sync::Arc;

use anyhow::{Context, Result};
use ipelya_core::LiveClient;
use ipelya_core::backend::supabase::{PasswordSession, SupabaseBackend, SupabaseConfig};
use ipelya_core::domain::UserId;
use ipelya_core::media::MediaEngine;
use ipelya_devstack::StackInfo;

use ipelya_core::media::test_signal::TestCapture;

/// Somebody with an account, a client, a camera and a microphone.
pub struct Person {
    /// The seeded name.
    pub name: String,
    /// The account.
    pub id: UserId,
    /// The client.
    pub client: LiveClient,
}

impl Person {
    /// Signs a seeded user in.
    ///
    /// # Errors
    /// An unknown name, or whatever the sign-in says.
    pub async fn sign_in(info: &StackInfo, engine: &Arc<dyn MediaEngine>, name: &str) -> Result<Self> {
        let user = info
            .user(name)
            .with_context(|| format!("the stack has no user {name}"))?;
        let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key)?;
        let session = PasswordSession::sign_in(&config, &user.email, &user.password).await?;
        let backend = SupabaseBackend::new(config, Arc::new(session))?;
        let client = LiveClient::builder(backend, Arc::clone(engine))
            .capture(TestCapture)
            .connect()
            .await?;
        Ok(Self {
            name: name.to_owned(),
            id: client.user_id(),
            client,
        })
    }
}
