//! One call of the phone's, and what it tells the machine.

use std::sync::Weak;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::Shared;
use crate::call::{Direction, State};
use crate::domain::{CallEndReason, CallId, CallType};
use crate::runtime::call::{CallHandle, CallSnapshot};
use crate::runtime::client::LiveClient;
use crate::telephony::{Input, SystemCallId};

/// How often a phone that rings by its push alone asks whether it still does: nothing tells an iPhone that another device
/// answered, or that the caller gave up.
const STILL_RINGING: Duration = Duration::from_millis(750);

/// What speaks for a call that a push brought.
pub(super) struct ByTicket {
    pub(super) client: LiveClient,
    pub(super) call_ticket: watch::Receiver<Option<String>>,
}

/// A call of the phone's.
pub(super) struct Leg {
    handle: CallHandle,
    by: Option<(CallId, ByTicket)>,
}

impl Leg {
    pub(super) const fn of_client(handle: CallHandle) -> Self {
        Self { handle, by: None }
    }

    pub(super) const fn by_ticket(handle: CallHandle, id: CallId, by: ByTicket) -> Self {
        Self {
            handle,
            by: Some((id, by)),
        }
    }

    pub(super) const fn handle(&self) -> &CallHandle {
        &self.handle
    }

    /// The client that the phone made for this call.
    pub(super) fn own(&self) -> Option<&LiveClient> {
        self.by.as_ref().map(|(_, by)| &by.client)
    }

    /// The call, where a ticket speaks for it.
    pub(super) fn ticket_of(&self) -> Option<CallId> {
        self.by.as_ref().map(|(id, _)| *id)
    }

    /// Tells the machine what becomes of the call; returns once it is over and everybody who had to know knows.
    pub(super) fn follow(
        &self,
        phone: Weak<Shared>,
        call: SystemCallId,
        is_outgoing: bool,
    ) -> impl Future<Output = SystemCallId> + Send + 'static {
        let handle = self.handle.clone();
        let (own, id) = (self.own().cloned(), self.ticket_of());
        let ticket = self.by.as_ref().map(|(_, by)| by.call_ticket.clone());
        let mut told = Told {
            phone,
            call,
            is_outgoing,
            dialled: false,
            connected: false,
            call_type: None,
        };
        async move {
            let mut snapshots = handle.snapshots();
            let mut asks = interval(STILL_RINGING);
            asks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            // The first one is now, and was asked with the ring.
            asks.tick().await;
            let phone = told.phone.clone();
            let keeping = async {
                if let (Some(mut ticket), Some(id)) = (ticket, id)
                    && let Ok(ticket) = ticket.wait_for(Option::is_some).await
                    && let (Some(ticket), Some(phone)) = (ticket.clone(), phone.upgrade())
                {
                    phone.answered_with(id, ticket);
                }
                std::future::pending::<()>().await;
            };
            let following = async {
                loop {
                    let rings = {
                        let now = snapshots.borrow_and_update();
                        if told.tell(&now) {
                            return;
                        }
                        now.state
                            == State::Ringing {
                                direction: Direction::In,
                            }
                    };
                    tokio::select! {
                        changed = snapshots.changed() => if changed.is_err() {
                            told.say(Input::Ended(call, CallEndReason::Failed));
                            return;
                        },
                        _ = asks.tick() => if let (true, Some(own), Some(id)) = (rings, &own, id) {
                            own.ask_about(id);
                        },
                    }
                }
            };
            tokio::select! {
                () = following => {}
                () = keeping => {}
            }
            handle.ended().await;
            if let Some(own) = own
                && let Err(error) = own.close().await
            {
                tracing::warn!(%error, "the backend couldn't be told of a call in time");
            }
            call
        }
    }
}

/// What the machine was told of a call.
struct Told {
    phone: Weak<Shared>,
    call: SystemCallId,
    is_outgoing: bool,
    dialled: bool,
    connected: bool,
    call_type: Option<CallType>,
}

impl Told {
    /// Tells what is new; whether that was the last word.
    fn tell(&mut self, now: &CallSnapshot) -> bool {
        if let Some(row) = &now.call {
            if self.is_outgoing && !std::mem::replace(&mut self.dialled, true) {
                self.say(Input::Dialed(self.call, row.id));
            }
            if self
                .call_type
                .replace(row.call_type)
                .is_some_and(|before| before != row.call_type)
            {
                self.say(Input::TypeChanged(self.call, row.call_type));
            }
        }
        match now.state {
            State::Active | State::Held => {
                if !std::mem::replace(&mut self.connected, true) {
                    self.say(Input::Connected(self.call));
                }
                false
            }
            State::Ended { reason } => {
                self.say(Input::Ended(self.call, reason));
                true
            }
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Reconnecting { .. } => false,
        }
    }

    fn say(&self, input: Input) {
        if let Some(phone) = self.phone.upgrade() {
            phone.feed(input);
        }
    }
}
