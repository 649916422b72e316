//! What the SDK says of a room, in the port's words.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use livekit::prelude as sdk;
use tokio::sync::mpsc;

use super::convert;
use super::room::{Shared, lock};
use crate::media::protocol::{self, Permission};
use crate::media::{MediaEvent, TrackId};

/// Hands events on until the room is over or nobody holds it any more.
pub async fn forward(shared: Weak<Shared>, mut events: mpsc::UnboundedReceiver<sdk::RoomEvent>) {
    while let Some(event) = events.recv().await {
        let Some(shared) = shared.upgrade() else { break };
        apply(&shared, event);
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the SDK's enum grows; data and metadata concern nobody here"
)]
fn apply(shared: &Arc<Shared>, event: sdk::RoomEvent) {
    match event {
        sdk::RoomEvent::ParticipantConnected(participant) => {
            if let Some(joined) = convert::participant(&participant, &[]) {
                shared.emit(MediaEvent::ParticipantJoined(joined));
            }
        }
        sdk::RoomEvent::ParticipantDisconnected(participant) => {
            if let Some(user) = protocol::user(participant.identity().as_str()) {
                shared.emit(MediaEvent::ParticipantLeft(user));
            }
        }
        sdk::RoomEvent::TrackPublished {
            publication,
            participant,
        } => {
            if let Some(user) = protocol::user(participant.identity().as_str()) {
                let track = convert::remote_track(&publication);
                shared.emit(MediaEvent::TrackPublished { user, track });
            }
        }
        sdk::RoomEvent::TrackUnpublished {
            publication,
            participant,
        } => {
            if let Some(user) = protocol::user(participant.identity().as_str()) {
                let track = convert::track_id(&publication.sid());
                shared.emit(MediaEvent::TrackUnpublished { user, track });
            }
        }
        sdk::RoomEvent::TrackSubscribed {
            publication,
            participant,
            ..
        } => {
            if let Some(user) = protocol::user(participant.identity().as_str()) {
                let track = convert::remote_track(&publication);
                shared.subscribed(user, track);
            }
        }
        sdk::RoomEvent::TrackUnsubscribed {
            publication,
            participant,
            ..
        } => {
            if let Some(user) = protocol::user(participant.identity().as_str()) {
                let track = convert::track_id(&publication.sid());
                shared.unsubscribed(user, track);
            }
        }
        sdk::RoomEvent::TrackSubscriptionFailed { track_sid, error, .. } => {
            tracing::warn!(track = track_sid.as_str(), %error, "a track can't be subscribed");
        }
        sdk::RoomEvent::TrackMuted {
            participant,
            publication,
        } => muted(shared, &participant, &publication, true),
        sdk::RoomEvent::TrackUnmuted {
            participant,
            publication,
        } => muted(shared, &participant, &publication, false),
        sdk::RoomEvent::LocalTrackUnpublished { publication, .. } => {
            shared.unpublished(&publication.sid());
        }
        sdk::RoomEvent::LocalTrackRepublished {
            previous_sid,
            publication,
            ..
        } => shared.republished(&previous_sid, publication),
        sdk::RoomEvent::ParticipantAttributesChanged {
            participant,
            changed_attributes,
        } => {
            let role = convert::role(&changed_attributes);
            if let (Some(user), Some(role)) = (protocol::user(participant.identity().as_str()), role) {
                shared.emit(MediaEvent::RoleChanged { user, role });
            }
        }
        sdk::RoomEvent::ParticipantPermissionChanged {
            participant: sdk::Participant::Local(_),
            permission: Some(permission),
        } => permission_changed(
            shared,
            Permission::new(permission.can_publish, &permission.can_publish_sources),
        ),
        sdk::RoomEvent::ActiveSpeakersChanged { speakers } => {
            let users = speakers
                .iter()
                .filter_map(|speaker| protocol::user(speaker.identity().as_str()));
            shared.emit(MediaEvent::ActiveSpeakers(users.collect()));
        }
        sdk::RoomEvent::ConnectionQualityChanged { quality, participant } => {
            if let Some(user) = protocol::user(participant.identity().as_str()) {
                let quality = convert::quality(quality);
                shared.emit(MediaEvent::QualityChanged { user, quality });
            }
        }
        sdk::RoomEvent::Reconnecting => {
            shared.reconnecting.store(true, Ordering::Release);
            shared.emit(MediaEvent::Reconnecting);
        }
        sdk::RoomEvent::Reconnected => shared.reconnected(),
        sdk::RoomEvent::Disconnected { reason } => {
            tracing::debug!(?reason, "disconnected");
            shared.finish(protocol::disconnect_reason(reason as i32));
        }
        _ => {}
    }
}

fn muted(shared: &Shared, participant: &sdk::Participant, publication: &sdk::TrackPublication, muted: bool) {
    let Some(user) = protocol::user(participant.identity().as_str()) else {
        return;
    };
    let sid = publication.sid();
    let tracks = lock(&shared.local_tracks);
    let local = tracks
        .iter()
        .find(|track| track.publication.sid() == sid)
        .map(|track| track.id.clone());
    drop(tracks);
    let track: TrackId = local.unwrap_or_else(|| convert::track_id(&sid));
    shared.emit(MediaEvent::TrackMuted { user, track, muted });
}

/// The SDK goes on sending what isn't permitted any more until it is told to stop.
fn permission_changed(shared: &Arc<Shared>, permission: Permission) {
    let before = shared.permission.send_replace(permission.clone());
    if before.grants() != permission.grants() {
        shared.emit(MediaEvent::GrantsChanged(permission.grants()));
    }
    while let Some(track) = shared.take_local(|track| !permission.allows(track.source)) {
        shared.emit(MediaEvent::LocalTrackUnpublished(track.id));
        shared.unpublish_in_background(track.publication);
    }
}
