//! A funnel whose steps are spans as well.

use std::fmt::Display;
use std::time::Instant;

use tracing::Span;
use tracing::field::Empty;

use super::{Funnel, FunnelEvent, Journey, Step};
use crate::domain::ErrorCode;

/// One journey, as it goes.
#[derive(Debug)]
pub(crate) struct Trail {
    funnel: Funnel,
    /// Around all steps; closed at the end of the journey.
    journey: Option<Span>,
    /// The step that is being taken.
    step: Option<Span>,
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

    fn tell(&self, event: &FunnelEvent) {
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
