//! Subscriptions: who sees which track how large, and the pictures that come of it.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::model::Model;
use super::on_air::{Meter, OnAir, Share};
use crate::domain::UserId;
use crate::domain::quality::VideoLayer;
use crate::media::{I420, MediaEvent, RemoteTrack, TrackId, TrackStats, VideoFrame, ViewSize};

/// A subscription of somebody's.
#[derive(Default)]
pub(super) struct Watched {
    readers: Vec<mpsc::Sender<VideoFrame>>,
    share: Share,
    seen: bool,
    meter: Meter,
}

impl Model {
    /// The track with that id, and who publishes it.
    fn on_air(&self, room: &str, track: &TrackId) -> Option<(UserId, &OnAir)> {
        let peers = self.rooms.get(room)?.peers.iter();
        let mut tracks = peers.flat_map(|(user, peer)| peer.on_air.iter().map(|one| (*user, one)));
        tracks.find(|(_, one)| one.track.id == *track)
    }

    /// The track with that id, and who publishes it.
    pub(super) fn track(&self, room: &str, track: &TrackId) -> Option<(UserId, &RemoteTrack)> {
        self.on_air(room, track).map(|(user, one)| (user, &one.track))
    }

    /// Subscribes somebody to a track, and tells so.
    pub(super) fn subscribe(&mut self, room: &str, user: UserId, publisher: UserId, track: RemoteTrack) {
        let id = track.id.clone();
        if let Some(peer) = self.peer(room, user) {
            peer.watched.entry(id.clone()).or_default();
        }
        let event = MediaEvent::TrackSubscribed {
            user: publisher,
            track,
        };
        self.say_to(room, user, event);
        self.send_what_fits(room, user, &id);
    }

    /// Ends a subscription, if there is one, and tells so.
    pub(super) fn unsubscribe(&mut self, room: &str, user: UserId, publisher: UserId, track: TrackId) {
        let ended = self.peer(room, user).and_then(|peer| peer.watched.remove(&track));
        if ended.is_some() {
            let event = MediaEvent::TrackUnsubscribed {
                user: publisher,
                track,
            };
            self.say_to(room, user, event);
        }
    }

    /// A track is gone: so are its subscriptions, and what reads them ends.
    pub(super) fn nobody_watches(&mut self, room: &str, publisher: UserId, track: &TrackId) {
        for reader in self.everybody(room) {
            if let Some(peer) = self.peer(room, reader) {
                peer.views.remove(track);
            }
            self.unsubscribe(room, reader, publisher, track.clone());
        }
    }

    /// Mutes or unmutes a track of somebody's; `None` when there is no such track.
    pub(super) fn mute(&mut self, room: &str, user: UserId, track: &TrackId, muted: bool) -> Option<()> {
        let mut own = self.peer(room, user)?.on_air.iter_mut();
        own.find(|one| one.track.id == *track)?.mute(muted);
        for reader in self.everybody(room) {
            self.send_what_fits(room, reader, track);
        }
        let track = track.clone();
        self.say(room, None, &MediaEvent::TrackMuted { user, track, muted });
        Some(())
    }

    /// Says how large somebody sees a track; `None` hides it.
    pub(super) fn view(&mut self, room: &str, user: UserId, track: &TrackId, view: Option<ViewSize>) {
        let view = view.filter(|view| !view.is_empty());
        match view {
            Some(ViewSize { width, height }) => {
                self.note(user, format_args!("views {track} at {width}x{height}"));
            }
            None => self.note(user, format_args!("views {track} no more")),
        }
        if let Some(peer) = self.peer(room, user) {
            peer.views.insert(track.clone(), view);
        }
        self.send_what_fits(room, user, track);
    }

    /// Sends the layer that fits the view from here on: one picture of it, to show its size.
    fn send_what_fits(&mut self, room: &str, user: UserId, track: &TrackId) {
        let view = self
            .peer(room, user)
            .and_then(|peer| peer.views.get(track).copied());
        let Some(share) = self.on_air(room, track).map(|(_, one)| one.share(view)) else {
            return;
        };
        let Some(watched) = self.watched(room, user, track) else {
            return;
        };
        watched.meter.set(share.kbps);
        let before = std::mem::replace(&mut watched.share, share);
        if before.layer != share.layer {
            self.show(room, user, track);
        }
    }

    fn watched(&mut self, room: &str, user: UserId, track: &TrackId) -> Option<&mut Watched> {
        self.peer(room, user)?.watched.get_mut(track)
    }

    /// Shows a picture to everybody who reads a track, while there is one.
    fn show(&mut self, room: &str, user: UserId, track: &TrackId) {
        let publisher = self.track(room, track).map(|(publisher, _)| publisher);
        let (Some(publisher), Some(watched)) = (publisher, self.watched(room, user, track)) else {
            return;
        };
        let Some(layer) = watched.share.layer else { return };
        watched.readers.retain(|reader| !reader.is_closed());
        for reader in &watched.readers {
            // A reader who is late has a picture to read already.
            let _ = reader.try_send(black(layer));
        }
        if !watched.readers.is_empty() && !std::mem::replace(&mut watched.seen, true) {
            let track = track.clone();
            self.say_to(
                room,
                user,
                MediaEvent::FirstFrame {
                    user: publisher,
                    track,
                },
            );
        }
    }

    /// Reads the pictures of a track; `None` when it isn't subscribed.
    pub(super) fn read(
        &mut self,
        room: &str,
        user: UserId,
        track: &TrackId,
    ) -> Option<mpsc::Receiver<VideoFrame>> {
        let (sender, reader) = mpsc::channel(1);
        self.watched(room, user, track)?.readers.push(sender);
        self.show(room, user, track);
        Some(reader)
    }

    /// What is counted of everything that somebody publishes and is subscribed to.
    pub(super) fn stats(&mut self, room: &str, user: UserId) -> Option<Vec<TrackStats>> {
        let round_trip = self.line(user).next_trip();
        let peer = self.rooms.get(room)?.peers.get(&user)?;
        let sent = peer.on_air.iter().map(|one| one.stats(user, round_trip));
        let received = peer.watched.iter().filter_map(|(track, watched)| {
            let (publisher, one) = self.on_air(room, track)?;
            Some(one.received(publisher, watched.share, watched.meter, round_trip))
        });
        Some(sent.chain(received).collect())
    }
}

/// A black picture.
fn black(VideoLayer { width, height, .. }: VideoLayer) -> VideoFrame {
    let mut data = vec![128; I420::size(width, height)];
    data[..width as usize * height as usize].fill(16);
    let picture = I420 {
        width,
        height,
        data: Bytes::from(data),
    };
    VideoFrame::upright(picture, 0)
}
