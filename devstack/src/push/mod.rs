//! Doubles of Apple's and Google's push services: HTTP/2 over TLS, with the checks and answers that both document.
//!
//! What they were sent is kept, and a test may script what they answer.

mod apns;
mod fcm;
mod record;
mod tls;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::routing::post;
use serde_json::json;
use tokio::task::AbortHandle;

pub use record::{Push, PushAnswer, PushService};

use apns::Apple;
use fcm::Google;
use record::Record;

/// The push services of a stack.
#[derive(Clone)]
pub struct Pushes(Arc<Services>);

struct Services {
    apple: Apple,
    google: Google,
    record: Record,
    url: String,
    certificate: PathBuf,
}

impl Pushes {
    /// Serves on a free port until the task is aborted. The certificate to trust is written to `folder`.
    pub(crate) async fn serve(folder: &Path) -> Result<(Self, AbortHandle)> {
        let identity = tls::Identity::new()?;
        let certificate = folder.join("push-services.pem");
        fs::write(&certificate, &identity.certificate)
            .with_context(|| format!("cannot write {}", certificate.display()))?;
        let listener = tls::Listener::bind(&identity).await?;
        let url = format!("https://{}", listener.address()?);
        let pushes = Self(Arc::new(Services {
            apple: Apple::new()?,
            google: Google::new(&url)?,
            record: Record::default(),
            url,
            certificate,
        }));
        let router = Router::new()
            .route("/3/device/{token}", post(apns::send))
            .route("/token", post(fcm::token))
            .route("/v1/projects/{project}/messages:send", post(fcm::send))
            .with_state(pushes.clone());
        let task = tokio::spawn(listener.serve(router)).abort_handle();
        Ok((pushes, task))
    }

    /// What the functions need to push to them.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let Services {
            apple, google, url, ..
        } = &*self.0;
        [
            ("APNS_KEY_ID", apns::KEY_ID.to_owned()),
            ("APNS_TEAM_ID", apns::TEAM_ID.to_owned()),
            ("APNS_BUNDLE_ID", apns::BUNDLE_ID.to_owned()),
            ("APNS_PRIVATE_KEY", apple.private_key.clone()),
            ("APNS_URL", url.clone()),
            (
                "FCM_SERVICE_ACCOUNT",
                json!({
                    "type": "service_account", "project_id": fcm::PROJECT_ID, "private_key_id": fcm::KEY_ID,
                    "private_key": google.private_key, "client_email": fcm::CLIENT_EMAIL,
                    "token_uri": google.token_uri,
                })
                .to_string(),
            ),
            ("FCM_URL", url.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// The certificate that their clients have to trust.
    pub(crate) fn certificate(&self) -> &Path {
        &self.0.certificate
    }

    /// Every push that was sent to a device's push token, eldest first, whatever it was answered.
    #[must_use]
    pub fn sent_to(&self, token: &str) -> Vec<Push> {
        self.0.record.sent_to(token)
    }

    /// Every push that was sent to anybody, eldest first, whatever it was answered.
    #[must_use]
    pub fn sent(&self) -> Vec<Push> {
        self.0.record.sent()
    }

    /// Answers the next pushes to a device's push token with these, one each; afterwards they are delivered again.
    pub fn answer_with(&self, token: &str, answers: impl IntoIterator<Item = PushAnswer>) {
        self.0.record.script(token, answers);
    }

    /// How many tokens Google has given out.
    #[must_use]
    pub fn access_tokens(&self) -> usize {
        self.0.google.access_tokens()
    }

    fn apple(&self) -> &Apple {
        &self.0.apple
    }

    fn google(&self) -> &Google {
        &self.0.google
    }

    fn record(&self) -> &Record {
        &self.0.record
    }
}
