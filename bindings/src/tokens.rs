//! Who is signed in: the app's Supabase session, asked for tokens.

use std::sync::Arc;

use ipelya_core::backend::Answer;
use ipelya_core::backend::supabase::{AccessToken, TokenProvider as CoreTokenProvider};
use ipelya_core::domain::{ErrorCode, LiveError, LiveResult};
use tokio::sync::watch;

/// Why there is no token.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum TokenFailure {
    /// Nobody is signed in: the call that asked fails with `not_authenticated`.
    #[error("nobody is signed in")]
    SignedOut,
    /// None for now: the call that asked fails with `internal`, which may be tried again.
    #[error("no token: {reason}")]
    Unavailable {
        /// Why, for the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TokenFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unavailable { reason: error.reason }
    }
}

/// Gives the access token of the app's own Supabase session. Implemented by the app; asked from any thread, several times
/// at once. An answer that takes longer than the client's `request_timeout_ms` counts as none.
#[uniffi::export(with_foreign)]
#[async_trait::async_trait]
pub trait TokenProvider: Send + Sync {
    /// A user's JWT that is good now. `rejected` is one that the server didn't take: renew the session then, or give the
    /// same again to say that there is no other.
    async fn access_token(&self, rejected: Option<String>) -> Result<String, TokenFailure>;
}

/// The app's provider, as the core asks it.
pub(crate) struct Provided {
    app: Arc<dyn TokenProvider>,
    changes: watch::Sender<()>,
}

impl Provided {
    pub(crate) fn new(app: Arc<dyn TokenProvider>) -> Self {
        let (changes, _) = watch::channel(());
        Self { app, changes }
    }

    /// The app's session has another token.
    pub(crate) fn changed(&self) {
        self.changes.send_replace(());
    }

    async fn ask(&self, rejected: Option<String>) -> LiveResult<AccessToken> {
        let jwt = self.app.access_token(rejected).await.map_err(|failure| {
            let code = match failure {
                TokenFailure::SignedOut => ErrorCode::NotAuthenticated,
                TokenFailure::Unavailable { .. } => ErrorCode::Internal,
            };
            LiveError::new(code, failure.to_string())
        })?;
        AccessToken::parse(&jwt)
    }
}

impl CoreTokenProvider for Provided {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        Box::pin(self.ask(None))
    }

    fn renew<'a>(&'a self, rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        Box::pin(self.ask(Some(rejected.expose().to_owned())))
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}
