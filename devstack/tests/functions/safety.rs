//! What people do for their own safety: they block and report.

use ipelya_core::domain::ErrorCode::Blocked;
use serde_json::json;
use uuid::Uuid;

use crate::moderation::{join, moderate, room, walks_in};
use crate::support::{Person, World};
use crate::world;

#[tokio::test]
async fn a_block_closes_sessions_and_calls_until_it_is_lifted() {
    let world = world().await;
    let room = room(&world).await;
    let blocked = world
        .write(&room.host, "user_blocks", json!({ "blocked_id": room.viewer.id }))
        .await;
    assert_eq!(blocked.status, 201, "{}", blocked.body);
    let status = "select status from public.live_participants where user_id = $1";
    assert_eq!(
        world.value(status, &room.viewer.id.to_string()).await,
        "left",
        "the host's block puts out"
    );
    let removals =
        "select count(*) from public.livekit_outbox where identity = $1 and kind = 'remove_participant'";
    let viewer = room.viewer.id.to_string();
    assert_eq!(world.value(removals, &viewer).await, 1);
    walks_in(&world, &room.id, &room.viewer, "viewer").await;
    assert_eq!(
        world.value(removals, &viewer).await,
        2,
        "a token from before doesn't help"
    );
    join(&world, &room.viewer, &room.id).await.refused(Blocked);
    let call = json!({ "callee_id": room.host.id, "call_type": "audio_call" });
    world
        .call("initiate-call", &room.viewer, call.clone())
        .await
        .refused(Blocked);
    let as_somebody_else = json!({ "blocker_id": room.host.id, "blocked_id": room.speaker.id });
    assert_eq!(
        world
            .write(&room.viewer, "user_blocks", as_somebody_else)
            .await
            .status,
        403
    );
    let row = format!("user_blocks?blocked_id=eq.{}", room.viewer.id);
    world.erase(&room.viewer, &row).await;
    world
        .call("initiate-call", &room.viewer, call.clone())
        .await
        .refused(Blocked);
    world.erase(&room.host, &row).await;
    world.call("initiate-call", &room.viewer, call).await.granted();
}

#[tokio::test]
async fn a_report_quotes_the_message_itself_and_is_seen_by_its_author_alone() {
    let world = world().await;
    let room = room(&world).await;
    let insert =
        "insert into public.live_messages (session_id, user_id, body) values ($1, $2, 'rude') returning id";
    let session = Uuid::parse_str(&room.id).unwrap();
    let message: Uuid = world
        .db
        .query_one(insert, &[&session, &room.speaker.id])
        .await
        .unwrap()
        .get(0);
    let report = json!({ "reported_id": room.speaker.id, "message_id": message, "category": "harassment" });
    assert_eq!(
        world.write(&room.viewer, "reports", report.clone()).await.status,
        201
    );
    assert_eq!(
        world.write(&room.viewer, "reports", report.clone()).await.status,
        409,
        "once while it is open"
    );
    let mine = world.rows("reports", &room.viewer.token).await.1;
    assert_eq!(
        (&mine[0]["message_body"], &mine[0]["session_id"]),
        (&json!("rude"), &json!(room.id))
    );
    assert_eq!(world.rows("reports", &room.speaker.token).await.1, json!([]));
    let stranger = world.person().await;
    assert_eq!(
        world.write(&stranger, "reports", report).await.status,
        409,
        "a message that one can't read"
    );
    for (body, status) in [
        (json!({ "reported_id": room.viewer.id, "category": "spam" }), 400),
        (json!({ "reported_id": room.host.id, "category": "fun" }), 400),
        (
            json!({ "reported_id": room.host.id, "category": "spam", "details": "x".repeat(1001) }),
            400,
        ),
        (
            json!({ "reported_id": room.host.id, "category": "spam", "message_body": "never said" }),
            403,
        ),
        (
            json!({ "reported_id": room.host.id, "category": "spam", "status": "upheld" }),
            403,
        ),
    ] {
        assert_eq!(
            world.write(&room.viewer, "reports", body.clone()).await.status,
            status,
            "{body}"
        );
    }
}

