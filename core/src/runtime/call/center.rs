//! Who calls, and which call a message belongs to.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::broadcast;

use super::handle::CallHandle;
use crate::backend::{RealtimeEvent, Topic};
use crate::call::{Book, Direction, Input, Push, Route, State};
use crate::domain::{Call, CallId, ErrorCode, LiveError, LiveResult, UserId, limits};
use crate::runtime::shared::{Ports, insist, next_message};

/// How many rings may wait to be looked at.
const RINGS: usize = 16;

/// All calls of one client.
pub(in crate::runtime) struct CallCenter {
    user: UserId,
    book: Mutex<Book<CallHandle>>,
    rings: broadcast::Sender<CallHandle>,
}

impl CallCenter {
    pub(in crate::runtime) fn new(user: UserId) -> Arc<Self> {
        let (rings, _) = broadcast::channel(RINGS);
        Arc::new(Self {
            user,
            book: Mutex::default(),
            rings,
        })
    }

    /// Listens to the user's topic until the client closes.
    pub(in crate::runtime) async fn run(self: Arc<Self>, ports: Ports) {
        let closing = ports.closing.clone();
        let listening = async {
            loop {
                let subscription = insist(|| ports.backend.subscribe(Topic::User(self.user))).await;
                let mut subscription = match subscription {
                    Ok(subscription) => Some(subscription),
                    Err(error) if error.retryable => continue,
                    Err(error) => {
                        tracing::error!(%error, "no calls can come in: the user's topic is closed");
                        return;
                    }
                };
                self.catch_up(&ports).await;
                while let Some(event) = next_message(&mut subscription).await {
                    match event {
                        RealtimeEvent::CallChanged(call) => self.route(&ports, call),
                        RealtimeEvent::Resubscribed => self.catch_up(&ports).await,
                        RealtimeEvent::SessionChanged(_)
                        | RealtimeEvent::ParticipantChanged(_)
                        | RealtimeEvent::StageChanged(_)
                        | RealtimeEvent::Session(_) => {}
                        RealtimeEvent::Closed(error) => {
                            tracing::error!(%error, "no calls can come in: the user's topic is closed");
                            return;
                        }
                    }
                }
            }
        };
        tokio::select! {
            () = listening => {}
            () = closing.cancelled() => {}
        }
    }

    /// What may have been missed: the call that is on, and what became of those that were.
    async fn catch_up(self: &Arc<Self>, ports: &Ports) {
        let known = self.with(|book| book.catch_up());
        match insist(|| ports.backend.live_call()).await {
            Ok(Some(call)) => self.route(ports, call),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the live call couldn't be fetched"),
        }
        for id in known {
            if let Ok(call) = insist(|| ports.backend.call(id)).await {
                self.route(ports, call);
            }
        }
    }

    /// How often messages may have been missed.
    pub(super) fn catch_ups(&self) -> u32 {
        self.with(|book| book.catch_ups())
    }

    /// A push told of a call: the same news as Realtime's, whichever comes first. It may have been long on its way,
    /// so the server is asked what became of the call.
    pub(in crate::runtime) fn handle_push(self: &Arc<Self>, ports: &Ports, push: &Push) -> LiveResult<()> {
        let elsewhere = || LiveError::new(ErrorCode::NotFound, "the push is for somebody else");
        match push {
            Push::Ring(ring) => {
                let call = ring.call_for(self.user).ok_or_else(elsewhere)?;
                // Where its time seems to be over, only the server makes it ring: this device's clock may be wrong.
                if call.ring_expires_at > chrono::Utc::now() {
                    self.route(ports, call);
                }
            }
            // A push proves nothing: what became of the call, the server says.
            Push::StopRinging(stop) => {
                if stop.callee_id.is_some_and(|callee| callee != self.user) {
                    return Err(elsewhere());
                }
            }
        }
        self.ask_about(ports, push.call_id());
        Ok(())
    }

    /// Asks the backend what became of a call, and brings the answer to where it belongs.
    pub(in crate::runtime) fn ask_about(self: &Arc<Self>, ports: &Ports, id: CallId) {
        let (center, asking) = (Arc::clone(self), ports.clone());
        ports.actors.spawn(async move {
            tokio::select! {
                answer = insist(|| asking.backend.call(id)) => match answer {
                    Ok(call) => center.route(&asking, call),
                    Err(error) => tracing::warn!(%error, "a call couldn't be asked about"),
                },
                () = asking.closing.cancelled() => {}
            }
        });
    }

    /// The call of that id that goes on here.
    pub(in crate::runtime) fn call(&self, id: CallId) -> Option<CallHandle> {
        self.with(|book| book.get(id))
    }

