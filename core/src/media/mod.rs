//! Port to the media engine, and its types.
//!
//! Two engines implement it: `native` (LiveKit's Rust SDK, on phones) and `prebuilt` (LiveKit's
//! prebuilt FFI library, on hosts). Neither decides anything: they do what an effect says, and
//! report what the room says, in the order in which it was said.

mod capture;
mod event;
mod frame;
mod gate;
#[cfg(any(feature = "native", feature = "prebuilt"))]
mod protocol;
mod publish;
#[cfg(any(feature = "native", feature = "prebuilt"))]
mod refusal;
mod stats;
mod view;
#[cfg(any(feature = "native", feature = "prebuilt"))]
mod views;

#[cfg(feature = "native")]
pub mod native;
#[cfg(feature = "prebuilt")]
pub mod prebuilt;
#[cfg(feature = "test-signal")]
pub mod test_signal;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;

use crate::domain::{ErrorCode, Grants, LiveError, UserId};

pub use capture::{CaptureGuard, Facing, MediaCapture, NoCapture};
pub use event::{ConnectionQuality, DisconnectReason, MediaEvent, MediaParticipant, RemoteTrack};
pub use frame::{AudioFrame, I420, Picture, Rotation, VideoFrame};
pub use gate::{AudioGate, AudioPhase, AudioSignal, GatedCapture};
pub use publish::{
    AudioOptions, AudioSink, PublishedTrack, TrackId, TrackKind, TrackSource, VideoOptions, VideoSink,
};
pub use stats::{LayerStats, StatsSampler, TrackDirection, TrackRates, TrackReport, TrackStats};
pub use view::ViewSize;

/// Connects to LiveKit rooms.
pub trait MediaEngine: Send + Sync + 'static {
    /// Joins a room. Dropping the future gives the connection up.
    ///
    /// # Errors
    /// [`MediaError::Unreachable`], [`MediaError::Refused`] (the token isn't taken), [`MediaError::TimedOut`].
    fn connect(&self, request: ConnectRequest) -> BoxFuture<'_, Result<MediaConnection, MediaError>>;
}

/// Where to connect, and as whom.
#[derive(Clone)]
pub struct ConnectRequest {
    /// `ws://` or `wss://` URL of the LiveKit server, from the backend.
    pub url: String,
    /// LiveKit access token, from the backend. A secret: never logged.
    pub token: String,
    /// Whether tracks are subscribed as they are published. Off, [`MediaRoom::set_subscribed`] decides.
    pub auto_subscribe: bool,
    /// How long the whole connection may take.
    pub timeout: Duration,
}

impl std::fmt::Debug for ConnectRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectRequest")
            .field("url", &self.url)
            .field("auto_subscribe", &self.auto_subscribe)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A joined room.
pub struct MediaConnection {
    /// The room. Dropping the last reference disconnects.
    pub room: Arc<dyn MediaRoom>,
    /// What the server lets this participant publish; [`MediaEvent::GrantsChanged`] tells of every change.
    pub grants: Grants,
    /// Who is in the room already, with the tracks published so far.
    pub participants: Vec<MediaParticipant>,
    /// Everything that happens from here on, in order; ends after [`MediaEvent::Disconnected`].
    pub events: mpsc::UnboundedReceiver<MediaEvent>,
}

