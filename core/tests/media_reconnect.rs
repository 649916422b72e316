//! What goes on through a full reconnect: everything is taken away and brought back, under the same ids.
#![cfg(all(feature = "prebuilt", feature = "test-signal"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]

mod media_support;

use std::time::Duration;

use ipelya_core::media::prebuilt::reconnect_fully;
use ipelya_core::media::{MediaEvent, TrackSource};
use media_support::{BROADCAST, Broadcast, CARD, DEADLINE, THUMBNAIL, next_times, until_height, until_stats};
use tokio::time::{Instant, sleep};

#[tokio::test(flavor = "multi_thread")]
async fn views_hold_through_a_full_reconnect() {
    let mut broadcast = Broadcast::start(BROADCAST).await;
    broadcast.view(Some(THUMBNAIL));
    until_height("small", &mut broadcast.frames, |height| height <= 180).await;

    broadcast.reconnect_the_viewer().await;
    until_height("small", &mut broadcast.frames, |height| height <= 180).await;
    let row = until_stats(&*broadcast.viewer.room, TrackSource::Camera, |row| {
        row.packets > 100
    })
    .await;
    assert_eq!(row.height, Some(180), "{row:#?}");

    broadcast.view(None);
    broadcast.until_silent().await;
    broadcast.reconnect_the_viewer().await;
    broadcast.until_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_s_track_goes_on_through_a_full_reconnect_under_the_same_id() {
    let mut broadcast = Broadcast::start(CARD).await;
    next_times(&mut broadcast.frames, 1).await;
    assert_eq!(reconnect_fully(broadcast.host.user), Ok(()));
    broadcast.host.expect(MediaEvent::Reconnected).await;
    next_times(&mut broadcast.viewer.watch(TrackSource::Camera).await, 3).await;

    let before = until_stats(&*broadcast.host.room, TrackSource::Camera, |_| true).await;
    assert_eq!(before.track, broadcast.track);
    let gone = MediaEvent::LocalTrackUnpublished(broadcast.track.clone());
    assert!(!broadcast.host.seen().contains(&gone));
    broadcast.host.room.unpublish(broadcast.track).await.unwrap();
    broadcast.host.expect(gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_that_is_unpublished_during_a_full_reconnect_stays_unpublished() {
    let mut broadcast = Broadcast::start(CARD).await;
    next_times(&mut broadcast.frames, 1).await;
    assert_eq!(reconnect_fully(broadcast.host.user), Ok(()));
    broadcast.host.expect(MediaEvent::Reconnecting).await;
    broadcast
        .host
        .room
        .unpublish(broadcast.track.clone())
        .await
        .unwrap();
    let gone = MediaEvent::LocalTrackUnpublished(broadcast.track);
    let mut missing = vec![gone, MediaEvent::Reconnected];
    broadcast
        .host
        .until("end of the reconnect", DEADLINE, |event| {
            missing.retain(|wanted| wanted != event);
            missing.is_empty().then_some(())
        })
        .await;
    let deadline = Instant::now() + DEADLINE;
    while !broadcast.room.published_by(broadcast.host.user).await.is_empty() {
        assert!(Instant::now() < deadline, "it is published again");
        sleep(Duration::from_millis(50)).await;
    }
}
