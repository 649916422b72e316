//! What a call's handles see of its actor.

use std::sync::Arc;

use tokio::sync::watch;

use crate::call::State;
use crate::domain::{Call, Grants, LiveError};
use crate::media::MediaRoom;
use crate::runtime::room::Members;

/// A call at one moment. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct CallSnapshot {
    /// Counts up with every snapshot.
    pub seq: u64,
    /// Where it stands.
    pub state: State,
    /// The call as the server last described it; `None` while it is dialled.
    pub call: Option<Call>,
    /// What this user publishes, or is about to.
    pub publishing: Grants,
    /// What went wrong last; `None` while nothing did.
    pub last_error: Option<LiveError>,
    /// The other one, once in the room.
    pub members: Members,
}

/// What a handle watches.
#[derive(Clone)]
pub(super) struct Watches {
    pub(super) snapshot: watch::Receiver<CallSnapshot>,
    pub(super) room: watch::Receiver<Option<Arc<dyn MediaRoom>>>,
    /// Whether all is over and told.
    pub(super) done: watch::Receiver<bool>,
}
