//! 1-1 calls, from the ring to the end.

use ipelya_core::domain::ErrorCode::{
    AnsweredElsewhere, Blocked, Busy, CallEnded, Conflict, Forbidden, InvalidArgument, NotFound,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, World, claims, eventually};
use crate::world;

async fn dial(world: &World, caller: &Person, callee: &Person) -> Answer {
    world
        .call(
            "initiate-call",
            caller,
            json!({ "callee_id": callee.id, "call_type": "video_call" }),
        )
        .await
}

/// Two people of whom the first calls the second; the call's id.
async fn ringing(world: &World) -> (Person, Person, String) {
    let (caller, callee) = (world.person().await, world.person().await);
    let call = dial(world, &caller, &callee).await.granted()["call"]["id"].clone();
    (caller, callee, call.as_str().unwrap().to_owned())
}

async fn answer(world: &World, callee: &Person, id: &str, accept: bool, device: &str) -> Answer {
    world
        .call(
            "answer-call",
            callee,
            json!({ "call_id": id, "accept": accept, "device_id": device }),
        )
        .await
}

async fn end(world: &World, person: &Person, id: &str) -> Value {
    world
        .call("end-call", person, json!({ "call_id": id }))
        .await
        .granted()["call"]
        .clone()
}

#[tokio::test]
async fn a_call_rings_is_answered_and_hung_up() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let dialed = dial(&world, &caller, &callee).await.granted();
    let call = &dialed["call"];
    let id = call["id"].as_str().unwrap();
    assert_eq!(
        (&call["status"], &call["call_type"]),
        (&json!("ringing"), &json!("video_call"))
    );
    assert_eq!(call["caller_id"], caller.id.to_string());
    assert_eq!(call["callee_id"], callee.id.to_string());
    let expires = chrono::DateTime::parse_from_rfc3339(call["ring_expires_at"].as_str().unwrap()).unwrap();
    assert!((40..=45).contains(&(expires.timestamp() - crate::support::now())));
    assert!(world.room_exists(&format!("call_{id}")).await);
    let video = claims(&dialed["livekit"])["video"].clone();
    assert_eq!(
        (&video["room"], &video["canPublish"]),
        (&json!(format!("call_{id}")), &json!(true))
    );

    let asked = world
        .call("get-livekit-token", &callee, json!({ "call_id": id }))
        .await;
    asked.refused(Conflict);
    let answered = answer(&world, &callee, id, true, "phone").await.granted();
    assert_eq!(
        (
            &answered["call"]["status"],
            &answered["call"]["answered_device_id"]
        ),
        (&json!("active"), &json!("phone"))
    );
    assert_eq!(claims(&answered["livekit"])["sub"], callee.id.to_string());
    for person in [&caller, &callee] {
        let token = world
            .call("get-livekit-token", person, json!({ "call_id": id }))
            .await
            .granted();
        assert_eq!(token["role"], "host");
    }

    let ended = end(&world, &caller, id).await;
    assert_eq!(
        (&ended["status"], &ended["end_reason"]),
        (&json!("ended"), &json!("hung_up"))
    );
    assert_eq!(
        end(&world, &callee, id).await,
        ended,
        "hanging up twice changes nothing"
    );
    assert!(!world.room_exists(&format!("call_{id}")).await);
    let error = answer(&world, &callee, id, true, "phone")
        .await
        .refused(CallEnded);
    assert_eq!(error["details"]["end_reason"], "hung_up");
}

#[tokio::test]
async fn an_audio_call_has_no_camera() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let dialed = world.call("initiate-call", &caller, body).await.granted();
    assert_eq!(
        claims(&dialed["livekit"])["video"]["canPublishSources"],
        json!(["microphone"])
    );
}

#[tokio::test]
async fn a_ring_ends_as_it_was_ended() {
    let world = world().await;
    let (caller, _, id) = ringing(&world).await;
    assert_eq!(end(&world, &caller, &id).await["end_reason"], "cancelled");
    let (_, callee, id) = ringing(&world).await;
    assert_eq!(end(&world, &callee, &id).await["end_reason"], "declined");
    let (caller, callee, id) = ringing(&world).await;
    let declined = answer(&world, &callee, &id, false, "phone").await.granted();
    assert_eq!(declined["call"]["end_reason"], "declined");
    assert!(declined["livekit"].is_null());
    dial(&world, &callee, &caller).await.granted();
}

#[tokio::test]
async fn one_device_answers_and_may_say_so_twice() {
    let world = world().await;
    let (_, callee, id) = ringing(&world).await;
    let first = answer(&world, &callee, &id, true, "phone").await.granted();
    let again = answer(&world, &callee, &id, true, "phone").await.granted();
    assert_eq!(first["call"], again["call"]);
    answer(&world, &callee, &id, true, "tablet")
        .await
        .refused(AnsweredElsewhere);
    answer(&world, &callee, &id, false, "tablet")
        .await
        .refused(AnsweredElsewhere);
    answer(&world, &callee, &id, false, "phone")
        .await
        .refused(Conflict);
}

