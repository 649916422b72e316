//! What this user sends: the user's wishes, what the server grants of them, and what came of each.
//!
//! Pure, and shared by the session and the call machine, so that a microphone behaves the same in both. A wish stands
//! until it is carried out, refused or taken back; what may be sent at all says the machine's [`Gate`].

mod local;

pub use local::{Flip, LocalMedia, Toggle};

use crate::domain::{ErrorCode, Grants, LiveError, LiveResult};
use crate::media::{Facing, TrackSource};

/// What the state of a machine lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Everything that is wished and granted.
    Open,
    /// What is sent already; nothing new starts, because the connection is being had back.
    Keep,
    /// Nothing.
    Shut,
}

/// What is to be done about one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Publish it; answered by [`Publisher::published`].
    Publish(TrackSource),
    /// Stop publishing it.
    Unpublish(TrackSource),
}

/// The sources that a user switches, in the order in which they are published.
pub const SOURCES: [TrackSource; 3] = [
    TrackSource::Microphone,
    TrackSource::Camera,
    TrackSource::ScreenShare,
];

/// Whether a track of that source may be published under those grants.
pub const fn is_granted(grants: Grants, source: TrackSource) -> bool {
    match source {
        TrackSource::Microphone => grants.audio,
        TrackSource::Camera | TrackSource::ScreenShare | TrackSource::ScreenShareAudio => grants.video,
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Slot {
    wanted: bool,
    /// Published, or about to be.
    asked: bool,
    /// The server has taken it.
    taken: bool,
    last_error: Option<LiveError>,
}

/// One user's microphone, camera and screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Publisher {
    microphone: Slot,
    camera: Slot,
    screen_share: Slot,
    flip: Flip,
}

impl Publisher {
    /// What the user wishes of a source.
    pub fn want(&mut self, source: TrackSource, on: bool) {
        let slot = self.slot_mut(source);
        slot.wanted = on;
        slot.last_error = None;
    }

    /// The wish is over, whatever came of it.
    pub fn unwish(&mut self, source: TrackSource) {
        self.slot_mut(source).wanted = false;
    }

    /// The wish can't be granted, and why: it isn't kept, so that nothing opens by surprise once it could be.
    pub fn refuse(&mut self, source: TrackSource, error: LiveError) {
        let slot = self.slot_mut(source);
        slot.wanted = false;
        slot.last_error = Some(error);
    }

    /// The server changed what may be sent. What it took away stays off until the user wishes it again.
    pub fn limit(&mut self, grants: Grants) {
        for source in SOURCES {
            if !is_granted(grants, source) {
                self.unwish(source);
            }
        }
    }

    /// Says what is to be done so that what is sent is what is wished, granted and let through.
    pub fn settle(&mut self, gate: Gate, grants: Grants, mut change: impl FnMut(Change)) {
        for source in SOURCES {
            let allowed = is_granted(grants, source);
            let slot = self.slot_mut(source);
            let wished = slot.wanted && allowed;
            let now = match gate {
                Gate::Open => wished,
                Gate::Keep => wished && slot.asked,
                Gate::Shut => false,
            };
            if now != slot.asked {
                slot.asked = now;
                slot.taken = false;
                change(if now {
                    Change::Publish(source)
                } else {
                    Change::Unpublish(source)
                });
            }
        }
        self.settle_flip();
    }

    /// The answer to [`Change::Publish`]. A refusal takes the wish back: trying again is the user's.
    pub fn published(&mut self, source: TrackSource, outcome: LiveResult<()>) {
        let slot = self.slot_mut(source);
        match outcome {
            Ok(()) => slot.taken = slot.asked,
            Err(error) => {
                *slot = Slot {
                    last_error: Some(error),
                    ..Slot::default()
                };
            }
        }
        self.settle_flip();
    }

    /// The server didn't answer [`Change::Publish`] while the connection is being had back: the wish waits for that.
    pub fn deferred(&mut self, source: TrackSource) {
        let slot = self.slot_mut(source);
        (slot.asked, slot.taken) = (false, false);
        self.settle_flip();
    }

    /// A track is gone by the server's wish: off until the user wishes it again.
    pub fn unpublished(&mut self, source: TrackSource) {
        let slot = self.slot_mut(source);
        // What a revoked grant took away was wished no more; anything else is a loss.
        let lost = slot.wanted;
        *slot = Slot::default();
        if lost {
            let error = LiveError::new(ErrorCode::MediaUnavailable, "the track was lost");
            slot.last_error = Some(error);
        }
        self.settle_flip();
    }

    /// The connection is gone, and every track with it; the wishes stay.
    pub fn lose_connection(&mut self) {
        for source in SOURCES {
            let slot = self.slot_mut(source);
            (slot.asked, slot.taken) = (false, false);
        }
        self.flip.pending = false;
    }

    /// It is over: nothing is sent, nothing is wished.
    pub fn stop(&mut self) {
        let facing = self.flip.facing;
        *self = Self::default();
        self.flip.facing = facing;
    }

    /// The user wants the other camera. Whether there is one to turn.
    pub fn flip(&mut self) -> bool {
        if self.flip.pending {
            return false;
        }
        self.flip.pending = self.camera.taken;
        self.flip.last_error = (!self.camera.taken)
            .then(|| LiveError::new(ErrorCode::Conflict, "the camera is off").with_field("camera"));
        self.flip.pending
    }

    /// The answer of the device to [`Publisher::flip`].
    pub fn flipped(&mut self, outcome: LiveResult<Facing>) {
        self.flip.pending = false;
        self.flip.last_error = None;
        match outcome {
            Ok(facing) => self.flip.facing = facing,
            Err(error) => self.flip.last_error = Some(error),
        }
    }

    /// What is being sent, or about to be.
    pub const fn sending(&self) -> Grants {
        Grants {
            audio: self.microphone.asked,
            video: self.camera.asked || self.screen_share.asked,
        }
    }

    /// Everything of it, for a snapshot.
    pub fn view(&self) -> LocalMedia {
        let toggle = |slot: &Slot| Toggle {
            enabled: slot.taken,
            pending: slot.wanted != slot.taken,
            last_error: slot.last_error.clone(),
        };
        LocalMedia {
            microphone: toggle(&self.microphone),
            camera: toggle(&self.camera),
            screen_share: toggle(&self.screen_share),
            flip: self.flip.clone(),
        }
    }

    /// A camera that is off isn't turned.
    const fn settle_flip(&mut self) {
        self.flip.pending = self.flip.pending && self.camera.taken;
    }

    const fn slot_mut(&mut self, source: TrackSource) -> &mut Slot {
        match source {
            TrackSource::Microphone => &mut self.microphone,
            TrackSource::Camera => &mut self.camera,
            // The sound of a screen comes and goes with its picture.
            TrackSource::ScreenShare | TrackSource::ScreenShareAudio => &mut self.screen_share,
        }
    }
}

#[cfg(test)]
mod tests;
