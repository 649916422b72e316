use std::collections::BTreeMap;
use std::future::poll_fn;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};
use uuid::Uuid;

use super::frame::{Body, Broadcast};
use super::hub::{Hub, Topic};

/// How many messages one query fetches.
const BATCH: usize = 256;
const RECONNECT_EVERY: Duration = Duration::from_millis(100);

/// Forwards every message that `realtime.send` inserted, in the order in which the transactions committed.
///
/// A notification carries only the row's id, so a payload may have any size.
pub(super) async fn start(config: Config, hub: Hub) -> Result<JoinHandle<()>> {
    let mut listening = Some(listen(&config).await?);
    Ok(tokio::spawn(async move {
        loop {
            if let Some((client, ids)) = listening.take()
                && let Err(error) = forward(&client, ids, &hub).await
            {
                tracing::debug!(
                    error = format!("{error:#}"),
                    "the message listener lost PostgreSQL"
                );
            }
            sleep(RECONNECT_EVERY).await;
            listening = listen(&config).await.ok();
        }
    }))
}

async fn listen(config: &Config) -> Result<(Client, mpsc::UnboundedReceiver<Uuid>)> {
    let (client, mut connection) = config
        .connect(NoTls)
        .await
        .context("cannot connect to PostgreSQL")?;
    let (sender, ids) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message {
                let Ok(id) = notification.payload().parse() else {
                    continue;
                };
                if sender.send(id).is_err() {
                    break;
                }
            }
        }
    });
    client.batch_execute("listen realtime_messages").await?;
    Ok((client, ids))
}

/// Returns when the connection is gone.
async fn forward(client: &Client, mut ids: mpsc::UnboundedReceiver<Uuid>, hub: &Hub) -> Result<()> {
    let query = client
        .prepare("select id, topic, private, event, payload::text from realtime.messages where id = any($1)")
        .await?;
    let mut batch = Vec::with_capacity(BATCH);
    while ids.recv_many(&mut batch, BATCH).await > 0 {
        let mut found = BTreeMap::new();
        for row in client.query(&query, &[&batch]).await? {
            let topic = Topic {
                name: row.try_get(1)?,
                private: row.try_get::<_, Option<bool>>(2)?.unwrap_or(false),
            };
            let event: Option<String> = row.try_get(3)?;
            let payload: Option<String> = row.try_get(4)?;
            found.insert(row.try_get::<_, Uuid>(0)?, (topic, event, payload));
        }
        for id in batch.drain(..) {
            // Realtime, too, skips rows without an event or payload.
            if let Some((topic, Some(event), Some(payload))) = found.remove(&id) {
                let meta = Some(serde_json::json!({ "id": id }));
                let body = Body::Json(payload.into_bytes());
                hub.send(&topic, &Broadcast::User { event, body, meta }, None);
            }
        }
    }
    Ok(())
}