#[tokio::test]
async fn a_call_concerns_two_people() {
    let world = world().await;
    let (caller, _, id) = ringing(&world).await;
    let stranger = world.person().await;
    answer(&world, &caller, &id, true, "phone")
        .await
        .refused(Forbidden);
    answer(&world, &stranger, &id, true, "phone")
        .await
        .refused(NotFound);
    for function in ["end-call", "get-livekit-token"] {
        world
            .call(function, &stranger, json!({ "call_id": id }))
            .await
            .refused(NotFound);
    }
}

#[tokio::test]
async fn whoever_is_in_a_call_is_busy() {
    let world = world().await;
    let (caller, callee, id) = ringing(&world).await;
    let third = world.person().await;
    dial(&world, &third, &callee).await.refused(Busy);
    dial(&world, &third, &caller).await.refused(Busy);
    dial(&world, &caller, &third).await.refused(Busy);
    let again = dial(&world, &caller, &callee).await.granted();
    assert_eq!(again["call"]["id"], id, "a second tap finds its own call");
    end(&world, &callee, &id).await;
    dial(&world, &third, &callee).await.granted();
}

#[tokio::test]
async fn who_calls_the_caller_back_answers() {
    let world = world().await;
    let (caller, callee, id) = ringing(&world).await;
    let merged = dial(&world, &callee, &caller).await.granted();
    assert_eq!(
        (&merged["call"]["id"], &merged["call"]["status"]),
        (&json!(id), &json!("active"))
    );
    assert_eq!(
        merged["call"]["caller_id"],
        caller.id.to_string(),
        "the first call goes on"
    );
    assert_eq!(claims(&merged["livekit"])["sub"], callee.id.to_string());
}

#[tokio::test]
async fn nobody_calls_oneself_or_nobody_or_across_a_block() {
    let world = world().await;
    let (one, other) = (world.person().await, world.person().await);
    let error = dial(&world, &one, &one).await.refused(InvalidArgument);
    assert_eq!(error["details"]["field"], "callee_id");
    let unknown = json!({ "callee_id": Uuid::new_v4(), "call_type": "audio_call" });
    world.call("initiate-call", &one, unknown).await.refused(NotFound);

    let block = "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)";
    world.db.execute(block, &[&one.id, &other.id]).await.unwrap();
    let refusals = [
        dial(&world, &one, &other).await.refused(Blocked),
        dial(&world, &other, &one).await.refused(Blocked),
    ];
    assert_eq!(refusals[0], refusals[1], "who blocked whom isn't told");
    // Being in a call must not show through a block either.
    dial(&world, &one, &world.person().await).await.granted();
    dial(&world, &other, &one).await.refused(Blocked);
}

#[tokio::test]
async fn a_ring_that_ran_out_is_unanswered() {
    let world = world().await;
    let (caller, callee, id) = ringing(&world).await;
    let expire = "update public.calls set ring_expires_at = now() - interval '1 second' where id = $1";
    world
        .db
        .execute(expire, &[&Uuid::parse_str(&id).unwrap()])
        .await
        .unwrap();
    // Whether or not the sweeper has been here already.
    answer(&world, &callee, &id, true, "phone")
        .await
        .refused(CallEnded);
    world
        .call("get-livekit-token", &caller, json!({ "call_id": id }))
        .await
        .refused(CallEnded);
    eventually("the ring is swept", async || {
        world
            .value("select end_reason from public.calls where id = $1", &id)
            .await
            == "unanswered"
    })
    .await;
    dial(&world, &caller, &callee).await.granted();
}

#[tokio::test]
async fn nobody_rings_whoever_wants_no_calls() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let quiet = json!({ "do_not_disturb_until": "infinity" });
    assert_eq!(world.write(&callee, "call_settings", quiet).await.status, 201);
    let refused = dial(&world, &caller, &callee).await.refused(Busy);
    let talking = world.person().await;
    dial(&world, &world.person().await, &talking).await.granted();
    let in_a_call = dial(&world, &caller, &talking).await.refused(Busy);
    assert_eq!(refused, in_a_call, "it looks as if they were in a call");
    // Whoever wants no calls may call.
    let out = dial(&world, &callee, &caller).await.granted();
    end(&world, &callee, out["call"]["id"].as_str().unwrap()).await;
    world
        .erase(&callee, &format!("call_settings?user_id=eq.{}", callee.id))
        .await;
    dial(&world, &caller, &callee).await.granted();
}
