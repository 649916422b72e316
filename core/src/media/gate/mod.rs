//! Whose the sound is: a phone's system hands it out for a call, and takes it away for another app's.

mod switch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::{AudioOptions, AudioSink, CaptureGuard, Facing, MediaCapture, VideoOptions, VideoSink};
use crate::domain::LiveResult;
use crate::domain::quality::{AudioPreset, VideoPreset};
use switch::Switch;

/// What the switch is built of; another kind where every interleaving is explored.
mod sync {
    pub use std::sync::{Condvar, Mutex, MutexGuard};
}

/// Whether sound is recorded and played, and why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum AudioPhase {
    /// No call that the system manages: sound runs whenever it is wanted.
    #[default]
    Free,
    /// As `Free`, while another app has the sound: silence.
    Paused,
    /// A call is there, and the system has yet to hand the sound out: silence.
    Prepared,
    /// The system handed the sound out for the call: it runs.
    Active,
    /// The system took it away in the midst of the call, for a GSM call or Siri: silence.
    Interrupted,
}

/// What the system says of the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioSignal {
    /// A call is there that the system will hand the sound out for.
    Prepared,
    /// The sound is this app's (`didActivate`).
    Activated,
    /// It isn't for a while (an interruption began, `didDeactivate` within a call).
    Interrupted,
    /// It is again (the interruption ended).
    Resumed,
    /// There is no call any more that the system manages the sound of.
    Released,
}

impl AudioPhase {
    /// Whether sound is recorded and played.
    pub const fn runs(self) -> bool {
        match self {
            Self::Free | Self::Active => true,
            Self::Paused | Self::Prepared | Self::Interrupted => false,
        }
    }

    /// The phase after a signal; every signal may come in every phase, twice too.
    pub const fn after(self, signal: AudioSignal) -> Self {
        match (self, signal) {
            (_, AudioSignal::Released) => Self::Free,
            (_, AudioSignal::Activated) => Self::Active,
            (Self::Free | Self::Paused | Self::Prepared, AudioSignal::Prepared) => Self::Prepared,
            // The system hands the sound out once for a call: a second word must not silence it.
            (Self::Active | Self::Interrupted, AudioSignal::Prepared) => self,
            (Self::Free | Self::Paused, AudioSignal::Interrupted) => Self::Paused,
            (Self::Active | Self::Interrupted, AudioSignal::Interrupted) => Self::Interrupted,
            (Self::Free | Self::Paused, AudioSignal::Resumed) => Self::Free,
            (Self::Active | Self::Interrupted, AudioSignal::Resumed) => Self::Active,
            // An interruption that ends before the call has its sound hands nothing out.
            (Self::Prepared, AudioSignal::Interrupted | AudioSignal::Resumed) => Self::Prepared,
        }
    }
}

/// Lets sound run while the system says that it is this app's. Clones are the same gate; open until it is told otherwise.
#[derive(Clone, Default)]
pub struct AudioGate(Arc<Shared>);

#[derive(Default)]
struct Shared {
    phase: watch::Sender<AudioPhase>,
    microphones: Mutex<Vec<Weak<Microphone>>>,
}

impl AudioGate {
    /// The phase now.
    pub fn phase(&self) -> AudioPhase {
        *self.0.phase.borrow()
    }

    /// Each change wakes the receiver: for who plays sound.
    pub fn phases(&self) -> watch::Receiver<AudioPhase> {
        self.0.phase.subscribe()
    }

    /// The system said something. When this returns, microphones run or don't run as the phase says, unless one of them
    /// is being started by another thread at this moment, which sees to it. Safe from any thread.
    pub fn signal(&self, signal: AudioSignal) {
        self.0.phase.send_modify(|phase| *phase = phase.after(signal));
        let microphones: Vec<_> = self.microphones().iter().filter_map(Weak::upgrade).collect();
        for microphone in microphones {
            if let Err(error) = microphone.settle() {
                tracing::warn!(%error, "the microphone couldn't be started");
            }
        }
    }

    fn microphones(&self) -> MutexGuard<'_, Vec<Weak<Microphone>>> {
        // Every change is a single step, so a panic elsewhere leaves it whole.
        self.0.microphones.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, start: Start) -> LiveResult<CaptureGuard> {
        let microphone = Arc::new(Microphone {
            start,
            phase: self.phases(),
            device: Switch::new(),
        });
        let mut microphones = self.microphones();
        microphones.retain(|other| other.strong_count() > 0);
        microphones.push(Arc::downgrade(&microphone));
        drop(microphones);
        microphone.settle()?;
        Ok(CaptureGuard::new(move || microphone.device.end()))
    }
}

type Start = Box<dyn Fn() -> LiveResult<CaptureGuard> + Send + Sync>;

/// A microphone that a track waits for; its device runs only while the gate is open.
struct Microphone {
    start: Start,
    phase: watch::Receiver<AudioPhase>,
    device: Switch<CaptureGuard>,
}

impl Microphone {
    fn settle(&self) -> LiveResult<()> {
        self.device.settle(|| self.phase.borrow().runs(), &self.start)
    }
}

/// Devices whose microphone is behind a gate; cameras and screens are not.
pub struct GatedCapture<C: ?Sized> {
    devices: Arc<C>,
    gate: AudioGate,
}

impl<C: MediaCapture> GatedCapture<C> {
    /// Puts the microphone of `devices` behind `gate`.
    pub fn new(devices: C, gate: AudioGate) -> Self {
        Self {
            devices: Arc::new(devices),
            gate,
        }
    }
}

