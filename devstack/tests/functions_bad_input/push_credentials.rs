//! What admits us to the push services: made once, kept across processes, renewed when refused, never told.

use ipelya_devstack::{Component, PushAnswer, Pushes};
use serde_json::{Value, json};

use crate::support::{Person, World, eventually};
use crate::world;

const APPLE: &str = "apns_voip";
const GOOGLE: &str = "fcm";

/// Somebody with an iPhone and an Android phone; their push tokens.
async fn callee(world: &World) -> (Person, String, String) {
    let callee = world.person().await;
    let tokens = [1, 2].map(|number| format!("{}{:0>32}", callee.id.simple(), number));
    for (device, platform, kind, token) in [
        ("iphone", "ios", APPLE, &tokens[0]),
        ("android", "android", GOOGLE, &tokens[1]),
    ] {
        let body = json!({ "device_id": device, "platform": platform, "kind": kind, "token": token });
        world.call("register-device", &callee, body).await.granted();
    }
    let [iphone, android] = tokens;
    (callee, iphone, android)
}

async fn dial(world: &World, callee: &Person) {
    let caller = world.person().await;
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    world.call("initiate-call", &caller, body).await.granted();
}

/// The credential of the last push to a phone that was delivered, once there is one.
async fn admitted_by(pushes: &Pushes, token: &str) -> String {
    let delivered = || pushes.sent_to(token).into_iter().rfind(|push| push.status == 200);
    eventually("the phone rings", async || delivered().is_some()).await;
    delivered().unwrap().credential
}

async fn sweep(world: &World) -> Value {
    let key = &world.info.service_role_key;
    world.send("sweep", key, None, b"{}".to_vec()).await.granted()
}

#[tokio::test]
async fn processes_share_them_and_a_refused_one_is_replaced() {
    let (world, stack, _alone) = world().await;
    let pushes = stack.pushes();
    let (first, iphone, android) = callee(&world).await;
    dial(&world, &first).await;
    let (apple, google) = (
        admitted_by(&pushes, &iphone).await,
        admitted_by(&pushes, &android).await,
    );

    stack.kill_component(Component::Functions).await;
    stack.start_component(Component::Functions).await.unwrap();
    let given = pushes.access_tokens();
    let (second, iphone, android) = callee(&world).await;
    dial(&world, &second).await;
    assert_eq!(
        admitted_by(&pushes, &iphone).await,
        apple,
        "Apple wants it renewed rarely"
    );
    assert_eq!(admitted_by(&pushes, &android).await, google);
    assert_eq!(pushes.access_tokens(), given);

    // A token says in which second it was made, and nothing else that changes.
    let minted = chrono::Utc::now().timestamp();
    eventually("the next second", async || {
        chrono::Utc::now().timestamp() > minted
    })
    .await;
    let (third, iphone, android) = callee(&world).await;
    pushes.answer_with(&iphone, [PushAnswer::apns(403, "ExpiredProviderToken")]);
    pushes.answer_with(&android, [PushAnswer::fcm(401, "UNAUTHENTICATED")]);
    dial(&world, &third).await;
    let waiting = "select count(*) from live.pushes where user_id = $1 and settled_at is null and last_error is not null";
    let id = third.id.to_string();
    eventually("both were refused", async || world.value(waiting, &id).await == 2).await;
    let due = "update live.pushes set next_attempt_at = now() where settled_at is null";
    world.db.execute(due, &[]).await.unwrap();
    sweep(&world).await;
    assert_ne!(admitted_by(&pushes, &iphone).await, apple);
    assert_ne!(admitted_by(&pushes, &android).await, google);
}

#[tokio::test]
async fn no_token_and_no_ticket_is_in_the_log() {
    let (world, stack, _alone) = world().await;
    let pushes = stack.pushes();
    let (callee, iphone, android) = callee(&world).await;
    pushes.answer_with(&iphone, [PushAnswer::apns(400, "BadDeviceToken")]);
    pushes.answer_with(&android, [PushAnswer::fcm(500, "INTERNAL")]);
    dial(&world, &callee).await;
    let settled = "select count(*) from live.pushes where user_id = $1 and last_error is not null";
    let id = callee.id.to_string();
    eventually("both were refused", async || world.value(settled, &id).await == 2).await;
    let log = std::fs::read_to_string(stack.logs().join("functions.log")).unwrap();
    assert!(log.contains("APNs answered 400 BadDeviceToken") && log.contains("FCM answered 500 INTERNAL"));
    for push in pushes
        .sent_to(&iphone)
        .into_iter()
        .chain(pushes.sent_to(&android))
    {
        let ticket = push.payload["answer_ticket"].as_str().unwrap();
        for secret in [
            &push.token,
            &push.credential,
            ticket,
            &world.info.service_role_key,
        ] {
            assert!(!log.contains(secret), "{:?}", push.service);
        }
    }
}
