//! What all actors of one client have in common.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backend::{Backend, RealtimeEvent, Subscription};
use crate::backoff;
use crate::domain::{DeviceId, LiveResult, UserId, limits};
use crate::media::{AudioGate, GatedCapture, MediaCapture, MediaEngine};
use crate::moment::Moment;

/// Events of a session or a call that may wait to be read before the oldest are lost.
pub const EVENT_BUFFER: usize = 512;

/// The ports, and who we are.
#[derive(Clone)]
pub(super) struct Ports {
    pub(super) engine: Arc<dyn MediaEngine>,
    pub(super) capture: Arc<dyn MediaCapture>,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) device: DeviceId,
    /// Who is signed in.
    pub(super) user: UserId,
    /// Fires when the client closes: every actor then leaves.
    pub(super) closing: CancellationToken,
    /// Counts the networks that the device was on: every actor then looks for a path at once.
    pub(super) network: watch::Sender<u64>,
    /// Whose the sound of calls is, where a phone's system gives and takes it; sessions have theirs always.
    pub(super) call_sound: AudioGate,
    /// Every actor that runs.
    pub(super) actors: TaskTracker,
}

impl Ports {
    /// For a call: its microphone waits until the phone has the sound.
    pub(super) fn with_call_sound(&self) -> Self {
        Self {
            capture: Arc::new(GatedCapture::over(
                Arc::clone(&self.capture),
                self.call_sound.clone(),
            )),
            ..self.clone()
        }
    }
}

/// How long what must still be told to the backend is tried after the end.
pub(super) const FAREWELL: Duration = Duration::from_secs(20);

/// Now, with a throw of the dice.
pub(super) fn moment() -> Moment {
    Moment {
        now: Instant::now().into_std(),
        jitter: jitter(),
    }
}

/// A throw of the dice, at least 0 and less than 1; a simulation throws its own.
fn jitter() -> f64 {
    #[cfg(feature = "sim")]
    if let Some(thrown) = crate::sim::dice::throw() {
        return thrown;
    }
    rand::random()
}

/// Asks until there is an answer that isn't worth another try, for at most [`FAREWELL`].
pub(super) async fn insist<T, F>(mut ask: impl FnMut() -> F) -> LiveResult<T>
where
    F: Future<Output = LiveResult<T>>,
{
    let until = Instant::now() + FAREWELL;
    let mut attempt = 0;
    loop {
        match ask().await {
            Err(error) if error.retryable => {
                let pause = error
                    .retry_after()
                    .unwrap_or_else(|| backoff::full_jitter(attempt, jitter()));
                if Instant::now() + pause >= until {
                    return Err(error);
                }
                tokio::time::sleep(pause.min(limits::BACKOFF_CAP)).await;
                attempt += 1;
            }
            answer => return answer,
        }
    }
}

/// The next message of a subscription; waits for ever without one. Cancel-safe.
pub(super) async fn next_message(realtime: &mut Option<Subscription>) -> Option<RealtimeEvent> {
    match realtime {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}
