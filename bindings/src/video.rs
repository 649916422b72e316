//! Somebody's pictures, into a sink that the app implements.

use std::sync::Arc;

use ipelya_core::domain::{ErrorCode, LiveResult};
use ipelya_core::media::VideoFrame as CoreFrame;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use crate::work::Work;

/// A decoded picture in I420: a full-size luma plane, then two chroma planes of half its width and height, rounded up,
/// tightly packed. It stays where the decoder's copy lies until this object is released: read it there
/// (`withBytes`, `withUnsafeBytes`), or copy it.
#[derive(uniffi::Object)]
pub struct VideoFrame(pub(crate) CoreFrame);

#[uniffi::export]
impl VideoFrame {
    /// Pixels.
    pub fn width(&self) -> u32 {
        self.0.picture.width
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.0.picture.height
    }

    /// Microseconds, by the clock of whoever made the frame; only differences mean something.
    pub fn timestamp_us(&self) -> i64 {
        self.0.timestamp_us
    }

    /// Where the planes begin in memory: `byte_count` bytes that may be read while this object lives.
    pub fn address(&self) -> u64 {
        self.0.picture.data.as_ptr() as u64
    }

    /// Bytes of the three planes.
    pub fn byte_count(&self) -> u64 {
        self.0.picture.data.len() as u64
    }

    /// A copy of the three planes.
    pub fn copy_bytes(&self) -> Vec<u8> {
        self.0.picture.data.to_vec()
    }
}

/// What a sink throws. It is logged once, and the next picture comes all the same.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum SinkFailure {
    /// The picture couldn't be shown.
    #[error("{reason}")]
    Failed {
        /// Why, for the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for SinkFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// Takes pictures. Implemented by the app; called from a background thread, one picture at a time. While it is busy, old
/// pictures are dropped for newer ones.
#[uniffi::export(with_foreign)]
pub trait VideoSink: Send + Sync {
    /// The next picture.
    fn on_frame(&self, frame: Arc<VideoFrame>) -> Result<(), SinkFailure>;
}

/// Pictures on their way into a sink, through reconnects too, until it is stopped or released, or the room is over.
#[derive(uniffi::Object)]
pub struct VideoTrack(AbortHandle);

#[uniffi::export]
impl VideoTrack {
    /// No more pictures after the one that is being shown. Twice is fine.
    pub fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for VideoTrack {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl VideoTrack {
    /// Follows whatever `open` finds; `changed` wakes when there may be something else to find.
    pub(crate) fn follow<Open, S>(
        work: &Work,
        open: impl Fn() -> Open + Send + 'static,
        mut changed: watch::Receiver<S>,
        sink: Arc<dyn VideoSink>,
    ) -> Self
    where
        Open: Future<Output = LiveResult<mpsc::Receiver<CoreFrame>>> + Send,
        S: Send + Sync + 'static,
    {
        let task = work.handle().spawn(async move {
            let mut complained = false;
            loop {
                changed.mark_unchanged();
                match open().await {
                    Ok(frames) => deliver(frames, &sink, &mut complained).await,
                    Err(error) if matches!(error.code, ErrorCode::SessionEnded | ErrorCode::CallEnded) => {
                        return;
                    }
                    Err(error) => tracing::debug!(%error, "no pictures for now"),
                }
                if changed.changed().await.is_err() {
                    return;
                }
            }
        });
        Self(task.abort_handle())
    }
}

async fn deliver(mut frames: mpsc::Receiver<CoreFrame>, sink: &Arc<dyn VideoSink>, complained: &mut bool) {
    while let Some(frame) = frames.recv().await {
        let sink = Arc::clone(sink);
        // An app's code may block, which no worker of the runtime may.
        let shown = tokio::task::spawn_blocking(move || sink.on_frame(Arc::new(VideoFrame(frame)))).await;
        if let Ok(Err(failure)) = shown
            && !std::mem::replace(complained, true)
        {
            tracing::warn!(%failure, "a video sink failed");
        }
    }
}
