//! What is recorded, who may see it, and when it is gone.

use ipelya_core::domain::ErrorCode::{
    Banned, Conflict, Forbidden, MediaUnavailable, NotFound, SessionEnded, SubscriptionRequired,
};
use ipelya_devstack::{Egress, Recorder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, World, eventually, now};
use crate::world;

async fn recorder() -> Recorder {
    ipelya_devstack::shared_stack().await.unwrap().recorder()
}

async fn record(world: &World, person: &Person, session: &str, action: &str) -> Answer {
    let body = json!({ "session_id": session, "action": action });
    world.call("record-session", person, body).await
}

/// An event of an egress, as LiveKit signs and sends it; times are nanoseconds.
async fn tell(world: &World, event: &str, status: &str, egress: &Egress, file: Option<Value>) {
    let event = json!({
        "event": event, "id": format!("EV_{}", Uuid::new_v4()), "createdAt": now().to_string(),
        "egressInfo": {
            "egressId": egress.id, "roomName": egress.room_name, "status": status,
            "startedAt": (now() * 1_000_000_000).to_string(), "fileResults": file.map_or(json!([]), |file| json!([file])),
        },
    });
    assert_eq!(world.livekit_tells(event).await.granted()["handled"], true);
}

/// The file that was written.
fn file(egress: &Egress) -> Value {
    json!({ "filename": egress.object_key, "duration": "90500000000", "size": "4096", "location": "" })
}

async fn row(world: &World, id: &Value) -> Value {
    let query = "select to_jsonb(r) from public.recordings r where id = $1";
    world.value(query, id.as_str().unwrap()).await
}

/// A session that was recorded to the end: its host, its id and the recording's.
async fn recorded(world: &World, access: &str, price: i64) -> (Person, String, Value) {
    let (host, id) = world.live(access, price).await;
    let recording = record(world, &host, &id, "start").await.granted()["recording"]["id"].clone();
    let egress = recorder().await.egresses(&format!("live_{id}")).remove(0);
    recorder().await.put(&egress.object_key, b"a film");
    tell(
        world,
        "egress_ended",
        "EGRESS_COMPLETE",
        &egress,
        Some(file(&egress)),
    )
    .await;
    (host, id, recording)
}

async fn watch(world: &World, person: &Person, recording: &Value) -> Answer {
    let body = json!({ "recording_id": recording });
    world.call("get-recording", person, body).await
}

#[tokio::test]
async fn a_session_is_recorded_from_start_to_stop() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let room = format!("live_{id}");
    let started = record(&world, &host, &id, "start").await.granted()["recording"].clone();
    assert_eq!(
        (&started["status"], &started["session_id"]),
        (&json!("starting"), &json!(id))
    );
    let again = record(&world, &host, &id, "start").await.granted();
    assert_eq!(again["recording"]["id"], started["id"], "one at a time");
    let egresses = recorder().await.egresses(&room);
    assert_eq!(egresses.len(), 1);
    let egress = &egresses[0];
    let recording = started["id"].as_str().unwrap();
    assert_eq!(egress.object_key, format!("recordings/{id}/{recording}.mp4"));
    assert!(!egress.audio_only && !egress.is_stopped);

    tell(&world, "egress_started", "EGRESS_ACTIVE", egress, None).await;
    assert_eq!(row(&world, &started["id"]).await["status"], "active");
    let stopped = record(&world, &host, &id, "stop").await.granted();
    assert_eq!(stopped["recording"]["status"], "ending");
    assert!(recorder().await.egresses(&room)[0].is_stopped);
    record(&world, &host, &id, "stop").await.granted();
    record(&world, &host, &id, "start").await.refused(Conflict);
    tell(
        &world,
        "egress_ended",
        "EGRESS_COMPLETE",
        egress,
        Some(file(egress)),
    )
    .await;
    let done = row(&world, &started["id"]).await;
    assert_eq!(
        (&done["status"], &done["duration_ms"], &done["size_bytes"]),
        (&json!("complete"), &json!(90_500), &json!(4096))
    );
    let told = "select count(*) from realtime.messages where topic = 'session:' || $1::uuid and event = 'recording_changed'";
    assert_eq!(
        world.value(told, &id).await,
        4,
        "everybody in the session is told of each step"
    );
    let next = record(&world, &host, &id, "start").await.granted();
    assert_ne!(next["recording"]["id"], started["id"]);
}

#[tokio::test]
async fn an_audio_room_is_recorded_without_a_picture() {
    let world = world().await;
    let host = world.creator().await;
    let body = json!({ "session_type": "audio_room", "title": "T", "access": "public" });
    let id = world.call("create-session", &host, body).await.granted()["session"]["id"].clone();
    let id = id.as_str().unwrap();
    record(&world, &host, id, "start").await.refused(Conflict);
    world
        .call("start-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    record(&world, &host, id, "start").await.granted();
    assert!(recorder().await.egresses(&format!("room_{id}"))[0].audio_only);
}

#[tokio::test]
async fn events_that_come_twice_late_or_in_the_wrong_order_change_nothing() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let recording = record(&world, &host, &id, "start").await.granted()["recording"]["id"].clone();
    let egress = recorder().await.egresses(&format!("live_{id}")).remove(0);
    // The function died before it wrote the egress down: its file names the recording.
    let forget = "update public.recordings set egress_id = null where session_id = $1";
    world
        .db
        .execute(forget, &[&Uuid::parse_str(&id).unwrap()])
        .await
        .unwrap();
    tell(
        &world,
        "egress_ended",
        "EGRESS_COMPLETE",
        &egress,
        Some(file(&egress)),
    )
    .await;
    for (event, status) in [
        ("egress_started", "EGRESS_ACTIVE"),
        ("egress_updated", "EGRESS_ENDING"),
        ("egress_ended", "EGRESS_FAILED"),
    ] {
        tell(&world, event, status, &egress, None).await;
    }
    let row = row(&world, &recording).await;
    assert_eq!(
        (&row["status"], &row["egress_id"]),
        (&json!("complete"), &json!(egress.id))
    );
}

