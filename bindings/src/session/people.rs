//! The stage, moderation and recordings: what those who lead do, and those who want to come up.

use ipelya_core::backend::BanScope;
use ipelya_core::domain::{Participant, Recording, Role, UserId};

use super::LiveSession;
use crate::forward::forward;

forward!(LiveSession {
    /// Gives somebody a role that publishes. Nobody reconnects: LiveKit changes the permission. Accepts a raised hand, too.
    ///
    /// Fails with `role_not_allowed`, `not_found`, `conflict` when the stage is full.
    async fn promote(user: UserId, role: Role) -> Participant;

    /// Sends somebody back to the audience; oneself too. Fails as `promote`.
    async fn demote(user: UserId) -> Participant;

    /// Asks somebody onto the stage; the person decides, until the invitation's `expires_at`. Fails as `promote`.
    async fn invite(user: UserId, role: Role) -> Participant;

    /// Refuses somebody's raised hand. Fails with `role_not_allowed`, `not_found` when it isn't up any more.
    async fn dismiss_hand(user: UserId) -> Participant;

    /// Raises this user's hand. It shows in the snapshot at once, and returns once the server says so.
    ///
    /// Fails with `conflict` on the stage, or with an invitation to answer.
    async fn raise_hand();

    /// Lowers it. Fails with `not_found` when it was decided meanwhile.
    async fn lower_hand();

    /// Accepts the invitation; the role follows by the LiveKit server's word.
    ///
    /// Fails with `conflict` without an invitation, `not_found` when it ran out, `session_full` when the stage is.
    async fn accept_invite();

    /// Declines the invitation. Fails with `conflict` without one, `not_found` when it ran out.
    async fn decline_invite();
});

forward!(LiveSession {
    /// Silences somebody, in the chat and on the stage, until `unmute`.
    ///
    /// Fails with `role_not_allowed` for who doesn't moderate that person; `not_found` when that person was never here;
    /// `invalid_argument` naming `reason` (1 to 500 characters); `session_ended`.
    async fn mute(user: UserId, reason: Option<String>) -> Participant;

    /// Lets somebody speak and write again. Fails as `mute`.
    async fn unmute(user: UserId) -> Participant;

    /// Puts somebody out of this session, until `unban`. Fails as `mute`.
    async fn kick(user: UserId, reason: Option<String>) -> Participant;

    /// Puts somebody out of this session or, for the host alone, out of every session of this creator: for that many seconds,
    /// or for good. Fails as `mute`, without `session_ended`.
    async fn ban(
        user: UserId,
        scope: BanScope,
        expires_in_seconds: Option<u32>,
        reason: Option<String>
    ) -> Participant;

    /// Lifts a kick, and a ban of that scope. Fails as `ban`.
    async fn unban(user: UserId, scope: BanScope) -> Participant;

    /// The least seconds between two messages of one of the audience; 0 while slow mode is off.
    ///
    /// Fails with `conflict` before the session was entered, `internal` when the backend can't be reached.
    async fn slow_mode() -> u32;

    /// Sets it, for those who lead: 0 switches it off, 3600 is the most.
    ///
    /// Fails with `forbidden` for anybody else, `invalid_argument` naming `slow_mode_seconds`.
    async fn set_slow_mode(seconds: u32);
});

forward!(LiveSession {
    /// Records the session from now on, for its host. The snapshot's `recording` says how far it is; `LiveClient.recording` where
    /// it can be watched.
    ///
    /// Fails with `forbidden` for anybody else, `conflict` while the session isn't live or the last recording is being written,
    /// `media_unavailable` when nobody records.
    async fn start_recording() -> Recording;

    /// Stops the recording, for the host.
    ///
    /// Fails with `forbidden` for anybody else, `not_found` when nothing was recorded, `session_ended`.
    async fn stop_recording() -> Recording;
});
