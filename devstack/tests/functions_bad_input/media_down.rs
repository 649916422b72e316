//! LiveKit is away: said as such, and nothing half-made is left.

use ipelya_core::domain::ErrorCode::MediaUnavailable;
use ipelya_devstack::Component;
use serde_json::json;

use crate::support::eventually;
use crate::tables::digests;
use crate::world;

#[tokio::test]
async fn without_livekit_there_is_no_half_made_session_or_call() {
    let (world, stack, _alone) = world().await;
    let (host, creator, caller, callee) = (
        world.creator().await,
        world.creator().await,
        world.person().await,
        world.person().await,
    );
    let body = json!({ "session_type": "video_live", "title": "T", "access": "public" });
    let id = world
        .call_once("create-session", &host, "first", body.clone())
        .await
        .granted()["session"]["id"]
        .clone();
    let told = "select room_sid is not null from public.live_sessions where id = $1";
    eventually("the room has told about itself", async || {
        world.value(told, id.as_str().unwrap()).await == true
    })
    .await;

    let phone = "d".repeat(64);
    let device = json!({ "device_id": "phone", "platform": "android", "kind": "fcm", "token": phone });
    world.call("register-device", &callee, device).await.granted();

    stack.stop_component(Component::Livekit).await;
    let mut before = digests(&world).await;
    // What was broadcast about a call that came to nothing may stay: it says that the call is over.
    before.retain(|table, _| table != "realtime.messages" && !table.starts_with("realtime.messages_"));
    let call = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    for key in [None, Some("tap")] {
        let key = key.unwrap_or("another tap");
        let key = key.replace(' ', "-");
        world
            .call_once("create-session", &creator, &key, body.clone())
            .await
            .refused(MediaUnavailable);
        world
            .call_once("initiate-call", &caller, &key, call.clone())
            .await
            .refused(MediaUnavailable);
    }
    world
        .call("create-session", &creator, body.clone())
        .await
        .refused(MediaUnavailable);
    world
        .call("initiate-call", &caller, call.clone())
        .await
        .refused(MediaUnavailable);
    world
        .call_once("create-session", &host, "first", body.clone())
        .await
        .refused(MediaUnavailable);
    let mut after = digests(&world).await;
    after.retain(|table, _| before.contains_key(table));
    assert_eq!(before, after);
    let status = "select status from public.live_sessions where id = $1";
    assert_eq!(
        world.value(status, id.as_str().unwrap()).await,
        "preparing",
        "what was there before stays"
    );

    assert_eq!(
        stack.pushes().sent_to(&phone),
        [],
        "no phone rings for a call that has no room"
    );
    let told = "select payload -> 'call' ->> 'end_reason' from realtime.messages
                where topic = 'user:' || $1::uuid order by inserted_at desc limit 1";
    assert_eq!(
        world.value(told, &callee.id.to_string()).await,
        "failed",
        "no phone goes on ringing"
    );

    stack.start_component(Component::Livekit).await.unwrap();
    world
        .call_once("create-session", &creator, "tap", body)
        .await
        .granted();
    world
        .call_once("initiate-call", &caller, "tap", call)
        .await
        .granted();
    world
        .call("get-livekit-token", &host, json!({ "session_id": id }))
        .await
        .granted();
}

#[tokio::test]
async fn an_end_without_livekit_is_an_end_and_the_room_follows() {
    let (world, stack, _alone) = world().await;
    let (host, id) = world.live("public", 0).await;
    stack.stop_component(Component::Livekit).await;
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    let open = "select delivered_at is null and attempts = 1 and last_error is not null
                from public.livekit_outbox where room_name = 'live_' || $1::uuid";
    assert_eq!(world.value(open, &id).await, true);

    stack.start_component(Component::Livekit).await.unwrap();
    let due = "update public.livekit_outbox set next_attempt_at = now() where delivered_at is null";
    world.db.execute(due, &[]).await.unwrap();
    let answer = world
        .send("sweep", &world.info.service_role_key, None, b"{}".to_vec())
        .await
        .granted();
    assert_eq!(answer["failed"], 0);
    let done = "select delivered_at is not null and last_error is null
                from public.livekit_outbox where room_name = 'live_' || $1::uuid";
    assert_eq!(world.value(done, &id).await, true);
}
