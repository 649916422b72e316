//! What a signed-in user does outside of sessions and calls.

use ipelya_core::backend::{DoNotDisturb, ExportPage, Platform, PushKind, Report, WatchableRecording};
use ipelya_core::domain::{RecordingId, UserId};
use ipelya_core::foreign::LiveFailure;

use crate::LiveClient;
use crate::forward::forward;

// Each also fails with `not_authenticated`, and with `internal` when the backend can't be reached for 20 seconds.
forward!(LiveClient {
    /// Coins in this user's wallet.
    async fn balance() -> u64;

    /// Blocks somebody: no call between the two, and no way into the other's sessions. A host's block puts that person out.
    ///
    /// Fails with `invalid_argument` for oneself, `not_found` for nobody.
    async fn block(user: UserId);

    /// Lifts a block, if there is one.
    async fn unblock(user: UserId);

    /// Whom this user blocked, the latest first.
    async fn blocked() -> Vec<UserId>;

    /// Reports somebody.
    ///
    /// Fails with `conflict` while the same complaint is open; `not_found` when the message isn't that person's, or this user wasn't
    /// in the session; `invalid_argument` naming `details` (1 to 1000 characters), and for oneself.
    async fn report(report: Report);

    /// Lets this device be rung by pushes. Say it whenever the platform hands out a token.
    ///
    /// Fails with `invalid_argument` naming `token`, or `kind` for one that the platform doesn't have.
    async fn register_device(platform: Platform, kind: PushKind, token: String);

    /// No pushes of that kind any more, for one who signs out.
    async fn unregister_device(platform: Platform, kind: PushKind);

    /// Whether this user wants no calls now, and until when.
    async fn do_not_disturb() -> DoNotDisturb;

    /// Wants no calls, or wants them again: callers get `busy` meanwhile.
    async fn set_do_not_disturb(wish: DoNotDisturb);

    /// A complete recording, and where it can be watched for an hour.
    ///
    /// Fails with `not_found`, `conflict` while it isn't ready, `subscription_required`, `banned`, `blocked`.
    async fn recording(recording: RecordingId) -> WatchableRecording;

    /// Deletes this account for good. Coins that are left are lost, and have to be named. Afterwards everything is
    /// `not_authenticated`: shut the client down.
    ///
    /// Fails with `conflict` when the balance is another, `already_live` with an open session.
    async fn delete_account(forfeit_coins: u64);

    /// The names of what is kept about this user.
    async fn export_sections() -> Vec<String>;
});

#[uniffi::export]
impl LiveClient {
    /// A page of a section of what is kept about this user; from 0 on, then from each page's `next`.
    ///
    /// Fails with `invalid_argument` naming `section`.
    pub async fn export_page(&self, section: String, offset: u64) -> Result<ExportPage, LiveFailure> {
        self.run(|core| async move { core.export_page(&section, offset).await })
            .await
    }
}
