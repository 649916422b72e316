//! The front door.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::call::{CallCenter, CallHandle, IncomingCalls};
use super::session::SessionHandle;
use super::shared::{FAREWELL, Ports};
use crate::backend::{Backend, InitiateCall, NewSession};
use crate::call::{Input, Push};
use crate::domain::{
    CallId, CallType, DeviceId, ErrorCode, IdempotencyKey, LiveError, LiveResult, SessionId, UserId,
};
use crate::media::{AudioGate, MediaCapture, MediaEngine, NoCapture};
use crate::session::Entry;

/// One signed-in user on one device: sessions, calls, incoming calls. Clone it freely.
#[derive(Clone)]
pub struct LiveClient {
    pub(super) ports: Ports,
    user: UserId,
    pub(super) center: Arc<CallCenter>,
}

/// Builds a [`LiveClient`].
pub struct LiveClientBuilder {
    backend: Arc<dyn Backend>,
    engine: Arc<dyn MediaEngine>,
    capture: Arc<dyn MediaCapture>,
    device: Option<DeviceId>,
}

impl LiveClientBuilder {
    /// The camera and the microphone. Without, this client can only watch and listen.
    #[must_use]
    pub fn capture(mut self, capture: impl MediaCapture) -> Self {
        self.capture = Arc::new(capture);
        self
    }

    /// This installation of the app, stable over restarts. Without, a random one.
    #[must_use]
    pub fn device(mut self, device: DeviceId) -> Self {
        self.device = Some(device);
        self
    }

    /// Starts to listen for calls. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// `not_authenticated` when nobody is signed in.
    pub async fn connect(mut self) -> LiveResult<LiveClient> {
        let device = match self.device.take() {
            Some(device) => device,
            None => DeviceId::new(uuid::Uuid::new_v4().to_string())?,
        };
        let user = self.backend.user_id().await?;
        Ok(self.start(user, device))
    }

    /// Starts at once, for one of whom is known who it is. Must run inside a tokio runtime.
    pub(super) fn start(self, user: UserId, device: DeviceId) -> LiveClient {
        let ports = Ports {
            engine: self.engine,
            capture: self.capture,
            backend: self.backend,
            device,
            user,
            closing: CancellationToken::new(),
            network: watch::Sender::new(0),
            call_sound: AudioGate::default(),
            actors: TaskTracker::new(),
        };
        let center = CallCenter::new(user);
        ports.actors.spawn(Arc::clone(&center).run(ports.clone()));
        LiveClient { ports, user, center }
    }
}

impl LiveClient {
    /// As [`LiveClient::builder`], over ports that are shared.
    pub(super) fn over(
        backend: Arc<dyn Backend>,
        engine: Arc<dyn MediaEngine>,
        capture: Arc<dyn MediaCapture>,
    ) -> LiveClientBuilder {
        LiveClientBuilder {
            backend,
            engine,
            capture,
            device: None,
        }
    }

    /// A client over a backend and a media engine.
    pub fn builder(backend: impl Backend, engine: Arc<dyn MediaEngine>) -> LiveClientBuilder {
        LiveClientBuilder {
            backend: Arc::new(backend),
            engine,
            capture: Arc::new(NoCapture),
            device: None,
        }
    }

    /// Who is signed in.
    pub const fn user_id(&self) -> UserId {
        self.user
    }

    /// The backend, for what this client doesn't offer.
    pub fn backend(&self) -> &dyn Backend {
        &*self.ports.backend
    }

    /// Creates a session with this user as its host, and joins its room backstage: nobody sees anything before
    /// [`SessionHandle::go_live`].
    ///
    /// # Errors
    /// `not_creator`, `already_live`, `invalid_argument` naming the field, `media_unavailable`.
    pub async fn create_session(&self, session: NewSession) -> LiveResult<SessionHandle> {
        let handle = self.session();
        handle
            .enter(Entry::Create {
                session,
                key: IdempotencyKey::random(),
            })
            .await?;
        Ok(handle)
    }

