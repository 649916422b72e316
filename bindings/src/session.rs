//! A broadcast or an audio room.

use std::sync::Arc;

use ipelya_core::backend::BanScope;
use ipelya_core::domain::{
    Grants, LiveError, LiveSession as SessionInfo, Participant, Recording, Role, StageRequest, UserId,
};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{TrackSource, ViewSize};
use ipelya_core::publisher::LocalMedia;
use ipelya_core::runtime::{Member, SessionEvent, SessionHandle, SessionSnapshot as CoreSnapshot};
use ipelya_core::session::{Capabilities, State};
use ipelya_core::stage::Stage;
use ipelya_core::telemetry::FunnelEvent;
use ipelya_core::viewing::{ViewId, Viewing};
use tokio::sync::{Mutex, broadcast};

use crate::chat::Chat;
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

/// A session. Dropping the last reference leaves it.
#[derive(uniffi::Object)]
pub struct LiveSession {
    core: SessionHandle,
    events: Arc<Mutex<broadcast::Receiver<SessionEvent>>>,
    work: Arc<Work>,
}

impl LiveSession {
    pub(crate) fn new(core: SessionHandle, work: &Arc<Work>) -> Self {
        Self {
            events: Arc::new(Mutex::new(core.events())),
            core,
            work: Arc::clone(work),
        }
    }

    async fn run<T: Send + 'static, F>(&self, act: impl FnOnce(SessionHandle) -> F) -> Result<T, LiveFailure>
    where
        F: Future<Output = Result<T, LiveError>> + Send + 'static,
    {
        self.work.run(act(self.core.clone())).await
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
        let mut snapshots = self.core.snapshots();
        let newest = self.work.follow(async move {
            let newest = snapshots.wait_for(|now| now.seq > after).await.ok();
            newest.map(|now| SessionSnapshot::from(&*now))
        });
        newest.await
    }

    /// The next thing that happened, in order; none once the session is over. Cancelling loses none. For one reader at a time.
    pub async fn next_event(&self) -> Result<Option<SessionUpdate>, LiveFailure> {
        let events = Arc::clone(&self.events);
        let next = self.work.follow(async move {
            match events.lock().await.recv().await {
                Ok(event) => Some(SessionUpdate::Event { event }),
                Err(broadcast::error::RecvError::Lagged(count)) => Some(SessionUpdate::Missed { count }),
                Err(broadcast::error::RecvError::Closed) => None,
            }
        });
        next.await
    }

