//! What an app holds of a session.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::actor::SessionActor;
use super::snapshot::{Message, SessionEvent, SessionSnapshot, Watches};
use crate::backend::{ManageStage, StageAction};
use crate::domain::{ErrorCode, IdempotencyKey, LiveError, LiveResult, Participant, Role, SessionId, UserId};
use crate::media::{AudioFrame, MediaRoom, TrackKind, TrackSource, VideoFrame, ViewSize};
use crate::runtime::room::StatsStream;
use crate::runtime::shared::{EVENT_BUFFER, Ports, insist};
use crate::session::{Command, Entry, Input};
use crate::stage;
use crate::viewing::{self, ViewId};

/// A session. Clone it freely; dropping the last clone leaves the session.
#[derive(Clone)]
pub struct SessionHandle {
    pub(super) inbox: mpsc::Sender<Message>,
    pub(super) watches: Watches,
    events: broadcast::Sender<SessionEvent>,
    pub(super) ports: Ports,
}

const INBOX: usize = 64;
/// How long a leave waits for the backend; nobody watches a screen that hangs.
const LEAVE_PATIENCE: Duration = Duration::from_secs(3);

impl SessionHandle {
    pub(in crate::runtime) fn spawn(ports: Ports) -> Self {
        let (inbox, messages) = mpsc::channel(INBOX);
        let (events, _) = broadcast::channel(EVENT_BUFFER);
        let (actor, watches) = SessionActor::new(ports.clone(), messages, events.clone());
        ports.actors.spawn(actor.run());
        Self {
            inbox,
            watches,
            events,
            ports,
        }
    }

    /// The session now.
    pub fn snapshot(&self) -> SessionSnapshot {
        self.watches.snapshot.borrow().clone()
    }

    /// Follows the session: each change wakes the receiver, which then reads the newest snapshot.
    pub fn snapshots(&self) -> watch::Receiver<SessionSnapshot> {
        self.watches.snapshot.clone()
    }

    /// Everything that happens from now on, in order. A reader that falls behind by more than 512 events is
    /// told how many it missed.
    pub fn events(&self) -> broadcast::Receiver<SessionEvent> {
        self.events.subscribe()
    }

    /// Waits for a snapshot that satisfies `condition`, and returns it. Bound it with a timeout.
    ///
    /// # Errors
    /// `session_ended` once the session is over and the condition can't come true any more.
    pub async fn wait_for(
        &self,
        condition: impl FnMut(&SessionSnapshot) -> bool,
    ) -> LiveResult<SessionSnapshot> {
        let mut snapshots = self.watches.snapshot.clone();
        snapshots
            .wait_for(condition)
            .await
            .map(|snapshot| snapshot.clone())
            .map_err(|_| over())
    }

    /// Enters as the audience. After `payment_required`, ask the user and join again with the price accepted.
    ///
    /// # Errors
    /// What the server says: `subscription_required`, `payment_required`, `insufficient_coins`,
    /// `price_changed`, `session_full`, `banned`, `blocked`, `not_found`, `session_ended`; and
    /// `media_unavailable` when the room can't be reached.
    pub async fn join(
        &self,
        id: SessionId,
        accept_price: Option<u32>,
        key: IdempotencyKey,
    ) -> LiveResult<()> {
        self.enter(Entry::Join {
            session_id: id,
            accept_price,
            key,
        })
        .await
    }

    pub(crate) async fn enter(&self, entry: Entry) -> LiveResult<()> {
        self.command(Command::Enter, Input::Enter(entry)).await
    }

    /// Goes on the air; for the host of a prepared session. Returns once the server says so.
    ///
    /// # Errors
    /// `role_not_allowed`, `conflict` when it isn't prepared, `session_ended`.
    pub async fn go_live(&self) -> LiveResult<()> {
        self.command(Command::GoLive, Input::GoLive).await
    }

    /// Ends the session for everyone; for the host.
    ///
    /// # Errors
    /// `role_not_allowed`, `conflict` in a state that has nothing to end.
    pub async fn end(&self) -> LiveResult<()> {
        self.command(Command::End, Input::End).await?;
        self.finished().await;
        Ok(())
    }

