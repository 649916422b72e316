//! Runs one viewing machine, beside the room's link.

use crate::media::{MediaError, MediaEvent, MediaRoom, TrackKind};
use crate::runtime::timers::Timers;
use crate::viewing::{Effect, Input, Machine, Viewing};

/// The machine, and its timer.
#[derive(Default)]
pub(super) struct Views {
    machine: Machine,
    timers: Timers<()>,
}

impl Views {
    pub(super) const fn view(&self) -> Viewing {
        self.machine.view()
    }

    /// Runs out when the link was as it is for long enough; waits for ever while nothing is judged. Cancel-safe.
    pub(super) async fn timer(&mut self) {
        self.timers.next().await;
    }

    pub(super) fn step(&mut self, input: Input, room: Option<&dyn MediaRoom>) {
        for effect in self.machine.handle(input) {
            match effect {
                Effect::SetView(track, view) => match room.map(|room| room.set_view(&track, view)) {
                    // A track that is gone by now needs no layer.
                    Some(Ok(()) | Err(MediaError::NoSuchTrack | MediaError::Closed)) | None => {}
                    Some(Err(error)) => tracing::warn!(%error, "a layer couldn't be asked for"),
                },
                Effect::StartTimer(after) => self.timers.start((), after),
                Effect::StopTimer => self.timers.stop(()),
            }
        }
    }

    /// What the room says, as far as it concerns what is watched.
    pub(super) fn observe(&mut self, event: &MediaEvent, room: Option<&dyn MediaRoom>) {
        let input = match event {
            MediaEvent::TrackSubscribed { user, track } if track.kind == TrackKind::Video => {
                Input::Subscribed {
                    track: track.id.clone(),
                    user: *user,
                    source: track.source,
                }
            }
            MediaEvent::TrackUnsubscribed { track, .. } | MediaEvent::TrackUnpublished { track, .. } => {
                Input::Unsubscribed(track.clone())
            }
            MediaEvent::ParticipantLeft(user) => Input::Left(*user),
            MediaEvent::QualityChanged { user, quality }
                if room.is_some_and(|room| room.local_identity() == *user) =>
            {
                Input::Quality(*quality)
            }
            MediaEvent::Disconnected(_) => Input::Reset,
            MediaEvent::TrackSubscribed { .. }
            | MediaEvent::QualityChanged { .. }
            | MediaEvent::ParticipantJoined(_)
            | MediaEvent::RoleChanged { .. }
            | MediaEvent::GrantsChanged(_)
            | MediaEvent::TrackPublished { .. }
            | MediaEvent::TrackMuted { .. }
            | MediaEvent::LocalTrackUnpublished(_)
            | MediaEvent::FirstFrame { .. }
            | MediaEvent::ActiveSpeakers(_)
            | MediaEvent::Reconnecting
            | MediaEvent::Reconnected => return,
        };
        self.step(input, room);
    }
}
