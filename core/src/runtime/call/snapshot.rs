//! What a call's handles see of its actor.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use crate::backend::CallChange;
use crate::call::{Capabilities, Input, State};
use crate::domain::{Call, Grants, LiveError, LiveResult};
use crate::media::{MediaEvent, MediaRoom};
use crate::publisher::LocalMedia;
use crate::runtime::room::Members;
use crate::telemetry::FunnelEvent;
use crate::viewing::{self, Viewing};

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
    /// This user's microphone, camera and screen: on, pending, refused.
    pub local: LocalMedia,
    /// Whether pictures are received, and why not.
    pub viewing: Viewing,
    /// What this user may do now.
    pub can: Capabilities,
    /// What went wrong last; `None` while nothing did.
    pub last_error: Option<LiveError>,
    /// The steps so far until both could talk, in order.
    pub funnel: Arc<[FunnelEvent]>,
    /// The other one, once in the room.
    pub members: Members,
}

/// Something that happened, in order.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum CallEvent {
    /// The state changed to this one.
    StateChanged(State),
    /// The room said this.
    Room(MediaEvent),
    /// A step on the way to the other one's voice was taken, or it ended there.
    Funnel(FunnelEvent),
}

pub(super) type Reply = oneshot::Sender<LiveResult<()>>;

/// What is sent to a call's actor.
pub(super) enum Message {
    Input(Input),
    Change(CallChange, Input, Reply),
    Watch(viewing::Input),
}

/// What a handle watches.
#[derive(Clone)]
pub(super) struct Watches {
    pub(super) snapshot: watch::Receiver<CallSnapshot>,
    pub(super) room: watch::Receiver<Option<Arc<dyn MediaRoom>>>,
    /// Whether all is over and told.
    pub(super) done: watch::Receiver<bool>,
}
