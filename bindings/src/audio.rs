//! Sound: somebody's, into a sink that the app implements, and whose the sound of the phone is.

use std::sync::Arc;

use ipelya_core::domain::LiveResult;
use ipelya_core::media::{AudioFrame as CoreFrame, AudioPhase, AudioSignal};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use crate::tracks::follow;
use crate::video::SinkFailure;
use crate::work::Work;

/// Ten milliseconds of decoded sound.
#[derive(Clone, Debug, uniffi::Record)]
pub struct AudioFrame {
    /// Interleaved samples.
    pub samples: Vec<i16>,
    /// Samples a second of one channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u32,
}

impl From<CoreFrame> for AudioFrame {
    fn from(frame: CoreFrame) -> Self {
        Self {
            samples: frame.samples,
            sample_rate: frame.sample_rate,
            channels: frame.channels,
        }
    }
}

/// Takes sound. Implemented by the app; called from a background thread, a hundred times a second, one frame at a time. While it
/// is busy, old frames are dropped for newer ones.
#[uniffi::export(with_foreign)]
pub trait AudioSink: Send + Sync {
    /// The next ten milliseconds.
    fn on_frame(&self, frame: AudioFrame) -> Result<(), SinkFailure>;
}

/// Sound on its way into a sink, through reconnects too, until it is stopped or released, or the room is over.
#[derive(uniffi::Object)]
pub struct AudioTrack(AbortHandle);

#[uniffi::export]
impl AudioTrack {
    /// No more sound after the frame that is being played. Twice is fine.
    pub fn stop(&self) {
        self.0.abort();
    }
}

impl Drop for AudioTrack {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl AudioTrack {
    /// As [`follow`], in silence while the sound is another app's.
    pub(crate) fn follow<Open, Change>(
        work: &Work,
        open: impl Fn() -> Open + Send + 'static,
        changed: watch::Receiver<Change>,
        sink: Arc<dyn AudioSink>,
    ) -> Self
    where
        Open: Future<Output = LiveResult<mpsc::Receiver<CoreFrame>>> + Send,
        Change: Send + Sync + 'static,
    {
        let phases = work.gate().phases();
        let play = move |frame: CoreFrame| {
            if phases.borrow().runs() {
                sink.on_frame(frame.into())
            } else {
                Ok(())
            }
        };
        Self(follow(work, open, changed, play))
    }
}

/// Whether a client records and plays sound. Where the phone's system hands the sound out for calls (CallKit, Telecom), the
/// app says here what the system says; elsewhere it says nothing, and sound runs whenever it is wanted.
///
/// While it doesn't run, the microphone's device is stopped though its track is published, and no `AudioSink` is called. Every
/// word may be said at any time, twice too, from any thread; when it returns, the microphone has started or stopped.
#[derive(uniffi::Object)]
pub struct AudioEngine(Arc<Work>);

impl AudioEngine {
    pub(crate) fn new(work: &Arc<Work>) -> Self {
        Self(Arc::clone(work))
    }

    fn signal(&self, signal: AudioSignal) {
        // Devices may need the runtime to start on.
        let _inside = self.0.handle().enter();
        self.0.gate().signal(signal);
    }
}

#[uniffi::export]
impl AudioEngine {
    /// A call is reported to the system, which will hand the sound out: silence until `activated`.
    pub fn prepared(&self) {
        self.signal(AudioSignal::Prepared);
    }

    /// The system handed the sound out: CallKit's `provider(_:didActivate:)`, a Telecom call that became active.
    pub fn activated(&self) {
        self.signal(AudioSignal::Activated);
    }

    /// Another app has the sound: an interruption began, or CallKit's `provider(_:didDeactivate:)` while the call goes on.
    pub fn interrupted(&self) {
        self.signal(AudioSignal::Interrupted);
    }

    /// The interruption ended. A call that the system didn't hand the sound out for yet stays silent.
    pub fn resumed(&self) {
        self.signal(AudioSignal::Resumed);
    }

    /// The last call that the system manages is over: sound runs whenever it is wanted, as in a broadcast.
    pub fn released(&self) {
        self.signal(AudioSignal::Released);
    }

    /// Where the sound stands.
    pub fn phase(&self) -> AudioPhase {
        self.0.gate().phase()
    }
}
