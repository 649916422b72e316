//! Row-level security, tried by persona: host, member, stranger, somebody who was banned, nobody.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, World};
use crate::world;

/// For each table of schema `public`: the rows of the scene below that each persona sees, in the order host,
/// member, stranger, banned. Nobody sees anything without signing in.
const EXPECTED: [(&str, &str, [usize; 4]); 25] = [
    ("live_sessions", "id", [1, 1, 1, 1]),
    ("live_participants", "session_id", [3, 3, 0, 0]),
    ("live_messages", "session_id", [1, 1, 0, 0]),
    ("stage_requests", "session_id", [1, 1, 0, 0]),
    ("session_bans", "session_id", [1, 0, 0, 1]),
    ("session_tickets", "session_id", [1, 1, 0, 1]),
    ("user_blocks", "blocker_id", [1, 0, 0, 0]),
    ("coin_wallets", "user_id", [0, 1, 0, 0]),
    ("coin_transactions", "session_id", [1, 2, 0, 1]),
    ("coin_entries", "wallet_id", [0, 3, 0, 0]),
    ("calls", "id", [1, 1, 0, 0]),
    ("creator_bans", "creator_id", [1, 0, 0, 1]),
    ("moderation_log", "session_id", [1, 0, 0, 0]),
    ("reports", "session_id", [0, 1, 0, 0]),
    ("session_chat_settings", "session_id", [1, 1, 0, 0]),
    ("session_reactions", "session_id", [1, 1, 0, 0]),
    ("live_reactions", "session_id", [0, 0, 0, 0]),
    ("gifts", "session_id", [1, 1, 0, 0]),
    ("creator_earnings", "session_id", [1, 0, 0, 0]),
    ("device_tokens", "user_id", [0, 1, 0, 0]),
    ("profiles", "id", [1, 1, 1, 1]),
    ("creator_subscriptions", "creator_id", [1, 1, 0, 0]),
    ("call_members", "call_id", [0, 0, 0, 0]),
    ("webhook_events", "room_name", [0, 0, 0, 0]),
    ("livekit_outbox", "room_name", [0, 0, 0, 0]),
];

/// Tables that the server alone uses; a client doesn't even get an empty answer.
const SERVER_ONLY: [&str; 4] = [
    "call_members",
    "webhook_events",
    "livekit_outbox",
    "live_reactions",
];

/// What clients may do to tables themselves, to rows of their own; each is tried by a test of its own.
const CLIENT_WRITES: [(&str, &str); 6] = [
    ("device_tokens", "DELETE"),
    ("live_messages", "DELETE"),
    ("reports", "INSERT"),
    ("session_chat_settings", "INSERT"),
    ("session_chat_settings", "UPDATE"),
    ("user_blocks", "DELETE"),
];

pub struct Scene {
    pub people: [Person; 4],
    pub session: String,
    call: String,
    wallet: Uuid,
}

