//! How long it rings: this device counts, the server decides.

use std::time::Duration;

use super::machine::Machine;
use super::{Direction, Effect, State, Timer};
use crate::domain::CallEndReason;
use crate::moment::Moment;

/// What a ring may outlast its time here before the other side is given up: the server's clock decides.
const RING_SLACK: Duration = Duration::from_secs(3);

/// How sure a ring is that it still rings for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ring {
    /// It counts down, by this device's clock.
    Counting,
    /// Its time seems to be over; the server is asked, for [`RING_SLACK`].
    Asking,
    /// The server said that it rings: this device's clock is wrong.
    Confirmed,
}

impl Machine {
    /// The ring's time is over here. Whether it is there, the server knows: clocks differ.
    pub(super) fn ring_out(&mut self, direction: Direction, out: &mut Vec<Effect>) {
        match (self.ring, direction) {
            (Ring::Counting, Direction::In | Direction::Out) => {
                self.ring = Ring::Asking;
                self.fetch(out);
                out.push(Effect::StartTimer(Timer::Ring, RING_SLACK));
            }
            (Ring::Asking | Ring::Confirmed, Direction::Out) => self.hang_up(CallEndReason::Unanswered, out),
            (Ring::Asking | Ring::Confirmed, Direction::In) => {
                self.end(CallEndReason::Unanswered, out);
                self.fetch(out);
            }
        }
    }

    /// The server says that it rings still.
    pub(super) fn ring_on(&mut self, at: Moment, out: &mut Vec<Effect>) {
        let incoming = self.state
            == State::Ringing {
                direction: Direction::In,
            };
        if let (true, Ring::Asking, Some(until)) = (incoming, self.ring, self.rings_until) {
            self.ring = Ring::Confirmed;
            out.push(Effect::StartTimer(
                Timer::Ring,
                until.saturating_duration_since(at.now),
            ));
        }
    }
}
