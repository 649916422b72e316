use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, NoTls};

const CONNECTIONS: usize = 8;

/// A small pool of superuser connections for Auth and Realtime.
#[derive(Clone)]
pub(crate) struct Database {
    config: Config,
    idle: Arc<Mutex<Vec<Client>>>,
    permits: Arc<Semaphore>,
}

/// A connection that returns to the pool when dropped.
pub(crate) struct Lease {
    client: Option<Client>,
    idle: Arc<Mutex<Vec<Client>>>,
    _permit: OwnedSemaphorePermit,
}

impl Database {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) async fn get(&self) -> Result<Lease> {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let reused = loop {
            let client = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match client {
                Some(client) if client.is_closed() => {}
                other => break other,
            }
        };
        let client = match reused {
            Some(client) => client,
            None => connect(&self.config).await?,
        };
        Ok(Lease {
            client: Some(client),
            idle: Arc::clone(&self.idle),
            _permit: permit,
        })
    }
}

/// A connection of its own; the task that drives it ends with the client.
pub(crate) async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config
        .connect(NoTls)
        .await
        .context("cannot connect to PostgreSQL")?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a PostgreSQL connection ended");
        }
    });
    Ok(client)
}

impl Deref for Lease {
    type Target = Client;

    #[expect(clippy::expect_used, reason = "taken only in drop")]
    fn deref(&self) -> &Client {
        self.client
            .as_ref()
            .expect("a lease holds its client until it is dropped")
    }
}

impl DerefMut for Lease {
    #[expect(clippy::expect_used, reason = "taken only in drop")]
    fn deref_mut(&mut self) -> &mut Client {
        self.client
            .as_mut()
            .expect("a lease holds its client until it is dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(client) = self.client.take().filter(|client| !client.is_closed()) {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(client);
        }
    }
}
