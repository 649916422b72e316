//! One socket's I/O: a task that opens it, carries frames both ways, and closes it when its owner lets go.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::protocol::{ClientFrame, Malformed, ServerFrame};
use crate::backend::supabase::config::SupabaseConfig;
use crate::backend::supabase::http::within;
use crate::backend::supabase::token::{AccessToken, TokenProvider};
use crate::domain::limits::CONNECT_TIMEOUT;
use crate::domain::{ErrorCode, LiveError, LiveResult};

/// How long the closing handshake may take; the socket is dropped after it.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Frames that wait for the actor before the socket isn't read any further.
const INCOMING_CAPACITY: usize = 64;
/// Far above Realtime's own limit for a message.
const MAX_MESSAGE_BYTES: usize = 4 << 20;

type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a link tells its owner.
#[derive(Debug)]
pub(super) enum LinkEvent {
    Opened(AccessToken),
    OpenFailed(LiveError),
    Frame(ServerFrame),
    Lost,
}

/// A socket that is being opened or is open; dropping it closes the socket.
pub(super) struct Link {
    outgoing: mpsc::UnboundedSender<ClientFrame>,
    incoming: mpsc::Receiver<LinkEvent>,
}

impl Link {
    /// Starts to open a socket, once the user's token is there.
    pub fn open(config: &SupabaseConfig, tokens: std::sync::Arc<dyn TokenProvider>) -> Self {
        let (outgoing, frames) = mpsc::unbounded_channel();
        let (events, incoming) = mpsc::channel(INCOMING_CAPACITY);
        let url = config.realtime_url();
        tokio::spawn(async move { run(&url, tokens.as_ref(), frames, events).await });
        Self { outgoing, incoming }
    }

    /// Sends a frame; on a socket that is gone it is dropped, and the loss is told by [`Link::next`].
    pub fn send(&self, frame: ClientFrame) {
        let _ = self.outgoing.send(frame);
    }

    /// What comes next; `None` after [`LinkEvent::OpenFailed`] and [`LinkEvent::Lost`].
    pub async fn next(&mut self) -> Option<LinkEvent> {
        self.incoming.recv().await
    }
}

async fn run(
    url: &str,
    tokens: &dyn TokenProvider,
    mut frames: mpsc::UnboundedReceiver<ClientFrame>,
    events: mpsc::Sender<LinkEvent>,
) {
    let opened = tokio::select! {
        opened = open(url, tokens) => opened,
        () = events.closed() => return,
    };
    let mut socket = match opened {
        Ok((token, socket)) => {
            let _ = events.send(LinkEvent::Opened(token)).await;
            socket
        }
        Err(error) => {
            let _ = events.send(LinkEvent::OpenFailed(error)).await;
            return;
        }
    };
    if carry(&mut socket, &mut frames, &events).await {
        let _ = events.send(LinkEvent::Lost).await;
    }
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, socket.close(None)).await;
}

async fn open(url: &str, tokens: &dyn TokenProvider) -> LiveResult<(AccessToken, WebSocket)> {
    within(CONNECT_TIMEOUT, "Realtime", async {
        let token = tokens.access_token().await?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let connecting = connect_async_with_config(url, Some(config), true);
        let (socket, _) = connecting.await.map_err(|error| refused(&error))?;
        Ok((token, socket))
    })
    .await
}

/// Carries frames until the owner lets go (`false`) or the socket is gone (`true`).
async fn carry(
    socket: &mut WebSocket,
    frames: &mut mpsc::UnboundedReceiver<ClientFrame>,
    events: &mpsc::Sender<LinkEvent>,
) -> bool {
    loop {
        // What the owner said before it let go is sent first: it tells the server that a topic is left.
        let message = tokio::select! {
            biased;
            frame = frames.recv() => {
                let Some(frame) = frame else { return false };
                // The owner counts heartbeats: a send that hangs ends when it lets go.
                let sent = tokio::select! {
                    biased;
                    sent = socket.send(Message::text(frame.encode())) => sent,
                    () = events.closed() => return false,
                };
                if sent.is_err() {
                    return true;
                }
                continue;
            }
            message = socket.next() => message,
        };
        match message {
            Some(Ok(message)) => match read(&message) {
                Ok(Some(frame)) => {
                    if events.send(LinkEvent::Frame(frame)).await.is_err() {
                        return false;
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "Realtime frame ignored"),
            },
            Some(Err(error)) => {
                tracing::debug!(%error, "Realtime socket lost");
                return true;
            }
            None => return true,
        }
    }
}

fn read(message: &Message) -> Result<Option<ServerFrame>, Malformed> {
    match message {
        Message::Text(text) => ServerFrame::parse_text(text).map(Some),
        Message::Binary(bytes) => ServerFrame::parse_binary(bytes).map(Some),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => Ok(None),
    }
}

/// Why the socket can't be opened. The URL holds the anon key, so only the kind of error is told.
fn refused(error: &Error) -> LiveError {
    if let Error::Http(response) = error {
        let status = response.status().as_u16();
        let code = if status == 429 {
            ErrorCode::RateLimited
        } else {
            ErrorCode::Internal
        };
        let mut error = LiveError::new(code, format!("Realtime: HTTP status {status}"));
        // The gateway judges the project and its key here, not the user: another try with these won't do.
        error.retryable = status == 429 || status >= 500;
        return error;
    }
    tracing::debug!(kind = ?std::mem::discriminant(error), "Realtime can't be reached");
    LiveError::new(ErrorCode::Internal, "Realtime: can't connect")
}
