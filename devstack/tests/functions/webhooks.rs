//! What LiveKit tells: once, in any order, and only if it is LiveKit.

use ipelya_core::domain::ErrorCode::NotAuthenticated;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, World};
use crate::world;

/// A LiveKit room's events, told by hand.
struct Room<'a> {
    world: &'a World,
    name: String,
    sid: String,
    /// When its events happen, in seconds since 1970.
    at: i64,
}

impl<'a> Room<'a> {
    fn new(world: &'a World, name: String) -> Self {
        Self {
            world,
            name,
            sid: format!("RM_{}", Uuid::new_v4()),
            at: crate::support::now(),
        }
    }

    fn event(&self, event: &str, who: Option<(&Person, &str, &str)>) -> Value {
        let mut told = json!({
            "event": event, "id": format!("EV_{}", Uuid::new_v4()), "createdAt": self.at.to_string(),
            "room": { "name": self.name, "sid": self.sid }, "someNewField": {},
        });
        if let Some((person, connection, role)) = who {
            let sid = format!("PA_{connection}_{}", person.id);
            told["participant"] =
                json!({ "identity": person.id, "sid": sid, "attributes": { "role": role } });
        }
        told
    }

    async fn tells(&self, event: &str, who: Option<(&Person, &str, &str)>) {
        self.world.livekit_tells(self.event(event, who)).await.granted();
    }
}

async fn session(world: &World, id: &str) -> Value {
    world
        .value("select to_jsonb(s) from public.live_sessions s where id = $1", id)
        .await
}

async fn viewers(world: &World, id: &str) -> (Value, Value) {
    let session = session(world, id).await;
    (session["viewer_count"].clone(), session["peak_viewers"].clone())
}

#[tokio::test]
async fn the_count_of_viewers_is_right_after_duplicates_and_reordering() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let (one, other) = (world.person().await, world.person().await);
    for person in [&one, &other] {
        world
            .call("join-session", person, json!({ "session_id": id }))
            .await
            .granted();
    }
    let room = Room::new(&world, format!("live_{id}"));
    let joined = room.event("participant_joined", Some((&one, "1", "viewer")));
    for _ in 0..3 {
        world.livekit_tells(joined.clone()).await.granted();
    }
    room.tells("participant_joined", Some((&host, "1", "host"))).await;
    room.tells("participant_joined", Some((&other, "1", "viewer")))
        .await;
    assert_eq!(viewers(&world, &id).await, (json!(2), json!(2)));

    // A reconnect: the new connection is told before the end of the old one.
    room.tells("participant_joined", Some((&one, "2", "viewer")))
        .await;
    room.tells("participant_left", Some((&one, "1", "viewer"))).await;
    assert_eq!(viewers(&world, &id).await, (json!(2), json!(2)));

    // A visit whose end is told first.
    room.tells("participant_left", Some((&other, "1", "viewer")))
        .await;
    room.tells("participant_left", Some((&other, "2", "viewer")))
        .await;
    room.tells("participant_joined", Some((&other, "2", "viewer")))
        .await;
    assert_eq!(viewers(&world, &id).await, (json!(1), json!(2)));

    room.tells("room_finished", None).await;
    room.tells("participant_joined", Some((&other, "3", "viewer")))
        .await;
    assert_eq!(
        viewers(&world, &id).await,
        (json!(0), json!(2)),
        "nobody is in a room that is finished"
    );
}

#[tokio::test]
async fn the_end_of_an_old_room_says_nothing_about_the_new_one() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let (old, new) = (
        Room::new(&world, format!("live_{id}")),
        Room::new(&world, format!("live_{id}")),
    );
    old.tells("room_started", None).await;
    old.tells("participant_joined", Some((&host, "old", "host")))
        .await;
    new.tells("room_started", None).await;
    new.tells("participant_joined", Some((&host, "new", "host")))
        .await;
    old.tells("room_finished", None).await;
    let session = session(&world, &id).await;
    assert_eq!(
        (&session["room_sid"], &session["host_absent_since"]),
        (&json!(new.sid), &Value::Null)
    );
}

#[tokio::test]
async fn a_killed_server_tells_nothing_but_its_successor_does() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    world
        .call("join-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    // Both later than the room that the real server has just told about.
    let mut old = Room::new(&world, format!("live_{id}"));
    old.at += 60;
    old.tells("room_started", None).await;
    old.tells("participant_joined", Some((&host, "old", "host")))
        .await;
    old.tells("participant_joined", Some((&viewer, "old", "viewer")))
        .await;
    assert_eq!(viewers(&world, &id).await.0, 1);

    let mut new = Room::new(&world, format!("live_{id}"));
    new.at += 120;
    new.tells("room_started", None).await;
    assert_eq!(viewers(&world, &id).await.0, 0);
    assert!(session(&world, &id).await["host_absent_since"].is_string());
    new.tells("participant_joined", Some((&viewer, "new", "viewer")))
        .await;
    // What the old server had still in its queue.
    old.tells("participant_joined", Some((&host, "late", "host")))
        .await;
    let session = session(&world, &id).await;
    assert_eq!(
        (&session["viewer_count"], &session["room_sid"]),
        (&json!(1), &json!(new.sid))
    );
    assert!(session["host_absent_since"].is_string());
}

