//! Devices that are rung, and what a ticket answers, for whom and until when.

use ipelya_core::domain::ErrorCode::{
    AnsweredElsewhere, CallEnded, InvalidArgument, NotAuthenticated, NotFound,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::support::{Answer, Person, World, claims, now};
use crate::world;

async fn register(world: &World, person: &Person, device: &str, token: &str) -> Answer {
    let body = json!({ "device_id": device, "platform": "ios", "kind": "apns_voip", "token": token });
    world.call("register-device", person, body).await
}

/// A ticket as the push carries it, with some claims changed.
fn ticket(world: &World, kind: &str, claims: Value) -> String {
    let seed = format!("ipelya-live call tickets\n{}", world.info.service_role_key);
    signed(&Sha256::digest(seed), kind, claims)
}

fn signed(secret: &[u8], kind: &str, claims: Value) -> String {
    let mut all =
        json!({ "iss": "ipelya-live", "jti": Uuid::new_v4(), "exp": now() + 45, "device_id": "phone" });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(format!("{kind}-ticket+jwt"));
    jsonwebtoken::encode(&header, &all, &EncodingKey::from_secret(secret)).unwrap()
}

/// A call that rings the callee's registered phone: the caller, the callee and the call.
async fn ringing(world: &World) -> (Person, Person, Value) {
    let (caller, callee) = (world.person().await, world.person().await);
    register(world, &callee, "phone", &format!("token of {}", callee.id))
        .await
        .granted();
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let call = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
    (caller, callee, call)
}

async fn by(world: &World, function: &str, ticket: &str, key: Option<&str>, body: Value) -> Answer {
    world
        .send(function, ticket, key, body.to_string().into_bytes())
        .await
}

#[tokio::test]
async fn a_push_token_belongs_to_whoever_registered_it_last() {
    let world = world().await;
    let (one, other) = (world.person().await, world.person().await);
    let token = format!("token {}", one.id);
    let device = register(&world, &one, "phone", &token).await.granted()["device"].clone();
    assert_eq!(
        (&device["device_id"], &device["platform"], &device["kind"]),
        (&json!("phone"), &json!("ios"), &json!("apns_voip"))
    );
    register(&world, &one, "phone", &token).await.granted();
    let devices = "device_tokens?select=user_id,device_id,kind";
    assert_eq!(
        world.rows(devices, &one.token).await.1.as_array().unwrap().len(),
        1
    );
    register(&world, &other, "phone", &token).await.granted();
    assert_eq!(world.rows(devices, &one.token).await.1, json!([]));
    assert_eq!(
        world.rows("device_tokens?select=token", &other.token).await.0,
        403,
        "push tokens stay with the server"
    );
    world
        .erase(&one, &format!("device_tokens?user_id=eq.{}", other.id))
        .await;
    assert_eq!(
        world
            .rows(devices, &other.token)
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let out = json!({ "device_id": "phone", "platform": "ios", "kind": "apns_voip", "unregister": true });
    let gone = world.call("register-device", &other, out).await.granted();
    assert_eq!(gone, json!({ "device": null }));
    assert_eq!(world.rows(devices, &other.token).await.1, json!([]));
    let wrong = json!({ "device_id": "phone", "platform": "android", "kind": "apns", "token": token });
    let error = world
        .call("register-device", &one, wrong)
        .await
        .refused(InvalidArgument);
    assert_eq!(error["details"]["field"], "kind");
}

#[tokio::test]
async fn the_eldest_of_too_many_devices_goes() {
    let world = world().await;
    let person = world.person().await;
    for n in 0..21 {
        register(
            &world,
            &person,
            &format!("phone {n}"),
            &format!("{n} {}", person.id),
        )
        .await
        .granted();
    }
    let devices = world
        .rows("device_tokens?select=device_id", &person.token)
        .await
        .1;
    let devices = devices.as_array().unwrap();
    assert_eq!(devices.len(), 20);
    assert!(!devices.contains(&json!({ "device_id": "phone 0" })));
}

#[tokio::test]
async fn a_phone_answers_and_hangs_up_without_a_session() {
    let world = world().await;
    let (_, callee, call) = ringing(&world).await;
    let answer = ticket(&world, "answer", json!({ "sub": callee.id, "call_id": call }));
    let accept = json!({ "call_id": call, "accept": true, "device_id": "phone" });
    let answered = by(&world, "answer-call", &answer, Some("answer"), accept.clone())
        .await
        .granted();
    assert_eq!(answered["call"]["status"], "active");
    assert_eq!(answered["call"]["answered_device_id"], "phone");
    assert_eq!(claims(&answered["livekit"])["sub"], callee.id.to_string());
    // The answer got lost on its way: the same request is answered again.
    by(&world, "answer-call", &answer, Some("answer"), accept)
        .await
        .granted();

    let call_ticket = answered["call_ticket"].as_str().unwrap();
    let of_call = json!({ "call_id": call });
    let token = by(&world, "get-livekit-token", call_ticket, None, of_call.clone())
        .await
        .granted();
    assert_eq!(claims(&token["livekit"])["sub"], callee.id.to_string());
    let state = by(&world, "get-call", call_ticket, None, of_call.clone())
        .await
        .granted();
    assert_eq!(state["call"]["status"], "active");
    let ended = by(&world, "end-call", call_ticket, None, of_call.clone())
        .await
        .granted();
    assert_eq!(ended["call"]["end_reason"], "hung_up");
    by(&world, "get-livekit-token", call_ticket, None, of_call)
        .await
        .refused(CallEnded);
}

#[tokio::test]
async fn a_phone_declines_with_its_answer_ticket() {
    let world = world().await;
    let (_, callee, call) = ringing(&world).await;
    let answer = ticket(&world, "answer", json!({ "sub": callee.id, "call_id": call }));
    let ended = by(&world, "end-call", &answer, None, json!({ "call_id": call }))
        .await
        .granted();
    assert_eq!(ended["call"]["end_reason"], "declined");
    let state = by(&world, "get-call", &answer, None, json!({ "call_id": call }))
        .await
        .granted();
    assert_eq!(state["call"]["end_reason"], "declined");
    let late = json!({ "call_id": call, "accept": true });
    by(&world, "answer-call", &answer, None, late)
        .await
        .refused(CallEnded);
}

#[tokio::test]
async fn a_used_ticket_answers_nothing_more() {
    let world = world().await;
    let (_, callee, call) = ringing(&world).await;
    let answer = ticket(&world, "answer", json!({ "sub": callee.id, "call_id": call }));
    let accept = json!({ "call_id": call, "accept": true });
    by(&world, "answer-call", &answer, Some("mine"), accept.clone())
        .await
        .granted();
    for key in [None, Some("somebody-else's")] {
        by(&world, "answer-call", &answer, key, accept.clone())
            .await
            .refused(NotAuthenticated);
    }
    by(&world, "end-call", &answer, None, json!({ "call_id": call }))
        .await
        .refused(NotAuthenticated);
    let status = "select status from public.calls where id = $1";
    assert_eq!(world.value(status, call.as_str().unwrap()).await, "active");
}

#[tokio::test]
async fn a_stolen_altered_or_late_ticket_is_refused() {
    let world = world().await;
    let (caller, callee, call) = ringing(&world).await;
    let (_, other, other_call) = ringing(&world).await;
    let good = json!({ "sub": callee.id, "call_id": call });
    let accept = json!({ "call_id": call, "accept": true });
    let with = |change: Value| {
        let mut claims = good.clone();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        ticket(&world, "answer", claims)
    };
    let whole = with(json!({}));
    let (head, tail) = whole.rsplit_once('.').unwrap();
    let foreign = with(json!({ "sub": other.id }));
    for (case, token) in [
        ("forged", signed(&[7; 32], "answer", good.clone())),
        (
            "signed as a user's token",
            signed(world.info.jwt_secret.as_bytes(), "answer", good.clone()),
        ),
        (
            "altered",
            format!("{}.{tail}", foreign.rsplit_once('.').unwrap().0),
        ),
        ("cut short", head.to_owned()),
        ("late", with(json!({ "exp": now() - 1 }))),
        ("without an end", with(json!({ "exp": null }))),
        ("of another kind", ticket(&world, "call", good.clone())),
        ("of another issuer", with(json!({ "iss": "somebody" }))),
        ("for another call", with(json!({ "call_id": other_call }))),
        (
            "for a device that isn't registered",
            with(json!({ "device_id": "tablet" })),
        ),
        (
            "for somebody who isn't rung",
            with(json!({ "sub": Uuid::new_v4() })),
        ),
    ] {
        let answer = by(&world, "answer-call", &token, None, accept.clone()).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["code"]),
            (401, &json!("not_authenticated")),
            "{case}"
        );
    }
    // Another person's registered phone, which is not rung by this call.
    by(&world, "answer-call", &foreign, None, accept.clone())
        .await
        .refused(NotFound);
    let elsewhere = json!({ "call_id": call, "accept": true, "device_id": "tablet" });
    by(&world, "answer-call", &whole, None, elsewhere)
        .await
        .refused(NotAuthenticated);
    // Good for this call alone, and for nothing else that its owner may do.
    for (function, body) in [
        ("get-livekit-token", json!({ "call_id": call })),
        ("change-call", json!({ "call_id": call, "action": "to_audio" })),
        (
            "initiate-call",
            json!({ "callee_id": caller.id, "call_type": "audio_call" }),
        ),
        (
            "register-device",
            json!({ "device_id": "x", "platform": "ios", "kind": "apns", "token": "x" }),
        ),
        (
            "create-session",
            json!({ "session_type": "video_live", "title": "T", "access": "public" }),
        ),
    ] {
        by(&world, function, &whole, None, body)
            .await
            .refused(NotAuthenticated);
    }
    assert!(matches!(world.rows("calls", &whole).await.0, 401 | 403));
    let status = "select status from public.calls where id = $1";
    assert_eq!(world.value(status, call.as_str().unwrap()).await, "ringing");
    by(&world, "answer-call", &whole, None, accept).await.granted();
}

