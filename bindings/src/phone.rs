//! The phone: what its system says goes in, what the system is asked for comes out.

use std::sync::Arc;

use ipelya_core::backend::ColdStart;
use ipelya_core::backend::supabase::SupabaseDoor;
use ipelya_core::domain::{CallType, UserId};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{MediaCapture as CoreCapture, NoCapture};
use ipelya_core::runtime::{Phone as CorePhone, PhoneParts};
use ipelya_core::telephony::{State, System, SystemCallId, SystemEffect, SystemInput};

use crate::call::Call;
use crate::capture::{Devices, MediaCapture};
use crate::client::LiveClient;
use crate::engine::engine;
use crate::work::Work;

/// The phone of one device, and its own threads. One in a process, made by whatever comes first: a push, the app, the
/// system; it needs no client to ring and to answer.
///
/// `push`, `handle`, `restarted` and `take` each answer with everything that is to be carried out, in order. Call them, and carry out
/// what they answer, one after the other: on one queue, never beside each other. None of them waits, or fails.
#[derive(uniffi::Object)]
pub struct Phone {
    core: CorePhone,
    work: Arc<Work>,
}

impl Phone {
    pub(crate) fn start(
        system: System,
        stored: Option<String>,
        capture: Arc<dyn CoreCapture>,
        media_library: Option<String>,
    ) -> Result<Self, LiveFailure> {
        let parts = PhoneParts {
            system,
            door: Arc::new(SupabaseDoor),
            engine: Arc::new(move || engine(media_library.clone())),
            capture,
            stored,
        };
        let work = Arc::new(Work::new()?);
        let core = {
            let _inside = work.handle().enter();
            CorePhone::open(parts)
        };
        Ok(Self { core, work })
    }

    #[cfg(feature = "test-signal")]
    pub(crate) const fn over(core: CorePhone, work: Arc<Work>) -> Self {
        Self { core, work }
    }

    #[cfg(feature = "test-signal")]
    pub(crate) const fn core(&self) -> &CorePhone {
        &self.core
    }
}

#[uniffi::export]
impl Phone {
    /// A phone as the process before left it. `stored` is the state that the newest `SystemEffect.Store` told, or none. `capture`
    /// films and records calls that a push brought; `media_library` is for hosts, as in `ClientConfig`. Nothing is loaded or
    /// connected before a call is to be made.
    ///
    /// Fails with `internal` when the system has no threads to work on.
    #[uniffi::constructor(default(media_library = None))]
    pub fn open(
        system: System,
        stored: Option<String>,
        capture: Option<Arc<dyn MediaCapture>>,
        media_library: Option<String>,
    ) -> Result<Self, LiveFailure> {
        let capture: Arc<dyn CoreCapture> = match capture {
            Some(capture) => Arc::new(Devices::new(capture)),
            None => Arc::new(NoCapture),
        };
        Self::start(system, stored, capture, media_library)
    }

    /// A push arrived: the JSON object that it carried, whatever that is. On an iPhone the answer begins with a report.
    pub fn push(&self, payload: String) -> Vec<SystemEffect> {
        self.core.push(&payload)
    }

    /// The system said something.
    pub fn handle(&self, input: SystemInput) -> Vec<SystemEffect> {
        self.core.handle(input)
    }

    /// The process is a new one, and the one before may have died during a call: it is shown and taken anew, and ended where
    /// the backend says that it is over. Say it once, before anything else; without such a call nothing comes of it.
    pub fn restarted(&self) -> Vec<SystemEffect> {
        self.core.restarted()
    }

    /// What came up since the last turn: the other one hung up, the ring ran out, the app wants something.
    pub fn take(&self) -> Vec<SystemEffect> {
        self.core.take()
    }

    /// Waits until there is something to `take`. Cancelling loses nothing. For one who waits at a time.
    pub async fn waiting(&self) -> Result<(), LiveFailure> {
        let core = self.core.clone();
        self.work.follow(async move { core.waiting().await }).await
    }

    /// This user uses the phone from now on; anybody before is signed out. Say it at every sign-in, and again at every start
    /// of the app.
    pub fn sign_in(&self, cold_start: ColdStart) {
        self.core.sign_in(cold_start);
    }

    /// Nobody uses the phone: calls end, nothing rings, and the push token is taken back where a client is attached. Returns
    /// once that is done: shut the client down then.
    pub async fn sign_out(&self) -> Result<(), LiveFailure> {
        let core = self.core.clone();
        self.work.follow(async move { core.sign_out().await }).await
    }

    /// The app's client is there: calls that go on are its calls, too (`incoming_calls` has them first), and what rings over
    /// Realtime rings on the phone. The newest push token is registered. Returns once all of that is so.
    ///
    /// Fails with `conflict` when another user is signed in on the phone, or nobody.
    pub async fn attach(&self, client: Arc<LiveClient>) -> Result<(), LiveFailure> {
        let core = self.core.clone();
        let attached = self.work.run(async move { core.attach(client.core()).await });
        attached.await
    }

    /// The system gave this device another push token, of PushKit's in lower-case hexadecimal; none when the old one is void.
    /// Registered as soon as a client is attached.
    pub fn push_token_changed(&self, token: Option<String>) {
        self.core.push_token_changed(token);
    }

    /// The device is on another network, or on one again. For the platform's connectivity callback.
    pub fn network_changed(&self) {
        self.core.network_changed();
    }

    /// The app calls somebody. The system is asked first, and `call` has it once it agreed.
    ///
    /// Fails with `busy` during a call, `not_authenticated` when nobody is signed in.
    pub fn dial(&self, callee_id: UserId, call_type: CallType) -> Result<SystemCallId, LiveFailure> {
        Ok(self.core.dial(callee_id, call_type)?)
    }

    /// The user takes the call, in the app. Fails with `conflict` without one.
    pub fn accept(&self) -> Result<(), LiveFailure> {
        Ok(self.core.accept()?)
    }

    /// The user declines, cancels or hangs up, in the app. Fails as `accept`.
    pub fn hang_up(&self) -> Result<(), LiveFailure> {
        Ok(self.core.hang_up()?)
    }

    /// The user puts the call on hold or takes it back, in the app. Fails as `accept`.
    pub fn set_held(&self, on: bool) -> Result<(), LiveFailure> {
        Ok(self.core.set_held(on)?)
    }

    /// The user switches the microphone off or on, in the app. Fails as `accept`.
    pub fn set_muted(&self, on: bool) -> Result<(), LiveFailure> {
        Ok(self.core.set_muted(on)?)
    }

    /// Where the phone stands.
    pub fn state(&self) -> State {
        self.core.state()
    }

    /// The call of that id, once it is there; none when the phone is done with it before.
    pub async fn call(&self, call: SystemCallId) -> Result<Option<Arc<Call>>, LiveFailure> {
        let core = self.core.clone();
        let found = self.work.follow(async move { core.call(call).await }).await?;
        Ok(found.map(|handle| Arc::new(Call::new(handle, &self.work))))
    }
}
