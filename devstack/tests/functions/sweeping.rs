//! What ends because nobody did anything. The stack sweeps every second.

use serde_json::json;
use uuid::Uuid;

use crate::holder::Holder;
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

/// What the sweeper does with several that are due while the first one keeps it waiting: `lock` holds what it needs of
/// each one, `age` makes all of them due, and `change` is what somebody does with each one meanwhile.
async fn changed_under_the_sweep(
    world: &World,
    ids: &[Uuid],
    lock: &str,
    age: &str,
    change: &str,
) -> Vec<bool> {
    let holder = Holder::of(world, lock, &[&ids]).await;
    world.db.execute(age, &[&ids]).await.unwrap();
    holder.waited_for(world).await;
    let mut changes = Vec::new();
    for &id in ids {
        let (own, change) = (World::of(&world.info).await, change.to_owned());
        changes.push(tokio::spawn(async move {
            own.db.execute(&change, &[&id]).await.unwrap() == 1
        }));
    }
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query = $1";
    eventually("each one was changed or waits", async || {
        let waiting: i64 = world.db.query_one(waiting, &[&change]).await.unwrap().get(0);
        let done = changes.iter().filter(|change| change.is_finished()).count();
        done + usize::try_from(waiting).unwrap() == changes.len()
    })
    .await;
    holder.release().await;
    let mut changed = Vec::new();
    for change in changes {
        changed.push(change.await.unwrap());
    }
    changed
}

#[tokio::test]
async fn a_call_that_is_answered_as_its_ring_runs_out_goes_on() {
    let world = world().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let (caller, callee) = (world.person().await, world.person().await);
        let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        let call = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
        ids.push(Uuid::parse_str(call.as_str().unwrap()).unwrap());
    }
    let changed = changed_under_the_sweep(
        &world,
        &ids,
        "select from public.call_members where call_id = any ($1) for update",
        "update public.calls set ring_expires_at = now() - interval '1 s' where id = any ($1)",
        "update public.calls set status = 'active', answered_at = now() where id = $1 and status = 'ringing'",
    )
    .await;
    for (id, is_answered) in ids.iter().zip(changed) {
        let status = "select status from public.calls where id = $1";
        let status = world.value(status, &id.to_string()).await;
        assert_eq!(status, if is_answered { "active" } else { "ended" });
    }
}

#[tokio::test]
async fn a_session_that_starts_as_its_time_runs_out_goes_on() {
    let world = world().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let host = world.creator().await;
        let body = json!({ "session_type": "video_live", "title": "T", "access": "public" });
        let session = world.call("create-session", &host, body).await.granted()["session"]["id"].clone();
        ids.push(Uuid::parse_str(session.as_str().unwrap()).unwrap());
    }
    let changed = changed_under_the_sweep(
        &world,
        &ids,
        "select from public.live_participants where session_id = any ($1) for update",
        "update public.live_sessions set created_at = now() - interval '1 day' where id = any ($1)",
        "update public.live_sessions set status = 'live', started_at = now() where id = $1 and status = 'preparing'",
    )
    .await;
    for (id, is_started) in ids.iter().zip(changed) {
        let status = "select status from public.live_sessions where id = $1";
        let status = world.value(status, &id.to_string()).await;
        assert_eq!(status, if is_started { "live" } else { "ended" });
    }
}

#[tokio::test]
async fn one_sweep_ends_no_more_than_it_may_and_the_next_goes_on() {
    let world = world().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let (_, id) = world.live("public", 0).await;
        ids.push(Uuid::parse_str(&id).unwrap());
    }
    // In a transaction that is undone, so that nobody else's sweep is held to it.
    let own = World::of(&world.info).await;
    let begin = "begin; select pg_advisory_xact_lock(hashtextextended('live.sweep', 0));
                 update live.settings set value = 2 where name = 'sweep_sessions'";
    own.db.batch_execute(begin).await.unwrap();
    let age = "update public.live_sessions set ends_at = now(), host_absent_since = null where id = any ($1)";
    own.db.execute(age, &[&ids]).await.unwrap();
    let mut left = 3_i64;
    while left > 0 {
        let sweep = "select (live.sweep() ->> 'sessions_ended')::bigint";
        let ended: i64 = own.db.query_one(sweep, &[]).await.unwrap().get(0);
        assert!((1..=2).contains(&ended), "{ended}");
        let open = "select count(*) from public.live_sessions where id = any ($1) and status <> 'ended'";
        left = own.db.query_one(open, &[&ids]).await.unwrap().get(0);
    }
    own.db.batch_execute("rollback").await.unwrap();
}
