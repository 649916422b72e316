//! What the server and the token provider answer.

use super::super::channel::{ChannelState, Refusal};
use super::super::contract::{Effect, Turn};
use super::super::message;
use super::super::protocol::{ClientFrame, Ref, ServerFrame};
use super::{Heartbeat, Machine, Socket};
use crate::backend::supabase::token::AccessToken;
use crate::domain::{ErrorCode, LiveError, LiveResult};

impl Machine {
    pub(super) fn frame(&mut self, frame: ServerFrame, turn: &mut Turn) {
        let Socket::Open { heartbeat, .. } = &mut self.socket else {
            return;
        };
        // Whatever comes proves that the socket is alive.
        if matches!(heartbeat, Heartbeat::Unanswered { .. }) {
            *heartbeat = Heartbeat::Due(turn.at.now + self.timing.heartbeat_interval);
        }
        match frame {
            ServerFrame::Reply { topic, id, outcome } => self.reply(&topic, id, outcome, turn),
            ServerFrame::Ended { topic, join_ref } => {
                let Some(channel) = self.channels.get_mut(topic.as_str()) else {
                    return;
                };
                if channel.join_ref().is_some() && (join_ref.is_none() || join_ref == channel.join_ref()) {
                    let error = LiveError::new(ErrorCode::Internal, "Realtime: the server ended the topic");
                    channel.retry_later(&error, turn);
                }
            }
            ServerFrame::Broadcast {
                topic,
                event,
                payload,
            } => {
                if let Some(channel) = self.channels.get_mut(topic.as_str())
                    && let Some(event) = message::read(&event, payload)
                {
                    channel.deliver(&event, &mut turn.effects);
                }
            }
            ServerFrame::Other { event } => tracing::trace!(event, "frame ignored"),
        }
    }

    fn reply(&mut self, topic: &str, id: Ref, outcome: Result<(), String>, turn: &mut Turn) {
        let renewing = self.is_renewing();
        let Socket::Open { token, .. } = &self.socket else {
            return;
        };
        let Some(channel) = self.channels.get_mut(topic) else {
            return;
        };
        let ChannelState::Joining {
            join_ref, renewed, ..
        } = channel.state
        else {
            return;
        };
        if join_ref != id {
            return;
        }
        let Err(reason) = outcome else {
            self.failed_tries = 0;
            channel.joined(join_ref, &mut turn.effects);
            return;
        };
        tracing::debug!(topic, reason, "join refused");
        match Refusal::read(&reason) {
            Refusal::Token(_) if !renewed => {
                let refused = token.clone();
                if !renewing {
                    turn.effects.push(Effect::RenewToken(refused.clone()));
                }
                channel.state = ChannelState::Renewing { refused };
            }
            Refusal::Forbidden(error) | Refusal::Token(error) => channel.close(&error, &mut turn.effects),
            Refusal::Passing(error) => channel.retry_later(&error, turn),
        }
    }

    pub(super) fn token(&mut self, newer: AccessToken, turn: &mut Turn) {
        let Socket::Open { token, .. } = &mut self.socket else {
            return;
        };
        // An answer that was overtaken by a newer one.
        if *token == newer || newer.expires_at() < token.expires_at() {
            return;
        }
        *token = newer.clone();
        for (topic, channel) in &self.channels {
            if let Some(join_ref) = channel.join_ref() {
                self.last_ref += 1;
                turn.effects.push(Effect::Send(ClientFrame::AccessToken {
                    topic: topic.clone(),
                    join_ref,
                    id: self.last_ref,
                    token: newer.clone(),
                }));
            }
        }
    }

    pub(super) fn renewed(&mut self, outcome: LiveResult<AccessToken>, turn: &mut Turn) {
        if let Ok(token) = &outcome {
            self.token(token.clone(), turn);
        }
        let mut rejoin = Vec::new();
        for (topic, channel) in &mut self.channels {
            let ChannelState::Renewing { refused } = &channel.state else {
                continue;
            };
            match &outcome {
                Ok(token) if token != refused => rejoin.push(topic.clone()),
                Ok(_) => {
                    let message = "Realtime: the access token is refused, and there is no other";
                    channel.close(
                        &LiveError::new(ErrorCode::NotAuthenticated, message),
                        &mut turn.effects,
                    );
                }
                Err(error) if error.retryable => channel.retry_later(error, turn),
                Err(error) => channel.close(error, &mut turn.effects),
            }
        }
        for topic in &rejoin {
            self.join(topic, true, turn);
        }
    }

    fn is_renewing(&self) -> bool {
        let mut states = self.channels.values().map(|channel| &channel.state);
        states.any(|state| matches!(state, ChannelState::Renewing { .. }))
    }
}
