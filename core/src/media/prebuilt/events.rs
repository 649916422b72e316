//! What the library says of a room, in the port's words.

use std::any::Any;

use super::convert;
use super::state::{LocalTrack, Participant, Publication, State, Subscribed};
use super::wire::{
    OwnedParticipant, OwnedTrack, OwnedTrackPublication, ParticipantAttributesChanged,
    ParticipantPermissionChanged, RoomEventMessage,
};
use crate::media::protocol;
use crate::media::{DisconnectReason, MediaEvent, TrackId};

/// What is left to do after an event, once the state isn't locked any more.
#[derive(Default)]
pub struct Aftermath {
    /// Given back to the library.
    pub released: Option<Box<dyn Any + Send>>,
    /// Local tracks that the server doesn't permit any more: the SDK goes on sending until told.
    pub revoked: Vec<LocalTrack>,
    /// Sid of a local track that was given up while a reconnect published it again.
    pub unwanted: Option<String>,
    /// Subscribed tracks of which LiveKit may have forgotten how they are viewed.
    pub came_back: Vec<TrackId>,
    /// The connection is over.
    pub over: Option<DisconnectReason>,
}

impl Aftermath {
    fn release(what: impl Any + Send) -> Self {
        Self {
            released: Some(Box::new(what)),
            ..Self::default()
        }
    }
}

impl State {
    /// Takes an event in and tells the reader.
    pub fn apply(&mut self, event: RoomEventMessage) -> Aftermath {
        match event {
            RoomEventMessage::ParticipantConnected(event) => self.joined(event.info),
            RoomEventMessage::ParticipantDisconnected(event) => {
                let Some(participant) = self.participants.remove(&event.participant_identity) else {
                    return Aftermath::default();
                };
                self.emit(MediaEvent::ParticipantLeft(participant.user));
                Aftermath::release(participant)
            }
            RoomEventMessage::TrackPublished(event) => {
                self.published(&event.participant_identity, event.publication)
            }
            RoomEventMessage::TrackUnpublished(event) => {
                self.unpublished(&event.participant_identity, &event.publication_sid)
            }
            RoomEventMessage::TrackSubscribed(event) => {
                self.subscribed(&event.participant_identity, event.track)
            }
            RoomEventMessage::TrackUnsubscribed(event) => {
                self.unsubscribed(&event.participant_identity, &event.track_sid)
            }
            RoomEventMessage::TrackSubscriptionFailed(event) => {
                tracing::warn!(
                    track = event.track_sid,
                    error = event.error,
                    "a track can't be subscribed"
                );
                Aftermath::default()
            }
            RoomEventMessage::TrackMuted(event) => {
                self.muted(&event.participant_identity, &event.track_sid, true)
            }
            RoomEventMessage::TrackUnmuted(event) => {
                self.muted(&event.participant_identity, &event.track_sid, false)
            }
            RoomEventMessage::LocalTrackUnpublished(event) => {
                let Some(track) = self.take_local(|track| track.sid == event.publication_sid) else {
                    return Aftermath::default();
                };
                self.emit(MediaEvent::LocalTrackUnpublished(track.id.clone()));
                Aftermath::release(track)
            }
            RoomEventMessage::LocalTrackRepublished(event) => {
                let track = self
                    .local_tracks
                    .iter_mut()
                    .find(|track| track.sid == event.previous_sid);
                let sid = event.info.sid;
                match track {
                    Some(track) => {
                        track.sid = sid;
                        Aftermath::default()
                    }
                    None => Aftermath {
                        unwanted: Some(sid),
                        ..Aftermath::default()
                    },
                }
            }
            RoomEventMessage::ActiveSpeakersChanged(event) => {
                let speakers = event
                    .participant_identities
                    .iter()
                    .filter_map(|identity| self.user(identity));
                self.emit(MediaEvent::ActiveSpeakers(speakers.collect()));
                Aftermath::default()
            }
            RoomEventMessage::ParticipantAttributesChanged(event) => self.attributes_changed(&event),
            RoomEventMessage::ParticipantPermissionChanged(event) => self.permission_changed(&event),
            RoomEventMessage::ConnectionQualityChanged(event) => {
                if let Some(user) = self.user(&event.participant_identity) {
                    let quality = convert::quality(event.quality());
                    self.emit(MediaEvent::QualityChanged { user, quality });
                }
                Aftermath::default()
            }
            RoomEventMessage::Disconnected(event) => Aftermath {
                over: Some(convert::disconnect_reason(event.reason)),
                ..Aftermath::default()
            },
            RoomEventMessage::Reconnecting(_) => {
                self.emit(MediaEvent::Reconnecting);
                Aftermath::default()
            }
            RoomEventMessage::Reconnected(_) => {
                self.emit(MediaEvent::Reconnected);
                Aftermath {
                    came_back: self.subscribed_tracks(),
                    ..Aftermath::default()
                }
            }
            // Nobody here reads data; what these own is given back.
            unread @ (RoomEventMessage::DataPacketReceived(_)
            | RoomEventMessage::ByteStreamOpened(_)
            | RoomEventMessage::TextStreamOpened(_)
            | RoomEventMessage::DataTrackPublished(_)) => Aftermath::release(unread),
        }
    }

