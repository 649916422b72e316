//! Raised hands and invitations of everybody, for those who lead the stage.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::{StageRequest, StageRequestId, StageRequestStatus, UserId};

/// The latest request of each person. News may come late, twice or out of order.
#[derive(Clone, Debug, Default)]
pub struct Board {
    latest: BTreeMap<UserId, StageRequest>,
}

impl Board {
    /// Takes in a request; `true` when it was news.
    pub fn learn(&mut self, request: StageRequest) -> bool {
        let news = self
            .latest
            .get(&request.user_id)
            .is_none_or(|known| request.supersedes(known));
        if news {
            self.latest.insert(request.user_id, request);
        }
        news
    }

    /// What is open now: to be remembered while the database is asked.
    pub fn open_ids(&self) -> BTreeSet<StageRequestId> {
        self.open().map(|request| request.id).collect()
    }

    /// Takes in everything open that the database has. What was `open_before` it was asked, and isn't in it, was
    /// decided meanwhile.
    pub fn replace(&mut self, open_before: &BTreeSet<StageRequestId>, open_now: Vec<StageRequest>) {
        let found: BTreeSet<_> = open_now.iter().map(|request| request.id).collect();
        for known in self.latest.values_mut().filter(|known| known.is_open()) {
            if open_before.contains(&known.id) && !found.contains(&known.id) {
                known.status = StageRequestStatus::Other;
            }
        }
        for request in open_now {
            self.learn(request);
        }
    }

    /// Everything open, the eldest first.
    pub fn snapshot(&self) -> Arc<[StageRequest]> {
        let mut open: Vec<StageRequest> = self.open().cloned().collect();
        open.sort_by_key(|request| (request.created_at, request.id));
        open.into()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.latest.clear();
    }

    fn open(&self) -> impl Iterator<Item = &StageRequest> {
        self.latest.values().filter(|request| request.is_open())
    }
}
