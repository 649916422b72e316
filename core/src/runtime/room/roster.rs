//! Who is in the room, and what they publish: kept from the engine's events, keyed by user.

use std::ops::Index;
use std::sync::Arc;

use rpds::RedBlackTreeMapSync;

use crate::domain::{Role, UserId};
use crate::media::{ConnectionQuality, MediaEvent, MediaParticipant, RemoteTrack, TrackId, TrackKind};

/// Somebody else in the room.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// The role, by LiveKit's attribute; `None` where there is none.
    pub role: Option<Role>,
    /// Speaks now.
    pub is_speaking: bool,
    /// How good the connection is; `None` until LiveKit judged it.
    pub quality: Option<ConnectionQuality>,
    /// What is published.
    pub tracks: Vec<RemoteTrack>,
    /// Those of the tracks whose frames can be read.
    pub subscribed: Vec<TrackId>,
}

impl Member {
    /// The track of that kind whose frames can be read.
    pub fn readable(&self, kind: TrackKind) -> Option<&RemoteTrack> {
        self.tracks
            .iter()
            .find(|track| track.kind == kind && self.subscribed.contains(&track.id))
    }
}

/// Everybody else in the room, in the order of their ids. A copy shares what hasn't changed since, so that a snapshot of
/// a room with thousands costs no more than the one who changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members(RedBlackTreeMapSync<UserId, Arc<Member>>);

impl Members {
    /// Somebody in the room.
    pub fn get(&self, user: &UserId) -> Option<&Member> {
        self.0.get(user).map(|member| &**member)
    }

    /// Whether somebody is in the room.
    pub fn contains_key(&self, user: &UserId) -> bool {
        self.0.contains_key(user)
    }

    /// Everybody's id, in order.
    pub fn keys(&self) -> impl Iterator<Item = &UserId> {
        self.0.keys()
    }

    /// Everybody.
    pub fn values(&self) -> impl Iterator<Item = &Member> {
        self.0.values().map(|member| &**member)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.size()
    }

    /// Whether nobody else is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Starts anew from what the engine found on joining.
    pub fn reset(&mut self, participants: Vec<MediaParticipant>) {
        *self = Self::default();
        for participant in participants {
            self.join(participant);
        }
    }

    /// Takes an event into account.
    pub fn apply(&mut self, event: &MediaEvent) {
        match event {
            MediaEvent::ParticipantJoined(participant) => self.join(participant.clone()),
            MediaEvent::ParticipantLeft(user) => {
                self.0.remove_mut(user);
            }
            MediaEvent::RoleChanged { user, role } => self.update(*user, |member| member.role = Some(*role)),
            MediaEvent::TrackPublished { user, track } => {
                self.update(*user, |member| put(&mut member.tracks, track))
            }
            MediaEvent::TrackUnpublished { user, track } => self.update(*user, |member| {
                member.tracks.retain(|known| known.id != *track);
                member.subscribed.retain(|known| known != track);
            }),
            MediaEvent::TrackSubscribed { user, track } => self.update(*user, |member| {
                put(&mut member.tracks, track);
                if !member.subscribed.contains(&track.id) {
                    member.subscribed.push(track.id.clone());
                }
            }),
            MediaEvent::TrackUnsubscribed { user, track } => {
                self.update(*user, |member| member.subscribed.retain(|known| known != track));
            }
            MediaEvent::TrackMuted { user, track, muted } => self.update(*user, |member| {
                if let Some(known) = member.tracks.iter_mut().find(|known| known.id == *track) {
                    known.muted = *muted;
                }
            }),
            MediaEvent::ActiveSpeakers(speakers) => self.speak(speakers),
            MediaEvent::QualityChanged { user, quality } => {
                self.update(*user, |member| member.quality = Some(*quality));
            }
            MediaEvent::Disconnected(_) => *self = Self::default(),
            MediaEvent::GrantsChanged(_)
            | MediaEvent::FirstFrame { .. }
            | MediaEvent::LocalTrackUnpublished(_)
            | MediaEvent::Reconnecting
            | MediaEvent::Reconnected => {}
        }
    }

