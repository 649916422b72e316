//! A camera, a microphone and a screen that work unless the script says otherwise, and show nothing.

use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use crate::domain::{LiveError, LiveResult};
use crate::media::{AudioSink, CaptureGuard, Facing, MediaCapture, VideoSink};

/// What captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Device {
    /// The camera, and turning it.
    Camera,
    /// The microphone.
    Microphone,
    /// The screen.
    Screen,
}

/// Devices of a simulated phone. Clones are the same devices.
#[derive(Clone, Debug, Default)]
pub struct SimCapture(Arc<Mutex<Devices>>);

#[derive(Debug, Default)]
struct Devices {
    failures: Vec<(Device, LiveError)>,
    /// Once for each time that it was started and not stopped yet.
    running: Vec<Device>,
    facing: Facing,
}

impl SimCapture {
    /// Lets the next start of a device fail, or the next turn of the camera. Said again, the one after it as well.
    pub fn next_fails(&self, device: Device, error: LiveError) {
        self.devices().failures.push((device, error));
    }

    /// Whether a device runs.
    pub fn runs(&self, device: Device) -> bool {
        self.devices().running.contains(&device)
    }

    /// Where the camera looks.
    pub fn facing(&self) -> Facing {
        self.devices().facing
    }

    fn devices(&self) -> MutexGuard<'_, Devices> {
        // A script that panics inside a step fails its test anyway.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, device: Device) -> LiveResult<CaptureGuard> {
        let mut devices = self.devices();
        devices.fail(device)?;
        devices.running.push(device);
        let this = self.clone();
        Ok(CaptureGuard::new(move || this.devices().stop(device)))
    }

    fn flip(&self) -> LiveResult<Facing> {
        let mut devices = self.devices();
        devices.fail(Device::Camera)?;
        devices.facing = match devices.facing {
            Facing::User => Facing::Environment,
            Facing::Environment => Facing::User,
        };
        Ok(devices.facing)
    }
}

impl Devices {
    /// Fails as scripted, which uses the failure up.
    fn fail(&mut self, device: Device) -> LiveResult<()> {
        match self.failures.iter().position(|(which, _)| *which == device) {
            Some(place) => Err(self.failures.remove(place).1),
            None => Ok(()),
        }
    }

    fn stop(&mut self, device: Device) {
        if let Some(place) = self.running.iter().position(|running| *running == device) {
            self.running.remove(place);
        }
    }
}

impl MediaCapture for SimCapture {
    fn start_camera(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
        self.start(Device::Camera)
    }

    fn start_microphone(&self, _sink: AudioSink) -> LiveResult<CaptureGuard> {
        self.start(Device::Microphone)
    }

    fn start_screen(&self, _sink: VideoSink) -> LiveResult<CaptureGuard> {
        self.start(Device::Screen)
    }

    fn flip_camera(&self) -> BoxFuture<'_, LiveResult<Facing>> {
        Box::pin(ready(self.flip()))
    }
}