#[tokio::test]
async fn whoever_is_blocked_reads_nothing_more_of_the_session() {
    let world = world().await;
    let room = room(&world).await;
    let rows = async || {
        let query = format!("live_participants?session_id=eq.{}", room.id);
        world.rows(&query, &room.viewer.token).await.1
    };
    assert_ne!(rows().await, json!([]));
    for (one, other) in [(&room.host, &room.viewer), (&room.viewer, &room.host)] {
        world
            .write(one, "user_blocks", json!({ "blocked_id": other.id }))
            .await;
        assert_eq!(rows().await, json!([]));
        let hears =
            "select live.is_member(session_id, user_id) from public.live_participants where user_id = $1";
        assert_eq!(world.value(hears, &room.viewer.id.to_string()).await, false);
        world
            .erase(one, &format!("user_blocks?blocked_id=eq.{}", other.id))
            .await;
    }
}

#[tokio::test]
async fn a_block_takes_the_stage_also_from_who_is_away() {
    let world = world().await;
    let room = room(&world).await;
    let co_host = &room.co_hosts[0];
    // The connection is lost, which keeps the role.
    let lost = "update public.live_participants set status = 'left', left_at = now() where user_id = $1";
    world.db.execute(lost, &[&co_host.id]).await.unwrap();
    world
        .write(&room.host, "user_blocks", json!({ "blocked_id": co_host.id }))
        .await;
    let row = format!("user_blocks?blocked_id=eq.{}", co_host.id);
    world.erase(&room.host, &row).await;
    assert_eq!(join(&world, co_host, &room.id).await.granted()["role"], "viewer");
}

/// Somebody says something rude in a session.
async fn say_something_rude(world: &World, session: &str, person: &Person) -> Uuid {
    let insert =
        "insert into public.live_messages (session_id, user_id, body) values ($1, $2, 'rude') returning id";
    let session = Uuid::parse_str(session).unwrap();
    let said = world.db.query_one(insert, &[&session, &person.id]).await;
    said.unwrap().get(0)
}

#[tokio::test]
async fn whoever_was_put_out_may_still_report_what_was_said() {
    let world = world().await;
    let room = room(&world).await;
    let message = say_something_rude(&world, &room.id, &room.host).await;
    moderate(&world, &room.host, &room.id, "kick", &room.viewer, json!({}))
        .await
        .granted();
    let report = json!({ "reported_id": room.host.id, "message_id": message, "category": "harassment" });
    assert_eq!(world.write(&room.viewer, "reports", report).await.status, 201);
}

#[tokio::test]
async fn deleting_what_one_said_does_not_undo_it() {
    let world = world().await;
    let room = room(&world).await;
    let message = say_something_rude(&world, &room.id, &room.speaker).await;
    let own = format!("live_messages?id=eq.{message}");
    world.erase(&room.speaker, &own).await;
    assert_eq!(world.rows(&own, &room.viewer.token).await.1, json!([]));
    let report = json!({ "reported_id": room.speaker.id, "message_id": message, "category": "harassment" });
    assert_eq!(world.write(&room.viewer, "reports", report).await.status, 201);
    let mine = world.rows("reports", &room.viewer.token).await.1;
    assert_eq!(mine[0]["message_body"], "rude");
}

#[tokio::test]
async fn an_account_that_is_suspended_says_nothing_more() {
    let world = world().await;
    let room = room(&world).await;
    walks_in(&world, &room.id, &room.viewer, "viewer").await;
    let suspend = "update auth.users set banned_until = now() + interval '1 day' where id = $1";
    world.db.execute(suspend, &[&room.viewer.id]).await.unwrap();
    let message = json!({ "session_id": room.id, "body": "x" });
    let block = json!({ "blocked_id": room.host.id });
    let report = json!({ "reported_id": room.host.id, "category": "spam" });
    for (table, row) in [
        ("live_messages", message),
        ("user_blocks", block),
        ("reports", report),
    ] {
        assert_eq!(world.write(&room.viewer, table, row).await.status, 403, "{table}");
    }
    let person = json!([{ "identity": room.viewer.id, "role": "viewer", "sources": [], "tracks": [] }]);
    let found = "select kind from live.out_of_place($1, $2)";
    let name = format!("live_{}", room.id);
    let kind = world.db.query_one(found, &[&name, &person]).await.unwrap();
    assert_eq!(kind.get::<_, String>(0), "remove_participant");
}
