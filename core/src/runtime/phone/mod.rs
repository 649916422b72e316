//! The phone at work: the telephony machine in the turns of the phone's system, and the calls that it asks for.
//!
//! One in a process, made by whatever comes first: a push, the app, the system. It needs neither a client nor any code of
//! the app to answer: what a cold start needs is stored as an opaque text ([`SystemEffect::Store`]), and a push brings the
//! ticket of its call. A client that comes later ([`Phone::attach`]) gets the calls that go on.

mod leg;
mod line;
mod stored;
mod turn;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::call::CallHandle;
use super::client::LiveClient;
use crate::backend::{ColdStart, TicketDoor};
use crate::call::{CallPush, Push};
use crate::domain::{CallType, ErrorCode, LiveError, LiveResult, UserId, limits};
use crate::media::{MediaCapture, MediaEngine};
use crate::telephony::{Input, Pushed, Refusal, State, System, SystemCallId, SystemEffect, SystemInput};

use line::{Line, Order};
use stored::Stored;
use turn::Turn;

/// Makes the media engine, once it is needed: a push is reported before anything large is loaded.
pub type EngineSource = Arc<dyn Fn() -> LiveResult<Arc<dyn MediaEngine>> + Send + Sync>;

/// What a phone is made of.
pub struct PhoneParts {
    /// Whose rules hold.
    pub system: System,
    /// Opens the backend by a call's ticket.
    pub door: Arc<dyn TicketDoor>,
    /// Joins the rooms of calls that a push brought.
    pub engine: EngineSource,
    /// The camera and the microphone of those calls. The microphone runs only while the system gives the sound.
    pub capture: Arc<dyn MediaCapture>,
    /// What the process before handed out to be stored ([`SystemEffect::Store`]); `None` at the first start, and after a
    /// sign-out.
    pub stored: Option<String>,
}

/// The phone of one device. Clones are the same phone.
///
/// Turns: [`Phone::push`], [`Phone::handle`], [`Phone::restarted`] and [`Phone::take`] each answer with everything that is to
/// be carried out, in order, and that of earlier news first. Call them, and carry out what they answer, one after the other: on
/// one queue, never beside each other. None of them waits for anything.
#[derive(Clone)]
pub struct Phone {
    shared: Arc<Shared>,
}

struct Shared {
    turn: Mutex<Turn>,
    orders: mpsc::UnboundedSender<Order>,
    /// There is something to take.
    waits: Notify,
    calls: watch::Sender<BTreeMap<SystemCallId, CallHandle>>,
}

impl Phone {
    /// A phone as the process before left it. Must run inside a tokio runtime, which runs everything that the phone does.
    pub fn open(parts: PhoneParts) -> Self {
        let stored = parts.stored.as_deref().and_then(Stored::read);
        let cold_start = stored.as_ref().map(|stored| stored.cold_start.clone());
        let (phone, orders) = Self::with_orders(parts.system, stored, parts.stored.clone());
        let line = Line::new(&phone.shared, parts, cold_start, orders);
        tokio::spawn(line.run());
        phone
    }

    /// A phone of `user` whose calls nobody makes: what the backend and the room would say of them is
    /// [said](Phone::say) by a test.
    #[cfg(feature = "test-signal")]
    pub fn scripted(system: System, cold_start: ColdStart) -> Self {
        let stored = Stored {
            cold_start,
            call: None,
        };
        let text = stored.write();
        // Nobody takes the orders.
        Self::with_orders(system, Some(stored), text).0
    }

    /// As if the backend, the room or a timer had said it.
    #[cfg(feature = "test-signal")]
    pub fn say(&self, input: Input) {
        self.shared.feed(input);
    }

