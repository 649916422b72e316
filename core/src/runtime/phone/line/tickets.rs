//! Calls for which a ticket speaks: a push's, or that of a call which a process before had answered.

use std::sync::Arc;

use super::Line;
use crate::backend::{AnswerCall, CallTicket};
use crate::call::{self, CallPush, Push};
use crate::domain::{CallId, ErrorCode, LiveError, LiveResult};
use crate::runtime::call::CallHandle;
use crate::runtime::client::LiveClient;
use crate::runtime::phone::leg::{ByTicket, Leg};
use crate::runtime::phone::stored::StoredCall;
use crate::runtime::shared::insist;

impl Line {
    pub(super) fn ringing(&mut self, call_id: CallId, push: Option<&CallPush>) -> LiveResult<Leg> {
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

    pub(super) fn rejoin(&mut self, stored: &StoredCall) -> LiveResult<Leg> {
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

    pub(super) fn decline(&mut self, call_id: CallId, ticket: Option<String>) {
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
}
