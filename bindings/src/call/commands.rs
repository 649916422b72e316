//! What a call may be asked to do.

use ipelya_core::domain::UserId;
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{TrackSource, ViewSize};
use ipelya_core::viewing::ViewId;

use super::Call;
use crate::forward::forward;

forward!(Call {
    /// Takes an incoming call on this device, and returns once both can talk.
    ///
    /// Fails with `answered_elsewhere`, `call_ended`, or what kept the room from being joined.
    async fn accept();

    /// Waits until both can talk. Fails as `accept` does.
    async fn active();

    /// Asks the other one for a video call; returns once the wish is known there. The snapshot's `call.call_type` says when the
    /// other one has consented. Where the other one asks as well, this consents.
    ///
    /// Fails with `conflict` in a video call, or while the call isn't active; `call_ended`.
    async fn request_video();

    /// Consents to the other one's wish. Fails with `not_found` when it was taken back or ran out; as `request_video`.
    async fn accept_video();

    /// Doesn't consent, or takes the own wish back. Fails as `accept_video`.
    async fn decline_video();

    /// Goes back to voices, for both; nobody has to consent. Fails as `request_video`.
    async fn to_audio();
});

forward!(Call {
    /// Doesn't take an incoming call.
    fn decline();

    /// Cancels, declines or hangs up, whatever fits. At once here; the server is told until it knows.
    fn hang_up();

    /// Puts the call on hold, or takes it back.
    fn hold(on: bool);

    /// Wants the microphone on or off; on from the start. The snapshot's `local.microphone` says what came of it.
    fn set_microphone(on: bool);

    /// Wants the camera on or off; on from the start in a video call.
    fn set_camera(on: bool);

    /// Wants to share the screen, or not any more; in a video call.
    fn set_screen_share(on: bool);

    /// Wants the other camera; the snapshot's `local.flip` says what came of it.
    fn flip_camera();

    /// A view is gone.
    fn close_view(view: ViewId);

    /// Wants voices alone, or pictures again; what this side sends is `set_camera`'s.
    fn set_audio_only(on: bool);
});

#[uniffi::export]
impl Call {
    /// A view shows the other one's picture in that size, in physical pixels, or is out of sight (none): the server sends the
    /// layer that fits the largest view. Fails with `invalid_argument` when `user` is no id.
    pub fn set_view(
        &self,
        view: ViewId,
        user: UserId,
        source: TrackSource,
        size: Option<ViewSize>,
    ) -> Result<(), LiveFailure> {
        let _inside = self.work.handle().enter();
        self.core.set_view(view, user, source, size);
        Ok(())
    }
}