    /// Leaves, whatever the state, and returns once everything is released and the backend knows, after three
    /// seconds at most: the backend is told in the background then. A host who leaves ends the session.
    pub async fn leave(&self) {
        // A closed inbox means that it is over already.
        let _ = self.inbox.send(Message::Input(Input::Leave)).await;
        if tokio::time::timeout(LEAVE_PATIENCE, self.finished())
            .await
            .is_err()
        {
            tracing::debug!("the backend is told of a leave in the background");
        }
    }

    /// Wants the microphone on or off. The snapshot's `local.microphone` says what came of it: the session must be
    /// live, and the server must grant it.
    pub async fn set_microphone(&self, on: bool) {
        self.want(TrackSource::Microphone, on).await;
    }

    /// Wants the camera on or off, as [`SessionHandle::set_microphone`].
    pub async fn set_camera(&self, on: bool) {
        self.want(TrackSource::Camera, on).await;
    }

    /// Wants to share the screen, or not any more, as [`SessionHandle::set_microphone`].
    pub async fn set_screen_share(&self, on: bool) {
        self.want(TrackSource::ScreenShare, on).await;
    }

    /// Wants the other camera; the snapshot's `local.flip` says what came of it.
    pub async fn flip_camera(&self) {
        let _ = self.inbox.send(Message::Input(Input::FlipCamera)).await;
    }

    /// A view shows somebody's picture in that size, in physical pixels, or is out of sight (`None`): the server sends
    /// the layer that fits the largest view, and nothing that nobody sees. Say it whenever the view's size changes.
    pub async fn set_view(&self, view: ViewId, user: UserId, source: TrackSource, size: Option<ViewSize>) {
        self.watch(viewing::Input::Shown {
            view,
            user,
            source,
            size,
        })
        .await;
    }

    /// A view is gone.
    pub async fn close_view(&self, view: ViewId) {
        self.watch(viewing::Input::Closed(view)).await;
    }

    /// Wants voices alone, or pictures again. On a bad link pictures are given up anyway, and come back by themselves;
    /// the snapshot's `viewing.mode` says which.
    pub async fn set_audio_only(&self, on: bool) {
        self.watch(viewing::Input::AudioOnly(on)).await;
    }

    /// What each track takes and loses, measured every `interval` until the stream is dropped.
    pub fn stats(&self, interval: Duration) -> StatsStream {
        StatsStream::new(self.watches.room.clone(), interval)
    }

    async fn watch(&self, input: viewing::Input) {
        // A closed inbox means that it is over.
        let _ = self.inbox.send(Message::Watch(input)).await;
    }

    async fn want(&self, source: TrackSource, on: bool) {
        // A closed inbox means that it is over.
        let _ = self.inbox.send(Message::Input(Input::Want(source, on))).await;
    }

    /// Gives somebody a role that publishes. Nobody reconnects: LiveKit changes the permission.
    ///
    /// # Errors
    /// `role_not_allowed`, `not_found`, `conflict` when the stage is full.
    pub async fn promote(&self, user: UserId, role: Role) -> LiveResult<Participant> {
        self.manage(StageAction::Promote, user, Some(role)).await
    }

    /// Sends somebody back to the audience; oneself too.
    ///
    /// # Errors
    /// As [`SessionHandle::promote`].
    pub async fn demote(&self, user: UserId) -> LiveResult<Participant> {
        self.manage(StageAction::Demote, user, None).await
    }

    /// Asks somebody onto the stage; the person decides, within the snapshot's `expires_at`.
    ///
    /// # Errors
    /// `role_not_allowed`, `not_found`, `conflict` when the person is on the stage already.
    pub async fn invite(&self, user: UserId, role: Role) -> LiveResult<Participant> {
        self.manage(StageAction::Invite, user, Some(role)).await
    }

    /// Refuses somebody's raised hand. [`SessionHandle::promote`] accepts it.
    ///
    /// # Errors
    /// `role_not_allowed`, `not_found` when the hand isn't up any more.
    pub async fn dismiss_hand(&self, user: UserId) -> LiveResult<Participant> {
        self.manage(StageAction::Decline, user, None).await
    }

    /// Raises this user's hand. It shows in the snapshot at once, and returns once the server says so.
    ///
    /// # Errors
    /// `conflict` on the stage, or with an invitation to answer; the hand is then down again.
    pub async fn raise_hand(&self) -> LiveResult<()> {
        self.on_stage(stage::Command::Raise).await
    }

