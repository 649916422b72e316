//! Publishing and watching through LiveKit's prebuilt library, on a real LiveKit server.
#![cfg(all(feature = "prebuilt", feature = "test-signal"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]

mod media_support;

use std::time::Duration;

use ipelya_core::domain::{Grants, Role, UserId};
use ipelya_core::media::{AudioFrame, I420, MediaError, MediaEvent, TrackSource, VideoFrame};
use media_support::{Camera, DEADLINE, Microphone, Person, Room, has_tone, next_times, now_ms};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn picture_and_tone_arrive_at_the_other_end() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let _camera = Camera::start(host.publish_video(TrackSource::Camera).await.sink);
    let _microphone = Microphone::start(host.publish_audio().await.sink);

    let mut viewer = Person::viewer(&room).await;
    let there = viewer
        .participants
        .iter()
        .find(|person| person.user == host.user)
        .unwrap();
    assert_eq!(there.role, Some(Role::Host));

    let (mut pictures, mut sounds) = (None, None);
    while pictures.is_none() || sounds.is_none() {
        let (user, track) = viewer
            .until("a subscription", DEADLINE, |event| match event {
                MediaEvent::TrackSubscribed { user, track } => Some((*user, track.clone())),
                _ => None,
            })
            .await;
        assert_eq!(user, host.user);
        match track.source {
            TrackSource::Camera => pictures = viewer.room.video_frames(&track.id).ok(),
            TrackSource::Microphone => sounds = viewer.room.audio_frames(&track.id).ok(),
            TrackSource::ScreenShare | TrackSource::ScreenShareAudio => panic!("nobody shares a screen"),
        }
    }
    let times = next_times(&mut pictures.unwrap(), 24).await;
    assert!(times.is_sorted(), "{times:?}");
    let mut delays: Vec<_> = times
        .iter()
        .map(|(captured, read)| read.saturating_sub(*captured))
        .collect();
    delays.sort_unstable();
    assert!(delays[12] < 5_000, "glass to glass in ms: {delays:?}");
    assert!(has_tone(&mut sounds.unwrap()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_published_later_is_told_once_and_its_end_ends_the_frames() {
    let room = Room::create().await;
    let mut viewer = Person::viewer(&room).await;
    let mut host = Person::host(&room).await;
    let published = host.publish_video(TrackSource::ScreenShare).await;
    let camera = Camera::start(published.sink.clone());

    let mut frames = viewer.watch(TrackSource::ScreenShare).await;
    next_times(&mut frames, 3).await;
    host.room.unpublish(published.id.clone()).await.unwrap();
    host.room.unpublish(published.id.clone()).await.unwrap();
    host.expect(MediaEvent::LocalTrackUnpublished(published.id.clone()))
        .await;
    viewer
        .expect(MediaEvent::TrackUnpublished {
            user: host.user,
            track: published.id.clone(),
        })
        .await;

    let about_it: Vec<_> = viewer
        .seen()
        .iter()
        .map(|event| match event {
            MediaEvent::ParticipantJoined(_) => "joined",
            MediaEvent::TrackPublished { .. } => "published",
            MediaEvent::TrackSubscribed { .. } => "subscribed",
            MediaEvent::TrackUnsubscribed { .. } => "unsubscribed",
            MediaEvent::TrackUnpublished { .. } => "unpublished",
            _ => "",
        })
        .filter(|word| !word.is_empty())
        .collect();
    assert_eq!(
        about_it,
        ["joined", "published", "subscribed", "unsubscribed", "unpublished"]
    );
    let ended = tokio::time::timeout(DEADLINE, async { while frames.recv().await.is_some() {} }).await;
    assert!(ended.is_ok(), "the frames end with the track");
    drop(camera);
    assert_eq!(published.sink.push(black(640, 360)), Err(MediaError::Closed));
    assert_eq!(
        viewer.room.video_frames(&published.id).unwrap_err(),
        MediaError::NoSuchTrack
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_is_refused_by_the_server_itself() {
    let room = Room::create().await;
    let mut host = Person::host(&room).await;
    let viewer = Person::viewer(&room).await;
    assert_eq!(viewer.try_audio().await.err(), Some(MediaError::NotPermitted));
    assert_eq!(
        viewer.try_video(TrackSource::Camera).await.err(),
        Some(MediaError::NotPermitted)
    );

    let log = std::fs::read_to_string(room.server.stack.logs().join("livekit.log")).unwrap();
    let refusals = log
        .lines()
        .filter(|line| line.contains("no permission to publish track") && line.contains(&room.name));
    assert_eq!(refusals.count(), 2, "the server has refused both, not the client");
    assert_eq!(room.published_by(viewer.user).await, Vec::<String>::new());
    // The server tells of people who publish nothing every three seconds only.
    host.joined(viewer.user).await;
    viewer.room.disconnect().await;
    host.expect(MediaEvent::ParticipantLeft(viewer.user)).await;
    assert!(
        !host
            .seen()
            .iter()
            .any(|event| matches!(event, MediaEvent::TrackPublished { .. }))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_who_is_promoted_is_heard_without_reconnecting_and_silent_when_demoted() {
    let room = Room::create().await;
    let mut host = Person::host(&room).await;
    let mut listener = Person::join(&room, UserId(Uuid::new_v4()), Role::Listener, None, true).await;

    room.permit(listener.user, Role::Speaker, Some(&["microphone"]))
        .await;
    listener
        .expect(MediaEvent::GrantsChanged(Grants {
            audio: true,
            video: false,
        }))
        .await;
    let published = listener.publish_audio().await;
    let microphone = Microphone::start(published.sink.clone());
    assert!(has_tone(&mut host.hear(TrackSource::Microphone).await).await);
    assert_eq!(host.role_of(listener.user), Some(Role::Speaker));
    assert_eq!(
        listener.try_video(TrackSource::Camera).await.err(),
        Some(MediaError::NotPermitted)
    );

    room.permit(listener.user, Role::Listener, None).await;
    listener.expect(MediaEvent::GrantsChanged(Grants::NONE)).await;
    listener
        .expect(MediaEvent::LocalTrackUnpublished(published.id.clone()))
        .await;
    host.expect(MediaEvent::TrackUnpublished {
        user: listener.user,
        track: published.id,
    })
    .await;
    let listener_again = MediaEvent::RoleChanged {
        user: listener.user,
        role: Role::Listener,
    };
    if !host.seen().contains(&listener_again) {
        host.expect(listener_again).await;
    }
    drop(microphone);
    let silence = AudioFrame {
        samples: vec![0; 480],
        sample_rate: 48_000,
        channels: 1,
    };
    assert_eq!(published.sink.push(silence), Err(MediaError::Closed));
    assert_eq!(room.published_by(listener.user).await, Vec::<String>::new());
    assert_eq!(listener.try_audio().await.err(), Some(MediaError::NotPermitted));

    assert!(
        !listener
            .seen()
            .iter()
            .any(|event| matches!(event, MediaEvent::Reconnecting))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_is_told_to_both_sides() {
    let room = Room::create().await;
    let mut host = Person::host(&room).await;
    let mut viewer = Person::viewer(&room).await;
    let track = host.publish_audio().await.id;
    viewer.subscribed(TrackSource::Microphone).await;
    for muted in [true, false] {
        host.room.set_muted(&track, muted).unwrap();
        let told = MediaEvent::TrackMuted {
            user: host.user,
            track: track.clone(),
            muted,
        };
        host.expect(told.clone()).await;
        viewer.expect(told).await;
    }
    host.room.unpublish(track.clone()).await.unwrap();
    assert_eq!(host.room.set_muted(&track, true), Err(MediaError::NoSuchTrack));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_auto_subscribe_nothing_is_sent_until_asked_for() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let _camera = Camera::start(host.publish_video(TrackSource::Camera).await.sink);
    let mut viewer = Person::join(&room, UserId(Uuid::new_v4()), Role::Viewer, None, false).await;
    let track = viewer.knows(TrackSource::Camera).await.id;
    assert_eq!(
        viewer.room.video_frames(&track).unwrap_err(),
        MediaError::NoSuchTrack
    );

    viewer.room.set_subscribed(&track, true).unwrap();
    let mut frames = viewer.watch(TrackSource::Camera).await;
    assert_eq!(
        viewer.room.audio_frames(&track).unwrap_err(),
        MediaError::NoSuchTrack,
        "it is video"
    );
    next_times(&mut frames, 1).await;
    viewer.room.set_subscribed(&track, false).unwrap();
    viewer
        .expect(MediaEvent::TrackUnsubscribed {
            user: host.user,
            track,
        })
        .await;
    let ended = tokio::time::timeout(DEADLINE, async { while frames.recv().await.is_some() {} }).await;
    assert!(ended.is_ok(), "the frames end with the subscription");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_loses_old_pictures_and_stalls_nobody() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let _camera = Camera::start(host.publish_video(TrackSource::Camera).await.sink);
    let mut viewer = Person::viewer(&room).await;
    let (_, track) = viewer.subscribed(TrackSource::Camera).await;
    let mut slow = viewer.room.video_frames(&track.id).unwrap();
    let mut quick = viewer.room.video_frames(&track.id).unwrap();
    next_times(&mut slow, 1).await;
    // Two seconds in which only the quick reader reads.
    let (started, mut times) = (now_ms(), Vec::new());
    while now_ms() < started + 2_000 {
        times.extend(next_times(&mut quick, 1).await);
    }
    assert!(
        times[times.len() - 1].0 > started + 1_000,
        "the quick reader isn't held up"
    );
    // The one that the reader had been offered before it stopped, then the newest.
    let late = next_times(&mut slow, 2).await;
    assert!(late[1].0 > started + 1_000, "{late:?} after {started}");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_not_what_they_say_are_refused() {
    let room = Room::create().await;
    let host = Person::host(&room).await;
    let video = host.publish_video(TrackSource::Camera).await;
    let too_wide = I420 {
        width: 1_280,
        ..black(640, 360).picture.i420().into_owned()
    };
    let frame = VideoFrame::upright(too_wide, 0);
    assert!(matches!(video.sink.push(frame), Err(MediaError::Engine(_))));
    video.sink.push(black(641, 359)).unwrap();
    let audio = host.publish_audio().await;
    let frame = AudioFrame {
        samples: vec![0; 441],
        sample_rate: 44_100,
        channels: 1,
    };
    assert!(matches!(audio.sink.push(frame), Err(MediaError::Engine(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_its_caller_gave_up_is_taken_back() {
    let room = Room::create().await;
    let mut host = Person::host(&room).await;
    let given_up = tokio::time::timeout(Duration::from_millis(1), host.try_video(TrackSource::Camera)).await;
    assert!(given_up.is_err(), "it takes longer than that");
    host.until("LocalTrackUnpublished", DEADLINE, |event| {
        matches!(event, MediaEvent::LocalTrackUnpublished(_)).then_some(())
    })
    .await;
    assert_eq!(room.published_by(host.user).await, Vec::<String>::new());
}

fn black(width: u32, height: u32) -> VideoFrame {
    let picture = I420 {
        width,
        height,
        data: vec![16; I420::size(width, height)].into(),
    };
    VideoFrame::upright(picture, 0)
}