    fn with_orders(
        system: System,
        stored: Option<Stored>,
        text: Option<String>,
    ) -> (Self, mpsc::UnboundedReceiver<Order>) {
        let (orders, taken) = mpsc::unbounded_channel();
        let shared = Shared {
            turn: Mutex::new(Turn::new(system, stored, text, orders.clone())),
            orders,
            waits: Notify::new(),
            calls: watch::Sender::default(),
        };
        let shared = Arc::new(shared);
        (Self { shared }, taken)
    }

    /// A push arrived: the JSON object that it carried, whatever that is. Under CallKit the answer begins with a report.
    pub fn push(&self, payload: &str) -> Vec<SystemEffect> {
        let push = match Push::parse(payload) {
            Ok(push) => push,
            Err(error) => {
                tracing::warn!(%error, "a push that is no call's");
                return self.shared.turn().pushed(Pushed::Malformed, None);
            }
        };
        match push {
            Push::Ring(push) => {
                let rings_for = rings_for(&push);
                let known = push.clone();
                self.shared
                    .turn()
                    .pushed(Pushed::Ring { push, rings_for }, Some(known))
            }
            Push::StopRinging(stop) => self.shared.turn().pushed(Pushed::StopRinging(stop), None),
        }
    }

    /// The system said something.
    pub fn handle(&self, input: SystemInput) -> Vec<SystemEffect> {
        self.shared.turn().turn(Input::System(input))
    }

    /// The process is a new one, and the one before may have died during a call: shown and taken anew where it goes on, and
    /// over where the backend says so. Say it once, before anything else; without a call that was stored, nothing comes of it.
    pub fn restarted(&self) -> Vec<SystemEffect> {
        self.shared.turn().restarted()
    }

    /// What came up since the last turn: the other one hung up, the ring ran out, the app wants something.
    pub fn take(&self) -> Vec<SystemEffect> {
        self.shared.turn().take()
    }

    /// Waits until there is something to [take](Phone::take). Cancel-safe; for one who waits at a time.
    pub async fn waiting(&self) {
        loop {
            let told = self.shared.waits.notified();
            if self.shared.turn().has_some() {
                return;
            }
            told.await;
        }
    }

    /// This user uses the phone from now on; anybody before is signed out. To be said at every start of the app, too.
    pub fn sign_in(&self, cold_start: ColdStart) {
        let user = cold_start.user_id;
        self.shared.order(Order::SignedIn(cold_start.clone()));
        self.shared.turn().set_cold_start(Some(cold_start));
        self.shared.feed(Input::SignedIn(user));
    }

    /// Nobody uses the phone: calls end, nothing rings, and the push token is taken back where a client is attached. Returns
    /// once that is done; the client may be closed then.
    pub async fn sign_out(&self) {
        self.shared.turn().set_cold_start(None);
        self.shared.feed(Input::SignedOut);
        let (done, told) = oneshot::channel();
        self.shared.order(Order::SignedOut(done));
        // The phone is gone: nothing is left to be done.
        let _ = told.await;
    }

    /// The app's client is there: calls that go on are its calls, too, and what rings over Realtime rings on the phone. The
    /// newest push token is registered. Returns once all of that is so; a token that can't be registered is logged, and tried again
    /// when it is said again.
    ///
    /// # Errors
    /// `conflict` when another user is signed in on the phone, or nobody.
    pub async fn attach(&self, client: &LiveClient) -> LiveResult<()> {
        if self.shared.turn().user() != Some(client.user_id()) {
            return Err(LiveError::new(
                ErrorCode::Conflict,
                "the phone is another user's: sign in first",
            ));
        }
        let (done, told) = oneshot::channel();
        self.shared.order(Order::Attach(Box::new(client.clone()), done));
        // The phone is gone: nothing is left to be done.
        let _ = told.await;
        Ok(())
    }

    /// The system gave this device another push token; `None` when the old one is void. Registered with the backend as soon
    /// as a client is attached.
    pub fn push_token_changed(&self, token: Option<String>) {
        self.shared.order(Order::Token(token));
    }

