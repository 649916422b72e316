//! What the simulated world consists of. Rules are in `sessions`, `stage`, `calls` and `room`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use super::network::{Fault, Line, Operation};
use super::room::Room;
use super::world::Wire;
use crate::backend::{DoNotDisturb, LiveKitAccess, RealtimeEvent, Topic};
use crate::domain::{
    Call, CallId, ChatMessage, ErrorCode, IdempotencyKey, LiveError, LiveResult, LiveSession, Participant,
    Recording, Role, SessionId, StageRequest, StageRequestId, UserId, VideoRequest,
};

/// 2026-01-01T00:00:00Z: a simulated world begins at the same moment, whenever it runs.
const BEGINNING: i64 = 1_767_225_600;
/// How long a token admits.
const TOKEN_TTL: Duration = Duration::from_secs(600);

/// Somebody.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) is_creator: bool,
    pub(super) coins: u32,
    pub(super) subscribed_to: BTreeSet<UserId>,
    pub(super) blocked: BTreeSet<UserId>,
    pub(super) devices: u32,
    pub(super) do_not_disturb: DoNotDisturb,
}

/// A session with what hangs on it.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) row: LiveSession,
    pub(super) seats: BTreeMap<UserId, Participant>,
    pub(super) tickets: BTreeSet<UserId>,
    /// The latest raised hand or invitation of each person.
    pub(super) requests: BTreeMap<UserId, StageRequest>,
    pub(super) places: usize,
    /// The eldest first.
    pub(super) chat: Vec<ChatMessage>,
    pub(super) last_said: BTreeMap<UserId, DateTime<Utc>>,
    pub(super) slow_mode_seconds: u32,
    pub(super) muted: BTreeSet<UserId>,
    pub(super) recording: Option<Recording>,
}

/// What an idempotency key brought about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Done {
    Session(SessionId, u32),
    Call(CallId),
}

/// What a token admits to.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) user: UserId,
    pub(super) room: String,
    pub(super) role: Role,
    pub(super) expires: Instant,
}

/// What is to happen later, unless it has become moot.
#[derive(Clone, Debug)]
pub(super) enum Alarm {
    RingOver(CallId),
    VideoRequestOver(CallId, VideoRequest),
    NeverStarted(SessionId),
    HostAway(SessionId),
    InvitationOver(SessionId, UserId, StageRequestId),
    CallDeserted(CallId, UserId),
    OutageNoticed(UserId, u64),
    OutageTooLong(UserId, u64),
    NetworkBack(UserId, u64),
}

pub(super) struct Listener {
    pub(super) user: UserId,
    pub(super) topic: Topic,
    pub(super) wire: Wire<RealtimeEvent>,
}

pub(super) struct Model {
    pub(super) seed: u64,
    started: Instant,
    numbers: u64,
    pub(super) people: BTreeMap<UserId, Person>,
    pub(super) lines: BTreeMap<UserId, Line>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) calls: BTreeMap<CallId, Call>,
    pub(super) rooms: BTreeMap<String, Room>,
    pub(super) done: BTreeMap<(UserId, Operation, String), Done>,
    /// What was asked of a stage and done, by user and idempotency key.
    pub(super) stage_intents: BTreeSet<(UserId, String)>,
    /// Gifts that were given, by user and idempotency key.
    pub(super) gift_intents: BTreeSet<(UserId, String)>,
    /// Whom which creator banned from every session.
    pub(super) creator_bans: BTreeSet<(UserId, UserId)>,
    pub(super) tickets: BTreeMap<String, Ticket>,
    pub(super) listeners: Vec<Listener>,
    pub(super) faults: Vec<(Option<UserId>, Operation, Fault)>,
    pub(super) alarms: Vec<(Duration, Alarm)>,
    pub(super) trace: Vec<String>,
}