/// A paid session with a member who raised a hand and wrote, a ban, a block, and a call of host and member.
pub async fn scene(world: &World) -> Scene {
    let (host, session) = world.live("pay_per_view", 10).await;
    let (member, stranger, banned) = (world.rich(25).await, world.person().await, world.rich(10).await);
    for person in [&member, &banned] {
        let body = json!({ "session_id": session, "accept_price": 10 });
        world.call("join-session", person, body).await.granted();
    }
    world
        .call(
            "manage-stage",
            &member,
            json!({ "session_id": session, "action": "request" }),
        )
        .await
        .granted();
    let id = Uuid::parse_str(&session).unwrap();
    let blocked = world.person().await;
    for (statement, parameters) in [
        (
            "insert into public.session_bans (session_id, user_id) values ($1, $2)",
            (&id, &banned.id),
        ),
        (
            "insert into public.live_messages (session_id, user_id, body) values ($1, $2, 'hello')",
            (&id, &member.id),
        ),
        (
            "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)",
            (&host.id, &blocked.id),
        ),
        (
            "insert into public.creator_subscriptions (creator_id, subscriber_id) values ($1, $2)",
            (&host.id, &member.id),
        ),
        (
            "insert into public.creator_bans (creator_id, user_id) values ($1, $2)",
            (&host.id, &banned.id),
        ),
        (
            "insert into public.moderation_log (session_id, actor_id, target_id, action) values ($1, $2, $2, 'ban')",
            (&id, &banned.id),
        ),
        (
            "insert into public.reports (session_id, reporter_id, reported_id, category)
             select id, $2, host_id, 'spam' from public.live_sessions where id = $1",
            (&id, &member.id),
        ),
    ] {
        world
            .db
            .execute(statement, &[parameters.0, parameters.1])
            .await
            .unwrap();
    }
    let chat = "insert into public.session_chat_settings values ($1, 0)";
    world.db.execute(chat, &[&id]).await.unwrap();
    let reactions = "insert into public.session_reactions values ($1, 'heart', 1)";
    world.db.execute(reactions, &[&id]).await.unwrap();
    let device = "insert into public.device_tokens (user_id, device_id, platform, kind, token)
                  values ($1, 'phone', 'android', 'fcm', $1::uuid::text)";
    world.db.execute(device, &[&member.id]).await.unwrap();
    let gift = json!({ "session_id": session, "coins": 5 });
    world.call("send-gift", &member, gift).await.granted();
    let body = json!({ "callee_id": member.id, "call_type": "audio_call" });
    let call = world.call("initiate-call", &host, body).await.granted()["call"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let query = "select id from public.coin_wallets where user_id = $1";
    let wallet = world.db.query_one(query, &[&member.id]).await.unwrap().get(0);
    Scene {
        people: [host, member, stranger, banned],
        session,
        call,
        wallet,
    }
}

impl Scene {
    /// The value by which a table's rows of this scene are found.
    fn key(&self, table: &str, column: &str) -> String {
        match (table, column) {
            ("calls", _) | (_, "call_id") => self.call.clone(),
            ("coin_wallets" | "device_tokens", _) => self.people[1].id.to_string(),
            ("coin_entries", _) => self.wallet.to_string(),
            ("profiles" | "user_blocks" | "creator_subscriptions" | "creator_bans", _) => {
                self.people[0].id.to_string()
            }
            (_, "room_name") => format!("live_{}", self.session),
            (_, _) => self.session.clone(),
        }
    }
}

#[tokio::test]
async fn everybody_reads_what_concerns_them() {
    let world = world().await;
    let scene = scene(&world).await;
    for (table, column, expected) in EXPECTED {
        // Of devices everything but the push token is shown, so the columns have to be named.
        let columns = if table == "device_tokens" {
            "select=device_id&"
        } else {
            ""
        };
        let query = format!("{table}?{columns}{column}=eq.{}", scene.key(table, column));
        for (who, (person, count)) in scene.people.iter().zip(expected).enumerate() {
            let (status, rows) = world.rows(&query, &person.token).await;
            if SERVER_ONLY.contains(&table) {
                assert_eq!(status, 403, "{table} by persona {who}: {rows}");
            } else {
                assert_eq!(
                    (status, rows.as_array().map(Vec::len)),
                    (200, Some(count)),
                    "{table} by persona {who}: {rows}"
                );
            }
        }
        let (status, body) = world.rows(&query, &world.info.anon_key).await;
        assert_eq!(status, 401, "{table} without signing in: {body}");
    }
}

#[tokio::test]
async fn nobody_writes_what_functions_decide() {
    let world = world().await;
    let scene = scene(&world).await;
    for (table, column, _) in EXPECTED {
        let key = scene.key(table, column);
        let rows = format!(
            "select md5(string_agg(t::text, ';' order by t::text)) from public.{table} t where {column}::text = '{key}'"
        );
        let before: Option<String> = world.db.query_one(&rows, &[]).await.unwrap().get(0);
        let tokens = scene
            .people
            .iter()
            .map(|person| &person.token)
            .chain([&world.info.anon_key]);
        for token in tokens {
            let url = format!("{}/rest/v1/{table}", world.info.supabase_url);
            let insert = world.http.post(&url).json(&json!({ column: key }));
            let update = world
                .http
                .patch(format!("{url}?{column}=eq.{key}"))
                .json(&json!({ column: key }));
            let delete = world.http.delete(format!("{url}?{column}=eq.{key}"));
            for (verb, request) in [("INSERT", insert), ("UPDATE", update), ("DELETE", delete)] {
                if CLIENT_WRITES.contains(&(table, verb)) {
                    continue;
                }
                let request = request.header("apikey", &world.info.anon_key).bearer_auth(token);
                let status = request.send().await.unwrap().status().as_u16();
                // PostgreSQL itself can't write to a view that adds up.
                let is_impossible = table == "creator_earnings" && status == 500;
                assert!(
                    matches!(status, 401 | 403) || is_impossible,
                    "{table} answered a write with {status}"
                );
            }
        }
        let after: Option<String> = world.db.query_one(&rows, &[]).await.unwrap().get(0);
        assert_eq!(before, after, "{table}");
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

#[tokio::test]
async fn every_table_has_row_level_security_and_its_expectation() {
    let world = world().await;
    // A view counts as secured when it asks the policies of its tables in the reader's name.
    let query = "select c.relname::text, n.nspname::text,
                        c.relrowsecurity or c.reloptions @> '{security_invoker=true}',
                        c.relkind = 'v' or exists (select from pg_policy where polrelid = c.oid)
                 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p', 'v', 'm') and n.nspname in ('public', 'live')";
    let mut public = BTreeSet::new();
    for row in world.db.query(query, &[]).await.unwrap() {
        let (table, schema): (String, String) = (row.get(0), row.get(1));
        assert!(
            row.get::<_, Option<bool>>(2) == Some(true) && row.get::<_, bool>(3),
            "{schema}.{table} has no security or no policy"
        );
        if schema == "public" {
            public.insert(table);
        }
    }
    assert_eq!(
        public,
        EXPECTED.iter().map(|(table, ..)| (*table).to_owned()).collect()
    );
}
