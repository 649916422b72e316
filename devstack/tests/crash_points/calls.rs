//! Calls, and the phones that have to ring.

use serde_json::{Value, json};

use crate::stand::{Intent, Stand};
use crate::support::{Person, World, eventually};

/// Somebody with an Android phone; its push token.
async fn callee(world: &World) -> (Person, String) {
    let callee = world.person().await;
    let token = callee.id.to_string();
    let device = json!({ "device_id": "phone", "platform": "android", "kind": "fcm", "token": token });
    world.call("register-device", &callee, device).await.granted();
    (callee, token)
}

/// A call that rings.
async fn ringing(world: &World) -> (Person, Person, Value) {
    let (caller, (callee, _)) = (world.person().await, callee(world).await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let call = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
    (caller, callee, call)
}

async fn talking(world: &World) -> (Person, Person, Value) {
    let (caller, callee, call) = ringing(world).await;
    let accept = json!({ "call_id": call, "accept": true });
    world.call("answer-call", &callee, accept).await.granted();
    (caller, callee, call)
}

#[tokio::test]
async fn a_call_is_made_once_and_rings() {
    let stand = Stand::new().await;
    let pushes = stand.stack.pushes();
    let intend = async |world: &World| {
        let (caller, (callee, phone)) = (world.person().await, callee(world).await);
        let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        Intent::new(&caller, body, (caller.id.to_string(), phone))
    };
    let check = async |world: &World, (caller, phone): &(String, String), answer: &Value| {
        let calls = "select count(*) from public.calls where caller_id = $1";
        assert_eq!(world.value(calls, caller).await, 1);
        assert!(
            world
                .room_exists(&format!("call_{}", answer["call"]["id"].as_str().unwrap()))
                .await
        );
        eventually("the phone rings", async || !pushes.sent_to(phone).is_empty()).await;
    };
    stand.die_everywhere("initiate-call", intend, check).await;
}

#[tokio::test]
async fn a_ring_whose_sender_died_is_sent_by_the_sweeper() {
    let stand = Stand::new().await;
    let world = &stand.world;
    // The decision, the room, the answer; and then the push, in the background.
    for statement in 3..5 {
        let (caller, (callee, phone)) = (world.person().await, callee(world).await);
        stand
            .stack
            .crash_functions_at(Some(("initiate-call", statement)))
            .await
            .unwrap();
        let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        // The push is on its way beside the answer, which may be lost with it.
        drop(world.call("initiate-call", &caller, body).await);
        let url = format!("{}/functions/v1/initiate-call", world.info.supabase_url);
        eventually("the process died", async || {
            let hello = world.http.request(reqwest::Method::OPTIONS, &url).send().await;
            hello.is_ok_and(|answer| answer.status() == 502)
        })
        .await;
        stand.restart().await;
        stand.sweep().await;
        let pushes = stand.stack.pushes();
        eventually("the phone rings", async || {
            pushes.sent_to(&phone).iter().any(|push| push.status == 200)
        })
        .await;
    }
}

#[tokio::test]
async fn an_answer_is_an_answer() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let (_, callee, call) = ringing(world).await;
        let body = json!({ "call_id": call, "accept": true, "device_id": "phone" });
        Intent::new(&callee, body, ())
    };
    let check = async |_: &World, (): &(), answer: &Value| {
        assert_eq!(answer["call"]["status"], "active");
        assert!(answer["livekit"]["token"].is_string());
    };
    stand.die_everywhere("answer-call", intend, check).await;
}

#[tokio::test]
async fn a_call_changes_for_both() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let (caller, callee, call) = talking(world).await;
        let ask = json!({ "call_id": call, "action": "request_video" });
        world.call("change-call", &caller, ask).await.granted();
        let body = json!({ "call_id": call, "action": "accept_video" });
        Intent::new(&callee, body, (caller, call))
    };
    let check = async |world: &World, (caller, _): &(Person, Value), answer: &Value| {
        assert_eq!(answer["call"]["call_type"], "video_call");
        let told =
            "select count(*) from public.livekit_outbox where identity = $1 and delivered_at is not null";
        assert_eq!(world.value(told, &caller.id.to_string()).await, 1);
    };
    stand.die_everywhere("change-call", intend, check).await;
}

#[tokio::test]
async fn an_end_frees_both_and_closes_the_room() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let (caller, callee, call) = talking(world).await;
        Intent::new(&caller, json!({ "call_id": call }), callee)
    };
    let check = async |world: &World, callee: &Person, answer: &Value| {
        assert_eq!(answer["call"]["end_reason"], "hung_up");
        assert!(
            !world
                .room_exists(&format!("call_{}", answer["call"]["id"].as_str().unwrap()))
                .await
        );
        let busy = "select count(*) from public.call_members where user_id = $1 and released_at is null";
        assert_eq!(world.value(busy, &callee.id.to_string()).await, 0);
    };
    stand.die_everywhere("end-call", intend, check).await;
}
