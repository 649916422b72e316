//! A funnel whose steps are spans as well.

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Span;
use tracing::field::Empty;

use super::{Funnel, FunnelEvent, Journey, Step};
use crate::domain::ErrorCode;
use crate::media::{MediaEvent, TrackKind};

/// How long the next step in the room may take to be one of the same journey.
const PATIENCE: Duration = Duration::from_secs(30);

/// One journey, as it goes.
#[derive(Debug)]
pub(crate) struct Trail {
    funnel: Funnel,
    /// Around all steps; closed at the end of the journey.
    journey: Option<Span>,
    /// The step that is being taken.
    step: Option<Span>,
    told: Arc<[FunnelEvent]>,
}

impl Trail {
    pub(crate) fn start(journey: Journey, now: Instant) -> Self {
        let root = match journey {
            Journey::Join => {
                tracing::info_span!(target: "ipelya::funnel", parent: None, "join", id = Empty, error = Empty)
            }
            Journey::Call => {
                tracing::info_span!(target: "ipelya::funnel", parent: None, "call", id = Empty, error = Empty)
            }
        };
        let mut trail = Self {
            funnel: Funnel::start(journey, now),
            journey: Some(root),
            step: None,
            told: Arc::default(),
        };
        trail.open_step();
        trail
    }

    /// The session's or the call's id, once it is known.
    pub(crate) fn name(&self, id: impl Display) {
        if let Some(journey) = &self.journey {
            journey.record("id", tracing::field::display(id));
        }
    }

    pub(crate) fn reach(&mut self, step: Step, now: Instant) -> Option<FunnelEvent> {
        let event = self.funnel.reach(step, now)?;
        self.tell(&event);
        self.open_step();
        Some(event)
    }

    /// A step that this journey doesn't have.
    pub(crate) fn skip(&mut self, step: Step) {
        self.funnel.skip(step);
    }

    /// The room said something: a step, perhaps.
    pub(crate) fn hear(&mut self, event: &MediaEvent, now: Instant) -> Option<FunnelEvent> {
        self.journey.as_ref()?;
        if now.saturating_duration_since(self.funnel.last()) > PATIENCE {
            // Nobody was there to see or hear: what comes now is another story.
            self.close();
            return None;
        }
        let steps: &[Step] = match event {
            MediaEvent::TrackSubscribed { track, .. } => match track.kind {
                TrackKind::Audio => &[Step::Subscribe, Step::Audio],
                TrackKind::Video => &[Step::Subscribe],
            },
            MediaEvent::FirstFrame { .. } => &[Step::FirstFrame],
            MediaEvent::ParticipantJoined(_)
            | MediaEvent::ParticipantLeft(_)
            | MediaEvent::RoleChanged { .. }
            | MediaEvent::GrantsChanged(_)
            | MediaEvent::TrackPublished { .. }
            | MediaEvent::TrackUnpublished { .. }
            | MediaEvent::TrackUnsubscribed { .. }
            | MediaEvent::TrackMuted { .. }
            | MediaEvent::LocalTrackUnpublished(_)
            | MediaEvent::ActiveSpeakers(_)
            | MediaEvent::QualityChanged { .. }
            | MediaEvent::Reconnecting
            | MediaEvent::Reconnected
            | MediaEvent::Disconnected(_) => &[],
        };
        // A journey has one of both.
        steps.iter().find_map(|step| self.reach(*step, now))
    }

    pub(crate) fn fail(&mut self, error: ErrorCode, now: Instant) -> Option<FunnelEvent> {
        let event = self.funnel.fail(error, now)?;
        if let Some(journey) = &self.journey {
            journey.record("error", error.as_str());
        }
        self.tell(&event);
        self.close();
        Some(event)
    }

    /// It goes no further.
    pub(crate) fn close(&mut self) {
        self.step = None;
        self.journey = None;
    }

    /// The steps that were told, in order.
    pub(crate) fn told(&self) -> Arc<[FunnelEvent]> {
        Arc::clone(&self.told)
    }

    fn tell(&mut self, event: &FunnelEvent) {
        self.told = self.told.iter().copied().chain([*event]).collect();
        tracing::debug!(
            target: "ipelya::funnel",
            parent: self.journey.as_ref().and_then(Span::id),
            step = event.step.as_str(),
            took_ms = event.took_ms,
            total_ms = event.total_ms,
            error = event.error.map(ErrorCode::as_str),
        );
    }

    fn open_step(&mut self) {
        // A span ends when it is dropped, which is when its step was taken.
        let parent = self.journey.as_ref().and_then(Span::id);
        self.step = self.funnel.current().map(|step| {
            macro_rules! span {
                ($name:literal) => {
                    tracing::info_span!(target: "ipelya::funnel", parent: parent, $name)
                };
            }
            match step {
                Step::Authorize => span!("authorize"),
                Step::Ring => span!("ring"),
                Step::Answer => span!("answer"),
                Step::Connect => span!("connect"),
                Step::Subscribe => span!("subscribe"),
                Step::FirstFrame => span!("first_frame"),
                Step::Audio => span!("audio"),
            }
        });
        if self.step.is_none() {
            self.journey = None;
        }
    }
}
