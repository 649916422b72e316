//! What an app holds of a call.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::actor::CallActor;
use super::center::CallCenter;
use super::snapshot::{CallSnapshot, Watches};
use crate::call::{Input, State};
use crate::domain::{CallEndReason, ErrorCode, LiveError, LiveResult};
use crate::media::{AudioFrame, MediaRoom, TrackId, TrackKind, VideoFrame};
use crate::runtime::shared::Ports;

/// A call. A call outlives its handles: dropping one doesn't hang up.
#[derive(Clone)]
pub struct CallHandle {
    inbox: mpsc::UnboundedSender<Input>,
    watches: Watches,
    ports: Ports,
}

impl CallHandle {
    pub(in crate::runtime) fn spawn(ports: Ports, center: &Arc<CallCenter>, first: Input) -> Self {
        let (inbox, inputs) = mpsc::unbounded_channel();
        let (actor, watches) = CallActor::new(ports.clone(), Arc::clone(center), inputs);
        let handle = Self {
            inbox,
            watches,
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
        self.tell(Input::Accept(self.ports.device.clone()));
        self.active().await
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

    /// Wants the microphone on or off; on from the start.
    pub fn set_microphone(&self, on: bool) {
        self.tell(Input::SetMicrophone(on));
    }

    /// Wants the camera on or off; on from the start in a video call.
    pub fn set_camera(&self, on: bool) {
        self.tell(Input::SetCamera(on));
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

    pub(super) fn tell(&self, input: Input) {
        // A closed inbox means that the call is over.
        let _ = self.inbox.send(input);
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
