//! Inputs and effects of the machine: its whole contract.

use std::time::Duration;

use super::protocol::{ClientFrame, ServerFrame};
use crate::Moment;
use crate::backend::supabase::token::AccessToken;
use crate::backend::{RealtimeEvent, Topic};
use crate::domain::{LiveError, LiveResult};

/// One subscription of the app; several may share a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SubscriberId(pub u64);

/// How patient the machine is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub heartbeat_interval: Duration,
    /// How long the socket may stay silent after a heartbeat.
    pub heartbeat_timeout: Duration,
    /// How long a join may stay unanswered.
    pub join_timeout: Duration,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// The app wants to hear a topic.
    Subscribe { id: SubscriberId, topic: Topic },
    /// The app dropped the subscription.
    Unsubscribe { id: SubscriberId },
    /// The socket that was asked for is open, and this is the user's token.
    Opened { token: AccessToken },
    /// The socket that was asked for can't be had.
    OpenFailed(LiveError),
    /// The open socket is gone.
    Lost,
    /// The server said something.
    Frame(ServerFrame),
    /// The answer to [`Effect::CheckToken`], or the provider told of a change.
    Token(AccessToken),
    /// The answer to [`Effect::RenewToken`].
    Renewed(LiveResult<AccessToken>),
    /// The machine's deadline has passed.
    Elapsed,
}

/// What to do about it, in this order.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    /// Get the user's token and open a socket; answered by `Opened` or `OpenFailed`.
    Connect,
    /// Close the socket, or give up opening it; never answered.
    Disconnect,
    /// Send a frame.
    Send(ClientFrame),
    /// Ask the provider for the token in force.
    CheckToken,
    /// Ask the provider for a token instead of this one, which the server refused.
    RenewToken(AccessToken),
    /// The subscription has begun.
    Subscribed(SubscriberId),
    /// Something to tell the subscriber.
    Event(SubscriberId, RealtimeEvent),
    /// The subscription is over, or could not begin; nothing follows for this subscriber.
    Closed(SubscriberId, LiveError),
}

/// One input's handling, and what came of it so far.
pub(super) struct Turn {
    pub at: Moment,
    pub effects: Vec<Effect>,
}
