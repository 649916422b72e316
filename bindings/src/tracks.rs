//! Decoded media on its way into a sink that the app implements.

use std::fmt::Display;

use ipelya_core::domain::{ErrorCode, LiveResult};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use crate::work::Work;

/// Reads whatever `open` finds and shows it, one after the other, through reconnects too, until the room is over; `changed` wakes
/// when there may be something else to find. A sink that fails is complained of once.
pub(crate) fn follow<Frame, Failure, Open, Change>(
    work: &Work,
    open: impl Fn() -> Open + Send + 'static,
    mut changed: watch::Receiver<Change>,
    show: impl Fn(Frame) -> Result<(), Failure> + Clone + Send + Sync + 'static,
) -> AbortHandle
where
    Frame: Send + 'static,
    Failure: Display + Send + 'static,
    Open: Future<Output = LiveResult<mpsc::Receiver<Frame>>> + Send,
    Change: Send + Sync + 'static,
{
    let task = work.handle().spawn(async move {
        let mut has_complained = false;
        loop {
            changed.mark_unchanged();
            match open().await {
                Ok(frames) => deliver(frames, &show, &mut has_complained).await,
                Err(error) if matches!(error.code, ErrorCode::SessionEnded | ErrorCode::CallEnded) => return,
                Err(error) => tracing::debug!(%error, "no track for now"),
            }
            if changed.changed().await.is_err() {
                return;
            }
        }
    });
    task.abort_handle()
}

async fn deliver<Frame, Failure>(
    mut frames: mpsc::Receiver<Frame>,
    show: &(impl Fn(Frame) -> Result<(), Failure> + Clone + Send + Sync + 'static),
    has_complained: &mut bool,
) where
    Frame: Send + 'static,
    Failure: Display + Send + 'static,
{
    while let Some(frame) = frames.recv().await {
        let show = show.clone();
        // An app's code may block, which no worker of the runtime may.
        let shown = tokio::task::spawn_blocking(move || show(frame)).await;
        if let Ok(Err(failure)) = shown
            && !std::mem::replace(has_complained, true)
        {
            tracing::warn!(%failure, "a sink failed");
        }
    }
}
