use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::ws::{Message as Wire, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::Realtime;
use super::authorise::has_required_claims;
use super::channel::{Channel, JoinRequest, MISSING_CLAIMS, expired_message};
use super::frame::{Broadcast, Frame, Incoming, Malformed, Version, decode_binary, decode_text};
use super::hub::Subscriber;
use crate::gateway::Gateway;
use crate::jwt::{now, verify_jwt};

/// A client sends a heartbeat every 25 s; one that is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Messages that wait for a slow client before it is dropped.
const OUTBOX: usize = 4096;
const WRITE_WITHIN: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
pub(crate) struct Parameters {
    apikey: Option<String>,
    vsn: Option<String>,
}

/// `GET /realtime/v1/websocket?apikey=...&vsn=...`.
pub(crate) async fn upgrade(
    State(gateway): State<Arc<Gateway>>,
    Query(parameters): Query<Parameters>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let refuse =
        |status: StatusCode, message: &str| (status, Json(json!({ "error": message }))).into_response();
    let Some(version) = Version::parse(parameters.vsn.as_deref()) else {
        return refuse(
            StatusCode::FORBIDDEN,
            "The requested serializer version is not supported",
        );
    };
    let Some(token) = parameters.apikey else {
        return refuse(StatusCode::UNAUTHORIZED, "API key is missing");
    };
    let realtime = gateway.realtime.clone();
    match verify_jwt(&token, &realtime.jwt_secret) {
        Ok(claims) if has_required_claims(&claims) => {}
        Ok(_) => return refuse(StatusCode::UNAUTHORIZED, MISSING_CLAIMS),
        Err(error) => return refuse(StatusCode::UNAUTHORIZED, &error.to_string()),
    }
    upgrade.on_upgrade(move |socket| Socket::run(socket, realtime, version, token))
}

/// One client's connection.
struct Socket {
    realtime: Realtime,
    version: Version,
    token: String,
    number: u64,
    end: CancellationToken,
    outbox: mpsc::Sender<Wire>,
    /// The joined channels, by wire topic.
    channels: BTreeMap<String, Channel>,
}

impl Socket {
    async fn run(connection: WebSocket, realtime: Realtime, version: Version, token: String) {
        let (number, end) = realtime.register();
        let (outbox, mut outgoing) = mpsc::channel::<Wire>(OUTBOX);
        let (mut sink, mut stream) = connection.split();
        let hub = realtime.hub.clone();
        let writer_end = end.clone();
        let writer = tokio::spawn(async move {
            while let Some(wire) = outgoing.recv().await {
                if !matches!(timeout(WRITE_WITHIN, sink.send(wire)).await, Ok(Ok(()))) {
                    break;
                }
            }
            writer_end.cancel();
        });
        let mut socket = Self {
            realtime,
            version,
            token,
            number,
            end: end.clone(),
            outbox,
            channels: BTreeMap::new(),
        };
        loop {
            let expiry = socket.next_expiry();
            let received = tokio::select! {
                () = end.cancelled() => break,
                () = sleep_until(expiry.unwrap_or_else(Instant::now)), if expiry.is_some() => {
                    socket.close_expired();
                    continue;
                }
                received = timeout(SILENCE, stream.next()) => received,
            };
            let Ok(Some(Ok(wire))) = received else { break };
            match socket.handle(wire).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::debug!(%error, "a socket is closed");
                    break;
                }
            }
        }
        hub.unregister(number);
        writer.abort();
    }

    /// Whether the socket stays open.
    async fn handle(&mut self, wire: Wire) -> Result<bool, Malformed> {
        let incoming = match wire {
            Wire::Text(text) => decode_text(self.version, &text)?,
            Wire::Binary(bytes) => decode_binary(self.version, &bytes)?,
            Wire::Ping(_) | Wire::Pong(_) => return Ok(true),
            Wire::Close(_) => return Ok(false),
        };
        match incoming {
            Incoming::Frame(frame) => self.handle_frame(frame).await,
            Incoming::Broadcast { frame, broadcast } => self.broadcast(&frame, broadcast).await,
        }
        Ok(true)
    }

    async fn handle_frame(&mut self, frame: Frame) {
        match (frame.topic.as_str(), frame.event.as_str()) {
            ("phoenix", "heartbeat") => self.send(&frame.reply("ok", &json!({}))),
            (_, "phx_join") => self.join(&frame).await,
            (_, "phx_leave") => self.leave(&frame),
            (topic, _) if !self.channels.contains_key(topic) => {
                self.send(&frame.reply("error", &json!({ "reason": "unmatched topic" })));
            }
            (_, "access_token") => self.renew(&frame).await,
            (_, "broadcast") => {
                let broadcast = Broadcast::Plain(frame.payload.clone());
                self.broadcast(&frame, broadcast).await;
            }
            (_, "presence") => {
                self.send(&frame.reply("error", &json!({ "reason": "Presence is not served" })))
            }
            (_, event) => tracing::debug!(event, "an unexpected message of a client"),
        }
    }

    async fn join(&mut self, frame: &Frame) {
        let Some(name) = frame.topic.strip_prefix("realtime:") else {
            return self.send(&frame.reply("error", &json!({ "reason": "unmatched topic" })));
        };
        // A second join of a topic replaces the first, as in Phoenix.
        self.close(&frame.topic);
        let Realtime {
            database, jwt_secret, ..
        } = &self.realtime;
        let request = JoinRequest::parse(&frame.payload);
        match Channel::join(
            database,
            jwt_secret,
            &self.token,
            name,
            frame.join_ref.clone(),
            request,
        )
        .await
        {
            Ok(channel) => {
                self.send(&frame.reply("ok", &json!({ "postgres_changes": [] })));
                let subscriber = Subscriber {
                    socket: self.number,
                    version: self.version,
                    outbox: self.outbox.clone(),
                    socket_end: self.end.clone(),
                };
                self.realtime.hub.subscribe(channel.topic.clone(), subscriber);
                self.channels.insert(frame.topic.clone(), channel);
            }
            Err(reason) => self.send(&frame.reply("error", &json!({ "reason": reason }))),
        }
    }

    fn leave(&mut self, frame: &Frame) {
        self.send(&frame.reply("ok", &json!({})));
        self.close(&frame.topic);
    }

    async fn renew(&mut self, frame: &Frame) {
        let Some(token) = frame.payload["access_token"].as_str() else {
            return;
        };
        let Realtime {
            database, jwt_secret, ..
        } = &self.realtime;
        let Some(channel) = self.channels.get_mut(&frame.topic) else {
            return;
        };
        if let Err(message) = channel.renew(database, jwt_secret, token).await {
            self.shut_down(&frame.topic, &message);
        }
    }

    async fn broadcast(&mut self, frame: &Frame, broadcast: Broadcast) {
        let Some(channel) = self.channels.get_mut(&frame.topic) else {
            return self.send(&frame.reply("error", &json!({ "reason": "unmatched topic" })));
        };
        // Realtime doesn't tell a client that it may not send.
        if !channel.may_send(&self.realtime.database).await {
            return;
        }
        let except = (!channel.echo).then_some(self.number);
        let acknowledge = channel.acknowledge;
        self.realtime.hub.send(&channel.topic, &broadcast, except);
        if acknowledge {
            self.send(&frame.reply("ok", &json!({})));
        }
    }

    /// Tells the client why, and closes the channel.
    fn shut_down(&mut self, wire_topic: &str, message: &str) {
        if let Some(channel) = self.channels.get(wire_topic) {
            let payload = json!({
                "extension": "system", "status": "error", "message": message, "channel": channel.topic.name,
            });
            self.send(&Frame::push(&channel.join_ref, wire_topic, "system", payload));
        }
        self.close(wire_topic);
    }

    fn close(&mut self, wire_topic: &str) {
        if let Some(channel) = self.channels.remove(wire_topic) {
            self.realtime.hub.unsubscribe(&channel.topic, self.number);
            let close = Frame {
                reference: channel.join_ref.clone(),
                ..Frame::push(&channel.join_ref, wire_topic, "phx_close", json!({}))
            };
            self.send(&close);
        }
    }

    fn close_expired(&mut self) {
        let expired = |channel: &Channel| channel.expires_at() <= now();
        let topics: Vec<(String, i64)> = self
            .channels
            .iter()
            .filter(|(_, channel)| expired(channel))
            .map(|(topic, channel)| (topic.clone(), channel.expires_at()))
            .collect();
        for (topic, expires_at) in topics {
            self.shut_down(&topic, &expired_message(expires_at));
        }
    }

    fn next_expiry(&self) -> Option<Instant> {
        let expires_at = self.channels.values().map(Channel::expires_at).min()?;
        let milliseconds = expires_at
            .saturating_mul(1000)
            .saturating_sub(chrono::Utc::now().timestamp_millis());
        // A timer cannot reach arbitrarily far; one that fires early is set again.
        let wait =
            Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0)).min(Duration::from_secs(86_400));
        Some(Instant::now() + wait)
    }

    fn send(&self, frame: &Frame) {
        if self.outbox.try_send(frame.encode(self.version)).is_err() {
            self.end.cancel();
        }
    }
}
