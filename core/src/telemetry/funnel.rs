//! The steps of a join and of a call, and how long each took. Pure: time is an argument.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::domain::ErrorCode;

/// What somebody is on the way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Journey {
    /// A session: from the tap to the first picture.
    Join,
    /// A call: from the tap, or from the ring here, to the other one's voice.
    Call,
}

/// A step of a journey, in the order in which they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[cfg_attr(feature = "uniffi", uniffi(name = "FunnelStep"))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Step {
    /// Join: the backend let this user in.
    Authorize,
    /// Call: it rings, there or here.
    Ring,
    /// Call: it was answered, there or here.
    Answer,
    /// The room is joined.
    Connect,
    /// Join: the first track of somebody else can be read.
    Subscribe,
    /// Join: the first picture is decoded; only where somebody reads or shows it.
    FirstFrame,
    /// Call: the other one's voice can be heard.
    Audio,
}

impl Step {
    /// The name used in spans and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Ring => "ring",
            Self::Answer => "answer",
            Self::Connect => "connect",
            Self::Subscribe => "subscribe",
            Self::FirstFrame => "first_frame",
            Self::Audio => "audio",
        }
    }
}

impl Journey {
    /// Its steps, in order.
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::Join => &[Step::Authorize, Step::Connect, Step::Subscribe, Step::FirstFrame],
            Self::Call => &[Step::Ring, Step::Answer, Step::Connect, Step::Audio],
        }
    }
}

/// A step that was taken, or at which it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FunnelEvent {
    /// What it is a step of.
    pub journey: Journey,
    /// The step.
    pub step: Step,
    /// Milliseconds since the step before.
    pub took_ms: u64,
    /// Milliseconds since the journey began.
    pub total_ms: u64,
    /// Why the step couldn't be taken; `None` when it was. A call that nobody answered ends with `call_ended`.
    pub error: Option<ErrorCode>,
}

/// One journey. Every step is told once; one that is reached before those in front of it stands for them.
#[derive(Clone, Debug)]
pub struct Funnel {
    journey: Journey,
    started: Instant,
    last: Instant,
    ahead: Vec<Step>,
}

impl Funnel {
    /// Sets out.
    pub fn start(journey: Journey, now: Instant) -> Self {
        Self {
            journey,
            started: now,
            last: now,
            ahead: journey.steps().to_vec(),
        }
    }

    /// The step that is being taken; `None` at the end.
    pub fn current(&self) -> Option<Step> {
        self.ahead.first().copied()
    }

    /// A step was taken. `None` when it was told before, or isn't one of this journey.
    pub fn reach(&mut self, step: Step, now: Instant) -> Option<FunnelEvent> {
        let at = self.ahead.iter().position(|ahead| *ahead == step)?;
        self.ahead.drain(..=at);
        Some(self.event(step, now, None))
    }

    /// It is over before the end. `None` where the room was joined: what follows then is no failure.
    pub fn fail(&mut self, error: ErrorCode, now: Instant) -> Option<FunnelEvent> {
        let step = self.current().filter(|_| self.ahead.contains(&Step::Connect))?;
        self.ahead.clear();
        Some(self.event(step, now, Some(error)))
    }

    /// A step that this journey doesn't have.
    pub fn skip(&mut self, step: Step) {
        self.ahead.retain(|ahead| *ahead != step);
    }

    /// When the last step was taken.
    pub const fn last(&self) -> Instant {
        self.last
    }

    fn event(&mut self, step: Step, now: Instant, error: Option<ErrorCode>) -> FunnelEvent {
        let took = now.saturating_duration_since(self.last);
        self.last = now;
        FunnelEvent {
            journey: self.journey,
            step,
            took_ms: ms(took),
            total_ms: ms(now.saturating_duration_since(self.started)),
            error,
        }
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_told_once_with_its_own_time_and_the_whole() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut funnel = Funnel::start(Journey::Join, start);
        let told: Vec<_> = [
            (Step::Authorize, 40),
            (Step::Connect, 100),
            (Step::Connect, 110),
            (Step::Subscribe, 130),
            (Step::FirstFrame, 180),
            (Step::FirstFrame, 190),
        ]
        .into_iter()
        .filter_map(|(step, ms)| funnel.reach(step, at(ms)))
        .map(|event| (event.step, event.took_ms, event.total_ms))
        .collect();
        assert_eq!(
            told,
            [
                (Step::Authorize, 40, 40),
                (Step::Connect, 60, 100),
                (Step::Subscribe, 30, 130),
                (Step::FirstFrame, 50, 180)
            ]
        );
        assert_eq!(funnel.current(), None);
    }

    #[test]
    fn a_step_that_overtakes_others_stands_for_them() {
        let now = Instant::now();
        let mut funnel = Funnel::start(Journey::Call, now);
        assert!(
            funnel.reach(Step::Answer, now).is_some(),
            "both called each other"
        );
        assert_eq!(funnel.reach(Step::Ring, now), None);
        assert_eq!(funnel.current(), Some(Step::Connect));
    }

    #[test]
    fn a_failure_names_the_step_it_happened_at_and_only_before_the_room_is_joined() {
        let now = Instant::now();
        let mut refused = Funnel::start(Journey::Join, now);
        let told = refused.fail(ErrorCode::SubscriptionRequired, now);
        assert_eq!(
            told.map(|event| (event.step, event.error)),
            Some((Step::Authorize, Some(ErrorCode::SubscriptionRequired)))
        );
        assert_eq!(refused.fail(ErrorCode::Internal, now), None, "once");
        let mut inside = Funnel::start(Journey::Join, now);
        inside.reach(Step::Connect, now);
        assert_eq!(inside.fail(ErrorCode::SessionEnded, now), None);
    }

    #[test]
    fn names_are_what_serde_writes() {
        for step in [Journey::Join, Journey::Call]
            .iter()
            .flat_map(|journey| journey.steps())
        {
            assert_eq!(serde_json::to_value(step).ok(), Some(step.as_str().into()));
        }
    }
}
