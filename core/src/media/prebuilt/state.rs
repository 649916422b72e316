//! What is known of a room: who is in it, what is published, what is subscribed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use tokio::sync::{mpsc, watch};

use super::convert;
use super::handles::Handle;
use super::streams::Stream;
use super::wire::{OwnedParticipant, OwnedTrackPublication};
use crate::domain::{Role, UserId};
use crate::media::protocol::{self, Permission};
use crate::media::stats::Subject;
use crate::media::{MediaEvent, MediaParticipant, RemoteTrack, TrackDirection, TrackId, TrackSource};

/// Somebody else, by identity in [`State::participants`].
pub struct Participant {
    pub user: UserId,
    pub role: Option<Role>,
    pub publications: BTreeMap<String, Publication>,
    _handle: Handle,
}

/// What somebody else publishes.
pub struct Publication {
    pub handle: Arc<Handle>,
    pub track: RemoteTrack,
    pub subscribed: Option<Subscribed>,
}

/// A remote track that can be read, and who reads it.
pub struct Subscribed {
    pub handle: Arc<Handle>,
    /// Whether a picture has reached a reader.
    pub seen: bool,
    pub streams: Vec<Arc<dyn Stream>>,
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.streams.iter().for_each(|stream| stream.end());
    }
}

/// What is published by this side. The id stays when a reconnect gives the track another sid.
pub struct LocalTrack {
    pub id: TrackId,
    pub sid: String,
    pub source: TrackSource,
    pub handles: Arc<LocalHandles>,
}

/// The library's side of a local track.
pub struct LocalHandles {
    /// Until the track is gone: whoever is told so finds its sink closed.
    pub open: AtomicBool,
    pub source: Handle,
    pub track: Arc<Handle>,
    pub _publication: Handle,
}

impl LocalTrack {
    /// Takes no more frames.
    pub fn close(&self) {
        self.handles.open.store(false, Ordering::Release);
    }
}

/// What is known of a room. Events leave under the same lock under which it changes.
pub struct State {
    pub local_identity: String,
    pub local_user: UserId,
    pub participants: BTreeMap<String, Participant>,
    pub local_tracks: Vec<LocalTrack>,
    pub permission: watch::Sender<Permission>,
    /// `None` once the last event was sent.
    pub events: Option<mpsc::UnboundedSender<MediaEvent>>,
    pub local_participant: Option<Handle>,
}

impl Participant {
    /// A participant with the tracks published so far; `None` for those that aren't people.
    pub fn new(
        participant: OwnedParticipant,
        publications: Vec<OwnedTrackPublication>,
    ) -> Option<(String, Self)> {
        let user = protocol::user(&participant.info.identity)?;
        let publications = publications.into_iter().filter_map(Publication::new);
        let this = Self {
            user,
            role: convert::role(&participant.info),
            publications: publications.collect(),
            _handle: participant.handle,
        };
        Some((participant.info.identity, this))
    }

    /// As the port says it.
    pub fn describe(&self) -> MediaParticipant {
        MediaParticipant {
            user: self.user,
            role: self.role,
            tracks: self
                .publications
                .values()
                .map(|publication| publication.track.clone())
                .collect(),
        }
    }
}

impl Publication {
    /// A publication by its sid; `None` for kinds that this version doesn't know.
    pub fn new(publication: OwnedTrackPublication) -> Option<(String, Self)> {
        let track = convert::remote_track(&publication.info)?;
        let this = Self {
            handle: Arc::new(publication.handle),
            track,
            subscribed: None,
        };
        Some((publication.info.sid, this))
    }
}

impl State {
    /// Tells the reader, if there is one still.
    pub fn emit(&self, event: MediaEvent) {
        if let Some(events) = &self.events {
            // A reader that is gone has said that it doesn't want to know.
            let _ = events.send(event);
        }
    }

    /// The user behind an identity: somebody in the room, or this side.
    pub fn user(&self, identity: &str) -> Option<UserId> {
        if identity == self.local_identity {
            return Some(self.local_user);
        }
        self.participants
            .get(identity)
            .map(|participant| participant.user)
    }

    /// The publication with that sid, and its publisher.
    pub fn publication(&mut self, sid: &str) -> Option<&mut Publication> {
        self.participants
            .values_mut()
            .find_map(|participant| participant.publications.get_mut(sid))
    }

    /// Every publication that is subscribed, with who publishes it.
    fn subscriptions(&self) -> impl Iterator<Item = (UserId, &RemoteTrack, &Subscribed)> {
        self.participants.values().flat_map(|participant| {
            let publications = participant.publications.values();
            publications.filter_map(|publication| {
                let subscribed = publication.subscribed.as_ref()?;
                Some((participant.user, &publication.track, subscribed))
            })
        })
    }

    /// Every track that is subscribed.
    pub fn subscribed_tracks(&self) -> Vec<TrackId> {
        self.subscriptions()
            .map(|(_, track, _)| track.id.clone())
            .collect()
    }

    /// Tells of the first picture of a subscription, if that is still there and it wasn't told of.
    pub fn first_frame(&mut self, track: &TrackId, subscription: &Weak<Handle>) {
        let told = self.participants.values_mut().find_map(|participant| {
            let subscribed = participant.publications.get_mut(&track.0)?.subscribed.as_mut()?;
            let is_it = subscription.as_ptr() == Arc::as_ptr(&subscribed.handle);
            let first = is_it && !std::mem::replace(&mut subscribed.seen, true);
            first.then_some(participant.user)
        });
        if let Some(user) = told {
            let track = track.clone();
            self.emit(MediaEvent::FirstFrame { user, track });
        }
    }

    /// Every published and every subscribed track, with what the library knows it by.
    pub fn measurable(&self) -> Vec<(Subject, Arc<Handle>)> {
        let sent = self.local_tracks.iter().map(|local| {
            let subject = Subject {
                track: local.id.clone(),
                user: self.local_user,
                source: local.source,
                direction: TrackDirection::Sent,
            };
            (subject, local.handles.track.clone())
        });
        let received = self.subscriptions().map(|(user, track, subscribed)| {
            let subject = Subject {
                track: track.id.clone(),
                user,
                source: track.source,
                direction: TrackDirection::Received,
            };
            (subject, subscribed.handle.clone())
        });
        sent.chain(received).collect()
    }

    /// Takes a local track out.
    pub fn take_local(&mut self, is_it: impl Fn(&LocalTrack) -> bool) -> Option<LocalTrack> {
        let index = self.local_tracks.iter().position(is_it)?;
        let track = self.local_tracks.remove(index);
        track.close();
        Some(track)
    }
}
