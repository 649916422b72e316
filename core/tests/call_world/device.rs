//! One phone: the real book, and a seat for the real machine of each call.
//!
//! What lies between them mirrors the runtime: [`Device::hear`], [`Device::register`] and [`Device::catch_up`] stand in
//! `core/src/runtime/call/center.rs`, [`Device::step`] and [`Device::settle`] in `actor.rs` beside it. An inbox that is
//! read at once is one of the orders in which an inbox can be read: the network delays what it holds.

use std::collections::VecDeque;

use ipelya_core::backend::InitiateCall;
use ipelya_core::call::{Book, Direction, Errand, Input, Machine, Route, State, Timer};
use ipelya_core::domain::{Call, CallEndReason, CallId, CallStatus, UserId, limits};

use crate::actor::{Actor, breach};
use crate::backend::Backend;
use crate::cast::{Tap, key, moment, row_of};
use crate::guards::Guard;

/// The place of a call on a phone: what the book holds of it.
pub type At = usize;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Seat {
    Taken(Box<Actor>),
    /// The actor is gone.
    Left(Outcome),
}

/// How a call ended here, as an app's list of calls keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    pub call: Option<CallId>,
    pub tap: Option<Tap>,
    pub direction: Option<Direction>,
    pub reason: CallEndReason,
    pub is_guess: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Device {
    pub book: Book<At>,
    pub seats: Vec<Seat>,
    pub is_down: bool,
    pub has_crashed: bool,
    /// A rule that was broken here.
    pub breach: Option<&'static str>,
}

impl Seat {
    pub fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Taken(actor) => Some(actor),
            Self::Left(_) => None,
        }
    }

    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Left(outcome) => *outcome,
            Self::Taken(actor) => Outcome {
                call: actor.registered,
                tap: actor.tap,
                direction: actor.machine.direction(),
                reason: match actor.machine.state() {
                    State::Ended { reason } => reason,
                    State::Idle
                    | State::Dialing
                    | State::Ringing { .. }
                    | State::Connecting
                    | State::Active
                    | State::Held
                    | State::Reconnecting { .. } => CallEndReason::Other,
                },
                is_guess: actor.is_guess,
            },
        }
    }

    pub fn state(&self) -> State {
        match self {
            Self::Taken(actor) => actor.machine.state(),
            Self::Left(outcome) => State::Ended {
                reason: outcome.reason,
            },
        }
    }
}

impl Device {
    pub fn dial(&mut self, request: InitiateCall, tap: Tap) {
        let at = self.sit(Some(tap));
        self.run([(at, Input::Dial(request, key(tap)))], None);
    }

    /// News of a call, from Realtime, a push or the database (`CallCenter::route`).
    pub fn hear(&mut self, user: UserId, call: Call, missing: Option<Guard>) {
        match self.book.route(user, &call) {
            Route::Tell(at) => self.tell(at, Input::CallChanged(call), missing),
            Route::Ring => self.ring(call, missing),
            Route::Ignore => {
                let rings = call.status == CallStatus::Ringing && call.callee_id == user;
                if rings && missing == Some(Guard::LateNewsRingsNoMore) {
                    self.ring(call, missing);
                }
            }
        }
    }

    fn ring(&mut self, call: Call, missing: Option<Guard>) {
        let id = Some(call.id);
        if self.seats.iter().any(|seat| {
            let known = seat.outcome();
            known.call == id && known.direction == Some(Direction::In)
        }) {
            self.breach = Some("a call rang twice on a phone");
        }
        let at = self.sit(None);
        let offered = Input::Offered {
            call: call.clone(),
            rings_for: limits::RING,
        };
        let mut inbox = vec![(at, offered)];
        if missing != Some(Guard::RingIsEntered) {
            let since = self.book.catch_ups();
            let (_, told) = self.register(&call, at, Direction::In, since, missing);
            inbox.extend(told);
        }
        self.run(inbox, missing);
    }

    /// `CallCenter::register`: whether the call has to be fetched, and what is told to whom.
    fn register(
        &mut self,
        call: &Call,
        at: At,
        direction: Direction,
        since: u32,
        missing: Option<Guard>,
    ) -> (bool, Vec<(At, Input)>) {
        let registered = self.book.register(call, &at, direction, since);
        let merged = registered.gives_way.map(|ring| (ring, Input::Merged));
        let news = registered.news.map(|news| (at, Input::CallChanged(news)));
        let told = [
            merged.filter(|_| !matches!(missing, Some(Guard::RingGivesWay | Guard::EarlierTapGivesWay))),
            news.filter(|_| missing != Some(Guard::EarlyNewsIsKept)),
        ];
        let missed = registered.missed && missing != Some(Guard::MissedNewsIsFetched);
        (missed, told.into_iter().flatten().collect())
    }