impl Model {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            started: Instant::now(),
            numbers: 0,
            people: BTreeMap::new(),
            lines: BTreeMap::new(),
            sessions: BTreeMap::new(),
            calls: BTreeMap::new(),
            rooms: BTreeMap::new(),
            done: BTreeMap::new(),
            stage_intents: BTreeSet::new(),
            gift_intents: BTreeSet::new(),
            creator_bans: BTreeSet::new(),
            tickets: BTreeMap::new(),
            listeners: Vec::new(),
            faults: Vec::new(),
            alarms: Vec::new(),
            trace: Vec::new(),
        }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn id(&mut self) -> Uuid {
        let number = self.number();
        Uuid::from_u64_pair(self.seed, number)
    }

    /// The world's wall clock.
    pub(super) fn clock(&self) -> DateTime<Utc> {
        let passed = TimeDelta::from_std(self.started.elapsed()).unwrap_or_default();
        DateTime::from_timestamp(BEGINNING, 0).unwrap_or_default() + passed
    }

    pub(super) fn line(&mut self, user: UserId) -> &mut Line {
        let seed = self.seed;
        self.lines.entry(user).or_insert_with(|| Line::new(seed, user))
    }

    pub(super) fn is_online(&mut self, user: UserId) -> bool {
        self.line(user).online
    }

    pub(super) fn note(&mut self, user: UserId, what: impl std::fmt::Display) {
        let name = self.people.get(&user).map_or("?", |person| person.name.as_str());
        let line = format!("{:>8} ms  {name}: {what}", self.started.elapsed().as_millis());
        self.trace.push(line);
    }

    /// The fault that is scripted for this request, which uses it up.
    pub(super) fn fault(&mut self, user: UserId, operation: Operation) -> Option<Fault> {
        let place = self
            .faults
            .iter()
            .position(|(who, what, _)| *what == operation && who.is_none_or(|who| who == user))?;
        Some(self.faults.remove(place).2)
    }

    pub(super) fn person(&self, user: UserId) -> LiveResult<&Person> {
        self.people
            .get(&user)
            .ok_or_else(|| LiveError::new(ErrorCode::NotFound, "There is no such person."))
    }

    pub(super) fn is_blocked_between(&self, one: UserId, other: UserId) -> bool {
        let blocks = |who: UserId, whom: UserId| {
            self.people
                .get(&who)
                .is_some_and(|person| person.blocked.contains(&whom))
        };
        blocks(one, other) || blocks(other, one)
    }

    pub(super) fn access(&mut self, user: UserId, room: String, role: Role) -> LiveKitAccess {
        let token = format!("sim-token-{}", self.number());
        let expires = Instant::now() + TOKEN_TTL;
        let ticket = Ticket {
            user,
            room,
            role,
            expires,
        };
        self.tickets.insert(token.clone(), ticket);
        LiveKitAccess {
            url: "ws://sim.invalid".into(),
            token,
        }
    }

    pub(super) fn remember(&mut self, user: UserId, what: Operation, key: &IdempotencyKey, done: Done) {
        self.done.insert((user, what, key.as_str().to_owned()), done);
    }

    pub(super) fn remembered(&self, user: UserId, what: Operation, key: &IdempotencyKey) -> Option<Done> {
        self.done.get(&(user, what, key.as_str().to_owned())).copied()
    }

    /// Broadcasts to a topic; who is offline misses it.
    pub(super) fn tell(&mut self, topic: Topic, event: &RealtimeEvent) {
        let mut listeners = std::mem::take(&mut self.listeners);
        listeners.retain(|listener| !listener.wire.is_closed());
        for listener in listeners.iter().filter(|listener| listener.topic == topic) {
            let line = self.line(listener.user);
            if line.online {
                let trip = line.trip() / 2;
                listener.wire.send(trip, event.clone());
            }
        }
        self.listeners = listeners;
    }

    pub(super) fn ring(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::RingOver(call) => self.ring_over(call),
            Alarm::VideoRequestOver(call, asked) => self.video_request_over(call, &asked),
            Alarm::NeverStarted(session) => self.never_started(session),
            Alarm::HostAway(session) => self.host_away(session),
            Alarm::InvitationOver(session, user, request) => self.invitation_over(session, user, request),
            Alarm::CallDeserted(call, user) => self.call_deserted(call, user),
            Alarm::OutageNoticed(user, outage) => self.outage_noticed(user, outage),
            Alarm::OutageTooLong(user, outage) => self.outage_too_long(user, outage),
            Alarm::NetworkBack(user, outage) => {
                if self.line(user).outage == outage {
                    self.network_back(user);
                }
            }
        }
    }
}