    /// A call that goes on elsewhere in this process gets its news here, too; one of this client's own gives way to it.
    pub(in crate::runtime) fn adopt(self: &Arc<Self>, ports: &Ports, id: CallId, handle: &CallHandle) {
        if let Some(before) = self.with(|book| book.adopt(id, handle)) {
            before.tell(Input::Merged);
        }
        // Nobody listens yet: it waits in the book.
        let _ = self.rings.send(handle.clone());
        let (center, handle, closing) = (Arc::clone(self), handle.clone(), ports.closing.clone());
        ports.actors.spawn(async move {
            tokio::select! {
                _ = handle.ended() => {}
                () = closing.cancelled() => {}
            }
            center.forget(id, &handle);
        });
    }

    fn is_adopted(&self, id: CallId, handle: &CallHandle) -> bool {
        self.with(|book| book.is_adopted(id, handle))
    }

    /// Brings news of a call to where it belongs; a new ring becomes a new call.
    pub(super) fn route(self: &Arc<Self>, ports: &Ports, call: Call) {
        match self.with(|book| book.route(self.user, &call)) {
            Route::Tell(handle) => handle.tell(Input::CallChanged(call)),
            Route::Ring => {
                let rings_for = rings_for(&call);
                let handle = CallHandle::spawn(
                    ports.clone(),
                    self,
                    Input::Offered {
                        call: call.clone(),
                        rings_for,
                    },
                );
                // Also here, before its actor runs: the next message is for it already.
                self.register(&call, &handle, Direction::In, self.catch_ups());
                // Nobody listens yet: the ring waits in the book.
                let _ = self.rings.send(handle);
            }
            Route::Ignore => {}
        }
    }

    /// A call has its machine now, made after that many catch-ups. Returns whether it has to be fetched.
    pub(super) fn register(
        &self,
        call: &Call,
        handle: &CallHandle,
        direction: Direction,
        since: u32,
    ) -> bool {
        let registered = self.with(|book| book.register(call, handle, direction, since));
        if let Some(ring) = registered.gives_way {
            ring.tell(Input::Merged);
        }
        if let Some(news) = registered.news {
            handle.tell(Input::CallChanged(news));
        }
        registered.missed
    }

    pub(super) fn forget(&self, id: CallId, handle: &CallHandle) {
        self.with(|book| book.forget(id, handle));
    }

    /// The rings from now on, those that are on already first.
    pub(in crate::runtime) fn incoming(self: &Arc<Self>) -> IncomingCalls {
        let rings = self.rings.subscribe();
        let waiting = self.with(|book| book.handles().into());
        IncomingCalls {
            center: Arc::downgrade(self),
            rings,
            waiting,
            seen: BTreeSet::new(),
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut Book<CallHandle>) -> T) -> T {
        // A panic elsewhere leaves the book as it was: every change is a single step.
        change(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How long a call that the server says is ringing still rings here. A clock that says otherwise is wrong.
pub(in crate::runtime) fn rings_for(call: &Call) -> Duration {
    let left = (call.ring_expires_at - chrono::Utc::now())
        .to_std()
        .unwrap_or(limits::RING);
    if left.is_zero() {
        limits::RING
    } else {
        left.min(limits::RING)
    }
}

/// Incoming calls, one after the other.
pub struct IncomingCalls {
    center: Weak<CallCenter>,
    rings: broadcast::Receiver<CallHandle>,
    waiting: VecDeque<CallHandle>,
    /// Also of those that were adopted: they took the place of others of the same id.
    seen: BTreeSet<(CallId, bool)>,
}

impl IncomingCalls {
    /// The next call that rings here, or that this device's phone took before there was a client; `None` once the client is closed. Cancel-safe.
    pub async fn next(&mut self) -> Option<CallHandle> {
        loop {
            let handle = match self.waiting.pop_front() {
                Some(handle) => handle,
                None => match self.rings.recv().await {
                    Ok(handle) => handle,
                    Err(broadcast::error::RecvError::Lagged(_)) => continue,
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            };
            // A ring is told once it has its call; an outgoing call never is.
            let Ok(snapshot) = handle.wait_for(|snapshot| snapshot.call.is_some()).await else {
                continue;
            };
            let Some(call) = snapshot.call else { continue };
            let ringing = snapshot.state
                == State::Ringing {
                    direction: Direction::In,
                };
            let center = self.center.upgrade();
            let adopted = center.is_some_and(|center| center.is_adopted(call.id, &handle));
            if (ringing || adopted) && self.seen.insert((call.id, adopted)) {
                return Some(handle);
            }
        }
    }
}