#[tokio::test]
async fn a_host_who_vanishes_leaves_a_lease() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let room = Room::new(&world, format!("live_{id}"));
    assert!(
        session(&world, &id).await["host_absent_since"].is_string(),
        "live without being in the room"
    );
    room.tells("participant_joined", Some((&host, "1", "host"))).await;
    assert!(session(&world, &id).await["host_absent_since"].is_null());
    room.tells("participant_left", Some((&host, "1", "host"))).await;
    assert!(session(&world, &id).await["host_absent_since"].is_string());
    room.tells("participant_joined", Some((&host, "2", "host"))).await;
    assert!(session(&world, &id).await["host_absent_since"].is_null());
    assert_eq!(session(&world, &id).await["status"], "live");
}

#[tokio::test]
async fn whoever_may_not_be_in_the_room_is_put_out_again() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let (banned, stranger, promoted) = (world.person().await, world.person().await, world.person().await);
    for person in [&banned, &promoted] {
        world
            .call("join-session", person, json!({ "session_id": id }))
            .await
            .granted();
    }
    let uuid = Uuid::parse_str(&id).unwrap();
    let ban = "insert into public.session_bans (session_id, user_id) values ($1, $2)";
    world.db.execute(ban, &[&uuid, &banned.id]).await.unwrap();
    let promote =
        "update public.live_participants set role = 'speaker' where session_id = $1 and user_id = $2";
    world.db.execute(promote, &[&uuid, &promoted.id]).await.unwrap();

    let room = Room::new(&world, format!("live_{id}"));
    for (person, kind) in [
        (&banned, "remove_participant"),
        (&stranger, "remove_participant"),
        (&promoted, "update_participant"),
    ] {
        // All of them come with a token that was minted before.
        room.tells("participant_joined", Some((person, "1", "viewer")))
            .await;
        let sent =
            "select kind || ':' || (delivered_at is not null) from public.livekit_outbox where identity = $1";
        assert_eq!(
            world.value(sent, &person.id.to_string()).await,
            format!("{kind}:true")
        );
    }
    room.tells("participant_joined", Some((&promoted, "2", "speaker")))
        .await;
    let sent = "select count(*) from public.livekit_outbox where identity = $1";
    assert_eq!(
        world.value(sent, &promoted.id.to_string()).await,
        1,
        "the right role needs no change"
    );
}

#[tokio::test]
async fn a_call_ends_with_its_room() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let id = world.call("initiate-call", &caller, body).await.granted()["call"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .call("answer-call", &callee, json!({ "call_id": id, "accept": true }))
        .await
        .granted();
    let room = Room::new(&world, format!("call_{id}"));
    room.tells("room_started", None).await;
    let absent = "select count(*) from public.call_members where call_id = $1 and absent_since is not null";
    assert_eq!(world.value(absent, &id).await, 2);
    room.tells("participant_joined", Some((&caller, "1", "host")))
        .await;
    room.tells("participant_joined", Some((&callee, "1", "host")))
        .await;
    assert_eq!(world.value(absent, &id).await, 0);
    room.tells("participant_left", Some((&callee, "1", "host"))).await;
    assert_eq!(world.value(absent, &id).await, 1);
    room.tells("room_finished", None).await;
    assert_eq!(
        world
            .value("select end_reason from public.calls where id = $1", &id)
            .await,
        "failed"
    );
}

#[tokio::test]
async fn only_livekit_is_believed() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let room = Room::new(&world, format!("live_{id}"));
    // The room that create-session made tells about itself whenever it likes.
    let seen = async || {
        let mut session = session(&world, &id).await;
        session.as_object_mut().unwrap().remove("room_sid");
        session
    };
    let before = seen().await;
    let body = room
        .event("participant_joined", Some((&host, "1", "host")))
        .to_string();
    let good = world.signature(&body, &world.info.livekit_api_secret);
    let forged = world.signature(&body, &"x".repeat(40));
    world.webhook(&body, None).await.refused(NotAuthenticated);
    world
        .webhook(&body, Some(&forged))
        .await
        .refused(NotAuthenticated);
    world
        .webhook(&body[..body.len() - 5], Some(&good))
        .await
        .refused(NotAuthenticated);
    world
        .webhook(&body.replace("host", "viewer"), Some(&good))
        .await
        .refused(NotAuthenticated);
    world
        .webhook(&body, Some(&host.token))
        .await
        .refused(NotAuthenticated);
    for event in ["track_unpublished", "egress_started", "moon_rose"] {
        let ignored = world.livekit_tells(room.event(event, None)).await.granted();
        assert_eq!(ignored["handled"], false);
    }
    let elsewhere = Room::new(&world, "somebody-elses-room".into());
    elsewhere.tells("room_started", None).await;
    elsewhere
        .tells("participant_joined", Some((&host, "1", "host")))
        .await;
    let mut recorder = room.event("participant_joined", Some((&host, "1", "host")));
    recorder["participant"]["identity"] = json!("EG_recorder");
    world.livekit_tells(recorder).await.granted();
    assert_eq!(seen().await, before);
}