    /// Lowers it, as [`SessionHandle::raise_hand`].
    ///
    /// # Errors
    /// `not_found` when it was decided meanwhile.
    pub async fn lower_hand(&self) -> LiveResult<()> {
        self.on_stage(stage::Command::Lower).await
    }

    /// Accepts the invitation; the role follows by the LiveKit server's word.
    ///
    /// # Errors
    /// `conflict` without an invitation, `not_found` when it ran out, `session_full` when the stage is: the
    /// invitation then stays open.
    pub async fn accept_invite(&self) -> LiveResult<()> {
        self.on_stage(stage::Command::Accept).await
    }

    /// Declines the invitation.
    ///
    /// # Errors
    /// `conflict` without an invitation, `not_found` when it ran out.
    pub async fn decline_invite(&self) -> LiveResult<()> {
        self.on_stage(stage::Command::Decline).await
    }

    /// The pictures of somebody, from when they can be read. Bound it with a timeout.
    ///
    /// # Errors
    /// `session_ended`.
    pub async fn video_of(&self, user: UserId) -> LiveResult<mpsc::Receiver<VideoFrame>> {
        let (room, track) = self.readable(user, TrackKind::Video).await?;
        Ok(room.video_frames(&track)?)
    }

    /// The sound of somebody, from when it can be read: 48 kHz mono, 10 ms a frame.
    ///
    /// # Errors
    /// `session_ended`.
    pub async fn audio_of(&self, user: UserId) -> LiveResult<mpsc::Receiver<AudioFrame>> {
        let (room, track) = self.readable(user, TrackKind::Audio).await?;
        Ok(room.audio_frames(&track)?)
    }

    /// The room as the engine has it, for what this handle doesn't offer; `None` while not connected.
    pub fn room(&self) -> Option<Arc<dyn MediaRoom>> {
        self.watches.room.borrow().clone()
    }

    async fn readable(
        &self,
        user: UserId,
        kind: TrackKind,
    ) -> LiveResult<(Arc<dyn MediaRoom>, crate::media::TrackId)> {
        let track_of = |snapshot: &SessionSnapshot| {
            snapshot
                .members
                .get(&user)
                .and_then(|member| member.readable(kind))
                .map(|track| track.id.clone())
        };
        let snapshot = self
            .wait_for(|snapshot| track_of(snapshot).is_some() || snapshot.state.is_terminal())
            .await?;
        let track = track_of(&snapshot).ok_or_else(over)?;
        let room = self
            .room()
            .ok_or_else(|| LiveError::new(ErrorCode::MediaUnavailable, "the connection was lost just now"))?;
        Ok((room, track))
    }

    async fn manage(&self, action: StageAction, user: UserId, role: Option<Role>) -> LiveResult<Participant> {
        let session_id = self.session_id()?;
        let request = ManageStage {
            session_id,
            action,
            user_id: Some(user),
            role,
        };
        let key = IdempotencyKey::random();
        let outcome = insist(|| self.ports.backend.manage_stage(request.clone(), key.clone())).await?;
        Ok(outcome.participant)
    }

    /// Which session this is.
    ///
    /// # Errors
    /// `conflict` before it was entered.
    pub fn session_id(&self) -> LiveResult<SessionId> {
        let snapshot = self.watches.snapshot.borrow();
        let session = snapshot.session.as_ref().map(|session| session.id);
        session.ok_or_else(not_entered)
    }

    async fn on_stage(&self, command: stage::Command) -> LiveResult<()> {
        self.request(|reply| Message::Stage(command, reply)).await
    }

    async fn command(&self, command: Command, input: Input) -> LiveResult<()> {
        self.request(|reply| Message::Command(command, input, reply))
            .await
    }

    pub(super) async fn request<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<LiveResult<T>>) -> Message,
    ) -> LiveResult<T> {
        let (reply, outcome) = oneshot::channel();
        self.inbox.send(message(reply)).await.map_err(|_| over())?;
        outcome.await.map_err(|_| over())?
    }

    async fn finished(&self) {
        let mut done = self.watches.done.clone();
        // The actor is gone either way.
        let _ = done.wait_for(|done| *done).await;
    }
}

pub(super) fn not_entered() -> LiveError {
    LiveError::new(ErrorCode::Conflict, "the session wasn't entered yet")
}

fn over() -> LiveError {
    LiveError::new(ErrorCode::SessionEnded, "the session is over")
}