    /// The device is on another network: see [`LiveClient::network_changed`].
    pub fn network_changed(&self) {
        self.shared.order(Order::NetworkChanged);
    }

    /// The app calls somebody. The system is asked first; the call is [there](Phone::call) once it agreed.
    ///
    /// # Errors
    /// `busy` during a call, `not_authenticated` when nobody is signed in.
    pub fn dial(&self, callee: UserId, call_type: CallType) -> LiveResult<SystemCallId> {
        let call = turn::fresh_id();
        self.shared.wish(Input::Dial {
            call,
            callee,
            call_type,
        })?;
        Ok(call)
    }

    /// The user takes the call, in the app.
    ///
    /// # Errors
    /// `conflict` without a call.
    pub fn accept(&self) -> LiveResult<()> {
        self.shared.wish(Input::Accept)
    }

    /// The user declines, cancels or hangs up, in the app.
    ///
    /// # Errors
    /// As [`Phone::accept`].
    pub fn hang_up(&self) -> LiveResult<()> {
        self.shared.wish(Input::HangUp)
    }

    /// The user puts the call on hold or takes it back, in the app.
    ///
    /// # Errors
    /// As [`Phone::accept`].
    pub fn set_held(&self, on: bool) -> LiveResult<()> {
        self.shared.wish(Input::SetHeld(on))
    }

    /// The user switches the microphone off or on, in the app.
    ///
    /// # Errors
    /// As [`Phone::accept`].
    pub fn set_muted(&self, on: bool) -> LiveResult<()> {
        self.shared.wish(Input::SetMuted(on))
    }

    /// Where the phone stands.
    pub fn state(&self) -> State {
        self.shared.turn().state()
    }

    /// The call of that id, once it is there; `None` when the phone is done with it before.
    pub async fn call(&self, call: SystemCallId) -> Option<CallHandle> {
        let mut calls = self.shared.calls.subscribe();
        loop {
            if let Some(handle) = calls.borrow_and_update().get(&call) {
                return Some(handle.clone());
            }
            if self.shared.turn().is_done_with(call) {
                return None;
            }
            calls.changed().await.ok()?;
        }
    }

    /// Whether that is a call of this phone's, whose buttons go through the system.
    pub fn owns(&self, handle: &CallHandle) -> bool {
        self.shared.calls.borrow().values().any(|known| known == handle)
    }
}

impl Shared {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        // A turn that panicked leaves a machine that is whole: its steps are single assignments.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something came up outside of a turn of the system's.
    fn feed(&self, input: Input) {
        self.wish(input).ok();
    }

    fn wish(&self, input: Input) -> LiveResult<()> {
        let refused = {
            let mut turn = self.turn();
            let refused = turn.step(input, None);
            if turn.has_some() {
                self.waits.notify_one();
            }
            refused
        };
        // Whoever waits for a call looks whether it can still come.
        self.calls.send_modify(|_| ());
        match refused {
            None => Ok(()),
            Some(Refusal::Busy) => Err(LiveError::new(ErrorCode::Busy, "there is a call already")),
            Some(Refusal::NoCall) => Err(LiveError::new(ErrorCode::Conflict, "there is no call")),
            Some(Refusal::SignedOut) => {
                Err(LiveError::new(ErrorCode::NotAuthenticated, "nobody is signed in"))
            }
        }
    }

    /// The line ends with the phone alone, which holds the sender.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// The call's own ticket came with its answer.
    fn answered_with(&self, call: crate::domain::CallId, ticket: String) {
        let mut turn = self.turn();
        turn.answered_with(call, ticket);
        if turn.has_some() {
            self.waits.notify_one();
        }
    }
}

/// How long a pushed call still rings, by this device's clock.
fn rings_for(push: &CallPush) -> Duration {
    let left = push.ring_expires_at - chrono::Utc::now();
    left.to_std().unwrap_or_default().min(limits::RING)
}
