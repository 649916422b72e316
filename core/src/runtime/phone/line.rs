//! Makes the calls that the phone wants, in order: by a push's ticket, or by the app's client.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::leg::{ByTicket, Leg};
use super::stored::StoredCall;
use super::{EngineSource, PhoneParts, Shared};
use crate::backend::{AnswerCall, CallTicket, ColdStart, Platform, PushKind, TicketDoor};
use crate::call::{self, CallPush, Push};
use crate::domain::{CallEndReason, CallId, CallType, ErrorCode, LiveError, LiveResult, UserId};
use crate::media::{AudioSignal, MediaCapture, MediaEngine};
use crate::runtime::call::{CallHandle, rings_for};
use crate::runtime::client::LiveClient;
use crate::runtime::shared::{FAREWELL, insist};
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

    fn ringing(&mut self, call_id: CallId, push: Option<&CallPush>) -> LiveResult<Leg> {
        if let Some(handle) = self.offered.remove(&call_id) {
            return Ok(Leg::of_client(handle));
        }
        let push = push.ok_or_else(|| LiveError::new(ErrorCode::CallEnded, "the call is over"))?;
        let news = Push::Ring(push.clone());
        let missing = || LiveError::new(ErrorCode::CallEnded, "the call is over");
        match (&push.answer_ticket, &self.client) {
            (Some(ticket), _) => {
                let by = self.by_ticket(&CallTicket::Answer(ticket.clone()))?;
                by.client.center.handle_push(&by.client.ports, &news)?;
                let handle = by.client.call(call_id).ok_or_else(missing)?;
                if let Some((client, _)) = &self.client {
                    client.adopt(call_id, &handle);
                }
                Ok(Leg::by_ticket(handle, call_id, by))
            }
            (None, Some((client, _))) => {
                client.center.handle_push(&client.ports, &news)?;
                client.call(call_id).map(Leg::of_client).ok_or_else(missing)
            }
            (None, None) => Err(LiveError::new(
                ErrorCode::NotAuthenticated,
                "a push without a ticket, and no client",
            )),
        }
    }

    /// A client for the one call that the ticket is for.
    fn by_ticket(&mut self, ticket: &CallTicket) -> LiveResult<ByTicket> {
        let nobody = || LiveError::new(ErrorCode::NotAuthenticated, "nobody is signed in");
        let cold_start = self.cold_start.clone().ok_or_else(nobody)?;
        let opened = self.door.open(&cold_start, ticket)?;
        let engine = match &self.engine {
            Some(engine) => Arc::clone(engine),
            None => Arc::clone(self.engine.insert((self.source)()?)),
        };
        let builder = LiveClient::over(opened.backend, engine, Arc::clone(&self.capture));
        let client = builder.start(cold_start.user_id, opened.device);
        self.hand_sound_to(&client);
        Ok(ByTicket {
            client,
            call_ticket: opened.call_ticket,
        })
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

    fn rejoin(&mut self, stored: &StoredCall) -> LiveResult<Leg> {
        let by = self.by_ticket(&CallTicket::Call(stored.ticket.clone()))?;
        let (ports, device) = (by.client.ports.clone(), by.client.ports.device.clone());
        let call = stored.row(ports.user, &device);
        let first = call::Input::Rejoin(call, device);
        let handle = CallHandle::spawn(ports, &by.client.center, first);
        handle.set_microphone(!stored.muted);
        by.client.ask_about(stored.call_id);
        if let Some((client, _)) = &self.client {
            client.adopt(stored.call_id, &handle);
        }
        Ok(Leg::by_ticket(handle, stored.call_id, by))
    }

    fn decline(&mut self, call_id: CallId, ticket: Option<String>) {
        if let Some(leg) = self.legs.get(&call_id.into()) {
            leg.handle().decline();
            return;
        }
        let backend = match (ticket, &self.client, &self.cold_start) {
            (Some(ticket), _, Some(cold_start)) => {
                match self.door.open(cold_start, &CallTicket::Answer(ticket)) {
                    Ok(opened) => opened.backend,
                    Err(error) => return tracing::warn!(%error, "a call can't be declined"),
                }
            }
            (_, Some((client, _)), _) => Arc::clone(&client.ports.backend),
            (_, None, _) => return,
        };
        tokio::spawn(async move {
            let request = AnswerCall {
                call_id,
                accept: false,
                device_id: None,
            };
            if let Err(error) = insist(|| backend.answer_call(request.clone())).await {
                tracing::warn!(%error, "a call couldn't be declined");
            }
        });
    }

    fn dial(&mut self) {
        let Some((client, _)) = &self.client else { return };
        if let Some(waiting) = self.dialling.take() {
            let handle = client.dial(waiting.callee, waiting.call_type);
            self.follow(waiting.call, Leg::of_client(handle), true);
        }
    }

    fn attach(&mut self, client: LiveClient, done: oneshot::Sender<()>) {
        self.detach();
        self.hand_sound_to(&client);
        for leg in self.legs.values() {
            if let Some(id) = leg.ticket_of() {
                client.adopt(id, leg.handle());
            }
        }
        let (mut incoming, offers) = (client.incoming_calls(), self.offers.0.clone());
        let listening = tokio::spawn(async move {
            while let Some(handle) = incoming.next().await {
                // The line is gone with its phone.
                if offers.send(handle).is_err() {
                    return;
                }
            }
        });
        self.client = Some((client, listening.abort_handle()));
        self.register(Some(done));
        self.dial();
    }

    /// The client's calls are its own again.
    fn detach(&mut self) {
        if let Some((client, listening)) = self.client.take() {
            listening.abort();
            client.ports.call_sound.signal(AudioSignal::Released);
        }
        self.offered.clear();
    }

    /// The client has a call that rings.
    fn offer(&mut self, handle: CallHandle) {
        let Some(call) = handle.snapshot().call else {
            return;
        };
        if self.legs.values().any(|leg| *leg.handle() == handle) {
            return;
        }
        let rings_for = rings_for(&call);
        self.offered.insert(call.id, handle);
        let id = call.id;
        self.feed(Input::Offered { call, rings_for });
        // What was shown is ordered by now, and taken when its turn comes; the rest is only the app's.
        let shown = self
            .phone
            .upgrade()
            .is_some_and(|phone| phone.turn().state().call() == Some(id.into()));
        if !shown {
            self.offered.remove(&id);
        }
    }

    /// Tells the client's backend the newest token. Dropping `done` says as well that there is nothing to wait for.
    fn register(&self, done: Option<oneshot::Sender<()>>) {
        let (Some((client, _)), Some(token)) = (&self.client, self.token.clone()) else {
            return;
        };
        let (client, (platform, kind)) = (client.clone(), self.push());
        tokio::spawn(async move {
            let told = match token {
                Some(token) => client.register_device(platform, kind, token).await,
                None => client.unregister_device(platform, kind).await,
            };
            if let Err(error) = told {
                tracing::warn!(%error, "the push token couldn't be told");
            }
            drop(done);
        });
    }

    fn sign_out(&mut self, done: oneshot::Sender<()>) {
        self.cold_start = None;
        let client = self.client.as_ref().map(|(client, _)| client.clone());
        self.detach();
        let (platform, kind) = self.push();
        tokio::spawn(async move {
            if let Some(client) = client
                && let Err(error) = client.unregister_device(platform, kind).await
            {
                tracing::warn!(%error, "the push token couldn't be taken back");
            }
            // Nobody has to wait.
            let _ = done.send(());
        });
    }

    const fn push(&self) -> (Platform, PushKind) {
        match self.system {
            System::CallKit => (Platform::Ios, PushKind::ApnsVoip),
            System::Telecom => (Platform::Android, PushKind::Fcm),
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
