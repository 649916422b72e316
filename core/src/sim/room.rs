//! LiveKit rooms, as far as a client sees them.

use std::collections::BTreeMap;

use super::model::{Alarm, Model, Ticket};
use super::on_air::{Encoding, OnAir};
use super::watching::Watched;
use super::world::Wire;
use crate::backend::Topic;
use crate::domain::{
    CallStatus, CallType, Grants, ParticipantStatus, Role, RoomName, SessionId, SessionType, UserId, grants,
    limits,
};
use crate::media::{
    DisconnectReason, MediaEvent, MediaParticipant, RemoteTrack, TrackId, TrackKind, TrackSource, ViewSize,
};

#[derive(Default)]
pub(super) struct Room {
    pub(super) peers: BTreeMap<UserId, Peer>,
}

/// Somebody in a room; without a wire, somebody whom the script moves.
pub(super) struct Peer {
    /// Tells this connection from an earlier one of the same person.
    pub(super) number: u64,
    pub(super) role: Option<Role>,
    pub(super) grants: Grants,
    /// What is published.
    pub(super) on_air: Vec<OnAir>,
    /// What is subscribed.
    pub(super) watched: BTreeMap<TrackId, Watched>,
    /// How large tracks are seen, as far as it was said; `None` is hidden.
    pub(super) views: BTreeMap<TrackId, Option<ViewSize>>,
    pub(super) auto_subscribe: bool,
    pub(super) wire: Option<Wire<MediaEvent>>,
    /// What was said while the connection was being resumed.
    pub(super) held: Vec<MediaEvent>,
}

impl Model {
    pub(super) fn is_in(&self, room: &str, user: UserId) -> bool {
        self.rooms
            .get(room)
            .is_some_and(|room| room.peers.contains_key(&user))
    }

    pub(super) fn peer(&mut self, room: &str, user: UserId) -> Option<&mut Peer> {
        self.rooms.get_mut(room)?.peers.get_mut(&user)
    }

    /// Lets somebody into a room; answers the number of the connection, what may be
    /// published, and who is there.
    pub(super) fn enter(
        &mut self,
        ticket: &Ticket,
        auto_subscribe: bool,
        wire: Option<Wire<MediaEvent>>,
    ) -> (u64, Grants, Vec<MediaParticipant>) {
        let (user, name) = (ticket.user, ticket.room.as_str());
        self.put_out(name, user, DisconnectReason::DuplicateIdentity);
        let (session, session_type) = match name.parse::<RoomName>() {
            Ok(RoomName::Live(id)) => (Some(id), SessionType::VideoLive),
            Ok(RoomName::Room(id)) => (Some(id), SessionType::AudioRoom),
            Ok(RoomName::Call(id)) => {
                let call_type = self.call(id).map_or(CallType::AudioCall, |call| call.call_type);
                (None, call_type.session_type())
            }
            Err(_) => (None, SessionType::AudioCall),
        };
        let role = session.is_some().then_some(ticket.role);
        let granted = grants(ticket.role, session_type);
        let number = self.number();
        let peer = Peer {
            number,
            role,
            grants: granted,
            on_air: Vec::new(),
            watched: BTreeMap::new(),
            views: BTreeMap::new(),
            auto_subscribe,
            wire,
            held: Vec::new(),
        };
        let there = self.rooms.get(name).map_or_else(Vec::new, |room| {
            let others = room.peers.iter();
            others.map(|(user, peer)| described(*user, peer)).collect()
        });
        self.say(
            name,
            Some(user),
            &MediaEvent::ParticipantJoined(described(user, &peer)),
        );
        self.rooms
            .entry(name.to_owned())
            .or_default()
            .peers
            .insert(user, peer);
        if let Some(id) = session {
            self.reseat(id, user, |seat| seat.status = ParticipantStatus::Joined);
        }
        self.note(user, "is in the room");
        if auto_subscribe {
            for other in &there {
                for track in &other.tracks {
                    self.subscribe(name, user, other.user, track.clone());
                }
            }
        }
        (number, granted, there)
    }

    /// Takes somebody out of a room, whether they leave, are put out or are lost.
    pub(super) fn put_out(&mut self, name: &str, user: UserId, reason: DisconnectReason) {
        let Some(peer) = self.rooms.get_mut(name).and_then(|room| room.peers.remove(&user)) else {
            return;
        };
        self.note(user, format_args!("is out of the room: {reason:?}"));
        for one in &peer.on_air {
            self.nobody_watches(name, user, &one.track.id);
        }
        self.say(name, None, &MediaEvent::ParticipantLeft(user));
        let trip = self.line(user).trip() / 2;
        if let Some(wire) = peer.wire {
            wire.send(trip, MediaEvent::Disconnected(reason));
        }
        self.absent(name, user);
    }

    fn absent(&mut self, name: &str, user: UserId) {
        match name.parse() {
            Ok(RoomName::Live(id) | RoomName::Room(id)) => {
                self.reseat(id, user, |seat| {
                    if seat.status == ParticipantStatus::Joined {
                        seat.status = ParticipantStatus::Left;
                    }
                });
                if self.session(id).is_ok_and(|session| {
                    session.row.host_id == user || session.row.acting_host_id == Some(user)
                }) {
                    self.host_may_be_away(id);
                }
            }
            Ok(RoomName::Call(id)) if self.call(id).is_ok_and(|call| call.status == CallStatus::Active) => {
                self.alarms
                    .push((limits::HOST_GRACE, Alarm::CallDeserted(id, user)));
            }
            Ok(RoomName::Call(_)) | Err(_) => {}
        }
    }

