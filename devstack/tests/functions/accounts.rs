//! What is known of a person, and what is left when the person goes.

use std::collections::BTreeSet;

use ipelya_core::domain::ErrorCode::{AlreadyLive, Conflict, InvalidArgument, NotAuthenticated};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, World};
use crate::world;

/// A word that nobody else says.
fn word(person: &Person) -> String {
    format!("word-{}", person.id.simple())
}

/// Somebody who has been everywhere, and has 15 coins left.
async fn somebody(world: &World) -> (Person, Person, String) {
    let (host, id) = world.live("pay_per_view", 10).await;
    let person = world.rich(30).await;
    let join = json!({ "session_id": id, "accept_price": 10 });
    world.call("join-session", &person, join).await.granted();
    let gift = json!({ "session_id": id, "coins": 5, "message": word(&person) });
    world.call("send-gift", &person, gift).await.granted();
    let hand = json!({ "session_id": id, "action": "request" });
    world.call("manage-stage", &person, hand).await.granted();
    let device =
        json!({ "device_id": word(&person), "platform": "android", "kind": "fcm", "token": person.id });
    world.call("register-device", &person, device).await.granted();
    let call = json!({ "callee_id": host.id, "call_type": "audio_call" });
    world
        .call_once("initiate-call", &person, "call", call)
        .await
        .granted();
    for (table, row) in [
        ("user_blocks", json!({ "blocked_id": world.person().await.id })),
        ("reports", json!({ "reported_id": host.id, "category": "spam" })),
    ] {
        assert_eq!(world.write(&person, table, row).await.status, 201);
    }
    let (me, text) = (person.id, word(&person));
    let rows = format!(
        "update auth.users set email = '{text}@example.com', raw_user_meta_data = '{{\"name\": \"{text}\"}}' where id = '{me}';
         insert into auth.identities (provider_id, user_id, identity_data, provider)
           values ('{text}', '{me}', '{{\"email\": \"{text}@example.com\"}}', 'email');
         insert into auth.sessions (user_id) values ('{me}');
         update public.profiles set display_name = '{text}', username = '{text}' where id = '{me}';
         insert into public.live_messages (session_id, user_id, body) values ('{id}', '{me}', '{text}');
         insert into public.creator_subscriptions (creator_id, subscriber_id) values ('{}', '{me}')",
        host.id
    );
    world.db.batch_execute(&rows).await.unwrap();
    (person, host, id)
}

/// Every table and column that has this text in one of its rows.
async fn traces(world: &World, text: &str) -> BTreeSet<String> {
    let query = "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind = 'r' and n.nspname in ('public', 'live', 'auth')";
    let mut found = BTreeSet::new();
    for row in world.db.query(query, &[]).await.unwrap() {
        let table: String = row.get(0);
        let rows = format!("select exists (select from {table} t where t::text like '%' || $1 || '%')");
        if world.db.query_one(&rows, &[&text]).await.unwrap().get(0) {
            found.insert(table);
        }
    }
    found
}

