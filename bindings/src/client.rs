//! The front door.

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::backend::NewSession;
use ipelya_core::backend::supabase::{SupabaseBackend, SupabaseConfig};
use ipelya_core::call::Push;
use ipelya_core::domain::{CallType, DeviceId, IdempotencyKey, LiveError, SessionId, UserId};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{MediaCapture as CoreCapture, NoCapture};
use ipelya_core::runtime::LiveClient as CoreClient;

use crate::audio::AudioEngine;
use crate::call::{Call, IncomingCalls};
use crate::capture::{Devices, MediaCapture};
use crate::engine::engine;
use crate::errors::closed;
use crate::session::LiveSession;
use crate::tokens::{Provided, TokenProvider};
use crate::work::Work;

/// Where the Supabase project is, and what this installation is called.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ClientConfig {
    /// `https://<ref>.supabase.co`, or one's own gateway.
    pub supabase_url: String,
    /// The project's public key: the anon JWT or a publishable key.
    pub anon_key: String,
    /// This installation of the app, 1 to 128 characters, stable over restarts; a random one where it is left out.
    #[uniffi(default = None)]
    pub device_id: Option<String>,
    /// How long one request may take, in milliseconds; 10,000 where it is left out.
    #[uniffi(default = None)]
    pub request_timeout_ms: Option<u64>,
    /// Hosts only: where LiveKit's prebuilt library is; `IPELYA_LIVEKIT_FFI` or the stack's own where it is left out.
    #[uniffi(default = None)]
    pub media_library: Option<String>,
}

/// One signed-in user on one device: sessions, calls, incoming calls. Made once for each sign-in, shut
/// down at the sign-out; what is left of it when its last reference is released is given up at once.
#[derive(uniffi::Object)]
pub struct LiveClient {
    pub(crate) core: CoreClient,
    tokens: Arc<Provided>,
    pub(crate) work: Arc<Work>,
}

impl LiveClient {
    pub(crate) async fn start(
        config: ClientConfig,
        tokens: Arc<dyn TokenProvider>,
        capture: impl CoreCapture,
    ) -> Result<Self, LiveFailure> {
        let mut supabase = SupabaseConfig::new(&config.supabase_url, config.anon_key)?;
        if let Some(timeout) = config.request_timeout_ms {
            supabase = supabase.with_request_timeout(Duration::from_millis(timeout));
        }
        let device = config.device_id.map(DeviceId::new).transpose()?;
        let work = Arc::new(Work::new()?);
        let tokens = Arc::new(Provided::new(tokens));
        let provided = Arc::clone(&tokens);
        let library = config.media_library;
        let capture = work.gated(capture);
        let core = work
            .run(async move {
                let backend = SupabaseBackend::new(supabase, provided)?;
                let mut builder = CoreClient::builder(backend, engine(library)?).capture(capture);
                if let Some(device) = device {
                    builder = builder.device(device);
                }
                builder.connect().await
            })
            .await?;
        Ok(Self { core, tokens, work })
    }

    pub(crate) const fn core(&self) -> &CoreClient {
        &self.core
    }

    pub(crate) async fn run<T: Send + 'static, F>(
        &self,
        act: impl FnOnce(CoreClient) -> F,
    ) -> Result<T, LiveFailure>
    where
        F: Future<Output = Result<T, LiveError>> + Send + 'static,
    {
        self.work.run(act(self.core.clone())).await
    }
}

#[uniffi::export]
impl LiveClient {
    /// Signs in with the app's own Supabase session, and starts to listen for calls. Without `capture` this client can
    /// only watch and listen.
    ///
    /// Fails with `invalid_argument` naming `url`, `anon_key` or `device_id`; `not_authenticated` when nobody is signed
    /// in; `internal` when the provider gives no token in time, or the media library can't be loaded.
    #[uniffi::constructor]
    pub async fn connect(
        config: ClientConfig,
        tokens: Arc<dyn TokenProvider>,
        capture: Option<Arc<dyn MediaCapture>>,
    ) -> Result<Self, LiveFailure> {
        match capture {
            Some(capture) => Self::start(config, tokens, Devices::new(capture)).await,
            None => Self::start(config, tokens, NoCapture).await,
        }
    }

