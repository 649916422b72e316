//! One topic: who listens, and how far the join is.

use std::collections::BTreeMap;
use std::time::Instant;

use super::contract::{Effect, SubscriberId, Turn};
use super::protocol::Ref;
use crate::backend::RealtimeEvent;
use crate::backend::supabase::token::AccessToken;
use crate::backoff::full_jitter;
use crate::domain::{ErrorCode, LiveError};

/// How far the join of a topic is.
#[derive(Debug)]
pub(super) enum ChannelState {
    /// There is no socket to join over.
    Detached,
    /// Asked for, not answered. `renewed`: with a token renewed for this very join.
    Joining {
        join_ref: Ref,
        deadline: Instant,
        renewed: bool,
    },
    /// Refused for its token; a newer one was asked for.
    Renewing { refused: AccessToken },
    /// Messages flow.
    Joined { join_ref: Ref },
    /// The join failed or was ended by the server; the next try is due then.
    Waiting { until: Instant },
}

/// Whether a subscriber was told that its subscription has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    NotYet,
    Subscribed,
}

#[derive(Debug)]
pub(super) struct Channel {
    pub subscribers: BTreeMap<SubscriberId, Told>,
    pub state: ChannelState,
    pub failed_tries: u32,
}

impl Channel {
    pub fn new() -> Self {
        Self {
            subscribers: BTreeMap::new(),
            state: ChannelState::Detached,
            failed_tries: 0,
        }
    }

    /// The join that the server knows of, answered or not.
    pub fn join_ref(&self) -> Option<Ref> {
        match self.state {
            ChannelState::Joining { join_ref, .. } | ChannelState::Joined { join_ref } => Some(join_ref),
            ChannelState::Detached | ChannelState::Renewing { .. } | ChannelState::Waiting { .. } => None,
        }
    }

    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            ChannelState::Joining { deadline, .. } => Some(deadline),
            ChannelState::Waiting { until } => Some(until),
            ChannelState::Detached | ChannelState::Renewing { .. } | ChannelState::Joined { .. } => None,
        }
    }

    /// The join was accepted: those who waited begin, those who were cut off learn that they may have missed
    /// something.
    pub fn joined(&mut self, join_ref: Ref, effects: &mut Vec<Effect>) {
        self.state = ChannelState::Joined { join_ref };
        self.failed_tries = 0;
        for (id, told) in &mut self.subscribers {
            effects.push(match *told {
                Told::NotYet => Effect::Subscribed(*id),
                Told::Subscribed => Effect::Event(*id, RealtimeEvent::Resubscribed),
            });
            *told = Told::Subscribed;
        }
    }

    /// Passes a message on, also to those whose join isn't answered yet: the server may be that quick.
    pub fn deliver(&self, event: &RealtimeEvent, effects: &mut Vec<Effect>) {
        let deliveries = self
            .subscribers
            .keys()
            .map(|id| Effect::Event(*id, event.clone()));
        effects.extend(deliveries);
    }

    /// Ends the subscriptions that haven't begun: subscribing is one try.
    pub fn fail_newcomers(&mut self, error: &LiveError, effects: &mut Vec<Effect>) {
        self.subscribers.retain(|id, told| {
            if *told == Told::NotYet {
                effects.push(Effect::Closed(*id, error.clone()));
            }
            *told == Told::Subscribed
        });
    }

    /// Newcomers fail; the others' next try comes later.
    pub fn retry_later(&mut self, error: &LiveError, turn: &mut Turn) {
        self.fail_newcomers(error, &mut turn.effects);
        let until = turn.at.now + full_jitter(self.failed_tries, turn.at.jitter);
        self.failed_tries = self.failed_tries.saturating_add(1);
        self.state = ChannelState::Waiting { until };
    }

    /// Ends every subscription.
    pub fn close(&mut self, error: &LiveError, effects: &mut Vec<Effect>) {
        let closed = std::mem::take(&mut self.subscribers).into_keys();
        effects.extend(closed.map(|id| Effect::Closed(id, error.clone())));
    }
}

/// What the server's reason for refusing a join means.
#[derive(Debug, PartialEq)]
pub(super) enum Refusal {
    /// Policies don't let this user hear the topic.
    Forbidden(LiveError),
    /// The token is expired or not taken.
    Token(LiveError),
    /// Nothing to do with the user; worth another try.
    Passing(LiveError),
}

impl Refusal {
    /// Reads Realtime's `<Code>: <text>`.
    pub fn read(reason: &str) -> Self {
        let code = reason.split(':').next().unwrap_or_default();
        match code {
            "Unauthorized" => Self::Forbidden(LiveError::new(
                ErrorCode::Forbidden,
                "Realtime: the topic is not for this user",
            )),
            "InvalidJWTToken" | "MalformedJWT" | "JwtSignatureError" => Self::Token(LiveError::new(
                ErrorCode::NotAuthenticated,
                format!("Realtime: the access token is refused ({code})"),
            )),
            "ConnectionRateLimitReached" | "ChannelRateLimitReached" | "ClientJoinRateLimitReached" => {
                Self::Passing(LiveError::new(
                    ErrorCode::RateLimited,
                    format!("Realtime: {code}"),
                ))
            }
            _ => {
                let known = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let code = if known { code } else { "unknown reason" };
                Self::Passing(LiveError::new(
                    ErrorCode::Internal,
                    format!("Realtime: the join was refused ({code})"),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_of_realtime_are_told_apart() {
        let passing = |reason: &str| match Refusal::read(reason) {
            Refusal::Passing(error) => error,
            Refusal::Forbidden(error) | Refusal::Token(error) => panic!("{reason}: {error}"),
        };
        let forbidden = "Unauthorized: You do not have permissions to read from this Channel topic: user:1";
        assert!(matches!(Refusal::read(forbidden), Refusal::Forbidden(_)));
        for reason in [
            "InvalidJWTToken: Token has expired 3 seconds ago",
            "MalformedJWT: The token provided is not a valid JWT",
            "JwtSignatureError: Failed to validate JWT signature",
        ] {
            assert!(matches!(Refusal::read(reason), Refusal::Token(_)), "{reason}");
        }
        assert_eq!(
            passing("ChannelRateLimitReached: Too many channels").code,
            ErrorCode::RateLimited
        );
        for reason in [
            "DatabaseLackOfConnections: no",
            "RealtimeRestarting: standby",
            "",
            "no code at all",
        ] {
            let error = passing(reason);
            assert_eq!(
                (error.code, error.retryable),
                (ErrorCode::Internal, true),
                "{reason}"
            );
        }
    }

    #[test]
    fn a_reason_that_is_no_code_is_not_quoted() {
        let Refusal::Passing(error) = Refusal::read("token eyJhbGciOi is bad: no") else {
            panic!("unknown reasons pass");
        };
        assert!(!error.message.contains("eyJ"), "{}", error.message);
    }
}
