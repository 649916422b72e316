//! Everything that is decided about the socket and its topics: no I/O, no clock, no randomness.
//!
//! Three rules carry it. Subscribing is one try, but a subscription that has begun is kept up for ever. Whatever
//! ends a join, the answer to the next join decides whether the topic is closed for good. Whoever was cut off
//! hears `Resubscribed`.

mod answers;

use std::collections::BTreeMap;
use std::time::Instant;

use super::channel::{Channel, ChannelState, Told};
use super::contract::{Effect, Input, SubscriberId, Timing, Turn};
use super::protocol::{ClientFrame, Ref, WireTopic};
use crate::Moment;
use crate::backend::Topic;
use crate::backend::supabase::token::AccessToken;
use crate::backoff::full_jitter;
use crate::domain::{ErrorCode, LiveError};

#[derive(Debug)]
enum Socket {
    /// Nobody listens.
    Closed,
    /// Asked for.
    Connecting,
    /// Open; the topics were joined with `token`, or told of it since.
    Open {
        token: AccessToken,
        heartbeat: Heartbeat,
    },
    /// Couldn't be had or was lost; the next try is due then.
    Waiting { until: Instant },
}

#[derive(Debug)]
enum Heartbeat {
    Due(Instant),
    Unanswered { deadline: Instant },
}

/// The socket and its topics.
#[derive(Debug)]
pub(super) struct Machine {
    timing: Timing,
    socket: Socket,
    /// How often the socket was lost or couldn't be had since a join last succeeded.
    failed_tries: u32,
    channels: BTreeMap<WireTopic, Channel>,
    last_ref: Ref,
}

impl Machine {
    pub fn new(timing: Timing) -> Self {
        Self {
            timing,
            socket: Socket::Closed,
            failed_tries: 0,
            channels: BTreeMap::new(),
            last_ref: 0,
        }
    }

    /// When [`Input::Elapsed`] is due.
    pub fn deadline(&self) -> Option<Instant> {
        let socket = match &self.socket {
            Socket::Closed | Socket::Connecting => None,
            Socket::Open { heartbeat, .. } => Some(match heartbeat {
                Heartbeat::Due(at) => *at,
                Heartbeat::Unanswered { deadline } => *deadline,
            }),
            Socket::Waiting { until } => Some(*until),
        };
        let channels = self.channels.values().filter_map(Channel::deadline);
        channels.chain(socket).min()
    }

    /// Takes what happened and answers what to do.
    pub fn handle(&mut self, input: Input, at: Moment) -> Vec<Effect> {
        let mut turn = Turn {
            at,
            effects: Vec::new(),
        };
        match input {
            Input::Subscribe { id, topic } => self.subscribe(id, topic, &mut turn),
            Input::Unsubscribe { id } => self.unsubscribe(id, &mut turn),
            Input::Opened { token } => self.opened(token, &mut turn),
            Input::OpenFailed(error) => {
                if matches!(self.socket, Socket::Connecting) {
                    self.down(&error, &mut turn);
                }
            }
            Input::Lost => {
                if matches!(self.socket, Socket::Open { .. }) {
                    let error = LiveError::new(ErrorCode::Internal, "Realtime: the connection was lost");
                    self.down(&error, &mut turn);
                }
            }
            Input::Frame(frame) => self.frame(frame, &mut turn),
            Input::Token(token) => self.token(token, &mut turn),
            Input::Renewed(outcome) => self.renewed(outcome, &mut turn),
            Input::Elapsed => self.elapsed(&mut turn),
        }
        self.prune(&mut turn);
        turn.effects
    }

    fn subscribe(&mut self, id: SubscriberId, topic: Topic, turn: &mut Turn) {
        let topic = WireTopic::from(topic);
        if let Some(channel) = self.channels.get_mut(&topic) {
            let told = match channel.state {
                ChannelState::Joined { .. } => {
                    turn.effects.push(Effect::Subscribed(id));
                    Told::Subscribed
                }
                ChannelState::Detached
                | ChannelState::Joining { .. }
                | ChannelState::Renewing { .. }
                | ChannelState::Waiting { .. } => Told::NotYet,
            };
            channel.subscribers.insert(id, told);
            return;
        }
        let mut channel = Channel::new();
        channel.subscribers.insert(id, Told::NotYet);
        self.channels.insert(topic.clone(), channel);
        match self.socket {
            Socket::Closed => {
                self.socket = Socket::Connecting;
                turn.effects.push(Effect::Connect);
            }
            Socket::Connecting | Socket::Waiting { .. } => {}
            Socket::Open { .. } => self.join(&topic, false, turn),
        }
    }

