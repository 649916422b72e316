//! Makes the calls that the phone wants, in order: by a push's ticket, or by the app's client.

mod client;
mod tickets;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::leg::Leg;
use super::stored::StoredCall;
use super::{EngineSource, PhoneParts, Shared};
use crate::backend::{ColdStart, TicketDoor};
use crate::call::CallPush;
use crate::domain::{CallEndReason, CallId, CallType, UserId};
use crate::media::{AudioSignal, MediaCapture, MediaEngine};
use crate::runtime::call::CallHandle;
use crate::runtime::client::LiveClient;
use crate::runtime::shared::FAREWELL;
use crate::telephony::{Input, System, SystemCallId};

/// What the machine, or the app, wants of the line.
pub(super) enum Order {
    SignedIn(ColdStart),
    SignedOut(oneshot::Sender<()>),
    Attach(Box<LiveClient>, oneshot::Sender<()>),
    Token(Option<String>),
    NetworkChanged,
    Restore(Box<StoredCall>),
    Ring {
        call_id: CallId,
        push: Option<Box<CallPush>>,
    },
    Answer(CallId),
    Decline {
        call_id: CallId,
        ticket: Option<String>,
    },
    Dial {
        call: SystemCallId,
        callee: UserId,
        call_type: CallType,
    },
    HangUp(SystemCallId),
    Hold(SystemCallId, bool),
    Mute(SystemCallId, bool),
    /// The machine is done with it.
    LetGo(SystemCallId),
    Sound(bool),
    StartRing(SystemCallId, Duration),
    StopRing(SystemCallId),
}

/// A call that waits for the app's client to make it.
struct Waiting {
    call: SystemCallId,
    callee: UserId,
    call_type: CallType,
    until: Instant,
}

pub(super) struct Line {
    phone: Weak<Shared>,
    system: System,
    door: Arc<dyn TicketDoor>,
    source: EngineSource,
    engine: Option<Arc<dyn MediaEngine>>,
    capture: Arc<dyn MediaCapture>,
    orders: mpsc::UnboundedReceiver<Order>,
    cold_start: Option<ColdStart>,
    client: Option<(LiveClient, AbortHandle)>,
    /// Newest; `None` before the system said one.
    token: Option<Option<String>>,
    legs: BTreeMap<SystemCallId, Leg>,
    followed: JoinSet<SystemCallId>,
    /// Told by the client, and not yet shown.
    offered: BTreeMap<CallId, CallHandle>,
    offers: (
        mpsc::UnboundedSender<CallHandle>,
        mpsc::UnboundedReceiver<CallHandle>,
    ),
    restoring: Option<StoredCall>,
    dialling: Option<Waiting>,
    ring: Option<(SystemCallId, Instant)>,
    sound: bool,
}

impl Line {
    pub(super) fn new(
        phone: &Arc<Shared>,
        parts: PhoneParts,
        cold_start: Option<ColdStart>,
        orders: mpsc::UnboundedReceiver<Order>,
    ) -> Self {
        Self {
            phone: Arc::downgrade(phone),
            system: parts.system,
            door: parts.door,
            source: parts.engine,
            engine: None,
            capture: parts.capture,
            orders,
            cold_start,
            client: None,
            token: None,
            legs: BTreeMap::new(),
            followed: JoinSet::new(),
            offered: BTreeMap::new(),
            offers: mpsc::unbounded_channel(),
            restoring: None,
            dialling: None,
            ring: None,
            sound: false,
        }
    }

