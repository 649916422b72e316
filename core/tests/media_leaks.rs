//! Whatever is done and given up, everything of the media library is given back.
#![cfg(all(feature = "prebuilt", feature = "test-signal"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]

mod media_support;

use std::time::Duration;

use ipelya_core::domain::Role;
use ipelya_core::media::prebuilt::live_handles;
use ipelya_core::media::{MediaEngine, TrackSource};
use media_support::{
    Camera, DEADLINE, EVERYTHING, Microphone, Person, Room, engine, has_tone, next_times, request,
};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

/// Threads and open files of this process, as the system counts them.
fn threads_and_files() -> (usize, usize) {
    let count = |folder: &str| std::fs::read_dir(folder).map_or(0, Iterator::count);
    (count("/proc/self/task"), count("/proc/self/fd"))
}

/// Waits for what the library still does in the background.
async fn given_back() {
    let deadline = Instant::now() + DEADLINE;
    while live_handles() > 0 {
        assert!(
            Instant::now() < deadline,
            "{} handles are still held",
            live_handles()
        );
        sleep(Duration::from_millis(10)).await;
    }
}

/// Everything that a person does in a room, and then leaves it, in order or by dropping everything.
async fn visit(room: &Room, in_order: bool) {
    let host = Person::host(room).await;
    let published = host.publish_video(TrackSource::Camera).await;
    let camera = Camera::start(published.sink);
    let microphone = Microphone::start(host.publish_audio().await.sink);
    let mut viewer = Person::viewer(room).await;
    let mut sound = viewer.hear(TrackSource::Microphone).await;
    assert!(has_tone(&mut sound).await);
    assert_eq!(viewer.room.set_view(&published.id, None), Ok(()));
    assert!(viewer.room.stats().await.is_ok());
    // Whoever asks and doesn't wait leaves nothing behind either.
    drop(timeout(Duration::ZERO, host.room.stats()).await);
    if in_order {
        viewer.room.disconnect().await;
        host.room.disconnect().await;
    }
    drop((sound, viewer, host, camera, microphone));
}

/// One test, because the counts are those of the whole process.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind() {
    let room = Room::create().await;
    for in_order in [true, false] {
        visit(&room, in_order).await;
    }
    given_back().await;
    let before = threads_and_files();

    for index in 0..50 {
        let person = Person::viewer(&room).await;
        if index % 2 == 0 {
            person.room.disconnect().await;
        }
    }
    given_back().await;

    a_reader_that_outlives_the_room(&room).await;
    given_back().await;

    joins_given_up_midway(&room).await;
    given_back().await;
    // The server may miss the word of somebody who leaves the moment it joined; it notices by itself.
    let deadline = Instant::now() + Duration::from_secs(40);
    while !room.people().await.is_empty() {
        assert!(
            Instant::now() < deadline,
            "somebody is still there: {:?}",
            room.people().await
        );
        sleep(Duration::from_millis(100)).await;
    }

    refused_publications(&room).await;
    given_back().await;

    // The SDK takes its time with the threads of a connection that was closed while it was set up.
    let deadline = Instant::now() + Duration::from_secs(40);
    loop {
        let after = threads_and_files();
        if after.0 <= before.0 + 4 && after.1 <= before.1 + 8 {
            println!("threads and files before {before:?}, after {after:?}");
            break;
        }
        assert!(
            Instant::now() < deadline,
            "threads and files: {before:?} -> {after:?}"
        );
        sleep(Duration::from_millis(100)).await;
    }
}

async fn a_reader_that_outlives_the_room(room: &Room) {
    let host = Person::host(room).await;
    let camera = Camera::start(host.publish_video(TrackSource::Camera).await.sink);
    let mut viewer = Person::viewer(room).await;
    let mut pictures = viewer.watch(TrackSource::Camera).await;
    next_times(&mut pictures, 1).await;
    viewer.room.disconnect().await;
    host.room.disconnect().await;
    drop((viewer, host, camera));
    let ended = timeout(DEADLINE, async { while pictures.recv().await.is_some() {} }).await;
    assert!(ended.is_ok(), "the pictures end with the room");
}

async fn joins_given_up_midway(room: &Room) {
    for wait in [0, 1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60] {
        let token = room.server.token(
            &Uuid::new_v4().to_string(),
            &room.name,
            Role::Host,
            Some(EVERYTHING),
        );
        let engine = engine();
        // Either outcome will do: what matters is what is left.
        let joined = timeout(
            Duration::from_millis(wait),
            engine.connect(request(room.server, token)),
        )
        .await;
        drop(joined);
    }
}

async fn refused_publications(room: &Room) {
    let viewer = Person::viewer(room).await;
    assert!(viewer.try_video(TrackSource::Camera).await.is_err());
    assert!(
        timeout(Duration::from_millis(20), viewer.try_audio())
            .await
            .is_err(),
        "it takes longer than that"
    );
}
