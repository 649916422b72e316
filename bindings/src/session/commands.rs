//! What a session may be asked to do.

use ipelya_core::domain::UserId;
use ipelya_core::media::{TrackSource, ViewSize};
use ipelya_core::viewing::ViewId;

use super::LiveSession;
use crate::forward::forward;

forward!(LiveSession {
    /// Goes on the air; for the host of a prepared session. Returns once the server says so.
    ///
    /// Fails with `role_not_allowed`, `conflict` when it isn't prepared, `session_ended`.
    async fn go_live();

    /// Ends the session for everyone; for the host.
    ///
    /// Fails with `role_not_allowed`, `conflict` in a state that has nothing to end.
    async fn end();

    /// Leaves, whatever the state; after three seconds at most, the backend is told in the background.
    async fn leave();
});

forward!(LiveSession {
    /// Wants the microphone on or off; the snapshot's `local.microphone` says what came of it.
    async fn set_microphone(on: bool);

    /// Wants the camera on or off, as `set_microphone`.
    async fn set_camera(on: bool);

    /// Wants to share the screen, or not any more, as `set_microphone`.
    async fn set_screen_share(on: bool);

    /// Wants the other camera; the snapshot's `local.flip` says what came of it.
    async fn flip_camera();
});

forward!(LiveSession {
    /// Wants voices alone, or pictures again; the snapshot's `viewing.mode` says which.
    async fn set_audio_only(on: bool);

    /// A view shows somebody's picture in that size, in physical pixels, or is out of sight (none): the server sends the layer
    /// that fits the largest view, and nothing that nobody sees. Say it whenever the view's size changes.
    async fn set_view(view: ViewId, user: UserId, source: TrackSource, size: Option<ViewSize>);

    /// A view is gone.
    async fn close_view(view: ViewId);
});
