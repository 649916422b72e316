//! A call between two people.

use std::sync::Arc;

use ipelya_core::call::{Capabilities, State};
use ipelya_core::domain::{Call as CallInfo, CallEndReason, Grants, LiveError, UserId};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{TrackSource, ViewSize};
use ipelya_core::publisher::LocalMedia;
use ipelya_core::runtime::{
    CallEvent, CallHandle, CallSnapshot as CoreSnapshot, IncomingCalls as CoreIncoming, Member,
};
use ipelya_core::telemetry::FunnelEvent;
use ipelya_core::viewing::{ViewId, Viewing};
use tokio::sync::{Mutex, broadcast};

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
    events: Arc<Mutex<broadcast::Receiver<CallEvent>>>,
    work: Arc<Work>,
}

impl Call {
    pub(crate) fn new(core: CallHandle, work: &Arc<Work>) -> Self {
        Self {
            events: Arc::new(Mutex::new(core.events())),
            core,
            work: Arc::clone(work),
        }
    }

    async fn run<T: Send + 'static, F>(&self, act: impl FnOnce(CallHandle) -> F) -> Result<T, LiveFailure>
    where
        F: Future<Output = Result<T, LiveError>> + Send + 'static,
    {
        self.work.run(act(self.core.clone())).await
    }

    /// Tells the call something, from any thread.
    fn tell(&self, say: impl FnOnce(&CallHandle)) {
        let _inside = self.work.handle().enter();
        say(&self.core);
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
        let mut snapshots = self.core.snapshots();
        let newest = self.work.follow(async move {
            let newest = snapshots.wait_for(|now| now.seq > after).await.ok();
            newest.map(|now| CallSnapshot::from(&*now))
        });
        newest.await
    }

    /// The next thing that happened, in order; none once the call is over. Cancelling loses none. For one reader at a time.
    pub async fn next_event(&self) -> Result<Option<CallUpdate>, LiveFailure> {
        let events = Arc::clone(&self.events);
        let next = self.work.follow(async move {
            match events.lock().await.recv().await {
                Ok(event) => Some(CallUpdate::Event { event }),
                Err(broadcast::error::RecvError::Lagged(count)) => Some(CallUpdate::Missed { count }),
                Err(broadcast::error::RecvError::Closed) => None,
            }
        });
        next.await
    }

    /// Takes an incoming call on this device, and returns once both can talk.
    ///
    /// Fails with `answered_elsewhere`, `call_ended`, or what kept the room from being joined.
    pub async fn accept(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.accept().await }).await
    }

    /// Waits until both can talk. Fails as `accept` does.
    pub async fn active(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.active().await }).await
    }

    /// Waits until the call is over and everybody who had to know knows, and says why it ended.
    pub async fn ended(&self) -> Result<CallEndReason, LiveFailure> {
        self.run(|core| async move { Ok(core.ended().await) }).await
    }

    /// Doesn't take an incoming call.
    pub fn decline(&self) {
        self.tell(CallHandle::decline);
    }

    /// Cancels, declines or hangs up, whatever fits. At once here; the server is told until it knows.
    pub fn hang_up(&self) {
        self.tell(CallHandle::hang_up);
    }

    /// Puts the call on hold, or takes it back.
    pub fn hold(&self, on: bool) {
        self.tell(|core| core.hold(on));
    }

    /// Wants the microphone on or off; on from the start. The snapshot's `local.microphone` says what came of it.
    pub fn set_microphone(&self, on: bool) {
        self.tell(|core| core.set_microphone(on));
    }

    /// Wants the camera on or off; on from the start in a video call.
    pub fn set_camera(&self, on: bool) {
        self.tell(|core| core.set_camera(on));
    }

    /// Wants to share the screen, or not any more; in a video call.
    pub fn set_screen_share(&self, on: bool) {
        self.tell(|core| core.set_screen_share(on));
    }

    /// Wants the other camera; the snapshot's `local.flip` says what came of it.
    pub fn flip_camera(&self) {
        self.tell(CallHandle::flip_camera);
    }

    /// Asks the other one for a video call; returns once the wish is known there. The snapshot's `call.call_type` says when the
    /// other one has consented. Where the other one asks as well, this consents.
    ///
    /// Fails with `conflict` in a video call, or while the call isn't active; `call_ended`.
    pub async fn request_video(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.request_video().await }).await
    }

    /// Consents to the other one's wish. Fails with `not_found` when it was taken back or ran out; as `request_video`.
    pub async fn accept_video(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.accept_video().await }).await
    }

    /// Doesn't consent, or takes the own wish back. Fails as `accept_video`.
    pub async fn decline_video(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.decline_video().await }).await
    }

    /// Goes back to voices, for both; nobody has to consent. Fails as `request_video`.
    pub async fn to_audio(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.to_audio().await }).await
    }

    /// A view shows the other one's picture in that size, in physical pixels, or is out of sight (none): the server sends the
    /// layer that fits the largest view. Fails with `invalid_argument` when `user` is no id.
    pub fn set_view(
        &self,
        view: ViewId,
        user: UserId,
        source: TrackSource,
        size: Option<ViewSize>,
    ) -> Result<(), LiveFailure> {
        self.tell(|core| core.set_view(view, user, source, size));
        Ok(())
    }

    /// A view is gone.
    pub fn close_view(&self, view: ViewId) {
        self.tell(|core| core.close_view(view));
    }

    /// Wants voices alone, or pictures again; what this side sends is `set_camera`'s.
    pub fn set_audio_only(&self, on: bool) {
        self.tell(|core| core.set_audio_only(on));
    }

    /// The other one's pictures, whenever there are any.
    pub fn video(&self, sink: Arc<dyn VideoSink>) -> VideoTrack {
        let core = self.core.clone();
        let open = move || {
            let core = core.clone();
            async move { core.video().await }
        };
        VideoTrack::follow(&self.work, open, self.core.snapshots(), sink)
    }
}