#[tokio::test]
async fn an_account_that_goes_leaves_no_word_and_no_way_back() {
    let world = world().await;
    let (person, _, session) = somebody(&world).await;
    let delete = |coins: i64| json!({ "confirm": true, "forfeit_coins": coins });
    let error = world
        .call("delete-account", &person, delete(0))
        .await
        .refused(Conflict);
    assert_eq!(error["details"]["coins"], 15, "nobody loses coins unasked");
    let deleted = world.call("delete-account", &person, delete(15)).await.granted();
    assert_eq!(deleted, json!({ "deleted": true }));
    assert_eq!(
        traces(&world, &word(&person)).await,
        BTreeSet::new(),
        "of everything that the person said or was called"
    );
    // What accounting and the safety of others need, under an id that leads to nobody.
    let kept = [
        "auth.users",
        "public.call_members",
        "public.calls",
        // The store's reference, which a test makes of the id.
        "public.coin_transactions",
        "public.coin_wallets",
        "public.gifts",
        // For a week.
        "public.livekit_outbox",
        "public.reports",
        "public.session_tickets",
    ];
    let kept: BTreeSet<String> = kept.map(str::to_owned).into();
    assert_eq!(traces(&world, &person.id.to_string()).await, kept);
    for (function, body) in [
        ("join-session", json!({ "session_id": session })),
        ("delete-account", delete(0)),
        ("export-account", json!({})),
    ] {
        world
            .call(function, &person, body)
            .await
            .refused(NotAuthenticated);
    }
    let ended = "select end_reason from public.calls where caller_id = $1";
    assert_eq!(world.value(ended, &person.id.to_string()).await, "cancelled");
    assert_eq!(world.balance(&person).await, 0);
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn a_creator_ends_the_session_before_going() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let delete = json!({ "confirm": true });
    let error = world
        .call("delete-account", &host, delete.clone())
        .await
        .refused(AlreadyLive);
    assert_eq!(error["details"]["session_id"], id);
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    world.call("delete-account", &host, delete).await.granted();
    let title = "select title from public.live_sessions where id = $1";
    assert_eq!(world.value(title, &id).await, "-");
}

#[tokio::test]
async fn everything_that_is_known_of_a_person_is_exported_and_nothing_of_others() {
    let world = world().await;
    let (person, host, id) = somebody(&world).await;
    let sections = world.call("export-account", &person, json!({})).await.granted()["sections"].clone();
    let page = async |section: &Value| {
        let body = json!({ "section": section });
        world.call("export-account", &person, body).await.granted()
    };
    let mut filled = BTreeSet::new();
    for section in sections.as_array().unwrap() {
        let answer = page(section).await;
        assert_eq!(answer["next"], Value::Null);
        if answer["rows"] != json!([]) {
            filled.insert(section.as_str().unwrap().to_owned());
        }
        assert!(!answer.to_string().contains(&word(&host)));
    }
    let expected = [
        "blocks",
        "calls",
        "coins",
        "devices",
        "gifts",
        "messages",
        "profile",
        "reports",
        "stage_requests",
        "subscriptions",
        "tickets",
        "visits",
        "wallet",
    ];
    assert_eq!(filled, expected.map(str::to_owned).into());
    assert_eq!(page(&json!("messages")).await["rows"][0]["body"], word(&person));
    assert_eq!(
        page(&json!("devices")).await["rows"][0].get("token"),
        None,
        "a push token is the phone's secret"
    );
    let many = "insert into public.live_messages (session_id, user_id, body) select $1, $2, 'x' from generate_series(1, 1000)";
    world
        .db
        .execute(many, &[&Uuid::parse_str(&id).unwrap(), &person.id])
        .await
        .unwrap();
    assert_eq!(page(&json!("messages")).await["next"], 1000);
    let rest = json!({ "section": "messages", "offset": 1000 });
    let rest = world.call("export-account", &person, rest).await.granted();
    assert_eq!(
        (rest["rows"].as_array().unwrap().len(), &rest["next"]),
        (1, &Value::Null)
    );
    let unknown = json!({ "section": "users" });
    let error = world
        .call("export-account", &person, unknown)
        .await
        .refused(InvalidArgument);
    assert_eq!(
        (&error["details"]["field"], &error["details"]["sections"]),
        (&json!("section"), &sections)
    );
}

/// A table that refers to people has to say what becomes of it.
#[tokio::test]
async fn every_table_about_people_says_what_becomes_of_it() {
    let world = world().await;
    let query = "select distinct c.conrelid::regclass::text from pg_constraint c
                 join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
                 where c.contype = 'f' and c.confrelid = 'auth.users'::regclass and n.nspname in ('public', 'live')";
    let about_people: BTreeSet<String> = rows(&world, query).await;
    let said = rows(&world, "select source::regclass::text from live.personal_data()").await;
    let missing: BTreeSet<&String> = about_people.difference(&said).collect();
    // Gone with the call.
    assert_eq!(missing, BTreeSet::from([&"call_members".to_owned()]));
}

async fn rows(world: &World, query: &str) -> BTreeSet<String> {
    let rows = world.db.query(query, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