    /// Who is signed in.
    pub fn user_id(&self) -> UserId {
        self.core.user_id()
    }

    /// Creates a session with this user as its host, and joins its room backstage: nobody sees anything before `go_live`.
    ///
    /// Fails with `not_creator`, `already_live`, `invalid_argument` naming the field, `media_unavailable`.
    pub async fn create_session(&self, session: NewSession) -> Result<LiveSession, LiveFailure> {
        let handle = self
            .run(|core| async move { core.create_session(session).await })
            .await?;
        Ok(LiveSession::new(handle, &self.work))
    }

    /// Joins a session as one of its audience. `accept_price` is what the user agreed to pay, in coins; without, nothing is
    /// ever paid. `idempotency_key` names the user's tap where the app retries it after a restart; a fresh one where it is
    /// left out. Cancelling gives the way in up.
    ///
    /// Fails with `subscription_required`, `payment_required` and `price_changed` (`details.price_coins`: ask the user,
    /// join again), `insufficient_coins`, `session_full`, `banned`, `blocked`, `not_found`, `session_ended`, `media_unavailable`.
    #[uniffi::method(default(accept_price = None, idempotency_key = None))]
    pub async fn join_session(
        &self,
        session_id: SessionId,
        accept_price: Option<u32>,
        idempotency_key: Option<String>,
    ) -> Result<LiveSession, LiveFailure> {
        let key = match idempotency_key {
            Some(key) => IdempotencyKey::new(key)?,
            None => IdempotencyKey::random(),
        };
        let handle = self
            .run(|core| async move {
                let handle = core.session();
                handle.join(session_id, accept_price, key).await?;
                Ok(handle)
            })
            .await?;
        Ok(LiveSession::new(handle, &self.work))
    }

    /// Calls somebody; returns once it rings there, or is answered already because both called each other.
    ///
    /// Fails with `busy`, `blocked`, `not_found`, `invalid_argument`, `media_unavailable`.
    pub async fn start_call(&self, callee_id: UserId, call_type: CallType) -> Result<Call, LiveFailure> {
        let handle = self
            .run(|core| async move { core.start_call(callee_id, call_type).await })
            .await?;
        Ok(Call::new(handle, &self.work))
    }

    /// Calls that ring here, those that ring already first.
    pub fn incoming_calls(&self) -> IncomingCalls {
        IncomingCalls::new(self.core.incoming_calls(), &self.work)
    }

    /// Takes a call's push, before, after or instead of the same news over Realtime. `payload` is the JSON object that the
    /// push carried.
    ///
    /// Fails with `invalid_argument` when it is no call's push, `not_found` when it is another user's.
    pub fn handle_push(&self, payload: String) -> Result<Push, LiveFailure> {
        if self.work.is_closed() {
            return Err(closed());
        }
        let _inside = self.work.handle().enter();
        Ok(self.core.handle_push(&payload)?)
    }

    /// Whether sound is recorded and played: for what the phone's system says of calls.
    pub fn audio(&self) -> AudioEngine {
        AudioEngine::new(&self.work)
    }

    /// The device is on another network, or on one again. For the platform's connectivity callback.
    pub fn network_changed(&self) {
        self.core.network_changed();
    }

    /// The app's Supabase session has another token: long-lived connections learn it now instead of when theirs is refused.
    pub fn token_changed(&self) {
        self.tokens.changed();
    }

    /// Leaves every session, hangs up every call, and ends the client's threads; returns once the backend knows, after 20
    /// seconds at most. What is called afterwards fails with `conflict`; a second time does nothing.
    ///
    /// Fails with `internal` when something couldn't be told in time; the server's leases clean up after it.
    pub async fn shut_down(&self) -> Result<(), LiveFailure> {
        if self.work.is_closed() {
            return Ok(());
        }
        let outcome = self.run(CoreClient::close).await;
        self.work.close();
        outcome
    }
}