/// A room one is in.
pub trait MediaRoom: Send + Sync + 'static {
    /// The own identity: the user id that the token carries.
    fn local_identity(&self) -> UserId;

    /// Publishes a camera or a screen; frames go into the sink of the answer.
    ///
    /// # Errors
    /// [`MediaError::NotPermitted`] when the LiveKit server refuses it, [`MediaError::Closed`].
    fn publish_video(
        &self,
        options: VideoOptions,
    ) -> BoxFuture<'_, Result<PublishedTrack<VideoSink>, MediaError>>;

    /// Publishes a microphone; frames go into the sink of the answer.
    ///
    /// # Errors
    /// As [`MediaRoom::publish_video`].
    fn publish_audio(
        &self,
        options: AudioOptions,
    ) -> BoxFuture<'_, Result<PublishedTrack<AudioSink>, MediaError>>;

    /// Stops publishing a track. A track that isn't there any more is no error.
    fn unpublish(&self, track: TrackId) -> BoxFuture<'_, Result<(), MediaError>>;

    /// Mutes or unmutes a published track.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`].
    fn set_muted(&self, track: &TrackId, muted: bool) -> Result<(), MediaError>;

    /// Subscribes to a remote track, or gives the subscription up.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`].
    fn set_subscribed(&self, track: &TrackId, subscribed: bool) -> Result<(), MediaError>;

    /// Says how large the largest view is that shows a remote video track: the server then sends the layer that fits.
    /// `None` hides the track: nothing is sent until a view comes back. What was said last holds for this track
    /// until the room is left, through reconnects and subscriptions; before a word, the largest layer is sent.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`] when there is no such remote track, or it isn't video.
    fn set_view(&self, track: &TrackId, view: Option<ViewSize>) -> Result<(), MediaError>;

    /// A sample of every published and every subscribed track. One that comes or goes meanwhile is left out.
    ///
    /// # Errors
    /// [`MediaError::Closed`].
    fn stats(&self) -> BoxFuture<'_, Result<Vec<TrackStats>, MediaError>>;

    /// Finds a path over the network of now at once (an ICE restart), rather than once the old one is noticed to
    /// be dead; [`MediaEvent::Reconnecting`] and [`MediaEvent::Reconnected`] tell how it went.
    ///
    /// An engine that can't be asked to leaves it at noticing by itself.
    ///
    /// # Errors
    /// [`MediaError::Closed`].
    fn restart_ice(&self) -> Result<(), MediaError> {
        Ok(())
    }

    /// The decoded frames of a subscribed video track, newest first served: a slow reader loses
    /// old frames, never stalls the room. Ends with the track.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`] when the track isn't subscribed or isn't video.
    fn video_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<VideoFrame>, MediaError>;

    /// The decoded frames of a subscribed audio track: 48 kHz mono, 10 ms each.
    ///
    /// # Errors
    /// [`MediaError::NoSuchTrack`] when the track isn't subscribed or isn't audio.
    fn audio_frames(&self, track: &TrackId) -> Result<mpsc::Receiver<AudioFrame>, MediaError>;

    /// Leaves the room and releases everything; safe to call twice.
    fn disconnect(&self) -> BoxFuture<'_, ()>;
}

/// What can go wrong with media.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The LiveKit server can't be reached.
    #[error("the LiveKit server can't be reached: {0}")]
    Unreachable(String),
    /// The LiveKit server doesn't take the token, or the room doesn't exist.
    #[error("the LiveKit server refused the connection: {0}")]
    Refused(String),
    /// It took too long.
    #[error("no answer from the LiveKit server in time")]
    TimedOut,
    /// The LiveKit server doesn't let this participant publish that.
    #[error("the LiveKit server doesn't permit this participant to publish that")]
    NotPermitted,
    /// There is no such track (any more), or it isn't subscribed.
    #[error("no such track")]
    NoSuchTrack,
    /// The room was left.
    #[error("the room was left")]
    Closed,
    /// The engine itself failed, or isn't what was expected.
    #[error("media engine: {0}")]
    Engine(String),
}

impl From<MediaError> for LiveError {
    fn from(error: MediaError) -> Self {
        let code = match &error {
            MediaError::Unreachable(_)
            | MediaError::Refused(_)
            | MediaError::TimedOut
            | MediaError::Closed => ErrorCode::MediaUnavailable,
            MediaError::NotPermitted => ErrorCode::RoleNotAllowed,
            MediaError::NoSuchTrack => ErrorCode::NotFound,
            MediaError::Engine(_) => ErrorCode::Internal,
        };
        Self::new(code, error.to_string())
    }
}
