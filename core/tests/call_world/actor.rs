//! What a runtime that does as it is told has running for one machine (`CallActor::perform`).

use std::time::Duration;

use ipelya_core::backend::CallChange;
use ipelya_core::call::{Direction, Effect, Errand, Machine, Reply, State, Timer};
use ipelya_core::domain::{CallId, LiveResult, limits};

use crate::cast::Tap;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    pub machine: Machine,
    /// The tap that dialled.
    pub tap: Option<Tap>,
    pub registered: Option<CallId>,
    pub since: u32,
    pub errands: Vec<Open>,
    /// Changes of the call's type whose outcome the app waits for.
    pub waiting: Vec<CallChange>,
    pub timers: Timers,
    pub link: Link,
    /// The ring was stopped by a clock that is wrong, while the server was silent: nobody can say why it really ended.
    pub is_guess: bool,
}

/// A question on its way, or its answer on the way back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Open {
    pub errand: Errand,
    pub answer: Option<LiveResult<Reply>>,
}

/// A phone's place in the room of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Link {
    #[default]
    Out,
    Joining,
    In,
    /// The engine tries to have it back.
    Lost,
}

/// How far a ring has counted down; it never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Countdown {
    /// Until it is over by this phone's clock.
    Counting,
    /// Until the server has had time to answer.
    Asking,
    /// Until no ring goes on.
    Confirmed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timers {
    pub ring: bool,
    pub retry: bool,
    pub budget: bool,
    pub countdown: Option<Countdown>,
}

impl Timers {
    pub fn any(&self) -> bool {
        self.ring || self.retry || self.budget
    }

    pub fn stop(&mut self, timer: Timer) {
        self.set(timer, false);
    }

    pub fn stop_all(&mut self) {
        *self = Self::default();
    }

    fn set(&mut self, timer: Timer, runs: bool) {
        match timer {
            Timer::Ring => self.ring = runs,
            Timer::Retry => self.retry = runs,
            Timer::Budget => self.budget = runs,
        }
    }

    /// Starts the countdown of a ring, or the next part of it; says so when it starts anew.
    fn count_down(&mut self, after: Duration, was_ringing: bool) -> Option<&'static str> {
        self.ring = true;
        let next = match was_ringing {
            false => Countdown::Counting,
            true if after < limits::RING => Countdown::Asking,
            true => Countdown::Confirmed,
        };
        let before = self.countdown.filter(|_| was_ringing);
        self.countdown = Some(next);
        before.and_then(|before| (before >= next).then_some("a ring started anew"))
    }
}

impl Actor {
    pub fn ask(&mut self, errand: Errand) {
        // Two fetches of one call learn the same.
        let is_asked = matches!(errand, Errand::Fetch(_)) && self.is_fetching();
        if !is_asked {
            self.errands.push(Open { errand, answer: None });
            self.errands.sort_by_key(|open| rank(&open.errand));
        }
    }

    pub fn is_fetching(&self) -> bool {
        self.errands
            .iter()
            .any(|open| matches!(open.errand, Errand::Fetch(_)))
    }

    /// Does what the machine asks for; says so when that is against a rule.
    pub fn perform(&mut self, effect: Effect, before: State) -> Option<&'static str> {
        match effect {
            Effect::Initiate(request, key) => self.ask(Errand::Initiate(request, key)),
            Effect::Answer(request) => self.ask(Errand::Answer(request)),
            Effect::EndCall(id) => self.ask(Errand::EndCall(id)),
            Effect::Fetch(id) => self.ask(Errand::Fetch(id)),
            Effect::RefreshToken(id) => self.ask(Errand::RefreshToken(id)),
            Effect::Change(request, key) => self.ask(Errand::Change(request, key)),
            Effect::Connect(_) => self.link = Link::Joining,
            Effect::Disconnect => self.link = Link::Out,
            Effect::StartTimer(Timer::Ring, after) => {
                let was_ringing = matches!(before, State::Ringing { .. });
                return self.timers.count_down(after, was_ringing);
            }
            Effect::StartTimer(timer, _) => self.timers.set(timer, true),
            Effect::StopTimer(timer) => self.timers.stop(timer),
            Effect::Publish(_) if self.link != Link::In => return Some("a track was sent into no room"),
            Effect::Settle(change, _) => self.waiting.retain(|waiting| *waiting != change),
            Effect::Publish(_)
            | Effect::Unpublish(_)
            | Effect::Resume
            | Effect::FlipCamera
            | Effect::Report(_) => {}
        }
        None
    }

    pub fn is_incoming(&self) -> bool {
        self.machine.direction() == Some(Direction::In)
    }
}

/// The order in which errands are kept, so that the same errands are the same state.
fn rank(errand: &Errand) -> u8 {
    match errand {
        Errand::Initiate(..) => 0,
        Errand::Answer(answer) => 1 + u8::from(answer.accept),
        Errand::EndCall(_) => 3,
        Errand::Fetch(_) => 4,
        Errand::RefreshToken(_) => 5,
        Errand::Change(..) => 6,
    }
}

/// What the machine did against the rule of its end: one disconnect, and then nothing but telling and asking.
pub fn breach(before: State, after: State, effects: &[Effect]) -> Option<&'static str> {
    let disconnects = effects
        .iter()
        .filter(|effect| **effect == Effect::Disconnect)
        .count();
    if disconnects != usize::from(after.is_terminal() && !before.is_terminal()) {
        return Some("the room wasn't left once, at the end");
    }
    let is_quiet = |effect: &Effect| match effect {
        Effect::EndCall(_) | Effect::Fetch(_) | Effect::Settle(..) => true,
        Effect::Initiate(..)
        | Effect::Answer(_)
        | Effect::Connect(_)
        | Effect::RefreshToken(_)
        | Effect::Publish(_)
        | Effect::Unpublish(_)
        | Effect::Disconnect
        | Effect::StartTimer(..)
        | Effect::StopTimer(_)
        | Effect::FlipCamera
        | Effect::Resume
        | Effect::Change(..)
        | Effect::Report(_) => false,
    };
    let is_loud = before.is_terminal() && !effects.iter().all(is_quiet);
    is_loud.then_some("something happened after the end")
}
