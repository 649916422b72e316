//! Whoever leaves is gone: from the count, from the stage, and from LiveKit.

use ipelya_core::domain::ErrorCode::Forbidden;
use serde_json::json;
use uuid::Uuid;

use crate::media::{enter, is_there};
use crate::moderation::walks_in;
use crate::support::{eventually, now};
use crate::world;

#[tokio::test]
async fn whoever_leaves_and_stays_connected_is_disconnected() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    let body = json!({ "session_id": id });
    let joined = world.call("join-session", &viewer, body.clone()).await.granted();
    let _visit = enter(&joined["livekit"]).await;
    // Without media the server doesn't tell of them.
    walks_in(&world, &id, &viewer, "viewer").await;
    world.call("leave-session", &viewer, body).await.granted();
    eventually("the viewer is out", async || {
        !is_there(&world, &format!("live_{id}"), &viewer).await
    })
    .await;
}

#[tokio::test]
async fn whoever_disconnects_when_leaving_is_put_out_of_no_later_visit() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    let body = json!({ "session_id": id });
    world.call("join-session", &viewer, body.clone()).await.granted();
    let tell = async |event: &str| {
        let event = json!({
            "event": event, "id": format!("EV_{}", Uuid::new_v4()), "createdAt": now().to_string(),
            "room": { "name": format!("live_{id}"), "sid": "RM_1" },
            "participant": { "identity": viewer.id, "sid": "PA_1", "attributes": { "role": "viewer" } },
        });
        world.livekit_tells(event).await.granted();
    };
    tell("participant_joined").await;
    world.call("leave-session", &viewer, body).await.granted();
    let removals = "select count(*) from public.livekit_outbox where identity = $1 and delivered_at is null";
    assert_eq!(world.value(removals, &viewer.id.to_string()).await, 1);
    tell("participant_left").await;
    assert_eq!(world.value(removals, &viewer.id.to_string()).await, 0);
}

#[tokio::test]
async fn a_connection_that_outlived_its_visit_is_found() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    let body = json!({ "session_id": id });
    let joined = world.call("join-session", &viewer, body).await.granted();
    let _visit = enter(&joined["livekit"]).await;
    // What a departure leaves behind whose removal was lost.
    let left = "update public.live_participants set status = 'left' where user_id = $1";
    world.db.execute(left, &[&viewer.id]).await.unwrap();
    let age = "update public.live_sessions set created_at = created_at - interval '1 hour' where id = $1";
    world
        .db
        .execute(age, &[&Uuid::parse_str(&id).unwrap()])
        .await
        .unwrap();
    eventually("the viewer is out", async || {
        !is_there(&world, &format!("live_{id}"), &viewer).await
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_back_is_not_put_out_by_the_departure_before() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    let body = json!({ "session_id": id });
    world.call("join-session", &viewer, body.clone()).await.granted();
    // LiveKit was away when they left, and is asked again in a while.
    let late = "insert into public.livekit_outbox (kind, room_name, identity, attempts, next_attempt_at)
                values ('remove_participant', $1, $2, 3, now() + interval '1 hour')";
    world
        .db
        .execute(late, &[&format!("live_{id}"), &viewer.id])
        .await
        .unwrap();
    world.call("join-session", &viewer, body).await.granted();
    let pending = "select count(*) from public.livekit_outbox where identity = $1 and delivered_at is null";
    assert_eq!(world.value(pending, &viewer.id.to_string()).await, 0);
}

#[tokio::test]
async fn nobody_leaves_where_they_never_were() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let stranger = world.person().await;
    world
        .call("leave-session", &stranger, json!({ "session_id": id }))
        .await
        .refused(Forbidden);
}
