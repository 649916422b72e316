//! Access tokens that the host's own Supabase session holds: refresh tokens rotate, so only one party may have them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde::Deserialize;
use tokio::sync::watch;

use super::outbox::Outbox;
use super::update::Update;
use super::{Bridge, Core};
use crate::LiveClient;
use crate::backend::Answer;
use crate::backend::supabase::{AccessToken, SupabaseBackend, SupabaseConfig, TokenProvider};
use crate::domain::{DeviceId, ErrorCode, LiveError, LiveResult};
use crate::media::{MediaCapture, MediaEngine};

/// How long the host may take to answer; it may have to renew its token over a bad network.
const PATIENCE: Duration = Duration::from_secs(8);
/// One that ends sooner is asked for anew.
const MARGIN: TimeDelta = TimeDelta::seconds(30);

/// Where a project is, as a host says it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct BridgeConfig {
    /// `https://<ref>.supabase.co`, or one's own gateway.
    pub supabase_url: String,
    /// The public key; never the service role's.
    pub anon_key: String,
    /// This installation of the app, stable over restarts; a random one where it is left out.
    #[cfg_attr(feature = "uniffi", uniffi(default = None))]
    pub device_id: Option<String>,
}

/// Asks the host for tokens.
pub struct BridgeTokens {
    outbox: Arc<Outbox>,
    current: Mutex<Option<AccessToken>>,
    /// Counts the answers; one that brings no token counts too.
    answers: watch::Sender<u64>,
    changes: watch::Sender<()>,
    asking: tokio::sync::Mutex<()>,
}

impl Bridge {
    /// A bridge to a Supabase project, as the user whose tokens the host answers [`Update::TokenWanted`] with. Nothing is
    /// connected before [`Command::Attach`](super::Command::Attach). Must run inside a tokio runtime.
    ///
    /// # Errors
    /// `invalid_argument` naming the field of the configuration.
    pub fn connect(
        config: BridgeConfig,
        engine: Arc<dyn MediaEngine>,
        capture: impl MediaCapture,
    ) -> LiveResult<Self> {
        let project = SupabaseConfig::new(&config.supabase_url, config.anon_key)?;
        let device = config.device_id.map(DeviceId::new).transpose()?;
        let outbox = Arc::new(Outbox::new());
        let tokens = Arc::new(BridgeTokens::new(Arc::clone(&outbox)));
        let provider: Arc<dyn TokenProvider> = Arc::clone(&tokens) as _;
        let client = async move {
            let backend = SupabaseBackend::new(project, provider)?;
            let mut builder = LiveClient::builder(backend, engine).capture(capture);
            if let Some(device) = device {
                builder = builder.device(device);
            }
            builder.connect().await
        };
        Ok(Self::start(outbox, Some(tokens), Box::pin(client)))
    }
}

impl BridgeTokens {
    fn new(outbox: Arc<Outbox>) -> Self {
        Self {
            outbox,
            current: Mutex::default(),
            answers: watch::Sender::new(0),
            changes: watch::Sender::new(()),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    fn current(&self) -> Option<AccessToken> {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The host says which token is good; also unasked, when its session changed.
    fn set(&self, token: Option<AccessToken>) {
        let is_new = {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            let is_new = *current != token;
            *current = token;
            is_new
        };
        self.answers.send_modify(|answers| *answers += 1);
        if is_new {
            self.changes.send_replace(());
        }
    }

    /// Asks once for all who wait.
    async fn ask(&self, refused: Option<&AccessToken>) -> LiveResult<AccessToken> {
        let is_good =
            |token: &AccessToken| refused != Some(token) && token.expires_at() > Utc::now() + MARGIN;
        let _asking = self.asking.lock().await;
        if let Some(token) = self.current().filter(is_good) {
            return Ok(token);
        }
        let mut answers = self.answers.subscribe();
        self.outbox.push(Update::TokenWanted {
            rejected: refused.is_some(),
        });
        match tokio::time::timeout(PATIENCE, answers.changed()).await {
            Ok(_) => self
                .current()
                .ok_or_else(|| LiveError::new(ErrorCode::NotAuthenticated, "nobody is signed in")),
            Err(_) => Err(LiveError::new(
                ErrorCode::Internal,
                "the host didn't say its token in time",
            )),
        }
    }
}

impl TokenProvider for BridgeTokens {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        Box::pin(self.ask(None))
    }

    fn renew<'a>(&'a self, rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        Box::pin(self.ask(Some(rejected)))
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

impl Core {
    pub(super) fn take_token(&self, jwt: Option<&str>) -> LiveResult<()> {
        let Some(tokens) = &self.tokens else {
            return Err(LiveError::new(
                ErrorCode::Conflict,
                "this client has tokens of its own",
            ));
        };
        let token = jwt.map(AccessToken::parse).transpose();
        // Whoever waits learns that there is none.
        tokens.set(token.clone().unwrap_or_default());
        token.map(|_| ())
    }
}
