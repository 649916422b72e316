//! The state of the world, and what a step makes of it.

use ipelya_core::backend::InitiateCall;
use ipelya_core::call::{Direction, Errand, Input, Reply, State, Timer};
use ipelya_core::domain::{CallStatus, CallType, ErrorCode, LiveResult, UserId};
use ipelya_core::media::DisconnectReason;

use crate::actor::{Countdown, Link};
use crate::backend::Backend;
use crate::cast::{Phone, Row, device, error, moment, row_of, user};
use crate::device::{At, Device};
use crate::guards::Guard;
use crate::rooms::Rooms;
use crate::setups::Setup;
use crate::shared::Shared;
use crate::steps::{self, Step, takes_two_steps};

#[derive(Clone, Debug, PartialEq, Hash)]
pub struct World {
    pub backend: Shared<Backend>,
    pub phones: Vec<Shared<Device>>,
    /// Which phones have to hear of which calls: [`news_bit`]. A message that was heard may come again at any time.
    pub unheard: u32,
    pub taps_done: u8,
    pub faults_left: u8,
    pub changes_left: u8,
    pub rooms: Rooms,
    /// Requests that their senders gave up, and that may still arrive.
    pub late: Vec<(Phone, Errand)>,
}

/// Calls that a world has room for.
const ROWS: usize = 4;

const fn news_bit(phone: Phone, row: Row) -> u32 {
    1 << (phone * ROWS + row)
}

impl World {
    fn new(setup: &Setup) -> Self {
        // Fixed before anything is hashed.
        let _ = moment();
        Self {
            backend: Shared::new(Backend::default()),
            phones: vec![Shared::new(Device::default()); setup.phones.len()],
            unheard: 0,
            taps_done: 0,
            faults_left: setup.faults,
            changes_left: setup.changes,
            rooms: Rooms::default(),
            late: Vec::new(),
        }
    }

    /// The world as its setup says that it begins.
    pub fn begin(setup: &Setup) -> Self {
        let mut world = Self::new(setup);
        for step in setup.prelude {
            world.take(setup, *step);
        }
        world
    }

    /// Does a step that is possible here, and what comes at once of it; whether anything did.
    pub fn take(&mut self, setup: &Setup, step: Step) -> bool {
        let is_new = self.make(setup, step);
        while let Some(prompt) = steps::prompt(setup, self) {
            self.make(setup, prompt);
        }
        is_new
    }

