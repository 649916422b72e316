//! How long each step on the way into a session took.

use std::sync::Arc;

use tokio::time::Instant;

use crate::domain::{ErrorCode, LiveError, Role, SessionType};
use crate::media::MediaEvent;
use crate::session::{Lock, Machine, State};
use crate::telemetry::trail::Trail;
use crate::telemetry::{FunnelEvent, Journey, Step};

/// The way in that is being gone; none before the first, and none once it led to the end.
#[derive(Default)]
pub(super) struct WayIn(Option<Trail>);

impl WayIn {
    /// The session changed its state.
    pub(super) fn follow(&mut self, machine: &Machine) -> Option<FunnelEvent> {
        let now = Instant::now().into_std();
        match machine.state() {
            State::Authorizing => {
                self.0 = Some(Trail::start(Journey::Join, now));
                None
            }
            State::Connecting => {
                let trail = self.0.as_mut()?;
                if let Some(session) = machine.session() {
                    trail.name(session.id);
                    if session.session_type == SessionType::AudioRoom {
                        trail.skip(Step::FirstFrame);
                    }
                }
                trail.reach(Step::Authorize, now)
            }
            State::Backstage | State::Live => {
                let told = self.0.as_mut()?.reach(Step::Connect, now);
                if machine.role() == Some(Role::Host) {
                    // A host comes to show, not to see.
                    self.0.as_mut()?.close();
                }
                told
            }
            State::Locked { lock } => self.fail(match lock {
                Lock::Subscribe => ErrorCode::SubscriptionRequired,
                Lock::Purchase { .. } => ErrorCode::PaymentRequired,
                Lock::Full => ErrorCode::SessionFull,
                Lock::Banned => ErrorCode::Banned,
            }),
            State::Failed {
                error: LiveError { code, .. },
            } => self.fail(*code),
            State::Ended { .. } => self.fail(ErrorCode::SessionEnded),
            State::Idle | State::Reconnecting { .. } => None,
        }
    }

    /// The steps so far of the last way in.
    pub(super) fn told(&self) -> Arc<[FunnelEvent]> {
        self.0.as_ref().map_or_else(Arc::default, Trail::told)
    }

    /// The room said something.
    pub(super) fn hear(&mut self, event: &MediaEvent) -> Option<FunnelEvent> {
        self.0.as_mut()?.hear(event, Instant::now().into_std())
    }

    fn fail(&mut self, code: ErrorCode) -> Option<FunnelEvent> {
        let trail = self.0.as_mut()?;
        let told = trail.fail(code, Instant::now().into_std());
        trail.close();
        told
    }
}
