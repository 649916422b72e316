//! The worlds that are explored: who is in them, what may go wrong, and how often.

use ipelya_core::domain::CallEndReason;
use ipelya_core::domain::CallEndReason::{
    AnsweredElsewhere, Busy, Cancelled, Declined, Failed, GlareMerged, HungUp, Unanswered,
};

use crate::cast::{Person, Phone};
use crate::guards::Guard;
use crate::steps::Step;

/// A world, before anything happened.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub name: &'static str,
    /// Whose each phone is.
    pub phones: &'static [Person],
    /// Which phone calls whom, each once, in any order.
    pub taps: &'static [(Phone, Person)],
    /// What has happened already.
    pub prelude: &'static [Step],
    /// How often, all together, somebody wants another type of call, or answers such a wish.
    pub changes: u8,
    /// Whose users may hang up; all may accept and decline.
    pub hang_ups: &'static [Phone],
    /// How many calls may follow each other: one that comes after these is another world's.
    pub calls: usize,
    /// How many things go wrong, all together: an answer that is lost, and what [`Troubles`] adds.
    pub faults: u8,
    pub troubles: Troubles,
    /// How calls end here, somewhere: what shows that the world isn't empty.
    pub outcomes: &'static [CallEndReason],
    /// What is taken away.
    pub missing: Option<Guard>,
}

/// What may go wrong in a world, besides messages that are late, doubled or in disorder, and clocks that are wrong.
#[derive(Clone, Copy, Debug)]
pub struct Troubles {
    /// The Realtime socket of a phone was away.
    pub gaps: bool,
    /// A phone crashes, and comes back.
    pub crashes: bool,
    /// A room can't be joined, is lost for a while or for good, is deleted.
    pub rooms: bool,
    /// Off, clocks are right, fetches are answered and rooms joined at once: for worlds that are large without.
    pub delays: bool,
}

const CALLER: Person = 0;
const CALLEE: Person = 1;
const THIRD: Person = 2;

pub const ONE_PHONE: Setup = Setup {
    name: "a call from phone to phone",
    phones: &[CALLER, CALLEE],
    taps: &[(0, CALLEE)],
    prelude: &[],
    changes: 0,
    hang_ups: &[0, 1, 2],
    calls: 1,
    faults: 1,
    troubles: Troubles {
        gaps: true,
        crashes: false,
        rooms: false,
        delays: true,
    },
    outcomes: &[Cancelled, Declined, HungUp, Unanswered],
    missing: None,
};

/// Three phones: as exhaustive, of a calmer world.
const CALM: Setup = Setup {
    faults: 0,
    troubles: Troubles {
        delays: false,
        ..ONE_PHONE.troubles
    },
    ..ONE_PHONE
};

pub const TWO_DEVICES: Setup = Setup {
    name: "a call to somebody with two devices",
    phones: &[CALLER, CALLEE, CALLEE],
    outcomes: &[Cancelled, Declined, HungUp, Unanswered, AnsweredElsewhere],
    ..CALM
};

pub const GLARE: Setup = Setup {
    name: "two who call each other",
    taps: &[(0, CALLEE), (1, CALLER)],
    outcomes: &[Cancelled, Declined, HungUp, Unanswered, GlareMerged],
    ..CALM
};

pub const GLARE_TWO_DEVICES: Setup = Setup {
    name: "two who call each other, one of them with two devices",
    phones: &[CALLER, CALLEE, CALLEE],
    hang_ups: &[],
    outcomes: &[Declined, Unanswered, GlareMerged, AnsweredElsewhere],
    ..GLARE
};

pub const TWO_TAPS: Setup = Setup {
    name: "two taps on the same name",
    taps: &[(0, CALLEE), (0, CALLEE)],
    outcomes: &[Cancelled, Declined, HungUp, Unanswered, GlareMerged],
    ..CALM
};

pub const REDIAL: Setup = Setup {
    name: "a call after a call",
    calls: 2,
    hang_ups: &[0],
    outcomes: &[Cancelled, Declined, HungUp, GlareMerged],
    ..TWO_TAPS
};

/// Of the same, the part that is explored in a minute: the first call has just been declined.
pub const REDIAL_AFTER_NO: Setup = Setup {
    name: "a call right after one that was declined",
    prelude: &[
        Step::Dial(0),
        Step::Serve(0, 0, 0),
        Step::Reply(0, 0, 0),
        Step::News(1, 0, 0),
        Step::Decline(1, 0),
    ],
    outcomes: &[Cancelled, Declined, HungUp],
    ..REDIAL
};

pub const THREE_PEOPLE: Setup = Setup {
    name: "somebody who is called, and calls a third",
    phones: &[CALLER, CALLEE, THIRD],
    taps: &[(0, CALLEE), (1, THIRD)],
    outcomes: &[Cancelled, Declined, HungUp, Unanswered, Busy],
    ..CALM
};

pub const VIDEO: Setup = Setup {
    name: "a voice call that becomes a video call",
    prelude: &[
        Step::Dial(0),
        Step::Serve(0, 0, 0),
        Step::Reply(0, 0, 0),
        Step::News(1, 0, 0),
        Step::Accept(1, 0),
        Step::Serve(1, 0, 0),
        Step::Reply(1, 0, 0),
        Step::News(0, 0, 1),
    ],
    changes: 2,
    faults: 1,
    hang_ups: &[1],
    outcomes: &[HungUp],
    ..CALM
};

/// Of the same without faults: a third change asks again for what ran out.
pub const VIDEO_ASKED_AGAIN: Setup = Setup {
    name: "a video call that is asked for again",
    changes: 3,
    faults: 0,
    hang_ups: &[],
    outcomes: &[],
    ..VIDEO
};

pub const CRASHES: Setup = Setup {
    name: "a call whose phones crash",
    troubles: Troubles {
        crashes: true,
        ..ONE_PHONE.troubles
    },
    outcomes: &[Cancelled, Declined, HungUp, Unanswered, Failed],
    ..ONE_PHONE
};

pub const BAD_ROOM: Setup = Setup {
    name: "a call whose room fails",
    troubles: Troubles {
        rooms: true,
        ..ONE_PHONE.troubles
    },
    ..ONE_PHONE
};

impl Setup {
    /// The same world with more going wrong: what `IPELYA_MODEL=deep` explores.
    pub const fn deep(self) -> Self {
        Self {
            faults: self.faults + 1,
            ..self
        }
    }

    pub const fn without(self, guard: Guard) -> Self {
        Self {
            missing: Some(guard),
            ..self
        }
    }
}
