//! Who writes in the chat, and who calls a decision. What else each persona may do is in the tables of
//! `persona_matrix`.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, World};
use crate::world;

/// A paid session with a member who wrote, a stranger, and somebody who is banned.
pub struct Scene {
    pub people: [Person; 4],
    pub session: String,
}

pub async fn scene(world: &World) -> Scene {
    let (host, session) = world.live("pay_per_view", 10).await;
    let (member, stranger, banned) = (world.rich(25).await, world.person().await, world.rich(10).await);
    for person in [&member, &banned] {
        let body = json!({ "session_id": session, "accept_price": 10 });
        world.call("join-session", person, body).await.granted();
    }
    let id = Uuid::parse_str(&session).unwrap();
    for (statement, person) in [
        (
            "insert into public.session_bans (session_id, user_id) values ($1, $2)",
            &banned,
        ),
        (
            "insert into public.live_messages (session_id, user_id, body) values ($1, $2, 'hello')",
            &member,
        ),
    ] {
        world.db.execute(statement, &[&id, &person.id]).await.unwrap();
    }
    Scene {
        people: [host, member, stranger, banned],
        session,
    }
}

#[tokio::test]
async fn a_message_is_written_by_whoever_is_in_the_room_and_not_muted() {
    let world = world().await;
    let Scene {
        people: [host, member, stranger, banned],
        session,
        ..
    } = scene(&world).await;
    let id = Uuid::parse_str(&session).unwrap();
    let state = async |change: &str| {
        let update =
            format!("update public.live_participants set {change} where session_id = $1 and user_id = $2");
        world.db.execute(&update, &[&id, &member.id]).await.unwrap();
    };
    let write = async |person: &Person, body: Value| {
        let url = format!("{}/rest/v1/live_messages", world.info.supabase_url);
        let request = world
            .http
            .post(url)
            .header("apikey", &world.info.anon_key)
            .bearer_auth(&person.token);
        request.json(&body).send().await.unwrap().status().as_u16()
    };
    let hello = json!({ "session_id": session, "body": "Selam" });
    assert_eq!(write(&member, hello.clone()).await, 403, "not in the room yet");
    state("status = 'joined'").await;
    assert_eq!(write(&member, hello.clone()).await, 201);
    let as_host = json!({ "session_id": session, "body": "Selam", "user_id": host.id });
    assert_eq!(write(&member, as_host).await, 403, "in nobody else's name");
    for body in [
        json!({ "session_id": session, "body": "" }),
        json!({ "session_id": session, "body": "x".repeat(501) }),
    ] {
        assert_eq!(write(&member, body).await, 400);
    }
    state("muted = true").await;
    for person in [&member, &stranger, &banned] {
        assert_eq!(write(person, hello.clone()).await, 403);
    }
}

#[tokio::test]
async fn nobody_but_the_service_role_calls_a_decision() {
    let world = world().await;
    let person = world.person().await;
    for token in [&person.token, &world.info.anon_key] {
        for function in [
            "sweep",
            "credit_coins",
            "create_session",
            "is_banned",
            "may_hear",
            "sessions_i_lead",
        ] {
            let url = format!("{}/rest/v1/rpc/{function}", world.info.supabase_url);
            let request = world
                .http
                .post(url)
                .header("apikey", &world.info.anon_key)
                .bearer_auth(token);
            let answer = request
                .header("content-profile", "live")
                .json(&json!({}))
                .send()
                .await
                .unwrap();
            assert!(
                matches!(answer.status().as_u16(), 401 | 403 | 404),
                "{function}: {}",
                answer.status()
            );
        }
    }
    let query = "select p.proname::text from pg_proc p where p.pronamespace = 'live'::regnamespace and
                 (has_function_privilege('authenticated', p.oid, 'execute') or has_function_privilege('anon', p.oid, 'execute'))";
    let rows = world.db.query(query, &[]).await.unwrap();
    let open: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let policies = [
        "blocked_with_me",
        "i_have_an_account",
        "i_may_delete_of",
        "i_may_write",
        "may_hear",
        "my_sessions",
        "my_wallet",
        "sessions_i_lead",
    ];
    assert_eq!(
        open,
        policies.into_iter().map(str::to_owned).collect(),
        "what policies ask, about the reader alone"
    );
}
