//! What a signed-in user does outside of sessions and calls.

use super::client::LiveClient;
use super::shared::insist;
use crate::backend::{DoNotDisturb, ExportPage, Platform, PushDevice, PushKind, Report, WatchableRecording};
use crate::domain::{IdempotencyKey, LiveResult, RecordingId, UserId};

/// Every error of these, where nothing else is said: `not_authenticated`, and `internal` when the backend can't be reached.
impl LiveClient {
    /// Coins in this user's wallet.
    ///
    /// # Errors
    /// As above.
    pub async fn balance(&self) -> LiveResult<u64> {
        insist(|| self.ports.backend.balance()).await
    }

    /// Blocks somebody: no call between the two, and no way into the other's sessions. A host's block puts that person out.
    ///
    /// # Errors
    /// `invalid_argument` for oneself, `not_found` for nobody.
    pub async fn block(&self, user: UserId) -> LiveResult<()> {
        insist(|| self.ports.backend.block(user)).await
    }

    /// Lifts a block, if there is one.
    ///
    /// # Errors
    /// As above.
    pub async fn unblock(&self, user: UserId) -> LiveResult<()> {
        insist(|| self.ports.backend.unblock(user)).await
    }

    /// Whom this user blocked, the latest first.
    ///
    /// # Errors
    /// As above.
    pub async fn blocked(&self) -> LiveResult<Vec<UserId>> {
        insist(|| self.ports.backend.blocked()).await
    }

    /// Reports somebody.
    ///
    /// # Errors
    /// `conflict` while the same complaint is open; `not_found` when the message isn't that person's, or this user wasn't in
    /// the session; `invalid_argument` naming `details` (1 to 1000 characters), and for oneself.
    pub async fn report(&self, report: Report) -> LiveResult<()> {
        insist(|| self.ports.backend.report(report.clone())).await
    }

    /// Lets this device be rung by pushes. Say it whenever the platform hands out a token.
    ///
    /// # Errors
    /// `invalid_argument` naming `token`, or `kind` for one that the platform doesn't have.
    pub async fn register_device(&self, platform: Platform, kind: PushKind, token: String) -> LiveResult<()> {
        let (device, key) = (self.push_device(platform, kind), IdempotencyKey::random());
        insist(|| {
            self.ports
                .backend
                .register_device(device.clone(), token.clone(), key.clone())
        })
        .await
    }

    /// No pushes of that kind any more, for one who signs out.
    ///
    /// # Errors
    /// As above.
    pub async fn unregister_device(&self, platform: Platform, kind: PushKind) -> LiveResult<()> {
        let (device, key) = (self.push_device(platform, kind), IdempotencyKey::random());
        insist(|| self.ports.backend.unregister_device(device.clone(), key.clone())).await
    }

    /// Whether this user wants no calls now, and until when.
    ///
    /// # Errors
    /// As above.
    pub async fn do_not_disturb(&self) -> LiveResult<DoNotDisturb> {
        insist(|| self.ports.backend.do_not_disturb()).await
    }

    /// Wants no calls, or wants them again: callers get `busy` meanwhile.
    ///
    /// # Errors
    /// As above.
    pub async fn set_do_not_disturb(&self, wish: DoNotDisturb) -> LiveResult<()> {
        insist(|| self.ports.backend.set_do_not_disturb(wish)).await
    }

    /// A complete recording, and where it can be watched for an hour.
    ///
    /// # Errors
    /// `not_found`, `conflict` while it isn't ready, `subscription_required`, `banned`, `blocked`.
    pub async fn recording(&self, recording: RecordingId) -> LiveResult<WatchableRecording> {
        insist(|| self.ports.backend.recording(recording)).await
    }

    /// Deletes this account for good. Coins that are left are lost, and have to be named. Afterwards everything is
    /// `not_authenticated`: close the client.
    ///
    /// # Errors
    /// `conflict` when the [balance](Self::balance) is another, `already_live` with an open session.
    pub async fn delete_account(&self, forfeit_coins: u64) -> LiveResult<()> {
        // One try: after a lost answer the account may be gone, which a second one calls `not_authenticated`.
        self.ports.backend.delete_account(forfeit_coins).await
    }

    /// The names of what is kept about this user.
    ///
    /// # Errors
    /// As above.
    pub async fn export_sections(&self) -> LiveResult<Vec<String>> {
        insist(|| self.ports.backend.export_sections()).await
    }

    /// A page of a section; from 0 on, then from each page's `next`.
    ///
    /// # Errors
    /// `invalid_argument` naming `section`.
    pub async fn export_page(&self, section: &str, offset: u64) -> LiveResult<ExportPage> {
        insist(|| self.ports.backend.export_page(section.to_owned(), offset)).await
    }

    fn push_device(&self, platform: Platform, kind: PushKind) -> PushDevice {
        PushDevice {
            device_id: self.ports.device.clone(),
            platform,
            kind,
        }
    }
}
