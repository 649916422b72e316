//! What gets out to LiveKit, and what needn't any more.

use serde_json::json;

use crate::moderation::{moderate, room};
use crate::world;

#[tokio::test]
async fn a_kick_waits_for_nothing_that_failed_before() {
    let world = world().await;
    let room = room(&world).await;
    let failing = "insert into public.livekit_outbox (kind, room_name, identity, attempts, next_attempt_at)
                   values ('update_participant', $1, $2, 9, now() + interval '5 min')";
    world
        .db
        .execute(failing, &[&format!("live_{}", room.id), &room.viewer.id])
        .await
        .unwrap();
    moderate(&world, &room.host, &room.id, "kick", &room.viewer, json!({}))
        .await
        .granted();
    let viewer = room.viewer.id.to_string();
    let out = "select attempts from public.livekit_outbox where identity = $1 and kind = 'remove_participant' and delivered_at is not null";
    assert_eq!(world.value(out, &viewer).await, 1, "out before the answer");
    let pending = "select count(*) from public.livekit_outbox where identity = $1 and delivered_at is null";
    assert_eq!(world.value(pending, &viewer).await, 0);
}
