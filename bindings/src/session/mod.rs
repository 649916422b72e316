//! A broadcast or an audio room.

mod commands;
mod people;

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::domain::{Grants, LiveSession as SessionInfo, Recording, Role, StageRequest, UserId};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::publisher::LocalMedia;
use ipelya_core::runtime::{Member, SessionEvent, SessionHandle, SessionSnapshot as CoreSnapshot};
use ipelya_core::session::{Capabilities, State};
use ipelya_core::stage::Stage;
use ipelya_core::telemetry::FunnelEvent;
use ipelya_core::viewing::Viewing;

use crate::audio::{AudioSink, AudioTrack};
use crate::chat::Chat;
use crate::events::{Events, Next};
use crate::forward::newest;
use crate::stats::Stats;
use crate::video::{VideoSink, VideoTrack};
use crate::work::Work;

/// A session at one moment.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SessionSnapshot {
    /// Counts up with every snapshot.
    pub seq: u64,
    /// Where it stands.
    pub state: State,
    /// The session as the server last described it; none before it was entered.
    pub session: Option<SessionInfo>,
    /// This user's role, by the server; none before it was entered.
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
    pub stage_requests: Vec<StageRequest>,
    /// The session's latest recording: while it is starting or active, people have to be told.
    pub recording: Option<Recording>,
    /// The steps so far of the last way in, in order.
    pub funnel: Vec<FunnelEvent>,
    /// Everybody else in the room, by user.
    pub members: Vec<Member>,
}

impl From<&CoreSnapshot> for SessionSnapshot {
    fn from(now: &CoreSnapshot) -> Self {
        Self {
            seq: now.seq,
            state: now.state.clone(),
            session: now.session.clone(),
            role: now.role,
            grants: now.grants,
            publishing: now.publishing,
            local: now.local.clone(),
            viewing: now.viewing,
            can: now.can,
            charged_coins: now.charged_coins,
            stage: now.stage.clone(),
            stage_requests: now.stage_requests.to_vec(),
            recording: now.recording.clone(),
            funnel: now.funnel.to_vec(),
            members: now.members.values().cloned().collect(),
        }
    }
}

/// What an observer of a session reads next.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum SessionUpdate {
    /// Something happened.
    Event {
        /// What.
        event: SessionEvent,
    },
    /// The reader fell behind: so many events are lost to it. The snapshot is right all the same.
    Missed {
        /// How many.
        count: u64,
    },
}

impl From<Next<SessionEvent>> for SessionUpdate {
    fn from(next: Next<SessionEvent>) -> Self {
        match next {
            Next::Event(event) => Self::Event { event },
            Next::Missed(count) => Self::Missed { count },
        }
    }
}

/// A session. Dropping the last reference leaves it.
#[derive(uniffi::Object)]
pub struct LiveSession {
    core: SessionHandle,
    events: Events<SessionEvent>,
    work: Arc<Work>,
}

impl LiveSession {
    pub(crate) fn new(core: SessionHandle, work: &Arc<Work>) -> Self {
        Self {
            events: Events::new(core.events()),
            core,
            work: Arc::clone(work),
        }
    }
}

#[uniffi::export]
impl LiveSession {
    /// The session now.
    pub fn snapshot(&self) -> SessionSnapshot {
        SessionSnapshot::from(&self.core.snapshot())
    }

    /// The newest snapshot once it is younger than the one numbered `after` (0: any); none once the session is over and
    /// its last snapshot was read. What changes meanwhile is in it: snapshots coalesce, none waits to be read.
    pub async fn next_snapshot(&self, after: u64) -> Result<Option<SessionSnapshot>, LiveFailure> {
        newest(&self.work, self.core.snapshots(), move |now| now.seq > after).await
    }

    /// The next thing that happened, in order; none once the session is over. Cancelling loses none. For one reader at a time.
    pub async fn next_event(&self) -> Result<Option<SessionUpdate>, LiveFailure> {
        self.events.next(&self.work).await
    }

    /// Everything that happened since, in order, 64 at most: a busy room costs less so. Empty once the session is over. Cancelling
    /// loses none. For one reader at a time.
    pub async fn next_events(&self) -> Result<Vec<SessionUpdate>, LiveFailure> {
        self.events.batch(&self.work).await
    }

    /// What people say here.
    pub fn chat(&self) -> Chat {
        Chat::new(self.core.clone(), &self.work)
    }

    /// Somebody's pictures, whenever there are any. Fails with `invalid_argument` when `user` is no id.
    pub fn video_of(&self, user: UserId, sink: Arc<dyn VideoSink>) -> Result<VideoTrack, LiveFailure> {
        Ok(video_of(&self.core, user, &self.work, sink))
    }

    /// Somebody's sound, whenever there is any, and while the client's `audio()` lets sound be played. Fails as `video_of`.
    pub fn audio_of(&self, user: UserId, sink: Arc<dyn AudioSink>) -> Result<AudioTrack, LiveFailure> {
        let core = self.core.clone();
        let open = move || {
            let core = core.clone();
            async move { core.audio_of(user).await }
        };
        let changed = self.core.snapshots();
        Ok(AudioTrack::follow(&self.work, open, changed, sink))
    }

    /// What each track takes and loses, measured every `interval_ms` milliseconds, 100 at least, while it is read.
    pub fn stats(&self, interval_ms: u32) -> Stats {
        Stats::new(
            self.core.stats(Duration::from_millis(interval_ms.into())),
            &self.work,
        )
    }
}

/// Somebody's pictures, by whoever holds the session.
pub(crate) fn video_of(
    core: &SessionHandle,
    user: UserId,
    work: &Work,
    sink: Arc<dyn VideoSink>,
) -> VideoTrack {
    let (changed, core) = (core.snapshots(), core.clone());
    let open = move || {
        let core = core.clone();
        async move { core.video_of(user).await }
    };
    VideoTrack::follow(work, open, changed, sink)
}