    /// Messages may have been missed (`CallCenter::catch_up`).
    pub fn catch_up(&mut self, user: UserId, backend: &Backend, missing: Option<Guard>) {
        let known = self.book.catch_up();
        if let Some(call) = backend.live_call(user) {
            self.hear(user, call, missing);
        }
        for id in known {
            self.hear(user, backend.rows[row_of(id)].read(), missing);
        }
    }

    /// Something for the inbox of a call, which is closed once the call is over.
    pub fn tell(&mut self, at: At, input: Input, missing: Option<Guard>) {
        self.run([(at, input)], missing);
    }

    /// The last word on an errand; `None` where there is nothing to learn from it.
    pub fn learn(&mut self, at: At, input: Option<Input>, missing: Option<Guard>) {
        match input {
            Some(input) => {
                let told = self.step(at, input, missing);
                self.run(told, missing);
            }
            None => self.settle(at, missing),
        }
    }

    pub fn fire(&mut self, at: At, timer: Timer, missing: Option<Guard>) {
        if let Some(actor) = self.actor(at) {
            actor.timers.stop(timer);
            self.tell(at, Input::Timer(timer), missing);
        }
    }

    pub fn actor(&mut self, at: At) -> Option<&mut Actor> {
        match self.seats.get_mut(at) {
            Some(Seat::Taken(actor)) => Some(actor),
            Some(Seat::Left(_)) | None => None,
        }
    }

    fn sit(&mut self, tap: Option<Tap>) -> At {
        let since = self.book.catch_ups();
        self.seats.push(Seat::Taken(Box::new(Actor::new(tap, since))));
        self.seats.len() - 1
    }

    fn run(&mut self, inbox: impl IntoIterator<Item = (At, Input)>, missing: Option<Guard>) {
        let mut inbox = VecDeque::from_iter(inbox);
        while let Some((at, input)) = inbox.pop_front() {
            let is_on = self.actor(at).is_some_and(|actor| !actor.is_over());
            if is_on {
                inbox.extend(self.step(at, input, missing));
            }
        }
    }

    /// One input of one machine, with everything that it asks for (`CallActor::step`); what others are told by it.
    fn step(&mut self, at: At, input: Input, missing: Option<Guard>) -> Vec<(At, Input)> {
        let Some(actor) = self.actor(at) else {
            return Vec::new();
        };
        let input = match missing {
            Some(guard) => guard.twist(input),
            None => input,
        };
        let before = actor.machine.state();
        let mut effects = actor.machine.handle(input.clone(), moment());
        let broken = breach(before, actor.machine.state(), &effects);
        if let Some(guard) = missing {
            guard.tamper(before, &input, &mut effects);
        }
        let mut anew = None;
        for effect in effects {
            anew = actor.perform(effect, before).or(anew);
        }
        let unregistered = actor.machine.call().filter(|_| actor.registered.is_none());
        let news = unregistered.cloned().map(|call| {
            actor.registered = Some(call.id);
            let direction = actor.machine.direction().unwrap_or(Direction::Out);
            (call, direction, std::mem::take(&mut actor.since))
        });
        self.breach = self.breach.or(broken).or(anew);
        let mut told = Vec::new();
        if let Some((call, direction, since)) = news {
            let id = call.id;
            let is_entered = direction == Direction::Out || missing != Some(Guard::RingIsEntered);
            if is_entered {
                let (missed, tells) = self.register(&call, at, direction, since, missing);
                told = tells;
                if let (true, Some(actor)) = (missed, self.actor(at)) {
                    actor.ask(Errand::Fetch(id));
                }
            }
        }
        self.settle(at, missing);
        told
    }

    /// The end of `CallActor::run`: once the call is over, what was asked is waited for, and then the call is forgotten.
    fn settle(&mut self, at: At, missing: Option<Guard>) {
        let Some(actor) = self.actor(at) else { return };
        if !actor.is_over() {
            return;
        }
        actor.timers.stop_all();
        if missing == Some(Guard::EndIsWaitedFor) {
            actor.errands.clear();
        }
        if !actor.errands.is_empty() {
            return;
        }
        if let Some(id) = actor.registered {
            self.book.forget(id, &at);
        }
        let outcome = self.seats[at].outcome();
        self.seats[at] = Seat::Left(outcome);
    }
}

impl Actor {
    pub fn is_over(&self) -> bool {
        self.machine.state().is_terminal()
    }

    fn new(tap: Option<Tap>, since: u32) -> Self {
        Self {
            machine: Machine::default(),
            tap,
            registered: None,
            since,
            errands: Vec::new(),
            waiting: Vec::new(),
            timers: Default::default(),
            link: Default::default(),
            is_guess: false,
        }
    }
}
