//! The tickets of one call: what a phone that a push woke speaks with, instead of the app's session.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use tokio::sync::watch;

use super::token::{AccessToken, TokenProvider};
use crate::backend::{Answer, CallTicket};
use crate::domain::{DeviceId, ErrorCode, IdempotencyKey, LiveError, LiveResult};

/// The ticket that is good now: the push's until the call is answered, the call's from then on.
pub(super) struct CallTickets {
    current: Mutex<AccessToken>,
    key: IdempotencyKey,
    changes: watch::Sender<()>,
    call_ticket: watch::Sender<Option<String>>,
}

/// What a ticket says beside whose it is and until when.
#[derive(Deserialize)]
struct Claims {
    jti: String,
    device_id: String,
}

impl CallTickets {
    /// Reads a ticket; its signature is the server's to check. Also the device that it was made for.
    pub(super) fn new(ticket: &CallTicket) -> LiveResult<(Self, DeviceId)> {
        let (text, field) = match ticket {
            CallTicket::Answer(text) => (text, "answer_ticket"),
            CallTicket::Call(text) => (text, "call_ticket"),
        };
        let refused =
            || LiveError::new(ErrorCode::InvalidArgument, "this is no ticket of a call").with_field(field);
        let current = AccessToken::parse(text).map_err(|_| refused())?;
        let payload = text.split('.').nth(1).unwrap_or_default();
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused())?;
        let claims: Claims = serde_json::from_slice(&payload).map_err(|_| refused())?;
        let tickets = Self {
            current: Mutex::new(current),
            // A ticket answers once: one key for every try.
            key: IdempotencyKey::new(claims.jti).map_err(|_| refused())?,
            changes: watch::channel(()).0,
            call_ticket: watch::channel(match ticket {
                CallTicket::Answer(_) => None,
                CallTicket::Call(text) => Some(text.clone()),
            })
            .0,
        };
        Ok((tickets, DeviceId::new(claims.device_id).map_err(|_| refused())?))
    }

    /// Names the one acceptance that the ticket is good for.
    pub(super) const fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    /// The call was answered, and has a ticket of its own now.
    pub(super) fn answered(&self, call_ticket: &str) -> LiveResult<()> {
        let ticket = AccessToken::parse(call_ticket)?;
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = ticket;
        self.changes.send_replace(());
        self.call_ticket.send_replace(Some(call_ticket.to_owned()));
        Ok(())
    }

    /// The call's own ticket, once there is one.
    pub(super) fn call_ticket(&self) -> watch::Receiver<Option<String>> {
        self.call_ticket.subscribe()
    }

    fn current(&self) -> AccessToken {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl TokenProvider for CallTickets {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        Box::pin(std::future::ready(Ok(self.current())))
    }

    fn renew<'a>(&'a self, _rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        self.access_token()
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_ticket_is_refused_by_the_name_of_the_field() {
        let encoded = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let sub = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        for text in [
            String::new(),
            "a.b.c".into(),
            encoded(&format!(r#"{{"sub":"{sub}","exp":1}}"#)),
            encoded(&format!(r#"{{"sub":"{sub}","exp":1,"jti":"t","device_id":""}}"#)),
            encoded(&format!(
                r#"{{"sub":"{sub}","exp":1,"jti":"","device_id":"phone"}}"#
            )),
        ] {
            let error = CallTickets::new(&CallTicket::Answer(text.clone())).err().unwrap();
            assert_eq!(error.code, ErrorCode::InvalidArgument, "{text}");
            assert_eq!(error.details.field.as_deref(), Some("answer_ticket"));
        }
        let good = encoded(&format!(
            r#"{{"sub":"{sub}","exp":1,"jti":"t","device_id":"phone"}}"#
        ));
        let (tickets, device) = CallTickets::new(&CallTicket::Answer(good)).unwrap();
        assert_eq!((tickets.key().as_str(), device.as_str()), ("t", "phone"));
    }
}
