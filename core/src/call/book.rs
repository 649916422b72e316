//! Which call a message belongs to, on one device. Pure, as the machine.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::Direction;
use crate::domain::{Call, CallId, CallStatus, UserId};

/// How many calls are remembered, so that a message that comes late doesn't ring again.
const REMEMBERED: usize = 32;

/// The calls of one device that are on, by what the runtime holds of each (`H`), and those that lately were.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Book<H> {
    calls: BTreeMap<CallId, H>,
    /// Those of them that came from elsewhere in this process.
    adopted: BTreeSet<CallId>,
    recent: VecDeque<Call>,
    catch_ups: u32,
}

/// Where news of a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route<H> {
    /// To the machine that has the call.
    Tell(H),
    /// To a new machine: it rings here.
    Ring,
    /// Nowhere: it is old, or nothing that this device has a part in.
    Ignore,
}

/// What follows from a call having its machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered<H> {
    /// The machine that gives way, because both called each other: what was dialled goes on.
    pub gives_way: Option<H>,
    /// What was heard of the call before it had its machine.
    pub news: Option<Call>,
    /// Messages were missed while the call had no id to be asked about: fetch it.
    pub missed: bool,
}

impl<H> Default for Book<H> {
    fn default() -> Self {
        Self {
            calls: BTreeMap::new(),
            adopted: BTreeSet::new(),
            recent: VecDeque::new(),
            catch_ups: 0,
        }
    }
}

impl<H: Clone + PartialEq> Book<H> {
    /// Where news of `call` goes on a device of `user`.
    pub fn route(&mut self, user: UserId, call: &Call) -> Route<H> {
        let known = self.recent.iter().find(|known| known.id == call.id);
        if known.is_some_and(|known| known.status > call.status) {
            return Route::Ignore;
        }
        let seen = known.is_some();
        self.remember(call);
        match self.calls.get(&call.id) {
            Some(handle) => Route::Tell(handle.clone()),
            None if !seen && call.status == CallStatus::Ringing && call.callee_id == user => Route::Ring,
            None => Route::Ignore,
        }
    }

    /// A call has its machine now, which was made after that many [`Book::catch_ups`].
    pub fn register(&mut self, call: &Call, handle: &H, direction: Direction, since: u32) -> Registered<H> {
        let news = self.recent.iter().find(|known| known.id == call.id).cloned();
        self.remember(call);
        let gives_way = match (self.calls.get(&call.id).cloned(), direction) {
            (Some(before), _) if before == *handle => None,
            (Some(_), Direction::In) => Some(handle.clone()),
            (before, Direction::In | Direction::Out) => {
                self.calls.insert(call.id, handle.clone());
                before
            }
        };
        let missed = since != self.catch_ups;
        Registered {
            gives_way,
            news,
            missed,
        }
    }

    /// What the runtime holds of a call that is on.
    pub fn get(&self, id: CallId) -> Option<H> {
        self.calls.get(&id).cloned()
    }

    /// A call that goes on elsewhere in this process is this book's, too. Returns the machine that gives way to it.
    pub fn adopt(&mut self, id: CallId, handle: &H) -> Option<H> {
        self.adopted.insert(id);
        let before = self.calls.insert(id, handle.clone());
        before.filter(|before| before != handle)
    }

    /// Whether that is a call that was adopted.
    pub fn is_adopted(&self, id: CallId, handle: &H) -> bool {
        self.adopted.contains(&id) && self.calls.get(&id) == Some(handle)
    }

    /// A machine is done. Its call never rings here again.
    pub fn forget(&mut self, id: CallId, handle: &H) {
        if self.calls.get(&id) == Some(handle) {
            self.calls.remove(&id);
            self.adopted.remove(&id);
        }
    }

    /// Messages may have been missed: returns the calls to ask about.
    pub fn catch_up(&mut self) -> Vec<CallId> {
        self.catch_ups = self.catch_ups.wrapping_add(1);
        self.calls.keys().copied().collect()
    }

    /// How often messages may have been missed.
    pub const fn catch_ups(&self) -> u32 {
        self.catch_ups
    }

    /// What the runtime holds of the calls that are on.
    pub fn handles(&self) -> Vec<H> {
        self.calls.values().cloned().collect()
    }

    fn remember(&mut self, call: &Call) {
        let before = self.recent.iter().position(|known| known.id == call.id);
        let newest = match before.and_then(|at| self.recent.remove(at)) {
            Some(before) if before.status > call.status => before,
            Some(_) | None => call.clone(),
        };
        self.recent.push_back(newest);
        if self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
    }
}
