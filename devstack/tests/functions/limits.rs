//! How much a plan allows, and when there is more.

use ipelya_core::domain::ErrorCode::{QuotaExceeded, RateLimited};
use serde_json::json;

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
