//! How a refusal to publish is read off a server whose refusals LiveKit's SDK doesn't hand on.
//!
//! The server answers a request to publish what isn't permitted with "not allowed". The SDK reads only
//! consent: it waits ten seconds and gives up, as it does when the server is silent.

use std::time::Duration;

use tokio::sync::watch;

use super::TrackSource;
use super::protocol::Permission;

/// How long consent may take from the server's answer to the caller's.
const GRACE: Duration = Duration::from_millis(250);

/// Resolves once the server has refused to take a track of `source`: it says that this participant may
/// not publish it, and it has answered a request that was sent after the one to publish (what
/// `later_request_is_answered` finds out) without having taken the track. A server answers in order.
pub(super) async fn refused<F: Future<Output = bool>>(
    mut permission: watch::Receiver<Permission>,
    source: TrackSource,
    later_request_is_answered: impl Fn() -> F,
) {
    loop {
        if permission
            .wait_for(|permission| !permission.allows(source))
            .await
            .is_err()
        {
            return std::future::pending().await;
        }
        if !later_request_is_answered().await {
            return std::future::pending().await;
        }
        tokio::time::sleep(GRACE).await;
        if !permission.borrow().allows(source) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use tokio::time::timeout;

    use super::*;

    const SOURCE: TrackSource = TrackSource::Microphone;

    #[tokio::test(start_paused = true)]
    async fn what_is_permitted_is_never_refused() {
        let (_server, permission) = watch::channel(Permission::new(true, &[]));
        let waited = timeout(
            Duration::from_secs(60),
            refused(permission, SOURCE, || ready(true)),
        );
        assert!(waited.await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_answers_nothing_has_refused_nothing() {
        let (_server, permission) = watch::channel(Permission::new(false, &[]));
        let waited = timeout(
            Duration::from_secs(60),
            refused(permission, SOURCE, || ready(false)),
        );
        assert!(waited.await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_permission_that_comes_meanwhile_is_no_refusal() {
        let (server, permission) = watch::channel(Permission::new(false, &[]));
        let waiting = timeout(
            Duration::from_secs(60),
            refused(permission, SOURCE, || ready(true)),
        );
        let promoting = async {
            tokio::time::sleep(GRACE / 2).await;
            server.send_replace(Permission::new(true, &[2]));
        };
        assert!(tokio::join!(waiting, promoting).0.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_no_and_has_answered_since_has_refused() {
        let (_server, permission) = watch::channel(Permission::new(true, &[1]));
        assert!(
            timeout(GRACE * 2, refused(permission, SOURCE, || ready(true)))
                .await
                .is_ok()
        );
    }
}
