//! The chat: who writes, how fast, what is told, and how it is read page by page.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use ipelya_core::domain::ErrorCode::{self, InvalidArgument, RateLimited};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::moderation::{Room, join, moderate, room, walks_in};
use crate::support::{Answer, Person, World, eventually};
use crate::world;

/// A room whose people are all in it.
async fn chat(world: &World) -> Room {
    let room = room(world).await;
    let joined = "update public.live_participants set status = 'joined' where session_id = $1";
    world
        .db
        .execute(joined, &[&Uuid::parse_str(&room.id).unwrap()])
        .await
        .unwrap();
    room
}

async fn say(world: &World, person: &Person, room: &Room, body: &str) -> Answer {
    let row = json!({ "session_id": room.id, "body": body });
    world.write(person, "live_messages", row).await
}

/// What PostgREST answers to an insert that a rule of ours refused; returns the details.
#[track_caller]
fn refused(answer: &Answer, code: ErrorCode) -> Value {
    assert_eq!(
        (answer.status, answer.body["code"].as_str()),
        (code.http_status(), Some(code.as_str())),
        "{}",
        answer.body
    );
    serde_json::from_str(answer.body["details"].as_str().unwrap()).unwrap()
}

async fn told(world: &World, room: &Room, event: &str) -> Vec<Value> {
    let query = "select payload from realtime.messages where topic = $1 and event = $2 order by inserted_at, payload::text";
    let topic = format!("session:{}", room.id);
    let rows = world.db.query(query, &[&topic, &event]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_message_is_told_as_it_was_written_and_its_deletion_too() {
    let world = world().await;
    let room = chat(&world).await;
    assert_eq!(say(&world, &room.viewer, &room, "Selam 👋🏽").await.status, 201);
    let created = &told(&world, &room, "message_created").await[0]["message"];
    let (_, rows) = world
        .rows(
            &format!("live_messages?session_id=eq.{}", room.id),
            &room.host.token,
        )
        .await;
    assert_eq!((&rows[0], &rows[0]["body"]), (created, &json!("Selam 👋🏽")));
    let row = format!("live_messages?id=eq.{}", created["id"].as_str().unwrap());

    // The audience can't delete it, a moderator can, and the log says who did.
    world.erase(&room.speaker, &row).await;
    assert!(told(&world, &room, "message_deleted").await.is_empty());
    world.erase(&room.co_hosts[0], &row).await;
    let deleted = &told(&world, &room, "message_deleted").await[0]["message"];
    assert_eq!(*deleted, json!({ "id": created["id"], "session_id": room.id }));
    let log =
        "select count(*) from public.moderation_log where message_id = $1 and action = 'delete_message'";
    assert_eq!(world.value(log, created["id"].as_str().unwrap()).await, 1);

    // Nobody deletes the host's but the host.
    say(&world, &room.host, &room, "Hoş geldiniz").await;
    let all = format!("live_messages?session_id=eq.{}", room.id);
    world.erase(&room.co_hosts[1], &all).await;
    assert_eq!(told(&world, &room, "message_deleted").await.len(), 1);
    world.erase(&room.host, &all).await;
    assert_eq!(told(&world, &room, "message_deleted").await.len(), 2);
}

#[tokio::test]
async fn whoever_is_muted_or_where_nothing_is_live_says_nothing() {
    let world = world().await;
    let room = chat(&world).await;
    moderate(&world, &room.host, &room.id, "mute", &room.viewer, json!({}))
        .await
        .granted();
    assert_eq!(say(&world, &room.viewer, &room, "x").await.status, 403);
    let reaction = json!({ "session_id": room.id, "kind": "heart" });
    assert_eq!(
        world.write(&room.viewer, "live_reactions", reaction).await.status,
        403
    );
    world
        .call("end-session", &room.host, json!({ "session_id": room.id }))
        .await
        .granted();
    assert_eq!(say(&world, &room.speaker, &room, "x").await.status, 403);
    assert!(told(&world, &room, "message_created").await.is_empty());
}

#[tokio::test]
async fn a_blank_or_forbidden_text_is_refused_by_its_field() {
    let world = world().await;
    let room = chat(&world).await;
    let word = format!("k{}", Uuid::new_v4().simple());
    let add = "insert into live.blocked_words (word) values ($1)";
    world.db.execute(add, &[&word]).await.unwrap();
    for body in [" \n ".to_owned(), format!("So a {}!", word.to_uppercase())] {
        let answer = say(&world, &room.viewer, &room, &body).await;
        assert_eq!(refused(&answer, InvalidArgument)["field"], "body", "{body}");
    }
    let longer = format!("{word}a is another word");
    assert_eq!(say(&world, &room.viewer, &room, &longer).await.status, 201);
    assert_eq!(told(&world, &room, "message_created").await.len(), 1);
}

#[tokio::test]
async fn however_many_are_sent_at_once_the_rate_holds() {
    let world = world().await;
    let room = chat(&world).await;
    let limit = "select amount from live.plan_limits where plan = 'free' and name = 'message' and $1::uuid is not null";
    let allowed = usize::try_from(world.value(limit, &room.id).await.as_u64().unwrap()).unwrap();
    let texts: Vec<String> = (0..allowed * 2).map(|n| n.to_string()).collect();
    let answers = join_all(texts.iter().map(|text| say(&world, &room.viewer, &room, text))).await;
    let (sent, too_many): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    for answer in &too_many {
        let wait = refused(answer, RateLimited)["retry_after_ms"].as_i64().unwrap();
        assert!((1..=30_000).contains(&wait), "{wait}");
    }
    // What comes back while they are sent may let a few more through.
    assert!(
        (allowed..allowed + 10).contains(&sent.len()),
        "{} of {}",
        sent.len(),
        texts.len()
    );
    assert_eq!(
        say(&world, &room.speaker, &room, "x").await.status,
        201,
        "everybody has a limit of their own"
    );
}

#[tokio::test]
async fn slow_mode_slows_the_audience_and_not_those_who_lead() {
    let world = world().await;
    let room = chat(&world).await;
    let slow = json!({ "session_id": room.id, "slow_mode_seconds": 60 });
    assert_eq!(
        world
            .write(&room.viewer, "session_chat_settings", slow.clone())
            .await
            .status,
        403
    );
    assert_eq!(
        world
            .write(&room.co_hosts[0], "session_chat_settings", slow)
            .await
            .status,
        201
    );
    let sent = join_all((0..5).map(|_| say(&world, &room.viewer, &room, "x"))).await;
    assert_eq!(sent.iter().filter(|answer| answer.status == 201).count(), 1);
    let again = say(&world, &room.viewer, &room, "x").await;
    assert_eq!(refused(&again, RateLimited)["limit"], "slow_mode");
    for _ in 0..2 {
        assert_eq!(say(&world, &room.host, &room, "x").await.status, 201);
    }
}

#[tokio::test]
async fn history_is_read_page_by_page_without_gap_or_repetition() {
    let world = world().await;
    let room = chat(&world).await;
    // Three messages in each moment, so that the moment alone is no place to go on from.
    let insert = "insert into public.live_messages (session_id, user_id, body, created_at)
                  select $1, $2, n::text, timestamptz '2026-01-01' + make_interval(secs => n / 3)
                  from generate_series(1, 25) n";
    let id = Uuid::parse_str(&room.id).unwrap();
    world.db.execute(insert, &[&id, &room.host.id]).await.unwrap();
    let first = format!(
        "live_messages?session_id=eq.{}&order=created_at.desc,id.desc&limit=10",
        room.id
    );
    let mut seen = BTreeMap::new();
    let mut query = first.clone();
    loop {
        let (_, page) = world.rows(&query, &room.viewer.token).await;
        let page = page.as_array().unwrap();
        for message in page {
            let id = message["id"].as_str().unwrap().to_owned();
            assert!(seen.insert(id, ()).is_none(), "{message} came twice");
        }
        let Some(last) = page.last() else { break };
        let at = last["created_at"].as_str().unwrap().replace('+', "%2B");
        let id = last["id"].as_str().unwrap();
        query = format!("{first}&or=(created_at.lt.\"{at}\",and(created_at.eq.\"{at}\",id.lt.{id}))");
    }
    assert_eq!(seen.len(), 25);
}

#[tokio::test]
async fn a_storm_of_reactions_is_a_breeze_of_broadcasts() {
    let world = world().await;
    let room = chat(&world).await;
    let people = [
        &room.host,
        &room.co_hosts[0],
        &room.co_hosts[1],
        &room.speaker,
        &room.viewer,
    ];
    let taps = people.iter().flat_map(|person| (0..10).map(move |_| person));
    let row = json!({ "session_id": room.id, "kind": "heart", "count": 5 });
    let answers = join_all(taps.map(|person| world.write(person, "live_reactions", row.clone()))).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    let total = "select count from public.session_reactions where session_id = $1 and kind = 'heart'";
    eventually("all are counted", async || {
        world.value(total, &room.id).await == 250
    })
    .await;
    let told = told(&world, &room, "reactions").await;
    let sum: i64 = told
        .iter()
        .map(|payload| payload["reactions"]["counts"]["heart"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 250);
    assert!(told.len() < 25, "{} broadcasts for 50 requests", told.len());
    let greedy = join_all((0..4).map(|_| {
        let row = json!({ "session_id": room.id, "kind": "fire", "count": 20 });
        world.write(&room.viewer, "live_reactions", row)
    }))
    .await;
    assert!(greedy.iter().any(|answer| answer.status == 429));
    let newcomer = world.person().await;
    join(&world, &newcomer, &room.id).await.granted();
    walks_in(&world, &room.id, &newcomer, "viewer").await;
    for (row, status) in [
        (
            json!({ "session_id": room.id, "kind": "heart", "count": 21 }),
            400,
        ),
        (json!({ "session_id": room.id, "kind": "curse" }), 400),
        (
            json!({ "session_id": room.id, "kind": "heart", "user_id": room.host.id }),
            403,
        ),
    ] {
        assert_eq!(world.write(&newcomer, "live_reactions", row).await.status, status);
    }
}

#[tokio::test]
async fn deleting_what_one_said_is_no_way_around_slow_mode() {
    let world = world().await;
    let room = chat(&world).await;
    let slow = json!({ "session_id": room.id, "slow_mode_seconds": 60 });
    world.write(&room.host, "session_chat_settings", slow).await;
    assert_eq!(say(&world, &room.viewer, &room, "one").await.status, 201);
    let own = format!("live_messages?user_id=eq.{}", room.viewer.id);
    world.erase(&room.viewer, &own).await;
    assert_eq!(world.rows(&own, &room.viewer.token).await.1, json!([]));
    let again = say(&world, &room.viewer, &room, "two").await;
    assert_eq!(refused(&again, RateLimited)["limit"], "slow_mode");
}