    pub(super) fn delete_room(&mut self, name: &str, reason: DisconnectReason) {
        let Some(room) = self.rooms.remove(name) else {
            return;
        };
        for (user, peer) in room.peers {
            let trip = self.line(user).trip() / 2;
            if let Some(wire) = peer.wire {
                wire.send(trip, MediaEvent::Disconnected(reason));
            }
            self.absent(name, user);
        }
    }

    pub(super) fn restart_livekit(&mut self) {
        let names: Vec<String> = self.rooms.keys().cloned().collect();
        for name in names {
            self.delete_room(&name, DisconnectReason::ServerShutdown);
        }
    }

    /// Everybody in a room.
    pub(super) fn everybody(&self, room: &str) -> Vec<UserId> {
        let room = self.rooms.get(room);
        room.map_or_else(Vec::new, |room| room.peers.keys().copied().collect())
    }

    /// Says something to everybody in a room but one.
    pub(super) fn say(&mut self, name: &str, but: Option<UserId>, event: &MediaEvent) {
        let users = self.everybody(name).into_iter();
        for user in users.filter(|user| Some(*user) != but) {
            self.say_to(name, user, event.clone());
        }
    }

    pub(super) fn say_to(&mut self, name: &str, user: UserId, event: MediaEvent) {
        let line = self.line(user);
        let (online, trip) = (line.online, line.trip() / 2);
        let Some(peer) = self.peer(name, user) else { return };
        match &peer.wire {
            Some(wire) if online => wire.send(trip, event),
            Some(_) => peer.held.push(event),
            None => {}
        }
    }

    /// Publishes a track where the grants allow it; `None` where they don't.
    pub(super) fn publish(
        &mut self,
        name: &str,
        user: UserId,
        source: TrackSource,
        encoding: Encoding,
    ) -> Option<TrackId> {
        let (kind, needs) = match source {
            TrackSource::Camera | TrackSource::ScreenShare => (
                TrackKind::Video,
                Grants {
                    audio: false,
                    video: true,
                },
            ),
            TrackSource::Microphone | TrackSource::ScreenShareAudio => (
                TrackKind::Audio,
                Grants {
                    audio: true,
                    video: false,
                },
            ),
        };
        let id = TrackId(format!("TR_sim{}", self.number()));
        let track = RemoteTrack {
            id: id.clone(),
            kind,
            source,
            muted: false,
        };
        let room = self.rooms.get_mut(name)?;
        let peer = room.peers.get_mut(&user)?;
        if peer.grants.intersect(needs) != needs {
            return None;
        }
        peer.on_air.push(OnAir::new(track.clone(), encoding));
        let readers = room
            .peers
            .iter()
            .filter(|(other, peer)| **other != user && peer.auto_subscribe);
        let readers: Vec<UserId> = readers.map(|(other, _)| *other).collect();
        self.note(user, format_args!("publishes {source:?}"));
        self.say(
            name,
            Some(user),
            &MediaEvent::TrackPublished {
                user,
                track: track.clone(),
            },
        );
        for reader in readers {
            self.subscribe(name, reader, user, track.clone());
        }
        Some(id)
    }

    pub(super) fn unpublish(&mut self, name: &str, user: UserId, track: &TrackId) {
        let Some(peer) = self.peer(name, user) else { return };
        peer.on_air.retain(|one| one.track.id != *track);
        self.nobody_watches(name, user, track);
        self.say(
            name,
            Some(user),
            &MediaEvent::TrackUnpublished {
                user,
                track: track.clone(),
            },
        );
        self.say_to(name, user, MediaEvent::LocalTrackUnpublished(track.clone()));
    }

    /// Gives somebody in a room another role: the grants follow.
    pub(super) fn permit(&mut self, name: &str, user: UserId, role: Role) {
        let session_type = match name.parse() {
            Ok(RoomName::Live(_)) => SessionType::VideoLive,
            Ok(RoomName::Room(_)) => SessionType::AudioRoom,
            Ok(RoomName::Call(_)) | Err(_) => return,
        };
        if let Some(peer) = self.peer(name, user) {
            peer.role = Some(role);
            self.say(name, None, &MediaEvent::RoleChanged { user, role });
            self.grant(name, user, grants(role, session_type));
        }
    }

    /// Changes what somebody in a room may publish; what isn't granted any more is unpublished.
    pub(super) fn grant(&mut self, name: &str, user: UserId, granted: Grants) {
        let Some(peer) = self.peer(name, user) else { return };
        // As LiveKit's SDK, which tells of a change alone.
        if std::mem::replace(&mut peer.grants, granted) == granted {
            return;
        }
        let allowed = |kind| match kind {
            TrackKind::Audio => granted.audio,
            TrackKind::Video => granted.video,
        };
        let lost: Vec<TrackId> = peer
            .on_air
            .iter()
            .filter(|one| !allowed(one.track.kind))
            .map(|one| one.track.id.clone())
            .collect();
        self.say_to(name, user, MediaEvent::GrantsChanged(granted));
        for track in lost {
            self.unpublish(name, user, &track);
        }
    }

    pub(super) fn may_listen(&self, user: UserId, topic: Topic) -> bool {
        match topic {
            Topic::User(id) => id == user,
            Topic::Session(id) => self.has_ticket(user, id),
        }
    }

    pub(super) fn has_ticket(&self, user: UserId, id: SessionId) -> bool {
        self.session(id)
            .is_ok_and(|session| session.tickets.contains(&user))
    }
}

fn described(user: UserId, peer: &Peer) -> MediaParticipant {
    MediaParticipant {
        user,
        role: peer.role,
        tracks: peer.on_air.iter().map(|one| one.track.clone()).collect(),
    }
}
