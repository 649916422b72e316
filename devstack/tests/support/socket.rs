//! A Realtime client that shows every message.

use futures_util::{SinkExt, StreamExt};
use ipelya_devstack::StackInfo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::DEADLINE;

/// A socket that speaks version 1, where every message is a JSON object.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects as `parameters` say.
    pub async fn try_connect(info: &StackInfo, parameters: &str) -> Result<Self, Error> {
        let base = info.supabase_url.replacen("http", "ws", 1);
        let (stream, _) = connect_async(format!("{base}/realtime/v1/websocket?{parameters}")).await?;
        Ok(Self(stream))
    }

    pub async fn connect(info: &StackInfo) -> Self {
        Self::try_connect(info, &format!("apikey={}&vsn=1.0.0", info.anon_key))
            .await
            .unwrap()
    }

    pub async fn send(&mut self, topic: &str, event: &str, payload: Value) {
        let message =
            json!({ "topic": topic, "event": event, "payload": payload, "ref": "7", "join_ref": "7" });
        self.send_text(&message.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    /// The next message; `None` once the socket is closed.
    pub async fn next(&mut self) -> Option<Value> {
        let message = timeout(DEADLINE, self.0.next())
            .await
            .expect("no message in time");
        match message {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).unwrap()),
            Some(Ok(other)) => panic!("expected text, got {other:?}"),
            Some(Err(_)) | None => None,
        }
    }

    /// Joins `topic` (without `realtime:`) and returns the reply's payload.
    pub async fn join(&mut self, topic: &str, token: &str) -> Value {
        let config = json!({ "private": true, "broadcast": { "self": true } });
        let payload = json!({ "config": config, "access_token": token });
        self.send(&format!("realtime:{topic}"), "phx_join", payload).await;
        let reply = self.next().await.expect("a reply");
        assert_eq!(reply["event"], "phx_reply", "{reply}");
        reply["payload"].clone()
    }
}
