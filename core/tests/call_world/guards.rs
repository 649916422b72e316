//! What keeps the rules, and what the world is like without it: each guard is taken away in turn, and the checker must
//! notice.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a guard that is taken away says only what it changes"
)]

use ipelya_core::call::{Direction, Effect, Errand, Input, State, Timer};
use ipelya_core::domain::{Call, CallStatus, ErrorCode, LiveError, limits};

use crate::setups::{self, Setup};

macro_rules! guards {
    ($($name:ident, $without:literal, $setup:path;)*) => {
        /// Something that keeps a rule: of the backend, of what lies around the machine, or of the machine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Guard { $($name,)* }

        impl Guard {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What happens without it.
            pub const fn without(self) -> &'static str {
                match self { $(Self::$name => $without,)* }
            }

            /// The smallest world that shows it.
            pub const fn setup(self) -> Setup {
                match self { $(Self::$name => $setup,)* }
            }
        }
    };
}

guards! {
    // The backend.
    OneDeviceAnswers, "a second device is let into a call that was answered", setups::TWO_DEVICES;
    CallerIsFree, "who is in a call rings somebody else", setups::THREE_PEOPLE;
    CalleeIsFree, "who is in a call is rung by somebody else", setups::THREE_PEOPLE;
    SecondCallerJoins, "the second of two who call each other waits for an answer", setups::GLARE;
    RingRunsOut, "a ring is answered after its time", setups::ONE_PHONE;
    EndIsFinal, "a call that is over ends again, for another reason", setups::ONE_PHONE;
    KeyIsRemembered, "a tap that is sent again calls again", setups::ONE_PHONE;
    BothAreTold, "only the callee hears of changes", setups::ONE_PHONE;
    OtherOneConsents, "a call becomes a video call by one person's wish", setups::VIDEO;
    // The book, and what lies around the machine.
    LateNewsRingsNoMore, "a late message rings again", setups::ONE_PHONE;
    RingIsEntered, "the book doesn't know of a ring", setups::ONE_PHONE;
    EarlyNewsIsKept, "what overtook the answer to a dial is forgotten", setups::ONE_PHONE;
    MissedNewsIsFetched, "a dial doesn't ask what was missed before its answer", setups::ONE_PHONE;
    GapIsCaughtUp, "nothing is asked when the socket comes back", setups::ONE_PHONE;
    RingGivesWay, "a ring stays beside the same call dialled here", setups::GLARE;
    EarlierTapGivesWay, "the machine of an earlier tap stays beside that of a later one", setups::TWO_TAPS;
    DialIsInsistedOn, "a dial whose answer is lost counts as failed", setups::ONE_PHONE;
    EndIsInsistedOn, "an end whose answer is lost isn't told again", setups::ONE_PHONE;
    EndIsWaitedFor, "a call is forgotten before the backend has heard of its end", setups::ONE_PHONE;
    // The machine, at its edge.
    OvertakenRingIsTakenBack, "a hang-up that overtakes the dial leaves a ring behind", setups::ONE_PHONE;
    CancelIsTold, "a cancel isn't told", setups::ONE_PHONE;
    DeclineIsTold, "a decline isn't told", setups::ONE_PHONE;
    HangUpIsTold, "a hang-up isn't told", setups::ONE_PHONE;
    RingIsDoubted, "a ring doesn't ask whether it is still true", setups::ONE_PHONE;
    ClockIsDoubted, "a ring is stopped without asking", setups::ONE_PHONE;
    StoppedRingLearnsWhy, "a ring that ran out here doesn't ask why", setups::ONE_PHONE;
    RingEndsForAll, "a ring goes on for as long as the server says that it rings", setups::ONE_PHONE;
    LateDialLearnsWhy, "a dial that was hung up on doesn't learn why its call was over", setups::ONE_PHONE;
    AnswerIsTakenBack, "a device that gives up its answer ends the call of another", setups::TWO_DEVICES;
    NamelessAnswerIsHeard, "a decline doesn't hear that the call was dialled elsewhere", setups::GLARE_TWO_DEVICES;
    RoomIsLeft, "the room isn't left at the end", setups::ONE_PHONE;
    RingHasATime, "a ring has no time", setups::ONE_PHONE;
    ConnectingHasATime, "connecting has no time", setups::ONE_PHONE;
    TimersAreStopped, "timers go on in a call that is had", setups::ONE_PHONE;
    DeviceIsNamed, "a device doesn't say which it is", setups::TWO_DEVICES;
    LoserIsTold, "a device doesn't hear that another was faster", setups::TWO_DEVICES;
    VersionsAreKept, "old news of the type counts as new", setups::VIDEO;
    PermissionIsAwaited, "a camera opens before LiveKit permits it", setups::VIDEO;
    ChangeIsSettled, "who asked for a change doesn't hear what came of it", setups::VIDEO;
    ServerDecides, "a ring counts as answered before it is", setups::ONE_PHONE;
}