    /// Runs until the phone is dropped; calls that go on then go on by themselves.
    pub(super) async fn run(mut self) {
        loop {
            let (ring, dialling) = (self.ring, self.dialling.as_ref().map(|waiting| waiting.until));
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => self.carry_out(order),
                    None => return,
                },
                Some(gone) = self.followed.join_next() => {
                    if let Ok(call) = gone {
                        self.legs.remove(&call);
                        self.tell_calls();
                    }
                }
                Some(handle) = self.offers.1.recv() => self.offer(handle),
                () = at(ring.map(|(_, until)| until)) => {
                    if let Some((call, _)) = self.ring.take() {
                        self.feed(Input::RingOver(call));
                    }
                }
                () = at(dialling) => {
                    if let Some(waiting) = self.dialling.take() {
                        tracing::warn!("no client came to make a call");
                        self.feed(Input::Ended(waiting.call, CallEndReason::Failed));
                    }
                }
            }
        }
    }

    fn carry_out(&mut self, order: Order) {
        match order {
            Order::SignedIn(cold_start) => self.cold_start = Some(cold_start),
            Order::SignedOut(done) => self.sign_out(done),
            Order::Attach(client, done) => self.attach(*client, done),
            Order::Token(token) => {
                self.token = Some(token);
                self.register(None);
            }
            Order::NetworkChanged => {
                for own in self.legs.values().filter_map(Leg::own) {
                    own.network_changed();
                }
            }
            Order::Restore(call) => self.restoring = Some(*call),
            Order::Ring { call_id, push } => {
                let call = SystemCallId::from(call_id);
                match self.ringing(call_id, push.as_deref()) {
                    Ok(leg) => self.follow(call, leg, false),
                    Err(error) => {
                        tracing::warn!(%error, "a call rings, and nobody could take it");
                        self.feed(Input::Ended(call, CallEndReason::Failed));
                    }
                }
            }
            Order::Answer(call_id) => self.answer(call_id),
            Order::Decline { call_id, ticket } => self.decline(call_id, ticket),
            Order::Dial {
                call,
                callee,
                call_type,
            } => {
                self.dialling = Some(Waiting {
                    call,
                    callee,
                    call_type,
                    until: Instant::now() + FAREWELL,
                });
                self.dial();
            }
            Order::HangUp(call) => {
                self.dialling.take_if(|waiting| waiting.call == call);
                self.with(call, CallHandle::hang_up);
            }
            Order::Hold(call, on) => self.with(call, |handle| handle.hold(on)),
            Order::Mute(call, on) => self.with(call, |handle| handle.set_microphone(!on)),
            Order::LetGo(call) => {
                self.restoring = None;
                // Where it rings still, it rings on for other devices.
                self.with(call, CallHandle::let_go);
            }
            Order::Sound(on) => self.set_sound(on),
            Order::StartRing(call, rings_for) => self.ring = Some((call, Instant::now() + rings_for)),
            Order::StopRing(call) => {
                self.ring.take_if(|(rings, _)| *rings == call);
            }
        }
    }

    fn answer(&mut self, call_id: CallId) {
        let call = SystemCallId::from(call_id);
        if let Some(stored) = self.restoring.take_if(|stored| stored.call_id == call_id) {
            match self.rejoin(&stored) {
                Ok(leg) => self.follow(call, leg, false),
                Err(error) => {
                    tracing::warn!(%error, "a call of the process before can't be gone back to");
                    self.feed(Input::Ended(call, CallEndReason::Failed));
                }
            }
        } else if let Some(leg) = self.legs.get(&call) {
            leg.handle().take();
        } else {
            self.feed(Input::Ended(call, CallEndReason::Failed));
        }
    }

    fn dial(&mut self) {
        let Some((client, _)) = &self.client else { return };
        if let Some(waiting) = self.dialling.take() {
            let handle = client.dial(waiting.callee, waiting.call_type);
            self.follow(waiting.call, Leg::of_client(handle), true);
        }
    }

    /// Calls of this client wait until the system gives the sound, where it hasn't yet.
    fn hand_sound_to(&self, client: &LiveClient) {
        client.ports.call_sound.signal(AudioSignal::Prepared);
        if self.sound {
            client.ports.call_sound.signal(AudioSignal::Activated);
        }
    }

    fn set_sound(&mut self, on: bool) {
        self.sound = on;
        let signal = if on {
            AudioSignal::Activated
        } else {
            AudioSignal::Interrupted
        };
        let clients = self.legs.values().filter_map(Leg::own);
        for client in clients.chain(self.client.as_ref().map(|(client, _)| client)) {
            client.ports.call_sound.signal(signal);
        }
    }

    fn follow(&mut self, call: SystemCallId, leg: Leg, is_outgoing: bool) {
        self.followed
            .spawn(leg.follow(self.phone.clone(), call, is_outgoing));
        self.legs.insert(call, leg);
        self.tell_calls();
    }

    fn tell_calls(&self) {
        if let Some(phone) = self.phone.upgrade() {
            let calls = self.legs.iter().map(|(call, leg)| (*call, leg.handle().clone()));
            phone.calls.send_replace(calls.collect());
        }
    }

    fn with(&self, call: SystemCallId, act: impl FnOnce(&CallHandle)) {
        if let Some(leg) = self.legs.get(&call) {
            act(leg.handle());
        }
    }

    fn feed(&self, input: Input) {
        if let Some(phone) = self.phone.upgrade() {
            phone.feed(input);
        }
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