impl<C: MediaCapture + ?Sized> GatedCapture<C> {
    /// As [`GatedCapture::new`], for devices that are shared.
    pub const fn over(devices: Arc<C>, gate: AudioGate) -> Self {
        Self { devices, gate }
    }
}

impl<C: MediaCapture + ?Sized> MediaCapture for GatedCapture<C> {
    fn camera_options(&self, preset: VideoPreset) -> VideoOptions {
        self.devices.camera_options(preset)
    }

    fn screen_options(&self, preset: VideoPreset) -> VideoOptions {
        self.devices.screen_options(preset)
    }

    fn microphone_options(&self, preset: AudioPreset) -> AudioOptions {
        self.devices.microphone_options(preset)
    }

    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        self.devices.start_camera(sink)
    }

    /// Where the gate is closed, the track is published in silence, and the device starts as soon as it opens.
    fn start_microphone(&self, sink: AudioSink) -> LiveResult<CaptureGuard> {
        let devices = Arc::clone(&self.devices);
        self.gate
            .admit(Box::new(move || devices.start_microphone(sink.clone())))
    }

    fn start_screen(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        self.devices.start_screen(sink)
    }

    fn flip_camera(&self) -> BoxFuture<'_, LiveResult<Facing>> {
        self.devices.flip_camera()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::domain::{ErrorCode, LiveError};

    /// A microphone that says whether it runs, and fails while it is told to.
    #[derive(Clone, Default)]
    struct Phone {
        runs: Arc<AtomicBool>,
        is_broken: Arc<AtomicBool>,
        gate: AudioGate,
        /// What the device's own code says while it starts.
        says: Option<AudioSignal>,
    }

    impl MediaCapture for Phone {
        fn start_camera(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
            Ok(CaptureGuard::new(|| {}))
        }

        fn start_microphone(&self, _sink: AudioSink) -> LiveResult<CaptureGuard> {
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(LiveError::new(ErrorCode::Internal, "broken"));
            }
            assert!(!self.runs.swap(true, Ordering::SeqCst), "it runs once at a time");
            if let Some(signal) = self.says {
                self.gate.signal(signal);
            }
            let runs = Arc::clone(&self.runs);
            Ok(CaptureGuard::new(move || runs.store(false, Ordering::SeqCst)))
        }
    }

    impl Phone {
        fn runs(&self) -> bool {
            self.runs.load(Ordering::SeqCst)
        }

        fn start(&self) -> LiveResult<CaptureGuard> {
            let capture = GatedCapture::new(self.clone(), self.gate.clone());
            capture.start_microphone(AudioSink::new(|_| Ok(())))
        }
    }

    #[test]
    fn a_call_has_sound_only_while_the_system_says_so() {
        let phone = Phone::default();
        phone.gate.signal(AudioSignal::Prepared);
        let track = phone.start().unwrap();
        for (signal, runs) in [
            (AudioSignal::Resumed, false),
            (AudioSignal::Activated, true),
            (AudioSignal::Prepared, true),
            (AudioSignal::Interrupted, false),
            (AudioSignal::Interrupted, false),
            (AudioSignal::Resumed, true),
            (AudioSignal::Interrupted, false),
            (AudioSignal::Activated, true),
        ] {
            phone.gate.signal(signal);
            assert_eq!(phone.runs(), runs, "after {signal:?}");
        }
        drop(track);
        assert!(!phone.runs(), "nobody wants it any more");
        phone.gate.signal(AudioSignal::Activated);
        assert!(!phone.runs(), "what is over stays over");
    }

    #[test]
    fn without_a_call_another_app_pauses_the_sound_and_the_next_call_waits_for_its_own() {
        let phone = Phone::default();
        let _track = phone.start().unwrap();
        assert!(phone.runs());
        phone.gate.signal(AudioSignal::Interrupted);
        assert!(!phone.runs());
        phone.gate.signal(AudioSignal::Resumed);
        assert!(phone.runs());
        phone.gate.signal(AudioSignal::Prepared);
        assert!(!phone.runs());
        phone.gate.signal(AudioSignal::Released);
        assert!(phone.runs());
    }

    #[test]
    fn a_device_that_fails_is_an_error_at_the_start_and_tried_again_at_the_next_signal() {
        let phone = Phone::default();
        phone.is_broken.store(true, Ordering::SeqCst);
        assert_eq!(
            phone.start().err().map(|error| error.code),
            Some(ErrorCode::Internal)
        );
        phone.gate.signal(AudioSignal::Prepared);
        let _track = phone.start().unwrap();
        phone.gate.signal(AudioSignal::Activated);
        assert!(!phone.runs());
        phone.is_broken.store(false, Ordering::SeqCst);
        phone.gate.signal(AudioSignal::Activated);
        assert!(phone.runs());
    }

    #[test]
    fn a_device_may_signal_while_it_starts() {
        let phone = Phone {
            says: Some(AudioSignal::Interrupted),
            ..Phone::default()
        };
        let _track = phone.start().unwrap();
        assert!(!phone.runs());
        assert_eq!(phone.gate.phase(), AudioPhase::Paused);
    }

    #[test]
    fn signals_from_many_threads_leave_the_device_as_the_last_one_says() {
        let phone = Phone::default();
        for _ in 0..50 {
            let track = phone.start().unwrap();
            std::thread::scope(|scope| {
                for signal in [
                    AudioSignal::Interrupted,
                    AudioSignal::Resumed,
                    AudioSignal::Activated,
                ] {
                    let gate = phone.gate.clone();
                    scope.spawn(move || gate.signal(signal));
                }
                scope.spawn(move || drop(track));
            });
            assert!(!phone.runs(), "the track is gone");
        }
    }
}