    fn make(&mut self, setup: &Setup, step: Step) -> bool {
        let missing = setup.missing;
        match step {
            Step::Dial(tap) => {
                let (phone, callee) = setup.taps[tap];
                self.taps_done |= 1 << tap;
                let request = InitiateCall {
                    callee_id: user(callee),
                    call_type: CallType::AudioCall,
                };
                self.phones[phone].change(|phone| phone.dial(request, tap));
            }
            Step::Accept(phone, at) => self.tell(setup, phone, at, Input::Accept(device(phone))),
            Step::Decline(phone, at) => self.tell(setup, phone, at, Input::Decline),
            Step::HangUp(phone, at) => self.tell(setup, phone, at, Input::HangUp),
            Step::Serve(phone, at, errand) => self.serve(setup, phone, at, errand),
            Step::ServeLate(place) => {
                let (phone, errand) = self.late.remove(place);
                // Nobody waits for the answer.
                let _ = self.ask(setup, phone, &errand);
            }
            Step::Reply(phone, at, errand) => self.reply(setup, phone, at, errand),
            Step::Lose(phone, at, errand) => {
                self.faults_left -= 1;
                self.lose(setup, phone, at, errand);
            }
            Step::News(phone, row, version) => {
                let told = &self.backend.rows[row].told;
                let (call, is_latest) = (told[version].clone(), version + 1 == told.len());
                let before = (self.phones[phone].clone(), self.unheard);
                if is_latest {
                    self.unheard &= !news_bit(phone, row);
                }
                let user = user(setup.phones[phone]);
                self.phones[phone].change(|phone| phone.hear(user, call, missing));
                return before != (self.phones[phone].clone(), self.unheard);
            }
            Step::Resubscribe(phone) => {
                self.faults_left -= 1;
                self.catch_up(setup, phone, missing == Some(Guard::GapIsCaughtUp));
            }
            Step::Crash(phone) => {
                self.faults_left -= 1;
                self.phones[phone].change(|phone| {
                    *phone = Device {
                        is_down: true,
                        has_crashed: true,
                        breach: phone.breach,
                        ..Device::default()
                    };
                });
            }
            Step::Boot(phone) => {
                self.phones[phone].change(|phone| phone.is_down = false);
                self.catch_up(setup, phone, false);
            }
            Step::Fire(phone, at, timer) => self.fire(setup, phone, at, timer),
            Step::RingIsOver(row) => {
                self.backend.change(|backend| backend.ring_is_over(row));
            }
            Step::Sweep(row) => self.at_backend(setup, |backend| backend.sweep(row)),
            Step::Change(phone, at, change) => self.wish(setup, phone, at, change),
            Step::WishIsOver(row) => self.at_backend(setup, |backend| backend.wish_is_over(row)),
            Step::SweepWish(row) => self.at_backend(setup, |backend| backend.sweep_wish(row)),
            Step::Permit(phone) => self.permit(setup, phone),
            Step::Desert(row) => self.at_backend(setup, |backend| backend.desert(row)),
            Step::Join(phone, at) => self.join(setup, phone, at),
            Step::FailToJoin(phone, at) => {
                self.faults_left -= u8::from(self.is_room_there(phone, at));
                let refusal = Err(error(ErrorCode::MediaUnavailable));
                self.room(setup, phone, at, Link::Out, Input::Connected(refusal));
            }
            Step::LoseRoom(phone, at) => {
                self.faults_left -= 1;
                self.room(setup, phone, at, Link::Lost, Input::ConnectionLost);
            }
            Step::Resume(phone, at) => self.room(setup, phone, at, Link::In, Input::ConnectionResumed),
            Step::Drop(phone, at) => {
                let reason = DisconnectReason::ConnectionLost;
                self.room(setup, phone, at, Link::Out, Input::Disconnected(reason));
            }
            Step::RoomIsDeleted(phone, at) => {
                let reason = DisconnectReason::RoomDeleted;
                self.room(setup, phone, at, Link::Out, Input::Disconnected(reason));
            }
        }
        true
    }

    pub fn tell(&mut self, setup: &Setup, phone: Phone, at: At, input: Input) {
        self.phones[phone].change(|phone| phone.tell(at, input, setup.missing));
    }

    fn catch_up(&mut self, setup: &Setup, phone: Phone, is_deaf: bool) {
        for row in 0..ROWS {
            self.unheard &= !news_bit(phone, row);
        }
        if !is_deaf {
            let (user, backend) = (user(setup.phones[phone]), self.backend.clone());
            self.phones[phone].change(|phone| phone.catch_up(user, &backend, setup.missing));
        }
    }

    fn serve(&mut self, setup: &Setup, phone: Phone, at: At, errand: usize) {
        let Some(actor) = self.phones[phone].seats[at].actor() else {
            return;
        };
        let asked = actor.errands[errand].errand.clone();
        let answer = self.ask(setup, phone, &asked);
        self.phones[phone].change(|phone| {
            if let Some(actor) = phone.actor(at) {
                actor.errands[errand].answer = Some(answer);
            }
        });
    }

    fn reply(&mut self, setup: &Setup, phone: Phone, at: At, errand: usize) {
        let Some(actor) = self.phones[phone].seats[at].actor() else {
            return;
        };
        let open = actor.errands[errand].clone();
        let answer = match open.answer {
            Some(answer) => answer,
            // Served as its answer arrives: see `takes_two_steps`.
            None => self.ask(setup, phone, &open.errand),
        };
        self.settle(setup, phone, at, errand, answer);
    }

    fn lose(&mut self, setup: &Setup, phone: Phone, at: At, errand: usize) {
        let Some(actor) = self.phones[phone].seats[at].actor() else {
            return;
        };
        let open = actor.errands[errand].clone();
        let lost = error(ErrorCode::Internal);
        let gives_up = setup.missing.is_some_and(|guard| guard.gives_up(&open.errand));
        if gives_up || !open.errand.insists(&lost) {
            if open.answer.is_none() && matches!(open.errand, Errand::Answer(_)) {
                self.late.push((phone, open.errand));
            }
            self.settle(setup, phone, at, errand, Err(lost));
        } else if takes_two_steps(&open.errand) {
            self.phones[phone].change(|phone| {
                if let Some(actor) = phone.actor(at) {
                    actor.errands[errand].answer = None;
                }
            });
        } else {
            // It was served, and is asked again.
            let _ = self.ask(setup, phone, &open.errand);
        }
    }