#[tokio::test]
async fn signing_out_takes_the_tickets_along() {
    let world = world().await;
    let (_, callee, call) = ringing(&world).await;
    let answer = ticket(&world, "answer", json!({ "sub": callee.id, "call_id": call }));
    let accept = json!({ "call_id": call, "accept": true });
    let call_ticket = by(&world, "answer-call", &answer, None, accept).await.granted()["call_ticket"].clone();
    world.erase(&callee, "device_tokens?device_id=eq.phone").await;
    for function in ["get-livekit-token", "end-call"] {
        by(
            &world,
            function,
            call_ticket.as_str().unwrap(),
            None,
            json!({ "call_id": call }),
        )
        .await
        .refused(NotAuthenticated);
    }
}

#[tokio::test]
async fn declining_on_one_phone_does_not_hang_up_on_another() {
    let world = world().await;
    let (_, callee, call) = ringing(&world).await;
    let accept = json!({ "call_id": call, "accept": true, "device_id": "tablet" });
    world.call("answer-call", &callee, accept).await.granted();
    let answer = ticket(&world, "answer", json!({ "sub": callee.id, "call_id": call }));
    by(&world, "end-call", &answer, None, json!({ "call_id": call }))
        .await
        .refused(AnsweredElsewhere);
    let status = "select status from public.calls where id = $1";
    assert_eq!(world.value(status, call.as_str().unwrap()).await, "active");
}

#[tokio::test]
async fn a_registration_that_comes_late_undoes_no_sign_out() {
    let world = world().await;
    let person = world.person().await;
    let body = json!({ "device_id": "phone", "platform": "ios", "kind": "apns_voip", "token": format!("late {}", person.id) });
    for _ in 0..2 {
        let device = world
            .call_once("register-device", &person, "first", body.clone())
            .await
            .granted();
        assert_eq!(device["device"]["device_id"], "phone");
    }
    let out = json!({ "device_id": "phone", "platform": "ios", "kind": "apns_voip", "unregister": true });
    world.call("register-device", &person, out).await.granted();
    let late = world
        .call_once("register-device", &person, "first", body)
        .await
        .granted();
    assert_eq!(late, json!({ "device": null }));
    assert_eq!(
        world
            .rows("device_tokens?select=device_id", &person.token)
            .await
            .1,
        json!([])
    );
}
