//! Which Broadcast topics a person hears.

use serde_json::json;
use uuid::Uuid;

use crate::personas::{Scene, scene};
use crate::support::{Person, World};
use crate::world;

#[tokio::test]
async fn whoever_is_put_out_hears_and_reads_nothing_more() {
    let world = world().await;
    let Scene {
        people: [_, member, ..],
        session,
        ..
    } = scene(&world).await;
    let id = Uuid::parse_str(&session).unwrap();
    let members_only = format!("live_messages?session_id=eq.{session}");
    assert_eq!(
        world
            .rows(&members_only, &member.token)
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let put_out =
        "update public.live_participants set status = 'removed' where session_id = $1 and user_id = $2";
    world.db.execute(put_out, &[&id, &member.id]).await.unwrap();
    assert_eq!(world.rows(&members_only, &member.token).await.1, json!([]));
    assert!(!hears(&world, &member, &format!("session:{session}")).await);
}

/// What Realtime asks when somebody joins a topic.
async fn hears(world: &World, person: &Person, topic: &str) -> bool {
    let claims = json!({ "sub": person.id, "role": "authenticated" }).to_string();
    let query = "select set_config('request.jwt.claims', $1, true), live.may_hear($2)";
    world
        .db
        .query_one(query, &[&claims, &topic])
        .await
        .unwrap()
        .get(1)
}

#[tokio::test]
async fn a_topic_is_heard_by_whom_it_concerns() {
    let world = world().await;
    let Scene {
        people: [host, member, stranger, banned],
        session,
        ..
    } = scene(&world).await;
    let ended = format!("session:{}", Uuid::new_v4());
    let topic = format!("session:{session}");
    let own = |person: &Person| format!("user:{}", person.id);
    for (person, topic, expected) in [
        (&host, &topic, true),
        (&member, &topic, true),
        (&stranger, &topic, false),
        (&banned, &topic, false),
        (&member, &own(&member), true),
        (&member, &own(&host), false),
        (&member, &ended, false),
        (&member, &format!("{topic}x"), false),
        (&member, &topic.to_uppercase(), false),
        (&member, &"public".to_owned(), false),
    ] {
        assert_eq!(hears(&world, person, topic).await, expected, "{topic}");
    }
}