    fn settle(&mut self, setup: &Setup, phone: Phone, at: At, errand: usize, answer: LiveResult<Reply>) {
        self.phones[phone].change(|phone| {
            if let Some(actor) = phone.actor(at) {
                let input = actor.errands.remove(errand).errand.settled(answer);
                phone.learn(at, input, setup.missing);
            }
        });
    }

    fn fire(&mut self, setup: &Setup, phone: Phone, at: At, timer: Timer) {
        if timer == Timer::Budget {
            self.faults_left -= 1;
        }
        let is_silent = self.phones[phone].seats[at]
            .actor()
            .is_some_and(|actor| actor.is_incoming() && actor.is_fetching());
        let still_rings = self.still_rings(phone, at);
        self.phones[phone].change(|phone| {
            if let (Some(actor), true) = (phone.actor(at), timer == Timer::Ring) {
                actor.is_guess =
                    is_silent && still_rings && actor.timers.countdown == Some(Countdown::Asking);
            }
            phone.fire(at, timer, setup.missing);
        });
    }

    /// Whether it rings by the backend's clock.
    pub fn still_rings(&self, phone: Phone, at: At) -> bool {
        let call = self.phones[phone].seats[at].outcome().call;
        call.is_some_and(|id| {
            let row = &self.backend.rows[row_of(id)];
            row.call().status == CallStatus::Ringing && !row.is_overdue
        })
    }

    fn ask(&mut self, setup: &Setup, phone: Phone, errand: &Errand) -> LiveResult<Reply> {
        let user = user(setup.phones[phone]);
        let outsider = self.ends_from_outside(user, phone, errand);
        let mut answer = Err(error(ErrorCode::Internal));
        self.at_backend(setup, |backend| {
            answer = backend.serve(user, errand, setup.missing);
            if outsider {
                backend.breach = Some("a device ended a call that another one had answered");
            }
        });
        answer
    }

    /// Whether a device of the called one ends what another device of theirs is in.
    fn ends_from_outside(&self, user: UserId, phone: Phone, errand: &Errand) -> bool {
        let Errand::EndCall(id) = errand else {
            return false;
        };
        let call = self.backend.rows[row_of(*id)].call();
        let is_elsewhere = call.answered_device_id.as_deref() != Some(device(phone).as_str());
        let dialled = self.phones[phone].seats.iter().any(|seat| {
            let known = seat.outcome();
            known.direction == Some(Direction::Out) && (known.call.is_none() || known.call == Some(*id))
        });
        call.status == CallStatus::Active && call.callee_id == user && is_elsewhere && !dialled
    }

    /// Changes something at the backend, and broadcasts what is new (`live.broadcast_call`).
    fn at_backend(&mut self, setup: &Setup, change: impl FnOnce(&mut Backend)) {
        let before = self.backend.clone();
        self.backend.change(change);
        for (row, now) in self.backend.rows.iter().enumerate() {
            if before.rows.get(row).is_some_and(|before| before.told == now.told) {
                continue;
            }
            for (phone, person) in setup.phones.iter().enumerate() {
                if hears(setup, now.call().caller_id, now.call().callee_id, user(*person)) {
                    self.unheard |= news_bit(phone, row);
                }
            }
            let type_before = before.rows.get(row).map(|row| row.call().call_type);
            if type_before.is_some_and(|before| before != now.call().call_type) {
                self.rooms.ask_for_permissions();
            }
        }
    }
}

/// Whether changes of a call between those two are told to that user.
pub fn hears(setup: &Setup, caller: UserId, callee: UserId, user: UserId) -> bool {
    user == callee || (user == caller && setup.missing != Some(Guard::BothAreTold))
}

/// Whether the user of that machine can be asked to hang up.
pub fn is_on(state: State) -> bool {
    match state {
        State::Dialing
        | State::Ringing { .. }
        | State::Connecting
        | State::Active
        | State::Held
        | State::Reconnecting { .. } => true,
        State::Idle | State::Ended { .. } => false,
    }
}