    fn unsubscribe(&mut self, id: SubscriberId, turn: &mut Turn) {
        let listens = |channel: &Channel| channel.subscribers.contains_key(&id);
        let Some((topic, channel)) = self.channels.iter_mut().find(|(_, channel)| listens(channel)) else {
            return;
        };
        channel.subscribers.remove(&id);
        if let (true, Some(join_ref)) = (channel.subscribers.is_empty(), channel.join_ref()) {
            self.last_ref += 1;
            turn.effects.push(Effect::Send(ClientFrame::Leave {
                topic: topic.clone(),
                join_ref,
                id: self.last_ref,
            }));
        }
    }

    fn opened(&mut self, token: AccessToken, turn: &mut Turn) {
        if !matches!(self.socket, Socket::Connecting) {
            return;
        }
        let heartbeat = Heartbeat::Due(turn.at.now + self.timing.heartbeat_interval);
        self.socket = Socket::Open { token, heartbeat };
        let topics: Vec<WireTopic> = self.channels.keys().cloned().collect();
        for topic in &topics {
            self.join(topic, false, turn);
        }
    }

    /// The socket is no more. Newcomers fail; the others wait for the next one, unless there is no point.
    fn down(&mut self, error: &LiveError, turn: &mut Turn) {
        for channel in self.channels.values_mut() {
            channel.state = ChannelState::Detached;
            if error.retryable {
                channel.fail_newcomers(error, &mut turn.effects);
            } else {
                channel.close(error, &mut turn.effects);
            }
        }
        let pause =
            full_jitter(self.failed_tries, turn.at.jitter).max(error.retry_after().unwrap_or_default());
        self.failed_tries = self.failed_tries.saturating_add(1);
        self.socket = Socket::Waiting {
            until: turn.at.now + pause,
        };
    }

    fn elapsed(&mut self, turn: &mut Turn) {
        match &mut self.socket {
            Socket::Closed | Socket::Connecting => {}
            Socket::Waiting { until } => {
                if *until <= turn.at.now {
                    self.socket = Socket::Connecting;
                    turn.effects.push(Effect::Connect);
                }
            }
            Socket::Open { heartbeat, .. } => match *heartbeat {
                Heartbeat::Due(at) if at <= turn.at.now => {
                    *heartbeat = Heartbeat::Unanswered {
                        deadline: turn.at.now + self.timing.heartbeat_timeout,
                    };
                    self.last_ref += 1;
                    turn.effects
                        .push(Effect::Send(ClientFrame::Heartbeat { id: self.last_ref }));
                    turn.effects.push(Effect::CheckToken);
                }
                Heartbeat::Unanswered { deadline } if deadline <= turn.at.now => {
                    turn.effects.push(Effect::Disconnect);
                    let error = LiveError::new(ErrorCode::Internal, "Realtime: the connection fell silent");
                    self.down(&error, turn);
                }
                Heartbeat::Due(_) | Heartbeat::Unanswered { .. } => {}
            },
        }
        self.elapsed_joins(turn);
    }

    fn elapsed_joins(&mut self, turn: &mut Turn) {
        let mut rejoin = Vec::new();
        for (topic, channel) in &mut self.channels {
            if channel.deadline().is_none_or(|deadline| deadline > turn.at.now) {
                continue;
            }
            if let Some(join_ref) = channel.join_ref() {
                self.last_ref += 1;
                turn.effects.push(Effect::Send(ClientFrame::Leave {
                    topic: topic.clone(),
                    join_ref,
                    id: self.last_ref,
                }));
                let error =
                    LiveError::new(ErrorCode::Internal, "Realtime: the join was not answered in time");
                channel.retry_later(&error, turn);
            } else {
                rejoin.push(topic.clone());
            }
        }
        for topic in &rejoin {
            self.join(topic, false, turn);
        }
    }

    fn join(&mut self, topic: &WireTopic, renewed: bool, turn: &mut Turn) {
        let (Socket::Open { token, .. }, Some(channel)) = (&self.socket, self.channels.get_mut(topic)) else {
            return;
        };
        self.last_ref += 1;
        let join_ref = self.last_ref;
        channel.state = ChannelState::Joining {
            join_ref,
            deadline: turn.at.now + self.timing.join_timeout,
            renewed,
        };
        turn.effects.push(Effect::Send(ClientFrame::Join {
            topic: topic.clone(),
            join_ref,
            token: token.clone(),
        }));
    }

    /// Forgets topics that nobody listens to, and with the last one the socket.
    fn prune(&mut self, turn: &mut Turn) {
        self.channels.retain(|_, channel| !channel.subscribers.is_empty());
        if !self.channels.is_empty() {
            return;
        }
        if matches!(self.socket, Socket::Connecting | Socket::Open { .. }) {
            turn.effects.push(Effect::Disconnect);
        }
        self.socket = Socket::Closed;
        self.failed_tries = 0;
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
