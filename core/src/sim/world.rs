//! The world, shared by everybody in it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::model::{Alarm, Model, Person};
use super::network::{Fault, Operation, lost};
use super::person::SimPerson;
use crate::backend::DoNotDisturb;
use crate::domain::{CallId, LiveError, LiveResult, SessionId, UserId, limits};

/// A simulated world: people, sessions, calls, rooms, and the network between them. Clone it freely.
#[derive(Clone)]
pub struct Sim {
    model: Arc<Mutex<Model>>,
}

impl Sim {
    /// An empty world. Must run inside a tokio runtime whose clock is paused, as [`super::run`] makes one.
    pub fn new(seed: u64) -> Self {
        Self {
            model: Arc::new(Mutex::new(Model::new(seed))),
        }
    }

    /// A new person with 0 coins, who may not create sessions.
    pub fn person(&self, name: &str) -> SimPerson {
        self.somebody(name, false)
    }

    /// A new person who may create sessions.
    pub fn creator(&self, name: &str) -> SimPerson {
        self.somebody(name, true)
    }

    /// Lets the next request of that kind, by anybody, go wrong. Said again, the one after it as well.
    pub fn next_fails(&self, operation: Operation, fault: Fault) {
        self.with(|model| model.faults.push((None, operation, fault)));
    }

    /// Limits how many people fit into a session, the host among them.
    pub fn limit_places(&self, session: SessionId, places: usize) {
        self.with(|model| {
            if let Some(session) = model.sessions.get_mut(&session) {
                session.places = places;
            }
        });
    }

    /// The LiveKit server goes down and comes back at once, without its rooms.
    pub fn restart_livekit(&self) {
        self.with(Model::restart_livekit);
    }

    /// The session as the world has it.
    ///
    /// # Errors
    /// `not_found`.
    pub fn session(&self, session: SessionId) -> LiveResult<crate::domain::LiveSession> {
        self.with(|model| model.session(session).map(|session| session.row.clone()))
    }

    /// The call as the world has it.
    ///
    /// # Errors
    /// `not_found`.
    pub fn call(&self, call: CallId) -> LiveResult<crate::domain::Call> {
        self.with(|model| model.call(call).cloned())
    }

    /// Everything that was asked and done, with its virtual time, line by line: the same for the same seed.
    pub fn trace(&self) -> Vec<String> {
        self.with(|model| model.trace.clone())
    }

    fn somebody(&self, name: &str, is_creator: bool) -> SimPerson {
        let id = self.with(|model| {
            let id = UserId(model.id());
            let person = Person {
                name: name.to_owned(),
                is_creator,
                coins: 0,
                subscribed_to: Default::default(),
                blocked: Default::default(),
                devices: 0,
                do_not_disturb: DoNotDisturb::Off,
            };
            model.people.insert(id, person);
            id
        });
        SimPerson::new(self.clone(), id)
    }

    /// Changes the world in one step, and sets the alarms that the change asks for.
    pub(super) fn with<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        // A script that panics inside a step fails its test anyway.
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = change(&mut model);
        let alarms = std::mem::take(&mut model.alarms);
        drop(model);
        for (after, alarm) in alarms {
            self.set(after, alarm);
        }
        answer
    }

    fn set(&self, after: Duration, alarm: Alarm) {
        let sim = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            sim.with(|model| model.ring(alarm));
        });
    }

    /// Asks the world over the network: there, a decision, and back.
    pub(super) async fn ask<T>(
        &self,
        user: UserId,
        operation: Operation,
        decide: impl FnOnce(&mut Model) -> LiveResult<T>,
    ) -> LiveResult<T> {
        let (trip, fault) = self.with(|model| (model.line(user).trip(), model.fault(user, operation)));
        let delay = match fault {
            Some(Fault::Slow(more)) => (trip + more) / 2,
            Some(Fault::Refused(_) | Fault::AnswerLost) | None => trip / 2,
        };
        let asked = async {
            tokio::time::sleep(delay).await;
            let answer = self.with(|model| {
                if !model.is_online(user) {
                    model.note(user, format_args!("{} doesn't arrive", operation.as_str()));
                    return Err(lost());
                }
                let answer = match fault {
                    Some(Fault::Refused(code)) => Err(LiveError::new(code, "scripted")),
                    Some(Fault::Slow(_) | Fault::AnswerLost) | None => decide(model),
                };
                let outcome = answer.as_ref().err().map_or("ok", |error| error.code.as_str());
                model.note(user, format_args!("{} -> {outcome}", operation.as_str()));
                answer
            });
            tokio::time::sleep(delay).await;
            let arrives = self.with(|model| model.is_online(user)) && fault != Some(Fault::AnswerLost);
            if arrives { answer } else { Err(lost()) }
        };
        tokio::time::timeout(limits::REQUEST_TIMEOUT, asked)
            .await
            .unwrap_or_else(|_| Err(lost()))
    }
}

/// One direction of a connection: what is sent arrives later, and in order.
pub(super) struct Wire<T>(UnboundedSender<(Instant, T)>);

impl<T: Send + 'static> Wire<T> {
    pub(super) fn new() -> (Self, UnboundedReceiver<T>) {
        let (sender, mut under_way) = unbounded_channel::<(Instant, T)>();
        let (arriving, receiver) = unbounded_channel();
        tokio::spawn(async move {
            while let Some((due, item)) = under_way.recv().await {
                tokio::time::sleep_until(due).await;
                if arriving.send(item).is_err() {
                    return;
                }
            }
        });
        (Self(sender), receiver)
    }

    pub(super) fn send(&self, after: Duration, item: T) {
        // Nobody listens any more: as when a connection is gone.
        let _ = self.0.send((Instant::now() + after, item));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}
