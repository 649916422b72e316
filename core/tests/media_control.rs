//! What a viewer asks for and what is counted, through LiveKit's prebuilt library, on a real LiveKit server.
#![cfg(all(feature = "prebuilt", feature = "test-signal"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]

mod media_support;

use ipelya_core::domain::{Role, UserId};
use ipelya_core::media::{MediaError, MediaEvent, MediaRoom, TrackDirection, TrackId, TrackSource, ViewSize};
use media_support::{
    BROADCAST, Broadcast, CARD, Camera, Microphone, Person, Room, THUMBNAIL, WHOLE, has_tone, next_times,
    until_height, until_stats,
};
use uuid::Uuid;

/// Waits until the server has told the publisher that nobody watches any layer. A subscription that is given up and
/// wanted again before the server has seen to it is no new one to the server, and the SDK waits for it in vain.
async fn until_nobody_watches(publisher: &dyn MediaRoom) {
    until_stats(publisher, TrackSource::Camera, |row| {
        row.layers.iter().all(|layer| !layer.active)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_gets_the_layer_that_fits_the_view_and_another_when_the_view_changes() {
    let mut broadcast = Broadcast::start(BROADCAST).await;
    broadcast.view(Some(THUMBNAIL));
    let small = until_height("small", &mut broadcast.frames, |height| height <= 180).await;
    assert_eq!(small.picture.width() * 9, small.picture.height() * 16);
    broadcast.view(Some(WHOLE));
    until_height("large", &mut broadcast.frames, |height| height > 360).await;
    broadcast.view(Some(THUMBNAIL));
    until_height("small", &mut broadcast.frames, |height| height <= 180).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_gone_gets_nothing_until_it_comes_back() {
    let mut broadcast = Broadcast::start(CARD).await;
    next_times(&mut broadcast.frames, 1).await;
    broadcast.view(None);
    broadcast.until_silent().await;
    let hidden = until_stats(&*broadcast.viewer.room, TrackSource::Camera, |_| true).await;
    broadcast.view(Some(WHOLE));
    next_times(&mut broadcast.frames, 3).await;
    let seen = until_stats(&*broadcast.viewer.room, TrackSource::Camera, |row| {
        row.bytes > hidden.bytes
    });
    seen.await;
    // A view without area is no view.
    broadcast.view(Some(ViewSize {
        width: 320,
        height: 0,
    }));
    broadcast.until_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_was_set_before_the_subscription_holds_for_it_and_for_the_next() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let published = host.publish_card(TrackSource::Camera, BROADCAST).await;
    let _camera = Camera::film(BROADCAST, published.sink);
    let mut viewer = Person::join(&room, UserId(Uuid::new_v4()), Role::Viewer, None, false).await;
    let track = viewer.knows(TrackSource::Camera).await.id;
    assert_eq!(viewer.room.set_view(&track, Some(THUMBNAIL)), Ok(()));
    for _ in 0..2 {
        viewer.room.set_subscribed(&track, true).unwrap();
        let mut frames = viewer.watch(TrackSource::Camera).await;
        until_height("small", &mut frames, |height| height <= 180).await;
        viewer.room.set_subscribed(&track, false).unwrap();
        let (user, track) = (host.user, track.clone());
        viewer.expect(MediaEvent::TrackUnsubscribed { user, track }).await;
        until_nobody_watches(&*host.room).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_remote_video_track_has_a_view() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let (camera, microphone) = (
        host.publish_video(TrackSource::Camera).await,
        host.publish_audio().await,
    );
    let mut viewer = Person::viewer(&room).await;
    viewer.subscribed(TrackSource::Microphone).await;
    let none = Err(MediaError::NoSuchTrack);
    assert_eq!(viewer.room.set_view(&microphone.id, None), none, "it is sound");
    assert_eq!(host.room.set_view(&camera.id, None), none, "it is one's own");
    assert_eq!(viewer.room.set_view(&TrackId("TR_x".into()), None), none);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_picture_is_told_of_once_a_subscription() {
    let mut broadcast = Broadcast::start(CARD).await;
    let (user, track) = (broadcast.host.user, broadcast.track.clone());
    let first = MediaEvent::FirstFrame { user, track };
    broadcast.viewer.expect(first.clone()).await;
    // Another reader, and a picture that comes back, are no first picture.
    let mut second = broadcast.viewer.room.video_frames(&broadcast.track).unwrap();
    next_times(&mut second, 2).await;

    let viewer = &mut broadcast.viewer;
    viewer.room.set_subscribed(&broadcast.track, false).unwrap();
    let (user, track) = (broadcast.host.user, broadcast.track.clone());
    viewer.expect(MediaEvent::TrackUnsubscribed { user, track }).await;
    let told = viewer.seen().iter().filter(|event| **event == first);
    assert_eq!(told.count(), 1);
    until_nobody_watches(&*broadcast.host.room).await;

    viewer.room.set_subscribed(&broadcast.track, true).unwrap();
    let mut again = viewer.watch(TrackSource::Camera).await;
    next_times(&mut again, 1).await;
    viewer.expect(first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_count_both_tracks() {
    let mut broadcast = Broadcast::start(CARD).await;
    let _microphone = Microphone::start(broadcast.host.publish_audio().await.sink);
    assert!(has_tone(&mut broadcast.viewer.hear(TrackSource::Microphone).await).await);
    let host = broadcast.host.user;
    let card = CARD;

    for (room, direction) in [
        (&broadcast.host.room, TrackDirection::Sent),
        (&broadcast.viewer.room, TrackDirection::Received),
    ] {
        for source in [TrackSource::Camera, TrackSource::Microphone] {
            let before = until_stats(&**room, source, |row| row.bytes > 0 && row.packets > 0).await;
            assert_eq!((before.user, before.direction), (host, direction));
            let after = until_stats(&**room, source, |row| {
                row.bytes > before.bytes && row.round_trip_ms.is_some()
            });
            let after = after.await;
            assert_eq!(after.track, before.track);
            let sound = source == TrackSource::Microphone;
            assert_eq!(after.width.is_none() && after.frames_per_second.is_none(), sound);
        }
        let rate = f64::from(card.max_fps);
        let row = until_stats(&**room, TrackSource::Camera, |row| {
            let near = |fps: f64| (rate / 2.0..rate * 1.5).contains(&fps);
            row.height == Some(card.height) && row.frames_per_second.is_some_and(near)
        });
        let row = row.await;
        assert_eq!((row.width, &row.track), (Some(card.width), &broadcast.track));
    }
    let rows = broadcast.viewer.room.stats().await.unwrap();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    broadcast.viewer.room.disconnect().await;
    assert_eq!(broadcast.viewer.room.stats().await, Err(MediaError::Closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_s_camera_is_published_in_the_layers_of_the_table() {
    let broadcast = Broadcast::start(BROADCAST).await;
    let heights = [180, 360, 720];
    for (index, height) in heights.into_iter().enumerate() {
        let width = height * 16 / 9;
        broadcast.view(Some(ViewSize { width, height }));
        until_stats(&*broadcast.host.room, TrackSource::Camera, |row| {
            let layer = row.layers.get(index);
            layer.is_some_and(|layer| layer.active && (layer.width, layer.height) == (width, height))
        })
        .await;
    }
    let row = until_stats(&*broadcast.host.room, TrackSource::Camera, |_| true).await;
    let rids: Vec<_> = row.layers.iter().map(|layer| layer.rid.as_str()).collect();
    assert_eq!(rids, ["q", "h", "f"], "{row:#?}");
    let table: Vec<_> = BROADCAST
        .layers
        .smallest_first()
        .map(|layer| layer.height)
        .collect();
    assert_eq!(table, heights[..2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_is_published_as_such_and_refused_to_a_speaker() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let card = CARD;
    let screen = host.publish_card(TrackSource::ScreenShare, card).await;
    let _camera = Camera::film(card, screen.sink);
    let mut viewer = Person::viewer(&room).await;
    let mut frames = viewer.watch(TrackSource::ScreenShare).await;
    next_times(&mut frames, 1).await;
    assert_eq!(room.published_by(host.user).await, ["screen_share"]);
    let row = until_stats(&*host.room, TrackSource::ScreenShare, |row| row.height.is_some()).await;
    assert_eq!(row.layers.len(), 0, "a screen has one layer");

    let microphone: Option<&[&str]> = Some(&["microphone"]);
    let speaker = Person::join(&room, UserId(Uuid::new_v4()), Role::Speaker, microphone, true).await;
    let refused = speaker.try_card(TrackSource::ScreenShare, card).await;
    assert_eq!(refused.err(), Some(MediaError::NotPermitted));
    assert_eq!(room.published_by(speaker.user).await, Vec::<String>::new());
}
