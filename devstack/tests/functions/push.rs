//! What wakes a phone: who is pushed what, by whom, until when, and what comes of a push that fails.

use ipelya_core::call;
use ipelya_core::domain::UserId;
use ipelya_devstack::{Push, PushAnswer, PushService};
use serde_json::{Value, json};

use crate::support::{Person, World, eventually, now};
use crate::{pushes, world};

/// A push token of a person's phone, as either system has them.
fn token(person: &Person, phone: &str) -> String {
    let digits = phone.bytes().map(|byte| format!("{byte:02x}"));
    format!("{}{}", person.id.simple(), "0".repeat(32)) + &digits.collect::<String>()
}

/// Registers a phone; its push token.
async fn phone(world: &World, person: &Person, phone: &str, kind: &str) -> String {
    let platform = if kind == "fcm" { "android" } else { "ios" };
    let token = token(person, phone);
    let body = json!({ "device_id": phone, "platform": platform, "kind": kind, "token": token });
    world.call("register-device", person, body).await.granted();
    token
}

/// Calls somebody; the call as it was answered.
async fn dial(world: &World, caller: &Person, callee: &Person) -> Value {
    let body = json!({ "callee_id": callee.id, "call_type": "video_call" });
    world.call("initiate-call", caller, body).await.granted()["call"].clone()
}

/// Waits until so many pushes were sent to a phone.
async fn sent(token: &str, count: usize) -> Vec<Push> {
    let pushes = pushes().await;
    eventually("the push is sent", async || pushes.sent_to(token).len() >= count).await;
    let sent = pushes.sent_to(token);
    assert_eq!(sent.len(), count, "{sent:?}");
    sent
}

fn events(sent: &[Push]) -> Vec<&str> {
    sent.iter()
        .map(|push| push.payload["event"].as_str().unwrap())
        .collect()
}

/// What became of the pushes about a call, by phone.
async fn outcome(world: &World, call: &Value, phone: &str) -> Value {
    let query = format!(
        "select outcome from live.pushes where call_id = $1 and device_id = '{phone}' order by created_at desc limit 1"
    );
    world.value(&query, call["id"].as_str().unwrap()).await
}

#[tokio::test]
async fn a_call_rings_every_phone_once_with_what_it_needs_to_answer() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let iphone = phone(&world, &callee, "iphone", "apns_voip").await;
    let android = phone(&world, &callee, "android", "fcm").await;
    // The iPhone's other tokens are for notifications.
    let alerts = token(&callee, "alerts");
    for (kind, token) in [("apns", &alerts), ("fcm", &format!("{alerts}00"))] {
        let body = json!({ "device_id": "iphone", "platform": "ios", "kind": kind, "token": token });
        world.call("register-device", &callee, body).await.granted();
    }
    let call = dial(&world, &caller, &callee).await;
    let ring_ends = chrono::DateTime::parse_from_rfc3339(call["ring_expires_at"].as_str().unwrap()).unwrap();
    let (apns, fcm) = (
        sent(&iphone, 1).await.remove(0),
        sent(&android, 1).await.remove(0),
    );
    assert_eq!((apns.service, apns.status), (PushService::Apns, 200), "{apns:?}");
    assert_eq!((fcm.service, fcm.status), (PushService::Fcm, 200), "{fcm:?}");
    assert_eq!(apns.expires_at, ring_ends.timestamp());
    assert!((ring_ends.timestamp() - 1..=ring_ends.timestamp() + 1).contains(&fcm.expires_at));

    let callee_id: UserId = serde_json::from_value(json!(callee.id)).unwrap();
    let mut tickets = Vec::new();
    for push in [&apns, &fcm] {
        let call::Push::Ring(read) = call::Push::parse(&push.payload.to_string()).unwrap() else {
            panic!("a ring")
        };
        let rings = serde_json::to_value(read.call_for(callee_id).unwrap()).unwrap();
        for field in ["id", "status", "call_type", "caller_id", "callee_id"] {
            assert_eq!(rings[field], call[field], "{field}");
        }
        assert_eq!(read.ring_expires_at, ring_ends);
        assert_eq!(read.caller_name.as_deref(), Some("Somebody"));
        tickets.push(read.answer_ticket.unwrap());
    }
    assert_ne!(tickets[0], tickets[1], "a ticket is for one phone");
    dial(&world, &caller, &callee).await;
    let accept = json!({ "call_id": call["id"], "accept": true })
        .to_string()
        .into_bytes();
    let answered = world
        .send("answer-call", &tickets[1], Some("answer"), accept)
        .await
        .granted();
    assert_eq!(answered["call"]["answered_device_id"], "android");
    for token in [&alerts, &format!("{alerts}00")] {
        assert_eq!(pushes().await.sent_to(token), []);
    }
    assert_eq!(
        sent(&iphone, 1).await.len(),
        1,
        "the second tap found the call that rings"
    );
}

#[tokio::test]
async fn the_end_of_a_ring_is_told_to_android_alone_and_is_no_ring() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let iphone = phone(&world, &callee, "iphone", "apns_voip").await;
    let android = phone(&world, &callee, "android", "fcm").await;
    let call = dial(&world, &caller, &callee).await;
    sent(&android, 1).await;
    let end = json!({ "call_id": call["id"] });
    world.call("end-call", &caller, end).await.granted();
    let sent_android = sent(&android, 2).await;
    assert_eq!(events(&sent_android), ["ring", "stop_ringing"]);
    let stop = &sent_android[1];
    let told = json!({
        "event": "stop_ringing", "call_id": call["id"], "callee_id": callee.id, "reason": "cancelled"
    });
    assert_eq!(stop.payload, told);
    let read = call::Push::parse(&stop.payload.to_string()).unwrap();
    assert!(matches!(&read, call::Push::StopRinging(stop) if stop.call_id.to_string() == call["id"]));
    assert_eq!(
        stop.key, sent_android[0].key,
        "a phone that was away gets the end instead of the ring"
    );
    assert_eq!(
        events(&sent(&iphone, 1).await),
        ["ring"],
        "a VoIP push would ring again"
    );
}

