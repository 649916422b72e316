//! What passes between a session's handles and its actor.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

use super::chat::ChatCommand;
use crate::backend::SessionNews;
use crate::chat::ChatSnapshot;
use crate::domain::{Grants, LiveResult, LiveSession, Recording, Role, StageRequest};
use crate::media::{MediaEvent, MediaRoom};
use crate::publisher::LocalMedia;
use crate::runtime::room::Members;
use crate::session::{Capabilities, Command, Input, State};
use crate::stage::{self, Stage};
use crate::telemetry::FunnelEvent;
use crate::viewing::{self, Viewing};

/// A session at one moment. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct SessionSnapshot {
    /// Counts up with every snapshot.
    pub seq: u64,
    /// Where it stands.
    pub state: State,
    /// The session as the server last described it; `None` before it was entered.
    pub session: Option<LiveSession>,
    /// This user's role, by the server; `None` before it was entered.
    pub role: Option<Role>,
    /// What the server lets this user publish.
    pub grants: Grants,
    /// What this user publishes, or is about to.
    pub publishing: Grants,
    /// This user's microphone, camera and screen: on, pending, refused.
    pub local: LocalMedia,
    /// Whether pictures are received, and why not.
    pub viewing: Viewing,
    /// What this user may do now.
    pub can: Capabilities,
    /// Coins that entering charged.
    pub charged_coins: u32,
    /// This user and the stage.
    pub stage: Stage,
    /// Open raised hands and invitations of others, the eldest first; for those who lead the stage.
    pub stage_requests: Arc<[StageRequest]>,
    /// The session's latest recording, as far as it is: while its status [is on](crate::domain::RecordingStatus::is_on),
    /// people have to be told.
    pub recording: Option<Recording>,
    /// The steps so far of the last way in, in order.
    pub funnel: Arc<[FunnelEvent]>,
    /// Everybody else in the room, by user.
    pub members: Members,
}

/// Something that happened, in order.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum SessionEvent {
    /// The state changed to this one.
    StateChanged(State),
    /// The room said this.
    Room(MediaEvent),
    /// Somebody in the session did this. Messages are told once; those that were missed while Realtime was away are
    /// in [`SessionHandle::messages`](super::SessionHandle::messages) alone.
    News(SessionNews),
    /// A step on the way in was taken, or it ended there.
    Funnel(FunnelEvent),
}

pub(super) type Reply = oneshot::Sender<LiveResult<()>>;

/// What a handle sends to its actor.
pub(super) enum Message {
    Input(Input),
    Command(Command, Input, Reply),
    Stage(stage::Command, Reply),
    Watch(viewing::Input),
    Chat(ChatCommand),
}

/// What a handle watches.
#[derive(Clone)]
pub(super) struct Watches {
    pub(super) snapshot: watch::Receiver<SessionSnapshot>,
    pub(super) room: watch::Receiver<Option<Arc<dyn MediaRoom>>>,
    pub(super) chat: watch::Receiver<ChatSnapshot>,
    /// Whether all is over and told.
    pub(super) done: watch::Receiver<bool>,
}
