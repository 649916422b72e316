//! Many at once, behind a barrier, on the real database.

use std::sync::Arc;

use futures_util::future::join_all;
use ipelya_core::domain::ErrorCode::{AlreadyLive, AnsweredElsewhere, InsufficientCoins, SessionEnded};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::moderation::walks_in;
use crate::support::{Answer, Person, World, eventually};
use crate::world;

/// Sends all requests at the same instant.
pub async fn at_once(world: &World, requests: Vec<(&'static str, &Person, Value)>) -> Vec<Answer> {
    let barrier = Arc::new(Barrier::new(requests.len()));
    join_all(requests.into_iter().map(|(function, person, body)| {
        let barrier = Arc::clone(&barrier);
        async move {
            barrier.wait().await;
            world.call(function, person, body).await
        }
    }))
    .await
}

/// Lines requests up behind a lock of ours until at least so many wait for it, then lets them all go.
async fn behind_a_lock(
    world: &World,
    lock: &str,
    person: &Person,
    waiting: i64,
    requests: Vec<(&'static str, &Person, Value)>,
) -> Vec<Answer> {
    let holder = World::of(&world.info).await;
    holder.db.batch_execute("begin").await.unwrap();
    holder.db.execute(lock, &[&person.id]).await.unwrap();
    let pid: i32 = holder
        .db
        .query_one("select pg_backend_pid()", &[])
        .await
        .unwrap()
        .get(0);
    // Only the first one waits for us; the others queue up behind it.
    let blocked = "select count(*) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0
                   and exists (select from pg_stat_activity first where $1 = any (pg_blocking_pids(first.pid)))";
    let release = async {
        eventually("the requests wait", async || {
            world
                .db
                .query_one(blocked, &[&pid])
                .await
                .unwrap()
                .get::<_, i64>(0)
                >= waiting
        })
        .await;
        holder.db.batch_execute("commit").await.unwrap();
    };
    tokio::join!(at_once(world, requests), release).0
}

#[tokio::test]
async fn one_person_joining_two_hundred_times_at_once_pays_once() {
    let world = world().await;
    let (host, id) = world.live("pay_per_view", 70).await;
    let viewer = world.rich(500).await;
    let body = json!({ "session_id": id, "accept_price": 70 });
    let lock = "select from public.coin_wallets where user_id = $1 for update";
    let requests = (0..200)
        .map(|_| ("join-session", &viewer, body.clone()))
        .collect();
    let answers = behind_a_lock(&world, lock, &viewer, 5, requests).await;
    let charged: i64 = answers
        .into_iter()
        .map(|answer| answer.granted()["charged_coins"].as_i64().unwrap())
        .sum();
    assert_eq!((charged, world.balance(&viewer).await), (70, 430));
    walks_in(&world, &id, &host, "host").await;
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(world.balance(&host).await, 70);
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn the_last_coins_buy_one_of_two_sessions() {
    let world = world().await;
    let (one, other) = (
        world.live("pay_per_view", 60).await,
        world.live("pay_per_view", 60).await,
    );
    let viewer = world.rich(100).await;
    let body = |id: &str| json!({ "session_id": id, "accept_price": 60 });
    let answers = at_once(
        &world,
        vec![
            ("join-session", &viewer, body(&one.1)),
            ("join-session", &viewer, body(&other.1)),
        ],
    )
    .await;
    let (granted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(
        (granted.len(), refused.len(), world.balance(&viewer).await),
        (1, 1, 40)
    );
    refused
        .into_iter()
        .for_each(|answer| drop(answer.refused(InsufficientCoins)));
}

#[tokio::test]
async fn everybody_who_paid_before_the_end_is_settled() {
    let world = world().await;
    for _ in 0..5 {
        let host = world.creator().await;
        let viewers = join_all((0..6).map(|_| world.rich(10))).await;
        let body = json!({ "session_type": "video_live", "title": "T", "access": "pay_per_view", "price_coins": 10 });
        let id = world.call("create-session", &host, body).await.granted()["session"]["id"].clone();
        let mut requests = vec![("end-session", &host, json!({ "session_id": id }))];
        let join = json!({ "session_id": id, "accept_price": 10 });
        requests.extend(
            viewers
                .iter()
                .map(|viewer| ("join-session", viewer, join.clone())),
        );
        for answer in at_once(&world, requests).await {
            if answer.status != 200 {
                answer.refused(SessionEnded);
            }
        }
        for viewer in &viewers {
            assert_eq!(
                world.balance(viewer).await,
                10,
                "it never went live: nobody loses a coin"
            );
        }
    }
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn one_of_ten_sessions_is_created() {
    let world = world().await;
    let host = world.creator().await;
    let body = json!({ "session_type": "video_live", "title": "T", "access": "public" });
    let answers = at_once(
        &world,
        (0..10).map(|_| ("create-session", &host, body.clone())).collect(),
    )
    .await;
    let (granted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(granted.len(), 1);
    refused
        .into_iter()
        .for_each(|answer| drop(answer.refused(AlreadyLive)));
}

#[tokio::test]
async fn two_people_calling_each_other_are_in_one_call() {
    let world = world().await;
    for _ in 0..20 {
        let (one, other) = (world.person().await, world.person().await);
        let to = |person: &Person| json!({ "callee_id": person.id, "call_type": "video_call" });
        let answers = at_once(
            &world,
            vec![
                ("initiate-call", &one, to(&other)),
                ("initiate-call", &other, to(&one)),
            ],
        )
        .await;
        let calls: Vec<Value> = answers
            .into_iter()
            .map(|answer| answer.granted()["call"].clone())
            .collect();
        assert_eq!(calls[0]["id"], calls[1]["id"]);
        assert!(calls.iter().any(|call| call["status"] == "active"));
        let id = calls[0]["id"].as_str().unwrap();
        assert_eq!(
            world
                .value("select status from public.calls where id = $1", id)
                .await,
            "active"
        );
    }
}

#[tokio::test]
async fn a_crowd_calling_one_person_leaves_one_call() {
    let world = world().await;
    let callee = world.person().await;
    let callers = join_all((0..10).map(|_| world.person())).await;
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let requests = callers
        .iter()
        .map(|caller| ("initiate-call", caller, body.clone()))
        .collect();
    let granted = at_once(&world, requests)
        .await
        .into_iter()
        .filter(|answer| answer.status == 200)
        .count();
    let live = "select count(*) from public.call_members where user_id = $1 and released_at is null";
    assert_eq!(
        (granted, world.value(live, &callee.id.to_string()).await),
        (1, json!(1))
    );
}

#[tokio::test]
async fn exactly_one_device_answers() {
    let world = world().await;
    for _ in 0..10 {
        let (caller, callee) = (world.person().await, world.person().await);
        let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        let id = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
        let accept = |device: &str| json!({ "call_id": id, "accept": true, "device_id": device });
        let answers = at_once(
            &world,
            vec![
                ("answer-call", &callee, accept("phone")),
                ("answer-call", &callee, accept("tablet")),
            ],
        )
        .await;
        let (granted, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((granted.len(), refused.len()), (1, 1));
        refused
            .into_iter()
            .for_each(|answer| drop(answer.refused(AnsweredElsewhere)));
    }
}

#[tokio::test]
async fn a_cancel_and_an_answer_at_once_agree() {
    let world = world().await;
    for _ in 0..10 {
        let (caller, callee) = (world.person().await, world.person().await);
        let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        let id = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
        let answer = json!({ "call_id": id, "accept": true });
        let requests = vec![
            ("end-call", &caller, json!({ "call_id": id })),
            ("answer-call", &callee, answer),
        ];
        let mut answers = at_once(&world, requests).await;
        let answered = answers.pop().unwrap().status == 200;
        let ended = answers.pop().unwrap().granted();
        assert_eq!(
            ended["call"]["end_reason"],
            if answered { "hung_up" } else { "cancelled" }
        );
    }
}
