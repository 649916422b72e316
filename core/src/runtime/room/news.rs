//! What a room says that a machine must hear, picked out of everything it says.

use crate::domain::{Grants, Role, UserId};
use crate::media::{DisconnectReason, MediaEvent};

/// News of the connection itself, or of what this user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum RoomNews {
    /// The connection is lost; the engine tries on its own.
    Lost,
    /// The connection is back.
    Resumed,
    /// The connection is over.
    Over(DisconnectReason),
    /// What this user may publish from now on.
    Granted(Grants),
    /// This user has another role.
    Role(Role),
}

impl RoomNews {
    /// What the event means for the machine of `local`; `None` where it doesn't concern it.
    pub(super) fn of(event: &MediaEvent, local: Option<UserId>) -> Option<Self> {
        match event {
            MediaEvent::Reconnecting => Some(Self::Lost),
            MediaEvent::Reconnected => Some(Self::Resumed),
            MediaEvent::Disconnected(reason) => Some(Self::Over(*reason)),
            MediaEvent::GrantsChanged(grants) => Some(Self::Granted(*grants)),
            MediaEvent::RoleChanged { user, role } => (local == Some(*user)).then_some(Self::Role(*role)),
            MediaEvent::ParticipantJoined(_)
            | MediaEvent::ParticipantLeft(_)
            | MediaEvent::TrackPublished { .. }
            | MediaEvent::TrackUnpublished { .. }
            | MediaEvent::TrackSubscribed { .. }
            | MediaEvent::TrackUnsubscribed { .. }
            | MediaEvent::TrackMuted { .. }
            | MediaEvent::LocalTrackUnpublished(_)
            | MediaEvent::FirstFrame { .. }
            | MediaEvent::ActiveSpeakers(_)
            | MediaEvent::QualityChanged { .. } => None,
        }
    }
}