const INCOMING: State = State::Ringing {
    direction: Direction::In,
};
const OUTGOING: State = State::Ringing {
    direction: Direction::Out,
};

impl Guard {
    /// Whether such an errand is given up at the first error.
    pub fn gives_up(self, errand: &Errand) -> bool {
        match errand {
            Errand::Initiate(..) => self == Self::DialIsInsistedOn,
            Errand::EndCall(_) => self == Self::EndIsInsistedOn,
            Errand::Answer(_) | Errand::Fetch(_) | Errand::RefreshToken(_) | Errand::Change(..) => false,
        }
    }

    /// The input as a machine without the guard would take it.
    pub fn twist(self, input: Input) -> Input {
        let misheard = |code| match self {
            Self::LoserIsTold => code == ErrorCode::AnsweredElsewhere,
            Self::NamelessAnswerIsHeard => code == ErrorCode::Conflict,
            _ => false,
        };
        match input {
            Input::Answered(Err(error)) if misheard(error.code) => {
                Input::Answered(Err(LiveError::new(ErrorCode::Internal, "")))
            }
            Input::Initiated(Err(error)) if self == Self::LateDialLearnsWhy => {
                Input::Initiated(Err(LiveError::new(error.code, "")))
            }
            Input::CallChanged(call) => Input::CallChanged(self.forge(call)),
            Input::Changed(change, Ok(call)) => Input::Changed(change, Ok(self.forge(call))),
            other => other,
        }
    }

    fn forge(self, mut call: Call) -> Call {
        if self == Self::ServerDecides && call.status == CallStatus::Ringing {
            call.status = CallStatus::Active;
        }
        if self == Self::VersionsAreKept {
            call.version = 9;
        }
        call
    }

    /// What a machine without the guard would ask for.
    pub fn tamper(self, before: State, input: &Input, effects: &mut Vec<Effect>) {
        for effect in effects.iter_mut() {
            match effect {
                Effect::Answer(answer) if self == Self::DeviceIsNamed => answer.device_id = None,
                Effect::Answer(answer)
                    if self == Self::AnswerIsTakenBack && before == State::Connecting && !answer.accept =>
                {
                    *effect = Effect::EndCall(answer.call_id);
                }
                _ => {}
            }
        }
        let still_rings = matches!(input, Input::CallChanged(call) if call.status == CallStatus::Ringing);
        if self == Self::RingEndsForAll && still_rings && before == INCOMING {
            effects.push(Effect::StartTimer(Timer::Ring, limits::RING));
        }
        let ends = effects.contains(&Effect::Disconnect);
        effects.retain(|effect| !self.swallows(before, input, effect, ends));
    }

    fn swallows(self, before: State, input: &Input, effect: &Effect, ends: bool) -> bool {
        let by_user = matches!(input, Input::HangUp | Input::Decline);
        let by_clock = matches!(input, Input::Timer(Timer::Ring));
        match effect {
            Effect::EndCall(_) => match self {
                Self::OvertakenRingIsTakenBack => matches!(input, Input::Initiated(_)),
                Self::CancelIsTold => before == OUTGOING && by_user,
                Self::HangUpIsTold => before != OUTGOING && by_user,
                _ => false,
            },
            Effect::Answer(answer) => self == Self::DeclineIsTold && !answer.accept,
            Effect::Fetch(_) => match self {
                Self::RingIsDoubted => matches!(input, Input::Offered { .. }),
                Self::ClockIsDoubted => before == INCOMING && by_clock && !ends,
                Self::StoppedRingLearnsWhy => before == INCOMING && by_clock && ends,
                _ => false,
            },
            Effect::Disconnect => self == Self::RoomIsLeft,
            Effect::StartTimer(Timer::Ring, _) => self == Self::RingHasATime,
            Effect::StartTimer(Timer::Budget, _) => self == Self::ConnectingHasATime,
            Effect::StopTimer(_) => self == Self::TimersAreStopped,
            Effect::Settle(..) => self == Self::ChangeIsSettled,
            _ => false,
        }
    }
}