    fn joined(&mut self, participant: OwnedParticipant) -> Aftermath {
        if self.participants.contains_key(&participant.info.identity) {
            return Aftermath::release(participant);
        }
        if let Some((identity, participant)) = Participant::new(participant, Vec::new()) {
            self.emit(MediaEvent::ParticipantJoined(participant.describe()));
            self.participants.insert(identity, participant);
        }
        Aftermath::default()
    }

    fn published(&mut self, identity: &str, publication: OwnedTrackPublication) -> Aftermath {
        let Some(participant) = self.participants.get_mut(identity) else {
            return Aftermath::release(publication);
        };
        if participant.publications.contains_key(&publication.info.sid) {
            return Aftermath::release(publication);
        }
        let Some((sid, publication)) = Publication::new(publication) else {
            return Aftermath::default();
        };
        let (user, track) = (participant.user, publication.track.clone());
        participant.publications.insert(sid, publication);
        self.emit(MediaEvent::TrackPublished { user, track });
        Aftermath::default()
    }

    fn unpublished(&mut self, identity: &str, sid: &str) -> Aftermath {
        let Some(participant) = self.participants.get_mut(identity) else {
            return Aftermath::default();
        };
        let Some(publication) = participant.publications.remove(sid) else {
            return Aftermath::default();
        };
        let (user, track) = (participant.user, publication.track.id.clone());
        if publication.subscribed.is_some() {
            self.emit(MediaEvent::TrackUnsubscribed {
                user,
                track: track.clone(),
            });
        }
        self.emit(MediaEvent::TrackUnpublished { user, track });
        Aftermath::release(publication)
    }

    fn subscribed(&mut self, identity: &str, track: OwnedTrack) -> Aftermath {
        let Some(participant) = self.participants.get_mut(identity) else {
            return Aftermath::release(track);
        };
        let Some(publication) = participant.publications.get_mut(&track.info.sid) else {
            return Aftermath::release(track);
        };
        let previous = publication.subscribed.replace(Subscribed {
            handle: track.handle.into(),
            seen: false,
            streams: Vec::new(),
        });
        let (user, track) = (participant.user, publication.track.clone());
        let came_back = vec![track.id.clone()];
        self.emit(MediaEvent::TrackSubscribed { user, track });
        Aftermath {
            came_back,
            ..Aftermath::release(previous)
        }
    }

    fn unsubscribed(&mut self, identity: &str, sid: &str) -> Aftermath {
        let Some(participant) = self.participants.get_mut(identity) else {
            return Aftermath::default();
        };
        let user = participant.user;
        let gone = participant
            .publications
            .get_mut(sid)
            .and_then(|publication| publication.subscribed.take());
        if gone.is_some() {
            self.emit(MediaEvent::TrackUnsubscribed {
                user,
                track: TrackId(sid.to_owned()),
            });
        }
        Aftermath::release(gone)
    }

    fn muted(&mut self, identity: &str, sid: &str, muted: bool) -> Aftermath {
        let Some(user) = self.user(identity) else {
            return Aftermath::default();
        };
        let local = self
            .local_tracks
            .iter()
            .find(|track| track.sid == sid)
            .map(|track| track.id.clone());
        if let Some(publication) = self.publication(sid) {
            publication.track.muted = muted;
        }
        let track = local.unwrap_or_else(|| TrackId(sid.to_owned()));
        self.emit(MediaEvent::TrackMuted { user, track, muted });
        Aftermath::default()
    }

    fn attributes_changed(&mut self, event: &ParticipantAttributesChanged) -> Aftermath {
        let changed = event
            .changed_attributes
            .iter()
            .map(|entry| (entry.key.as_str(), entry.value.as_str()));
        let (Some(user), Some(role)) = (self.user(&event.participant_identity), protocol::role(changed))
        else {
            return Aftermath::default();
        };
        if let Some(participant) = self.participants.get_mut(&event.participant_identity) {
            participant.role = Some(role);
        }
        self.emit(MediaEvent::RoleChanged { user, role });
        Aftermath::default()
    }

    fn permission_changed(&mut self, event: &ParticipantPermissionChanged) -> Aftermath {
        let (true, Some(permission)) = (
            event.participant_identity == self.local_identity,
            &event.permission,
        ) else {
            return Aftermath::default();
        };
        let permission = convert::permission(permission);
        let before = self.permission.send_replace(permission.clone());
        if before.grants() != permission.grants() {
            self.emit(MediaEvent::GrantsChanged(permission.grants()));
        }
        let tracks = std::mem::take(&mut self.local_tracks);
        let (kept, revoked): (Vec<_>, Vec<_>) = tracks
            .into_iter()
            .partition(|track| permission.allows(track.source));
        self.local_tracks = kept;
        for track in &revoked {
            track.close();
            self.emit(MediaEvent::LocalTrackUnpublished(track.id.clone()));
        }
        Aftermath {
            revoked,
            ..Aftermath::default()
        }
    }
}