    /// Joins a session as one of its audience, without paying.
    ///
    /// # Errors
    /// As [`SessionHandle::join`].
    pub async fn join_session(&self, id: SessionId) -> LiveResult<SessionHandle> {
        self.enter_session(id, None).await
    }

    /// Joins a session, and pays that many coins where it isn't paid yet. A price that has changed is refused.
    ///
    /// # Errors
    /// As [`SessionHandle::join`].
    pub async fn buy_session(&self, id: SessionId, accept_price: u32) -> LiveResult<SessionHandle> {
        self.enter_session(id, Some(accept_price)).await
    }

    /// A session that wasn't entered yet: for screens that show every state on the way in.
    pub fn session(&self) -> SessionHandle {
        SessionHandle::spawn(self.ports.clone())
    }

    /// Calls somebody; returns once it rings there, or is answered already because both called each other.
    ///
    /// # Errors
    /// `busy`, `blocked`, `not_found`, `invalid_argument`, `media_unavailable`.
    pub async fn start_call(&self, callee_id: UserId, call_type: CallType) -> LiveResult<CallHandle> {
        let handle = self.dial(callee_id, call_type);
        handle.rings().await?;
        Ok(handle)
    }

    /// The call as soon as it is dialled, for who shows that as well; [`CallHandle::rings`] says what came of it.
    pub fn dial(&self, callee_id: UserId, call_type: CallType) -> CallHandle {
        let request = InitiateCall { callee_id, call_type };
        let dial = Input::Dial(request, IdempotencyKey::random());
        CallHandle::spawn(self.ports.clone(), &self.center, dial)
    }

    /// Calls that ring here, those that ring already first.
    pub fn incoming_calls(&self) -> IncomingCalls {
        self.center.incoming()
    }

    /// The call of that id that goes on here, or rings; `None` where there is none.
    pub fn call(&self, id: CallId) -> Option<CallHandle> {
        self.center.call(id)
    }

    /// A call that the phone took without this client belongs to it from here on: its news reach the call, and whoever reads
    /// [`LiveClient::incoming_calls`] gets it, whatever its state.
    pub(super) fn adopt(&self, id: CallId, handle: &CallHandle) {
        self.center.adopt(&self.ports, id, handle);
    }

    /// Asks what became of a call, and lets it know.
    pub(super) fn ask_about(&self, id: CallId) {
        self.center.ask_about(&self.ports, id);
    }

    /// The device is on another network, or on one again: every connection finds its path anew at once, instead
    /// of after the pauses that the last network earned. For the platform's connectivity callback.
    pub fn network_changed(&self) {
        self.ports.network.send_modify(|networks| *networks += 1);
    }

    /// Takes a call's push, before, after or instead of the same news over Realtime: it rings here once, or not at
    /// all where the call is over. `payload` is the JSON object that the push carried. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// `invalid_argument` when it is no call's push, `not_found` when it is another user's.
    pub fn handle_push(&self, payload: &str) -> LiveResult<Push> {
        let push = Push::parse(payload)?;
        self.center.handle_push(&self.ports, &push)?;
        Ok(push)
    }

    /// Leaves every session and hangs up every call; returns once the backend knows, after 20 seconds at most.
    ///
    /// # Errors
    /// `internal` when something couldn't be told in time; the server's leases clean up after it.
    pub async fn close(self) -> LiveResult<()> {
        self.ports.closing.cancel();
        self.ports.actors.close();
        tokio::time::timeout(FAREWELL, self.ports.actors.wait())
            .await
            .map_err(|_| LiveError::new(ErrorCode::Internal, "the backend couldn't be told in time"))
    }

    async fn enter_session(&self, id: SessionId, accept_price: Option<u32>) -> LiveResult<SessionHandle> {
        let handle = self.session();
        handle.join(id, accept_price, IdempotencyKey::random()).await?;
        Ok(handle)
    }
}
