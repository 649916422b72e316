//! Whether the link carries pictures: decided late, and taken back later still, so that it doesn't flicker.

use std::time::Duration;

use crate::domain::limits;
use crate::media::ConnectionQuality;

/// Where the link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Pictures pass.
    Good,
    /// They suffer; for how long?
    Doubting,
    /// None are received.
    Spared,
    /// The link looks well again; for how long?
    Trusting,
}

/// What the timer is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Go on as it does.
    Leave,
    /// Run anew.
    Start(Duration),
    /// Stop.
    Stop,
}

/// The judgement over one link.
#[derive(Clone, Debug)]
pub(super) struct Link {
    phase: Phase,
    /// How often pictures were given up; every further time, the link must look well for longer.
    relapses: u32,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            phase: Phase::Good,
            relapses: 0,
        }
    }
}

impl Link {
    /// Whether it is too bad for pictures.
    pub(super) const fn is_spared(&self) -> bool {
        match self.phase {
            Phase::Spared | Phase::Trusting => true,
            Phase::Good | Phase::Doubting => false,
        }
    }

    /// LiveKit's latest judgement.
    pub(super) fn judge(&mut self, quality: ConnectionQuality) -> Clock {
        let (phase, clock) = match (self.phase, quality) {
            (Phase::Good, ConnectionQuality::Poor | ConnectionQuality::Lost) => {
                (Phase::Doubting, Clock::Start(limits::AUDIO_ONLY_AFTER))
            }
            (Phase::Doubting, ConnectionQuality::Good | ConnectionQuality::Excellent) => {
                (Phase::Good, Clock::Stop)
            }
            (Phase::Spared, ConnectionQuality::Good | ConnectionQuality::Excellent) => {
                (Phase::Trusting, Clock::Start(self.patience()))
            }
            (Phase::Trusting, ConnectionQuality::Poor | ConnectionQuality::Lost) => {
                (Phase::Spared, Clock::Stop)
            }
            (Phase::Good | Phase::Trusting, ConnectionQuality::Good | ConnectionQuality::Excellent)
            | (Phase::Doubting | Phase::Spared, ConnectionQuality::Poor | ConnectionQuality::Lost) => {
                (self.phase, Clock::Leave)
            }
        };
        self.phase = phase;
        clock
    }

    /// The timer ran out: the link was as it is for long enough.
    pub(super) fn settle(&mut self) {
        self.phase = match self.phase {
            Phase::Doubting => {
                self.relapses = self.relapses.saturating_add(1);
                Phase::Spared
            }
            Phase::Trusting => Phase::Good,
            Phase::Good | Phase::Spared => self.phase,
        };
    }

    /// How long the link must look well before pictures come back: without them it looks better than it is.
    fn patience(&self) -> Duration {
        let doublings = self.relapses.saturating_sub(1);
        limits::VIDEO_BACK_AFTER
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(limits::VIDEO_BACK_CAP)
    }
}
