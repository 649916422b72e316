//! What ends because nobody did anything. The stack sweeps every second.

use serde_json::json;
use uuid::Uuid;

use crate::support::{World, eventually};
use crate::world;

async fn change(world: &World, statement: &str, id: &str) {
    world
        .db
        .execute(statement, &[&Uuid::parse_str(id).unwrap()])
        .await
        .unwrap();
}

async fn ends(world: &World, table: &str, id: &str, reason: &str) {
    let query = format!("select end_reason from public.{table} where id = $1");
    eventually(reason, async || world.value(&query, id).await == reason).await;
}

#[tokio::test]
async fn a_session_ends_when_its_host_stays_away() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    change(
        &world,
        "update public.live_sessions set host_absent_since = now() - interval '61 s' where id = $1",
        &id,
    )
    .await;
    ends(&world, "live_sessions", &id, "host_away").await;
    let room = format!("live_{id}");
    eventually("the room is gone from LiveKit", async || {
        !world.room_exists(&room).await
    })
    .await;
}

#[tokio::test]
async fn nothing_lasts_for_ever() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let old = "update public.live_sessions set ends_at = now(), host_absent_since = null where id = $1";
    change(&world, old, &id).await;
    ends(&world, "live_sessions", &id, "time_limit").await;

    for (statement, reason) in [
        (
            "update public.calls set ends_at = now() where id = $1",
            "time_limit",
        ),
        (
            "update public.call_members set absent_since = now() - interval '61 s' where call_id = $1",
            "failed",
        ),
    ] {
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
        change(&world, statement, &id).await;
        ends(&world, "calls", &id, reason).await;
    }
}

#[tokio::test]
async fn a_delivery_whose_worker_died_is_made_by_the_sweeper() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let room = format!("live_{id}");
    assert!(world.room_exists(&room).await);
    // What end-session leaves behind when it dies right after its commit, and its lease has run out.
    let dead = "insert into public.livekit_outbox (kind, room_name, attempts, next_attempt_at)
                select 'delete_room', room_name, 1, now() - interval '1 s' from public.live_sessions where id = $1";
    change(&world, dead, &id).await;
    eventually("the room is gone from LiveKit", async || {
        !world.room_exists(&room).await
    })
    .await;
}

#[tokio::test]
async fn a_place_that_nobody_came_for_is_given_back() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let guest = world.person().await;
    world
        .call("join-session", &guest, json!({ "session_id": id }))
        .await
        .granted();
    let old = "update public.live_participants set admitted_at = now() - interval '12 min' where session_id = $1 and role <> 'host'";
    change(&world, old, &id).await;
    let status = "select status from public.live_participants where session_id = $1 and role <> 'host'";
    eventually("the place is free", async || {
        world.value(status, &id).await == "left"
    })
    .await;
}