#[tokio::test]
async fn a_recorder_that_is_away_leaves_no_recording() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    recorder().await.refuse(&format!("live_{id}"));
    record(&world, &host, &id, "start")
        .await
        .refused(MediaUnavailable);
    let left = "select status from public.recordings where session_id = $1";
    assert_eq!(world.value(left, &id).await, "failed");
    record(&world, &host, &id, "stop").await.granted();
    // One whose function died before it asked for anything.
    let (_, id) = world.live("public", 0).await;
    let dead = "insert into public.recordings (session_id, started_by, created_at)
                select id, host_id, now() - interval '2 minutes' from public.live_sessions where id = $1";
    world
        .db
        .execute(dead, &[&Uuid::parse_str(&id).unwrap()])
        .await
        .unwrap();
    eventually("it counts as failed", async || {
        world.value(left, &id).await == "failed"
    })
    .await;
}

#[tokio::test]
async fn the_host_alone_records() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    world
        .call("join-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    for action in ["start", "stop"] {
        record(&world, &viewer, &id, action).await.refused(Forbidden);
    }
    record(&world, &host, &id, "stop").await.refused(NotFound);
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    record(&world, &host, &id, "start").await.refused(SessionEnded);
}

#[tokio::test]
async fn a_recording_is_seen_by_whom_the_session_was_open_to() {
    let world = world().await;
    let film = async |answer: Answer| {
        let url = answer.granted()["url"].as_str().unwrap().to_owned();
        let altered = url.replace("recordings/", "recordings/../");
        assert_ne!(world.http.get(altered).send().await.unwrap().status(), 200);
        world.http.get(url).send().await.unwrap().bytes().await.unwrap()
    };
    let (host, _, public) = recorded(&world, "public", 0).await;
    let stranger = world.person().await;
    assert_eq!(film(watch(&world, &stranger, &public).await).await, "a film");
    assert_eq!(film(watch(&world, &host, &public).await).await, "a film");

    let (host, _, subscribers) = recorded(&world, "subscribers_only", 0).await;
    watch(&world, &stranger, &subscribers)
        .await
        .refused(SubscriptionRequired);
    let subscribe = "insert into public.creator_subscriptions (creator_id, subscriber_id) values ($1, $2)";
    world
        .db
        .execute(subscribe, &[&host.id, &stranger.id])
        .await
        .unwrap();
    watch(&world, &stranger, &subscribers).await.granted();

    let (host, id, paid) = recorded(&world, "pay_per_view", 10).await;
    let buyer = world.rich(10).await;
    watch(&world, &buyer, &paid).await.refused(NotFound);
    let join = json!({ "session_id": id, "accept_price": 10 });
    world.call("join-session", &buyer, join).await.granted();
    watch(&world, &buyer, &paid).await.granted();
    let ban = json!({ "session_id": id, "action": "ban", "user_id": buyer.id });
    world.call("moderate", &host, ban).await.granted();
    watch(&world, &buyer, &paid).await.refused(Banned);
}

#[tokio::test]
async fn a_recording_whose_time_is_up_is_deleted() {
    let world = world().await;
    let (host, id, recording) = recorded(&world, "public", 0).await;
    let key = recorder()
        .await
        .egresses(&format!("live_{id}"))
        .remove(0)
        .object_key;
    let kept = row(&world, &recording).await;
    let expires = chrono::DateTime::parse_from_rfc3339(kept["expires_at"].as_str().unwrap()).unwrap();
    assert_eq!((expires.timestamp() - now() + 60) / 86_400, 30);
    let expire = "update public.recordings set expires_at = now() where session_id = $1";
    world
        .db
        .execute(expire, &[&Uuid::parse_str(&id).unwrap()])
        .await
        .unwrap();
    eventually("the file is gone", async || !recorder().await.has(&key)).await;
    eventually("and the row says so", async || {
        row(&world, &recording).await["status"] == "deleted"
    })
    .await;
    watch(&world, &host, &recording).await.refused(NotFound);
}

#[tokio::test]
async fn a_creator_who_goes_takes_the_recordings_along() {
    let world = world().await;
    let (host, id, _) = recorded(&world, "public", 0).await;
    let key = recorder()
        .await
        .egresses(&format!("live_{id}"))
        .remove(0)
        .object_key;
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    world
        .call("delete-account", &host, json!({ "confirm": true }))
        .await
        .granted();
    eventually("the file is gone", async || !recorder().await.has(&key)).await;
}

#[tokio::test]
async fn a_recording_whose_end_nobody_told_is_asked_about() {
    let world = world().await;
    for is_known in [true, false] {
        let (host, id) = world.live("public", 0).await;
        let recording = record(&world, &host, &id, "start").await.granted()["recording"]["id"].clone();
        let egress = recorder().await.egresses(&format!("live_{id}")).remove(0);
        world
            .call("end-session", &host, json!({ "session_id": id }))
            .await
            .granted();
        if is_known {
            recorder().await.put(&egress.object_key, b"a film");
        } else {
            recorder().await.forget(&egress.id);
        }
        let long_ago =
            "update public.live_sessions set ended_at = ended_at - interval '1 hour' where id = $1";
        world
            .db
            .execute(long_ago, &[&Uuid::parse_str(&id).unwrap()])
            .await
            .unwrap();
        let expected = if is_known { "complete" } else { "failed" };
        eventually("it is settled", async || {
            row(&world, &recording).await["status"] == expected
        })
        .await;
    }
}
