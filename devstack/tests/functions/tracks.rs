//! What a track claims to be and what it is. LiveKit grants by the claim alone.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::moderation::{moderate, room};
use crate::support::{Person, World, claims, now};
use crate::world;

async fn publishes(world: &World, room: &str, person: &Person, kind: &str, source: &str) {
    let event = json!({
        "event": "track_published", "id": format!("EV_{}", Uuid::new_v4()), "createdAt": now().to_string(),
        "room": { "name": room, "sid": "RM_1" }, "participant": { "identity": person.id, "sid": "PA_1" },
        "track": { "sid": "TR_1", "type": kind, "source": source },
    });
    world.livekit_tells(event).await.granted();
}

async fn removals(world: &World, person: &Person) -> Value {
    let query = "select count(*) from public.livekit_outbox
                 where identity = $1 and kind = 'remove_participant' and delivered_at is not null";
    world.value(query, &person.id.to_string()).await
}

#[tokio::test]
async fn a_picture_under_the_name_of_a_microphone_puts_its_sender_out() {
    let world = world().await;
    let stage = room(&world).await;
    let name = format!("live_{}", stage.id);
    let co_host = &stage.co_hosts[0];
    for (kind, source) in [
        ("AUDIO", "MICROPHONE"),
        ("AUDIO", "SCREEN_SHARE_AUDIO"),
        ("VIDEO", "CAMERA"),
        ("VIDEO", "SCREEN_SHARE"),
    ] {
        publishes(&world, &name, co_host, kind, source).await;
    }
    assert_eq!(
        removals(&world, co_host).await,
        0,
        "tracks that are what they say"
    );
    publishes(&world, &name, &stage.speaker, "VIDEO", "MICROPHONE").await;
    assert_eq!(removals(&world, &stage.speaker).await, 1);
    publishes(&world, &name, co_host, "AUDIO", "CAMERA").await;
    assert_eq!(removals(&world, co_host).await, 1);
}

#[tokio::test]
async fn nobody_gets_around_the_consent_to_video() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let call = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
    let accept = json!({ "call_id": call, "accept": true, "device_id": "phone" });
    world.call("answer-call", &callee, accept).await.granted();
    let name = format!("call_{}", call.as_str().unwrap());
    publishes(&world, &name, &callee, "AUDIO", "MICROPHONE").await;
    assert_eq!(removals(&world, &callee).await, 0);
    publishes(&world, &name, &caller, "VIDEO", "MICROPHONE").await;
    assert_eq!(removals(&world, &caller).await, 1);
}

#[tokio::test]
async fn a_track_that_nobody_told_of_is_found() {
    let world = world().await;
    let stage = room(&world).await;
    let person = |person: &Person, role: &str, kind: &str, source: &str| {
        json!({
            "identity": person.id, "sid": format!("PA_{}", person.id), "is_active": true, "role": role,
            "sources": if role == "speaker" { json!(["microphone"]) } else { json!([]) },
            "tracks": [{ "type": kind, "source": source }],
        })
    };
    for (kind, expected) in [("audio", 0), ("video", 1)] {
        let people = json!([person(&stage.speaker, "speaker", kind, "microphone")]);
        let found = "select kind from live.out_of_place($1, $2)";
        let name = format!("live_{}", stage.id);
        let rows = world.db.query(found, &[&name, &people]).await.unwrap();
        let kinds: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(kinds, vec!["remove_participant"; expected], "{kind}");
    }
}

#[tokio::test]
async fn whoever_is_muted_has_no_source_left_to_speak_through() {
    let world = world().await;
    let stage = room(&world).await;
    let co_host = &stage.co_hosts[0];
    moderate(&world, &stage.host, &stage.id, "mute", co_host, json!({}))
        .await
        .granted();
    let body = json!({ "session_id": stage.id });
    let token = world.call("get-livekit-token", co_host, body).await.granted();
    let video = claims(&token["livekit"])["video"].clone();
    assert_eq!(video["canPublish"], false, "{video}");
}