    /// Goes on the air; for the host of a prepared session. Returns once the server says so.
    ///
    /// Fails with `role_not_allowed`, `conflict` when it isn't prepared, `session_ended`.
    pub async fn go_live(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.go_live().await }).await
    }

    /// Ends the session for everyone; for the host.
    ///
    /// Fails with `role_not_allowed`, `conflict` in a state that has nothing to end.
    pub async fn end(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.end().await }).await
    }

    /// Leaves, whatever the state; after three seconds at most, the backend is told in the background.
    pub async fn leave(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.leave().await;
            Ok(())
        })
        .await
    }

    /// Wants the microphone on or off; the snapshot's `local.microphone` says what came of it.
    pub async fn set_microphone(&self, on: bool) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.set_microphone(on).await;
            Ok(())
        })
        .await
    }

    /// Wants the camera on or off, as `set_microphone`.
    pub async fn set_camera(&self, on: bool) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.set_camera(on).await;
            Ok(())
        })
        .await
    }

    /// Wants to share the screen, or not any more, as `set_microphone`.
    pub async fn set_screen_share(&self, on: bool) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.set_screen_share(on).await;
            Ok(())
        })
        .await
    }

    /// Wants the other camera; the snapshot's `local.flip` says what came of it.
    pub async fn flip_camera(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.flip_camera().await;
            Ok(())
        })
        .await
    }

    /// Wants voices alone, or pictures again; the snapshot's `viewing.mode` says which.
    pub async fn set_audio_only(&self, on: bool) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.set_audio_only(on).await;
            Ok(())
        })
        .await
    }

    /// A view shows somebody's picture in that size, in physical pixels, or is out of sight (none): the server sends the layer
    /// that fits the largest view, and nothing that nobody sees. Say it whenever the view's size changes.
    pub async fn set_view(
        &self,
        view: ViewId,
        user: UserId,
        source: TrackSource,
        size: Option<ViewSize>,
    ) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.set_view(view, user, source, size).await;
            Ok(())
        })
        .await
    }

    /// A view is gone.
    pub async fn close_view(&self, view: ViewId) -> Result<(), LiveFailure> {
        self.run(|core| async move {
            core.close_view(view).await;
            Ok(())
        })
        .await
    }

    /// Gives somebody a role that publishes. Nobody reconnects: LiveKit changes the permission. Accepts a raised hand, too.
    ///
    /// Fails with `role_not_allowed`, `not_found`, `conflict` when the stage is full.
    pub async fn promote(&self, user: UserId, role: Role) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.promote(user, role).await })
            .await
    }

    /// Sends somebody back to the audience; oneself too. Fails as `promote`.
    pub async fn demote(&self, user: UserId) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.demote(user).await }).await
    }

    /// Asks somebody onto the stage; the person decides, until the invitation's `expires_at`. Fails as `promote`.
    pub async fn invite(&self, user: UserId, role: Role) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.invite(user, role).await })
            .await
    }

    /// Refuses somebody's raised hand. Fails with `role_not_allowed`, `not_found` when it isn't up any more.
    pub async fn dismiss_hand(&self, user: UserId) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.dismiss_hand(user).await })
            .await
    }

    /// Raises this user's hand. It shows in the snapshot at once, and returns once the server says so.
    ///
    /// Fails with `conflict` on the stage, or with an invitation to answer.
    pub async fn raise_hand(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.raise_hand().await }).await
    }

    /// Lowers it. Fails with `not_found` when it was decided meanwhile.
    pub async fn lower_hand(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.lower_hand().await }).await
    }

    /// Accepts the invitation; the role follows by the LiveKit server's word.
    ///
    /// Fails with `conflict` without an invitation, `not_found` when it ran out, `session_full` when the stage is.
    pub async fn accept_invite(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.accept_invite().await }).await
    }

    /// Declines the invitation. Fails with `conflict` without one, `not_found` when it ran out.
    pub async fn decline_invite(&self) -> Result<(), LiveFailure> {
        self.run(|core| async move { core.decline_invite().await }).await
    }

    /// Silences somebody, in the chat and on the stage, until `unmute`.
    ///
    /// Fails with `role_not_allowed` for who doesn't moderate that person; `not_found` when that person was never here;
    /// `invalid_argument` naming `reason` (1 to 500 characters); `session_ended`.
    pub async fn mute(&self, user: UserId, reason: Option<String>) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.mute(user, reason).await })
            .await
    }

    /// Lets somebody speak and write again. Fails as `mute`.
    pub async fn unmute(&self, user: UserId) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.unmute(user).await }).await
    }

    /// Puts somebody out of this session, until `unban`. Fails as `mute`.
    pub async fn kick(&self, user: UserId, reason: Option<String>) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.kick(user, reason).await })
            .await
    }

    /// Puts somebody out of this session or, for the host alone, out of every session of this creator: for that many seconds,
    /// or for good. Fails as `mute`, without `session_ended`.
    pub async fn ban(
        &self,
        user: UserId,
        scope: BanScope,
        expires_in_seconds: Option<u32>,
        reason: Option<String>,
    ) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.ban(user, scope, expires_in_seconds, reason).await })
            .await
    }

    /// Lifts a kick, and a ban of that scope. Fails as `ban`.
    pub async fn unban(&self, user: UserId, scope: BanScope) -> Result<Participant, LiveFailure> {
        self.run(|core| async move { core.unban(user, scope).await })
            .await
    }

    /// What people say here.
    pub fn chat(&self) -> Chat {
        Chat::new(self.core.clone(), &self.work)
    }

    /// Somebody's pictures, whenever there are any. Fails with `invalid_argument` when `user` is no id.
    pub fn video_of(&self, user: UserId, sink: Arc<dyn VideoSink>) -> Result<VideoTrack, LiveFailure> {
        let core = self.core.clone();
        let open = move || {
            let core = core.clone();
            async move { core.video_of(user).await }
        };
        Ok(VideoTrack::follow(&self.work, open, self.core.snapshots(), sink))
    }
}
