//! How much a plan allows, and when there is more.

use ipelya_core::domain::ErrorCode::{QuotaExceeded, RateLimited};
use serde_json::json;

use crate::moderation::room;
use crate::support::{Person, World};
use crate::world;

/// Lets a person have used all of a limit but so much.
async fn left(world: &World, person: &Person, name: &str, left: i32) {
    let used = "insert into live.usage (owner_id, name, paid_until)
                select $1, l.name, clock_timestamp() + make_interval(secs => l.per_seconds::float8 * (l.amount - $3) / l.amount)
                from live.plan_limits l where plan = 'free' and name = $2
                on conflict (owner_id, name) do update set paid_until = excluded.paid_until";
    world.db.execute(used, &[&person.id, &name, &left]).await.unwrap();
}

#[tokio::test]
async fn joins_calls_and_sessions_are_refused_with_the_time_to_wait() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let (creator, callee) = (world.creator().await, world.person().await);
    let create = json!({ "session_type": "video_live", "title": "T", "access": "public" });
    let call = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    for (limit, function, body, code) in [
        ("join", "join-session", json!({ "session_id": id }), RateLimited),
        ("call", "initiate-call", call, RateLimited),
        ("session", "create-session", create, QuotaExceeded),
    ] {
        left(&world, &creator, limit, 0).await;
        let error = world.call(function, &creator, body.clone()).await.refused(code);
        assert_eq!(error["details"], json!({ "limit": limit }));
        assert!(error["retry_after_ms"].as_i64().unwrap() >= 1, "{error}");
        left(&world, &creator, limit, 1).await;
        world.call(function, &creator, body).await.granted();
    }
    let calls = "select count(*) from public.calls where caller_id = $1";
    assert_eq!(world.value(calls, &creator.id.to_string()).await, 1);
}

#[tokio::test]
async fn what_was_used_comes_back_evenly() {
    let world = world().await;
    let person = world.person().await;
    let use_up = async |amount: i32| -> Option<i64> {
        let query = "select live.use_up($1, live.limit_of($1, 'message'), $2)";
        let row = world.db.query_one(query, &[&person.id, &amount]).await.unwrap();
        row.get(0)
    };
    assert_eq!(use_up(20).await, None);
    let wait = use_up(1).await.unwrap();
    assert!(
        (1_000..=1_500).contains(&wait),
        "30 s for 20 is 1.5 s for one: {wait}"
    );
    let later = "update live.usage set paid_until = paid_until - interval '15 s' where owner_id = $1";
    world.db.execute(later, &[&person.id]).await.unwrap();
    assert_eq!(use_up(10).await, None);
    assert!(use_up(1).await.is_some());
}

#[tokio::test]
async fn a_flood_of_reports_is_stopped() {
    let world = world().await;
    let (reporter, reported) = (world.person().await, world.person().await);
    left(&world, &reporter, "report", 1).await;
    let report = json!({ "reported_id": reported.id, "category": "spam" });
    assert_eq!(world.write(&reporter, "reports", report).await.status, 201);
    let another = json!({ "reported_id": world.person().await.id, "category": "spam" });
    let answer = world.write(&reporter, "reports", another).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (QuotaExceeded.http_status(), &json!("quota_exceeded"))
    );
}

#[tokio::test]
async fn hands_that_go_up_and_down_are_counted_and_so_are_invitations() {
    let world = world().await;
    let room = room(&world).await;
    let stage = |person, body: serde_json::Value| {
        let mut body = body;
        body["session_id"] = json!(room.id);
        world.call("manage-stage", person, body)
    };
    left(&world, &room.viewer, "stage_request", 1).await;
    stage(&room.viewer, json!({ "action": "request" }))
        .await
        .granted();
    stage(&room.viewer, json!({ "action": "cancel_request" }))
        .await
        .granted();
    let error = stage(&room.viewer, json!({ "action": "request" }))
        .await
        .refused(RateLimited);
    assert_eq!(error["details"], json!({ "limit": "stage_request" }));
    left(&world, &room.host, "stage_request", 0).await;
    let invite = json!({ "action": "invite", "user_id": room.viewer.id });
    stage(&room.host, invite).await.refused(RateLimited);
    // What somebody else asked for costs whoever accepts nothing.
    left(&world, &room.viewer, "stage_request", 1).await;
    stage(&room.viewer, json!({ "action": "request" }))
        .await
        .granted();
    let accept = json!({ "action": "accept", "user_id": room.viewer.id });
    stage(&room.host, accept).await.granted();
}

#[tokio::test]
async fn an_array_of_rows_stops_at_the_first_that_is_too_much() {
    let world = world().await;
    let room = room(&world).await;
    let joined = "update public.live_participants set status = 'joined' where user_id = $1";
    world.db.execute(joined, &[&room.viewer.id]).await.unwrap();
    for (table, row) in [
        ("live_messages", json!({ "session_id": room.id, "body": "spam" })),
        (
            "live_reactions",
            json!({ "session_id": room.id, "kind": "heart" }),
        ),
    ] {
        let rows = json!(vec![row; 5_000]);
        let answer = world.write(&room.viewer, table, rows).await;
        assert_eq!(answer.status, 429, "{table}: {}", answer.body);
        let owner = if table == "reports" {
            "reporter_id"
        } else {
            "user_id"
        };
        let made = format!("select count(*) from public.{table} where {owner} = $1");
        assert_eq!(
            world.value(&made, &room.viewer.id.to_string()).await,
            0,
            "{table}"
        );
    }
}
