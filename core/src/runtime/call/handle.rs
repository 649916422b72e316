//! What an app holds of a call.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::actor::CallActor;
use super::center::CallCenter;
use super::snapshot::{CallEvent, CallSnapshot, Message, Watches};
use crate::backend::CallChange;
use crate::call::{Input, State};
use crate::domain::{CallEndReason, ErrorCode, IdempotencyKey, LiveError, LiveResult, UserId};
use crate::media::{AudioFrame, MediaRoom, TrackId, TrackKind, TrackSource, VideoFrame, ViewSize};
use crate::runtime::room::StatsStream;
use crate::runtime::shared::{EVENT_BUFFER, Ports};
use crate::viewing::{self, ViewId};

/// A call. A call outlives its handles: dropping one doesn't hang up.
#[derive(Clone)]
pub struct CallHandle {
    inbox: mpsc::Sender<Message>,
    watches: Watches,
    events: broadcast::Sender<CallEvent>,
    ports: Ports,
}

const INBOX: usize = 64;

impl CallHandle {
    pub(in crate::runtime) fn spawn(ports: Ports, center: &Arc<CallCenter>, first: Input) -> Self {
        let (inbox, messages) = mpsc::channel(INBOX);
        let (events, _) = broadcast::channel(EVENT_BUFFER);
        let (actor, watches) = CallActor::new(ports.clone(), Arc::clone(center), messages, events.clone());
        let handle = Self {
            inbox,
            watches,
            events,
            ports: ports.clone(),
        };
        handle.tell(first);
        ports.actors.spawn(actor.run(handle.clone()));
        handle
    }

    /// The call now.
    pub fn snapshot(&self) -> CallSnapshot {
        self.watches.snapshot.borrow().clone()
    }

    /// Follows the call: each change wakes the receiver, which then reads the newest snapshot.
    pub fn snapshots(&self) -> watch::Receiver<CallSnapshot> {
        self.watches.snapshot.clone()
    }

    /// Everything that happens from now on, in order. A reader that falls behind by more than 512 events is
    /// told how many it missed.
    pub fn events(&self) -> broadcast::Receiver<CallEvent> {
        self.events.subscribe()
    }

    /// Waits for a snapshot that satisfies `condition`, and returns it. Bound it with a timeout.
    ///
    /// # Errors
    /// `call_ended` once the call is over and the condition can't come true any more.
    pub async fn wait_for(&self, condition: impl FnMut(&CallSnapshot) -> bool) -> LiveResult<CallSnapshot> {
        let mut snapshots = self.watches.snapshot.clone();
        snapshots
            .wait_for(condition)
            .await
            .map(|snapshot| snapshot.clone())
            .map_err(|_| over())
    }

    /// Waits until a dialled call rings there, or is answered already because both called each other.
    ///
    /// # Errors
    /// As [`LiveClient::start_call`](crate::LiveClient::start_call).
    pub async fn rings(&self) -> LiveResult<()> {
        let snapshot = self
            .wait_for(|snapshot| !matches!(snapshot.state, State::Idle | State::Dialing))
            .await?;
        match snapshot.last_error {
            Some(error) if snapshot.state.is_terminal() => Err(error),
            Some(_) | None => Ok(()),
        }
    }

    /// Waits until the call is over and everybody who had to know knows, and says why it ended: the server's
    /// word where it could be had.
    pub async fn ended(&self) -> CallEndReason {
        let mut done = self.watches.done.clone();
        // The actor is gone either way.
        let _ = done.wait_for(|done| *done).await;
        match self.snapshot().state {
            State::Ended { reason } => reason,
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Active
            | State::Held
            | State::Reconnecting { .. } => CallEndReason::Failed,
        }
    }

    /// Takes an incoming call on this device, and returns once both can talk.
    ///
    /// # Errors
    /// `answered_elsewhere`, `call_ended`, or what kept the room from being joined.
    pub async fn accept(&self) -> LiveResult<()> {
        self.take();
        self.active().await
    }

    /// Takes an incoming call on this device, and doesn't wait.
    pub(in crate::runtime) fn take(&self) {
        self.tell(Input::Accept(self.ports.device.clone()));
    }

    /// An incoming call rings here no longer, and nobody is told.
    pub(in crate::runtime) fn let_go(&self) {
        let state = self.snapshot().state;
        if matches!(state, State::Ringing { .. }) {
            self.tell(Input::Merged);
        }
    }

    /// Waits until both can talk.
    ///
    /// # Errors
    /// As [`CallHandle::accept`].
    pub async fn active(&self) -> LiveResult<()> {
        let snapshot = self
            .wait_for(|snapshot| snapshot.state == State::Active || snapshot.state.is_terminal())
            .await?;
        match snapshot.state {
            State::Ended {
                reason: CallEndReason::AnsweredElsewhere,
            } => Err(LiveError::new(
                ErrorCode::AnsweredElsewhere,
                "another device answered",
            )),
            State::Ended { .. } => Err(snapshot.last_error.unwrap_or_else(over)),
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Active
            | State::Held
            | State::Reconnecting { .. } => Ok(()),
        }
    }

    /// Doesn't take an incoming call.
    pub fn decline(&self) {
        self.tell(Input::Decline);
    }

    /// Cancels, declines or hangs up, whatever fits. At once here; the server is told until it knows.
    pub fn hang_up(&self) {
        self.tell(Input::HangUp);
    }

    /// Puts the call on hold, or takes it back.
    pub fn hold(&self, on: bool) {
        self.tell(Input::Hold(on));
    }

