//! Joining and leaving through LiveKit's prebuilt library, on a real LiveKit server.
#![cfg(all(feature = "prebuilt", feature = "test-signal"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test picks out what it is about")]

mod media_support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ipelya_core::domain::{Role, UserId};
use ipelya_core::media::{
    ConnectRequest, DisconnectReason, MediaEngine, MediaError, MediaEvent, TrackSource,
};
use ipelya_devstack::Component;
use media_support::{DEADLINE, EVERYTHING, Livekit, Person, Room, engine, request};
use serde_json::json;
use uuid::Uuid;

/// What an engine says of a connection that can't be had, and how long it took to say so.
async fn refusal(request: ConnectRequest) -> (MediaError, Duration) {
    let (token, started) = (request.token.clone(), Instant::now());
    match engine().connect(request).await {
        Ok(_) => panic!("connected"),
        Err(error) => {
            assert!(
                !error.to_string().contains(&token),
                "the token is a secret: {error}"
            );
            (error, started.elapsed())
        }
    }
}

fn somebody() -> String {
    Uuid::new_v4().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listening_is_unreachable_at_once() {
    let server = Livekit::shared().await;
    let mut request = request(server, server.token(&somebody(), "live", Role::Viewer, None));
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    request.url = format!("ws://127.0.0.1:{port}");
    let (error, took) = refusal(request).await;
    assert!(matches!(error, MediaError::Unreachable(_)), "{error:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let server = Livekit::shared().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut request = request(server, server.token(&somebody(), "live", Role::Viewer, None));
    request.url = format!("ws://{}", silent.local_addr().unwrap());
    request.timeout = Duration::from_secs(1);
    let (error, took) = refusal(request).await;
    assert_eq!(error, MediaError::TimedOut);
    assert!(
        took >= Duration::from_millis(900) && took < Duration::from_secs(3),
        "{took:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_good_is_refused() {
    let room = Room::create().await;
    let server = room.server;
    let good = server.token(&somebody(), &room.name, Role::Viewer, None);
    let (claims, signature) = good.rsplit_once('.').unwrap();
    let forged = format!("{claims}.{}", signature.chars().rev().collect::<String>());
    let past = jsonwebtoken::get_current_timestamp() - 600;
    let expired = server
        .sign(json!({ "sub": somebody(), "exp": past, "video": { "room": room.name, "roomJoin": true } }));
    let elsewhere = server.token(
        &somebody(),
        &format!("live_{}", Uuid::new_v4()),
        Role::Viewer,
        None,
    );
    let no_person = server.token("somebody", &room.name, Role::Viewer, None);
    for (what, token) in [
        ("forged", forged),
        ("expired", expired),
        ("of a room that doesn't exist", elsewhere),
        ("of nobody", no_person),
        ("no token", "nonsense".into()),
    ] {
        let (error, took) = refusal(request(server, token)).await;
        assert!(matches!(error, MediaError::Refused(_)), "{what}: {error:?}");
        assert!(took < Duration::from_secs(5), "{what}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_is_told_once_to_both_sides_and_may_be_repeated() {
    let room = Room::create().await;
    let (mut host, mut guest) = (Person::host(&room).await, Person::host(&room).await);
    assert_eq!(host.joined(guest.user).await.role, Some(Role::Host));
    let track = guest.publish_video(TrackSource::Camera).await;
    guest.room.disconnect().await;
    guest.room.disconnect().await;
    assert_eq!(
        guest.disconnected(DEADLINE).await,
        DisconnectReason::ClientInitiated
    );
    host.expect(MediaEvent::ParticipantLeft(guest.user)).await;

    assert_eq!(guest.try_audio().await.err(), Some(MediaError::Closed));
    assert_eq!(guest.room.unpublish(track.id.clone()).await, Ok(()));
    assert_eq!(
        guest.room.set_muted(&track.id, true),
        Err(MediaError::NoSuchTrack)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_room_leaves_it() {
    let room = Room::create().await;
    let mut host = Person::host(&room).await;
    let guest = Person::host(&room).await;
    let user = guest.user;
    host.joined(user).await;
    drop(guest);
    host.expect(MediaEvent::ParticipantLeft(user)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_at_the_same_time_is_known_to_everybody_once() {
    let room = Room::create().await;
    let mut people = join_all((0..5).map(|_| Person::host(&room))).await;
    join_all(people.iter().map(|person| person.publish_audio())).await;
    let everybody: Vec<_> = people.iter().map(|person| person.user).collect();
    // By reference: whoever leaves early may take their track with them before the others were told of it.
    for person in &mut people {
        let mut times: BTreeMap<UserId, usize> = BTreeMap::new();
        let mut tracks: BTreeMap<UserId, usize> = BTreeMap::new();
        for known in &person.participants {
            *times.entry(known.user).or_default() += 1;
            *tracks.entry(known.user).or_default() += known.tracks.len();
        }
        let others = everybody.len() - 1;
        while times.len() < others || tracks.values().filter(|count| **count > 0).count() < others {
            let (joined, published) = person
                .until("the others", DEADLINE, |event| match event {
                    MediaEvent::ParticipantJoined(known) => Some((Some(known.user), None)),
                    MediaEvent::TrackPublished { user, .. } => Some((None, Some(*user))),
                    _ => None,
                })
                .await;
            joined
                .into_iter()
                .for_each(|user| *times.entry(user).or_default() += 1);
            published
                .into_iter()
                .for_each(|user| *tracks.entry(user).or_default() += 1);
        }
        assert!(!times.contains_key(&person.user), "nobody is told of oneself");
        assert!(times.values().all(|count| *count == 1), "{times:?}");
        assert!(tracks.values().all(|count| *count == 1), "{tracks:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_no_person_is_not_told_of() {
    let room = Room::create().await;
    let mut host = Person::host(&room).await;
    // Joins, is found to be nobody, and leaves again.
    let recorder = room
        .server
        .token("EG_recorder", &room.name, Role::Host, Some(EVERYTHING));
    refusal(request(room.server, recorder)).await;
    let guest = Person::host(&room).await;
    host.joined(guest.user).await;
    let told = |event: &MediaEvent| {
        matches!(
            event,
            MediaEvent::ParticipantJoined(_) | MediaEvent::ParticipantLeft(_)
        )
    };
    assert_eq!(
        host.seen().iter().filter(|event| told(event)).count(),
        1,
        "{:?}",
        host.seen()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_by_the_server_has_its_reason() {
    let room = Room::create().await;
    let mut removed = Person::viewer(&room).await;
    room.remove(removed.user).await;
    assert_eq!(
        removed.disconnected(DEADLINE).await,
        DisconnectReason::ParticipantRemoved
    );

    let mut first = Person::viewer(&room).await;
    let mut second = Person::join(&room, first.user, Role::Viewer, None, true).await;
    assert_eq!(
        first.disconnected(DEADLINE).await,
        DisconnectReason::DuplicateIdentity
    );

    room.delete().await;
    assert_eq!(second.disconnected(DEADLINE).await, DisconnectReason::RoomDeleted);
    assert_eq!(second.try_audio().await.err(), Some(MediaError::Closed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_is_a_connection_to_be_had_back_and_then_lost() {
    let server: &'static Livekit = Box::leak(Box::new(Livekit::start().await));
    let room = Room::create_on(server).await;
    let mut host = Person::host(&room).await;
    let video = host.publish_video(TrackSource::Camera).await;
    server.stack.kill_component(Component::Livekit).await;
    host.expect(MediaEvent::Reconnecting).await;
    assert_eq!(
        host.disconnected(Duration::from_secs(90)).await,
        DisconnectReason::ConnectionLost
    );
    drop(video);
}
