//! A call between two people.

mod commands;

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::call::{Capabilities, State};
use ipelya_core::domain::{Call as CallInfo, CallEndReason, Grants, LiveError};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::publisher::LocalMedia;
use ipelya_core::runtime::{
    CallEvent, CallHandle, CallSnapshot as CoreSnapshot, IncomingCalls as CoreIncoming, Member,
};
use ipelya_core::telemetry::FunnelEvent;
use ipelya_core::viewing::Viewing;
use tokio::sync::Mutex;

use crate::audio::{AudioSink, AudioTrack};
use crate::events::{Events, Next};
use crate::forward::newest;
use crate::stats::Stats;
use crate::video::{VideoSink, VideoTrack};
use crate::work::Work;

/// A call at one moment.
#[derive(Clone, Debug, uniffi::Record)]
pub struct CallSnapshot {
    /// Counts up with every snapshot.
    pub seq: u64,
    /// Where it stands.
    pub state: State,
    /// The call as the server last described it; none while it is dialled.
    pub call: Option<CallInfo>,
    /// What this user publishes, or is about to.
    pub publishing: Grants,
    /// This user's microphone, camera and screen: on, pending, refused.
    pub local: LocalMedia,
    /// Whether pictures are received, and why not.
    pub viewing: Viewing,
    /// What this user may do now.
    pub can: Capabilities,
    /// What went wrong last; none while nothing did.
    pub last_error: Option<LiveError>,
    /// The steps so far until both could talk, in order.
    pub funnel: Vec<FunnelEvent>,
    /// The other one, once in the room.
    pub members: Vec<Member>,
}

impl From<&CoreSnapshot> for CallSnapshot {
    fn from(now: &CoreSnapshot) -> Self {
        Self {
            seq: now.seq,
            state: now.state,
            call: now.call.clone(),
            publishing: now.publishing,
            local: now.local.clone(),
            viewing: now.viewing,
            can: now.can,
            last_error: now.last_error.clone(),
            funnel: now.funnel.to_vec(),
            members: now.members.values().cloned().collect(),
        }
    }
}

/// What an observer of a call reads next.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum CallUpdate {
    /// Something happened.
    Event {
        /// What.
        event: CallEvent,
    },
    /// The reader fell behind: so many events are lost to it. The snapshot is right all the same.
    Missed {
        /// How many.
        count: u64,
    },
}

impl From<Next<CallEvent>> for CallUpdate {
    fn from(next: Next<CallEvent>) -> Self {
        match next {
            Next::Event(event) => Self::Event { event },
            Next::Missed(count) => Self::Missed { count },
        }
    }
}

/// Calls that ring here, one after the other.
#[derive(uniffi::Object)]
pub struct IncomingCalls {
    core: Arc<Mutex<CoreIncoming>>,
    work: Arc<Work>,
}

impl IncomingCalls {
    pub(crate) fn new(core: CoreIncoming, work: &Arc<Work>) -> Self {
        Self {
            core: Arc::new(Mutex::new(core)),
            work: Arc::clone(work),
        }
    }
}

#[uniffi::export]
impl IncomingCalls {
    /// The next call that rings here; none once the client is shut down. Cancelling loses no call. For one reader at a time.
    pub async fn next(&self) -> Result<Option<Arc<Call>>, LiveFailure> {
        let core = Arc::clone(&self.core);
        let found = self
            .work
            .follow(async move { core.lock().await.next().await })
            .await?;
        Ok(found.map(|handle| Arc::new(Call::new(handle, &self.work))))
    }
}

/// A call. It goes on until it is hung up: releasing this object doesn't end it.
#[derive(uniffi::Object)]
pub struct Call {
    core: CallHandle,
    events: Events<CallEvent>,
    work: Arc<Work>,
}

impl Call {
    pub(crate) fn new(core: CallHandle, work: &Arc<Work>) -> Self {
        Self {
            events: Events::new(core.events()),
            core,
            work: Arc::clone(work),
        }
    }
}

#[uniffi::export]
impl Call {
    /// The call now.
    pub fn snapshot(&self) -> CallSnapshot {
        CallSnapshot::from(&self.core.snapshot())
    }

    /// The newest snapshot once it is younger than the one numbered `after` (0: any); none once the call is over and its
    /// last snapshot was read. What changes meanwhile is in it: snapshots coalesce, none waits to be read.
    pub async fn next_snapshot(&self, after: u64) -> Result<Option<CallSnapshot>, LiveFailure> {
        newest(&self.work, self.core.snapshots(), move |now| now.seq > after).await
    }

    /// The next thing that happened, in order; none once the call is over. Cancelling loses none. For one reader at a time.
    pub async fn next_event(&self) -> Result<Option<CallUpdate>, LiveFailure> {
        self.events.next(&self.work).await
    }

    /// Everything that happened since, in order, 64 at most: a busy room costs less so. Empty once the call is over. Cancelling
    /// loses none. For one reader at a time.
    pub async fn next_events(&self) -> Result<Vec<CallUpdate>, LiveFailure> {
        self.events.batch(&self.work).await
    }

    /// Waits until the call is over and everybody who had to know knows, and says why it ended.
    pub async fn ended(&self) -> Result<CallEndReason, LiveFailure> {
        let core = self.core.clone();
        self.work.follow(async move { core.ended().await }).await
    }

    /// The other one's pictures, whenever there are any.
    pub fn video(&self, sink: Arc<dyn VideoSink>) -> VideoTrack {
        video(&self.core, &self.work, sink)
    }

    /// The other one's sound, whenever there is any, and while the client's `audio()` lets sound be played.
    pub fn audio(&self, sink: Arc<dyn AudioSink>) -> AudioTrack {
        let core = self.core.clone();
        let open = move || {
            let core = core.clone();
            async move { core.audio().await }
        };
        AudioTrack::follow(&self.work, open, self.core.snapshots(), sink)
    }

    /// What each track takes and loses, measured every `interval_ms` milliseconds, 100 at least, while it is read.
    pub fn stats(&self, interval_ms: u32) -> Stats {
        Stats::new(
            self.core.stats(Duration::from_millis(interval_ms.into())),
            &self.work,
        )
    }
}

/// The other one's pictures, by whoever holds the call.
pub(crate) fn video(core: &CallHandle, work: &Work, sink: Arc<dyn VideoSink>) -> VideoTrack {
    let (changed, core) = (core.snapshots(), core.clone());
    let open = move || {
        let core = core.clone();
        async move { core.video().await }
    };
    VideoTrack::follow(work, open, changed, sink)
}