#[tokio::test]
async fn whoever_answers_stops_the_other_phones() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let answering = phone(&world, &callee, "phone", "fcm").await;
    let other = phone(&world, &callee, "tablet", "fcm").await;
    let call = dial(&world, &caller, &callee).await;
    sent(&answering, 1).await;
    sent(&other, 1).await;
    let accept = json!({ "call_id": call["id"], "accept": true, "device_id": "phone" });
    world.call("answer-call", &callee, accept).await.granted();
    let stopped = sent(&other, 2).await;
    assert_eq!(stopped[1].payload["reason"], "answered_elsewhere");
    let end = json!({ "call_id": call["id"] });
    world.call("end-call", &caller, end).await.granted();
    assert_eq!(events(&sent(&answering, 1).await), ["ring"]);
    assert_eq!(
        sent(&other, 2).await.len(),
        2,
        "the end of the talk is no end of a ring"
    );
}

#[tokio::test]
async fn a_token_that_is_nobodys_any_more_is_dropped() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let iphone = phone(&world, &callee, "iphone", "apns_voip").await;
    let android = phone(&world, &callee, "android", "fcm").await;
    let again = phone(&world, &callee, "again", "apns_voip").await;
    let services = pushes().await;
    services.answer_with(&iphone, [PushAnswer::apns_unregistered((now() + 5) * 1000)]);
    services.answer_with(&android, [PushAnswer::fcm(404, "UNREGISTERED")]);
    // Apple knows of a time before this phone registered: somebody installed the app again since.
    services.answer_with(&again, [PushAnswer::apns_unregistered((now() - 60) * 1000)]);
    let call = dial(&world, &caller, &callee).await;
    for phone in ["iphone", "android", "again"] {
        eventually("the push is settled", async || {
            outcome(&world, &call, phone).await == "gone"
        })
        .await;
    }
    let rows = world
        .rows("device_tokens?select=device_id", &callee.token)
        .await
        .1;
    assert_eq!(rows, json!([{ "device_id": "again" }]));
}

#[tokio::test]
async fn a_service_that_is_busy_is_asked_again_while_it_rings() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let iphone = phone(&world, &callee, "iphone", "apns_voip").await;
    let android = phone(&world, &callee, "android", "fcm").await;
    let services = pushes().await;
    let busy = PushAnswer::apns(503, "ServiceUnavailable");
    services.answer_with(
        &iphone,
        [busy, PushAnswer::apns(429, "TooManyRequests").retry_after(1)],
    );
    services.answer_with(&android, [PushAnswer::fcm(503, "UNAVAILABLE")]);
    let call = dial(&world, &caller, &callee).await;
    let tries = sent(&iphone, 3).await;
    assert_eq!(
        tries.iter().map(|push| push.status).collect::<Vec<_>>(),
        [503, 429, 200]
    );
    assert!(
        tries.iter().all(|push| push.key == tries[0].key),
        "one id, so that Apple knows it again"
    );
    assert_eq!(sent(&android, 2).await[1].status, 200);
    eventually("it is settled", async || {
        outcome(&world, &call, "iphone").await == "delivered"
    })
    .await;
}

#[tokio::test]
async fn no_push_outlives_its_ring() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let iphone = phone(&world, &callee, "iphone", "apns_voip").await;
    let slow = PushAnswer::apns(429, "TooManyRequests").retry_after(60);
    pushes().await.answer_with(&iphone, [slow]);
    let call = dial(&world, &caller, &callee).await;
    eventually("it is given up", async || {
        outcome(&world, &call, "iphone").await == "late"
    })
    .await;
    sent(&iphone, 1).await;
}

#[tokio::test]
async fn what_would_be_refused_again_is_not_sent_again() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let iphone = phone(&world, &callee, "iphone", "apns_voip").await;
    let android = phone(&world, &callee, "android", "fcm").await;
    let services = pushes().await;
    services.answer_with(&iphone, [PushAnswer::apns(400, "BadDeviceToken")]);
    services.answer_with(&android, [PushAnswer::fcm(400, "INVALID_ARGUMENT")]);
    let call = dial(&world, &caller, &callee).await;
    for (phone, token) in [("iphone", &iphone), ("android", &android)] {
        eventually("it is settled", async || {
            outcome(&world, &call, phone).await == "refused"
        })
        .await;
        assert_eq!(sent(token, 1).await[0].status, 400);
    }
    let devices = world
        .rows("device_tokens?select=device_id", &callee.token)
        .await
        .1;
    assert_eq!(
        devices.as_array().unwrap().len(),
        2,
        "a token of another environment may be right there"
    );
}

#[tokio::test]
async fn a_phone_that_was_signed_out_does_not_ring() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let android = phone(&world, &callee, "android", "fcm").await;
    world.erase(&callee, "device_tokens?device_id=eq.android").await;
    let other = phone(&world, &callee, "tablet", "fcm").await;
    dial(&world, &caller, &callee).await;
    sent(&other, 1).await;
    assert_eq!(pushes().await.sent_to(&android), []);
}
