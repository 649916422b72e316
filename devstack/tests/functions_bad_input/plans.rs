//! What a plan allows, and what an address.

use ipelya_core::domain::ErrorCode::{self, QuotaExceeded, RateLimited, SessionFull};
use serde_json::{Value, json};

use crate::support::{Person, World};
use crate::tables::Watch;
use crate::world;

/// Gives somebody a plan, in the column that an app would have.
async fn subscribe(world: &World, person: &Person, plan: &str) {
    let column = "alter table public.profiles add column if not exists plan text";
    world.db.batch_execute(column).await.unwrap();
    let set = "update public.profiles set plan = $2 where id = $1";
    world.db.execute(set, &[&person.id, &plan]).await.unwrap();
}

async fn differ(world: &World, plan: &str, name: &str, value: i64) {
    let set = "insert into live.plan_settings (plan, name, value) values ($1, $2, $3)
               on conflict (plan, name) do update set value = excluded.value";
    world.db.execute(set, &[&plan, &name, &value]).await.unwrap();
}

/// How long something may last, in whole minutes, by its own `ends_at`.
fn minutes(object: &Value, since: &str) -> i64 {
    let time = |field: &str| chrono::DateTime::parse_from_rfc3339(object[field].as_str().unwrap()).unwrap();
    (time("ends_at") - time(since)).num_seconds().div_euclid(60)
}

#[tokio::test]
async fn sessions_and_calls_last_as_long_as_the_plan_allows() {
    let (world, _, _alone) = world().await;
    differ(&world, "short", "session_max_seconds", 600).await;
    differ(&world, "short", "call_max_seconds", 1200).await;
    for (plan, session, call) in [
        ("free", 240, 120),
        ("short", 10, 20),
        ("pro", 720, 120),
        ("unknown", 240, 120),
    ] {
        let (host, callee) = (world.creator().await, world.person().await);
        subscribe(&world, &host, plan).await;
        let body = json!({ "session_type": "video_live", "title": "T", "access": "public" });
        let created = world.call("create-session", &host, body).await.granted()["session"].clone();
        assert_eq!(created["ends_at"], Value::Null, "it has not begun");
        let start = json!({ "session_id": created["id"] });
        let started = world.call("start-session", &host, start).await.granted();
        assert_eq!(minutes(&started["session"], "started_at"), session, "{plan}");
        let dial = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        let dialed = world.call("initiate-call", &host, dial).await.granted();
        let accept = json!({ "call_id": dialed["call"]["id"], "accept": true });
        let answered = world.call("answer-call", &callee, accept).await.granted();
        assert_eq!(minutes(&answered["call"], "answered_at"), call, "{plan}");
    }
}

#[tokio::test]
async fn a_session_is_as_large_as_its_hosts_plan_allows() {
    let (world, _, _alone) = world().await;
    differ(&world, "small", "session_max_participants", 2).await;
    let (host, id) = world.live("public", 0).await;
    subscribe(&world, &host, "small").await;
    let (first, second) = (world.person().await, world.person().await);
    let join = json!({ "session_id": id });
    world.call("join-session", &first, join.clone()).await.granted();
    world
        .call("join-session", &second, join)
        .await
        .refused(SessionFull);
}

#[tokio::test]
async fn nobody_is_in_more_sessions_at_a_time_than_allowed() {
    let (world, _, _alone) = world().await;
    differ(&world, "two", "sessions_at_once", 2).await;
    let viewer = world.person().await;
    subscribe(&world, &viewer, "two").await;
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(json!({ "session_id": world.live("public", 0).await.1 }));
    }
    world
        .call("join-session", &viewer, sessions[0].clone())
        .await
        .granted();
    world
        .call("join-session", &viewer, sessions[1].clone())
        .await
        .granted();
    let mut watch = Watch::new(&world).await;
    let answer = world.call("join-session", &viewer, sessions[2].clone()).await;
    assert_eq!(
        answer.body["error"]["details"],
        json!({ "limit": "sessions_at_once" })
    );
    watch
        .refused("a third session", answer, QuotaExceeded, None)
        .await;
    // Being there already, and coming back, is no further one.
    world
        .call("join-session", &viewer, sessions[1].clone())
        .await
        .granted();
    world
        .call("leave-session", &viewer, sessions[0].clone())
        .await
        .granted();
    world
        .call("join-session", &viewer, sessions[2].clone())
        .await
        .granted();
}

#[tokio::test]
async fn an_address_may_do_so_much_whoever_comes_from_it() {
    let (world, _, _alone) = world().await;
    let (_, id) = world.live("public", 0).await;
    let limit = async |amount: i32| {
        let set =
            "update live.plan_limits set amount = $1 where name in ('join_by_address', 'call_by_address')";
        world.db.execute(set, &[&amount]).await.unwrap();
    };
    limit(2).await;
    let from = async |address: &str, function: &str, body: Value| -> (u16, Value) {
        let url = format!("{}/functions/v1/{function}", world.info.supabase_url);
        let request = world.http.post(url).header("x-forwarded-for", address);
        let person = world.person().await;
        let answer = request
            .bearer_auth(&person.token)
            .json(&body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    for (function, limit) in [
        ("join-session", "join_by_address"),
        ("initiate-call", "call_by_address"),
    ] {
        let body = async || match function {
            "join-session" => json!({ "session_id": id }),
            _ => json!({ "callee_id": world.person().await.id, "call_type": "audio_call" }),
        };
        for _ in 0..2 {
            assert_eq!(from("192.0.2.1", function, body().await).await.0, 200);
        }
        // What a client invents doesn't count, what the gateway saw does.
        let (status, answer) = from("203.0.113.7, 192.0.2.1", function, body().await).await;
        assert_eq!(
            (
                status,
                ErrorCode::parse(answer["error"]["code"].as_str().unwrap())
            ),
            (429, Some(RateLimited))
        );
        assert_eq!(answer["error"]["details"], json!({ "limit": limit }));
        assert!(answer["error"]["retry_after_ms"].as_i64().unwrap() > 0);
        assert_eq!(from("192.0.2.2", function, body().await).await.0, 200);
    }
    limit(3000).await;
}