    /// Wants the microphone on or off; on from the start. The snapshot's `local.microphone` says what came of it.
    pub fn set_microphone(&self, on: bool) {
        self.tell(Input::Want(TrackSource::Microphone, on));
    }

    /// Wants the camera on or off; on from the start in a video call.
    pub fn set_camera(&self, on: bool) {
        self.tell(Input::Want(TrackSource::Camera, on));
    }

    /// Wants to share the screen, or not any more; in a video call.
    pub fn set_screen_share(&self, on: bool) {
        self.tell(Input::Want(TrackSource::ScreenShare, on));
    }

    /// Wants the other camera; the snapshot's `local.flip` says what came of it.
    pub fn flip_camera(&self) {
        self.tell(Input::FlipCamera);
    }

    /// Asks the other one for a video call; returns once the wish is known there. The snapshot's `call.call_type` says
    /// when the other one has consented, and this camera opens then; `call.video_request` is gone when not. Where the other
    /// one asks as well, this consents.
    ///
    /// # Errors
    /// `conflict` in a video call, or while the call isn't active; `call_ended`.
    pub async fn request_video(&self) -> LiveResult<()> {
        self.change(CallChange::RequestVideo).await
    }

    /// Consents to the other one's wish; this camera opens once the LiveKit server permits it.
    ///
    /// # Errors
    /// `not_found` when the wish was taken back or ran out; as [`CallHandle::request_video`].
    pub async fn accept_video(&self) -> LiveResult<()> {
        self.change(CallChange::AcceptVideo).await
    }

    /// Doesn't consent, or takes the own wish back.
    ///
    /// # Errors
    /// As [`CallHandle::accept_video`].
    pub async fn decline_video(&self) -> LiveResult<()> {
        self.change(CallChange::DeclineVideo).await
    }

    /// Goes back to voices, for both; nobody has to consent, and this camera closes at once.
    ///
    /// # Errors
    /// As [`CallHandle::request_video`].
    pub async fn to_audio(&self) -> LiveResult<()> {
        self.change(CallChange::ToAudio).await
    }

    /// A view shows the other one's picture in that size, in physical pixels, or is out of sight (`None`): the server
    /// sends the layer that fits the largest view, and nothing that nobody sees.
    pub fn set_view(&self, view: ViewId, user: UserId, source: TrackSource, size: Option<ViewSize>) {
        self.send(Message::Watch(viewing::Input::Shown {
            view,
            user,
            source,
            size,
        }));
    }

    /// A view is gone.
    pub fn close_view(&self, view: ViewId) {
        self.send(Message::Watch(viewing::Input::Closed(view)));
    }

    /// Wants voices alone, or pictures again; what this side sends is [`CallHandle::set_camera`]'s.
    pub fn set_audio_only(&self, on: bool) {
        self.send(Message::Watch(viewing::Input::AudioOnly(on)));
    }

    /// What each track takes and loses, measured every `interval` until the stream is dropped.
    pub fn stats(&self, interval: Duration) -> StatsStream {
        StatsStream::new(self.watches.room.clone(), interval)
    }

    /// The other one's pictures, from when they can be read. Bound it with a timeout.
    ///
    /// # Errors
    /// `call_ended`.
    pub async fn video(&self) -> LiveResult<mpsc::Receiver<VideoFrame>> {
        let (room, track) = self.readable(TrackKind::Video).await?;
        Ok(room.video_frames(&track)?)
    }

    /// The other one's sound, from when it can be read: 48 kHz mono, 10 ms a frame.
    ///
    /// # Errors
    /// `call_ended`.
    pub async fn audio(&self) -> LiveResult<mpsc::Receiver<AudioFrame>> {
        let (room, track) = self.readable(TrackKind::Audio).await?;
        Ok(room.audio_frames(&track)?)
    }

    async fn readable(&self, kind: TrackKind) -> LiveResult<(Arc<dyn MediaRoom>, TrackId)> {
        let track_of = |snapshot: &CallSnapshot| {
            snapshot
                .members
                .values()
                .find_map(|member| member.readable(kind))
                .map(|track| track.id.clone())
        };
        let snapshot = self
            .wait_for(|snapshot| track_of(snapshot).is_some() || snapshot.state.is_terminal())
            .await?;
        let track = track_of(&snapshot).ok_or_else(over)?;
        let room = self.watches.room.borrow().clone();
        Ok((room.ok_or_else(over)?, track))
    }

    async fn change(&self, change: CallChange) -> LiveResult<()> {
        let (reply, outcome) = oneshot::channel();
        let input = Input::Change(change, IdempotencyKey::random());
        let message = Message::Change(change, input, reply);
        self.inbox.send(message).await.map_err(|_| over())?;
        outcome.await.map_err(|_| over())?
    }

    pub(super) fn tell(&self, input: Input) {
        self.send(Message::Input(input));
    }

    /// Nobody who tells waits. A closed inbox means that the call is over; a full one is waited for elsewhere.
    fn send(&self, message: Message) {
        if let Err(TrySendError::Full(message)) = self.inbox.try_send(message) {
            let inbox = self.inbox.clone();
            self.ports.actors.spawn(async move {
                // Closed meanwhile: over.
                let _ = inbox.send(message).await;
            });
        }
    }
}

/// The same call on the same device.
impl PartialEq for CallHandle {
    fn eq(&self, other: &Self) -> bool {
        self.inbox.same_channel(&other.inbox)
    }
}

fn over() -> LiveError {
    LiveError::new(ErrorCode::CallEnded, "the call is over")
}