    fn join(&mut self, participant: MediaParticipant) {
        let MediaParticipant { user, role, tracks } = participant;
        let member = Member {
            user,
            role,
            is_speaking: false,
            quality: None,
            tracks,
            subscribed: Vec::new(),
        };
        self.0.insert_mut(user, Arc::new(member));
    }

    /// Only who fell silent or began to speak is touched.
    fn speak(&mut self, speakers: &[UserId]) {
        let changed: Vec<UserId> = self
            .values()
            .filter(|member| member.is_speaking != speakers.contains(&member.user))
            .map(|member| member.user)
            .collect();
        for user in changed {
            self.update(user, |member| member.is_speaking = !member.is_speaking);
        }
    }

    /// News of somebody who isn't there is old news.
    fn update(&mut self, user: UserId, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.0.get(&user) {
            let mut member = Member::clone(member);
            change(&mut member);
            self.0.insert_mut(user, Arc::new(member));
        }
    }
}

impl Index<&UserId> for Members {
    type Output = Member;

    /// # Panics
    /// When nobody of that id is there.
    fn index(&self, user: &UserId) -> &Member {
        &self.0[user]
    }
}

fn put(tracks: &mut Vec<RemoteTrack>, track: &RemoteTrack) {
    match tracks.iter_mut().find(|known| known.id == track.id) {
        Some(known) => *known = track.clone(),
        None => tracks.push(track.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::TrackSource;

    fn somebody() -> (UserId, RemoteTrack) {
        let user = UserId(uuid::Uuid::from_u128(7));
        let id = TrackId("TR_1".into());
        (
            user,
            RemoteTrack {
                id,
                kind: TrackKind::Video,
                source: TrackSource::Camera,
                muted: false,
            },
        )
    }

    #[test]
    fn somebody_who_joins_twice_is_there_once() {
        let (user, track) = somebody();
        let mut roster = Members::default();
        for _ in 0..2 {
            let tracks = vec![track.clone()];
            roster.apply(&MediaEvent::ParticipantJoined(MediaParticipant {
                user,
                role: None,
                tracks,
            }));
        }
        assert_eq!(roster.len(), 1);
        assert_eq!(roster[&user].tracks.len(), 1);
    }

    #[test]
    fn a_track_is_readable_between_subscribed_and_unpublished() {
        let (user, track) = somebody();
        let mut roster = Members::default();
        roster.reset(vec![MediaParticipant {
            user,
            role: Some(Role::Host),
            tracks: vec![track.clone()],
        }]);
        assert!(roster[&user].readable(TrackKind::Video).is_none());
        roster.apply(&MediaEvent::TrackSubscribed {
            user,
            track: track.clone(),
        });
        assert_eq!(roster[&user].readable(TrackKind::Video), Some(&track));
        roster.apply(&MediaEvent::TrackUnpublished {
            user,
            track: track.id,
        });
        assert!(roster[&user].readable(TrackKind::Video).is_none());
    }

    #[test]
    fn a_snapshot_stays_as_it_was_while_the_room_goes_on() {
        let (user, track) = somebody();
        let mut roster = Members::default();
        roster.reset(vec![MediaParticipant {
            user,
            role: None,
            tracks: vec![track],
        }]);
        let before = roster.clone();
        roster.apply(&MediaEvent::ActiveSpeakers(vec![user]));
        assert!(roster[&user].is_speaking && !before[&user].is_speaking);
        roster.apply(&MediaEvent::ActiveSpeakers(vec![]));
        assert!(!roster[&user].is_speaking);
    }

    #[test]
    fn news_of_somebody_who_left_changes_nothing() {
        let (user, track) = somebody();
        let mut roster = Members::default();
        roster.apply(&MediaEvent::TrackPublished { user, track });
        assert!(roster.is_empty());
    }
}
