//! Good requests at the wrong time, by the wrong person, or of nobody we know.

use ipelya_core::domain::ErrorCode::{self, *};
use serde_json::{Value, json};

use crate::support::Person;
use crate::tables::{Watch, digests};
use crate::world;

#[tokio::test]
async fn a_wrong_state_or_role_changes_nothing() {
    let (world, _, _alone) = world().await;
    let (host, live) = world.live("pay_per_view", 50).await;
    let (old_host, ended) = world.live("public", 0).await;
    world
        .call("end-session", &old_host, json!({ "session_id": ended }))
        .await
        .granted();
    let (viewer, poor, stranger) = (world.rich(50).await, world.rich(49).await, world.person().await);
    world
        .call(
            "join-session",
            &viewer,
            json!({ "session_id": live, "accept_price": 50 }),
        )
        .await
        .granted();
    let (caller, callee) = (world.person().await, world.person().await);
    let to_callee = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let ring = world
        .call("initiate-call", &caller, to_callee.clone())
        .await
        .granted()["call"]["id"]
        .clone();
    let (one, other) = (world.person().await, world.person().await);
    let to_other = json!({ "callee_id": other.id, "call_type": "audio_call" });
    let over = world.call("initiate-call", &one, to_other).await.granted()["call"]["id"].clone();
    world
        .call("end-call", &one, json!({ "call_id": over }))
        .await
        .granted();

    let (talker, listener) = (world.person().await, world.person().await);
    let to_listener = json!({ "callee_id": listener.id, "call_type": "audio_call" });
    let talk = world.call("initiate-call", &talker, to_listener).await.granted()["call"]["id"].clone();
    let accept = json!({ "call_id": talk, "accept": true });
    world.call("answer-call", &listener, accept).await.granted();

    let change = |call: &Value, action: &str| json!({ "call_id": call, "action": action });
    let create = json!({ "session_type": "video_live", "title": "T", "access": "public" });
    let session = |id: &str| json!({ "session_id": id });
    let stage = |action: &str, about: &Person, role: &str| json!({ "session_id": live, "action": action, "user_id": about.id, "role": role });
    let gift = |coins: i64| json!({ "session_id": live, "coins": coins });
    let kick = |about: &Person| json!({ "session_id": live, "action": "kick", "user_id": about.id });
    let price = |price: i64| json!({ "session_id": live, "accept_price": price });
    let cases: Vec<(&str, &Person, Value, ErrorCode)> = vec![
        ("create-session", &stranger, create.clone(), NotCreator),
        ("create-session", &host, create, AlreadyLive),
        ("start-session", &viewer, session(&live), Forbidden),
        ("start-session", &stranger, session(&live), Forbidden),
        ("start-session", &old_host, session(&ended), SessionEnded),
        ("join-session", &stranger, session(&live), PaymentRequired),
        ("join-session", &stranger, price(49), PriceChanged),
        ("join-session", &stranger, price(50), InsufficientCoins),
        ("join-session", &poor, price(50), InsufficientCoins),
        ("join-session", &viewer, session(&ended), SessionEnded),
        ("get-livekit-token", &stranger, session(&live), Forbidden),
        ("get-livekit-token", &old_host, session(&ended), SessionEnded),
        ("end-session", &viewer, session(&live), Forbidden),
        (
            "manage-stage",
            &viewer,
            stage("promote", &viewer, "speaker"),
            RoleNotAllowed,
        ),
        (
            "manage-stage",
            &host,
            stage("promote", &viewer, "host"),
            RoleNotAllowed,
        ),
        (
            "manage-stage",
            &host,
            stage("promote", &stranger, "speaker"),
            NotFound,
        ),
        (
            "manage-stage",
            &host,
            stage("demote", &viewer, "listener"),
            RoleNotAllowed,
        ),
        (
            "manage-stage",
            &stranger,
            stage("request", &stranger, "speaker"),
            Forbidden,
        ),
        (
            "manage-stage",
            &viewer,
            stage("accept", &viewer, "speaker"),
            NotFound,
        ),
        (
            "manage-stage",
            &viewer,
            stage("request", &host, "speaker"),
            InvalidArgument,
        ),
        ("send-gift", &host, gift(1), Forbidden),
        ("send-gift", &stranger, gift(1), Forbidden),
        ("send-gift", &viewer, gift(1), InsufficientCoins),
        ("send-gift", &viewer, gift(0), InvalidArgument),
        ("moderate", &viewer, kick(&viewer), RoleNotAllowed),
        ("moderate", &viewer, kick(&host), RoleNotAllowed),
        ("moderate", &host, kick(&host), RoleNotAllowed),
        ("moderate", &host, kick(&stranger), NotFound),
        ("moderate", &stranger, kick(&viewer), Forbidden),
        (
            "initiate-call",
            &caller,
            json!({ "callee_id": caller.id, "call_type": "audio_call" }),
            InvalidArgument,
        ),
        ("initiate-call", &stranger, to_callee, Busy),
        (
            "answer-call",
            &caller,
            json!({ "call_id": ring, "accept": true }),
            Forbidden,
        ),
        (
            "answer-call",
            &stranger,
            json!({ "call_id": ring, "accept": true }),
            NotFound,
        ),
        (
            "answer-call",
            &other,
            json!({ "call_id": over, "accept": true }),
            CallEnded,
        ),
        ("get-livekit-token", &callee, json!({ "call_id": ring }), Conflict),
        ("get-livekit-token", &one, json!({ "call_id": over }), CallEnded),
        ("end-call", &stranger, json!({ "call_id": ring }), NotFound),
        ("change-call", &caller, change(&ring, "request_video"), Conflict),
        ("change-call", &one, change(&over, "to_audio"), CallEnded),
        ("change-call", &stranger, change(&talk, "to_audio"), NotFound),
        ("change-call", &talker, change(&talk, "accept_video"), NotFound),
        ("change-call", &listener, change(&talk, "decline_video"), NotFound),
    ];
    let mut watch = Watch::new(&world).await;
    for (function, person, body, code) in cases {
        let case = format!("{function} with {body}");
        // With a key, too: a refusal must not use it up.
        watch
            .refused(
                &case,
                world.call(function, person, body.clone()).await,
                code,
                None,
            )
            .await;
        watch
            .refused(
                &case,
                world.call_once(function, person, "key", body).await,
                code,
                None,
            )
            .await;
    }
}

#[tokio::test]
async fn a_full_session_takes_nobody_and_charges_nobody() {
    let (world, _, _alone) = world().await;
    let (_, id) = world.live("pay_per_view", 5).await;
    let (first, second) = (world.rich(5).await, world.rich(5).await);
    let set = "update live.settings set value = $1 where name = 'session_max_participants'";
    world.db.execute(set, &[&2_i64]).await.unwrap();
    let body = json!({ "session_id": id, "accept_price": 5 });
    world.call("join-session", &first, body.clone()).await.granted();
    let mut watch = Watch::new(&world).await;
    watch
        .refused(
            "a full session",
            world.call("join-session", &second, body.clone()).await,
            SessionFull,
            None,
        )
        .await;
    assert_eq!(world.balance(&second).await, 5);
    world
        .call("leave-session", &first, json!({ "session_id": id }))
        .await
        .granted();
    world.call("join-session", &second, body).await.granted();
    world.db.execute(set, &[&3000_i64]).await.unwrap();
}

#[tokio::test]
async fn a_webhook_that_is_not_livekits_changes_nothing() {
    let (world, _, _alone) = world().await;
    let (host, id) = world.live("public", 0).await;
    let event = json!({
        "event": "participant_joined", "id": format!("EV_{id}"), "room": { "name": format!("live_{id}"), "sid": "RM_1" },
        "participant": { "identity": host.id, "sid": "PA_1", "attributes": { "role": "host" } },
    });
    let body = event.to_string();
    let good = world.signature(&body, &world.info.livekit_api_secret);
    let mut watch = Watch::new(&world).await;
    for (case, body, signature) in [
        ("unsigned", body.clone(), None),
        (
            "forged",
            body.clone(),
            Some(world.signature(&body, &"x".repeat(40))),
        ),
        ("truncated", body[..body.len() - 4].to_owned(), Some(good.clone())),
        ("altered", body.replace("PA_1", "PA_2"), Some(good.clone())),
        ("by a person", body.clone(), Some(host.token.clone())),
    ] {
        let answer = world.webhook(&body, signature.as_deref()).await;
        watch.refused(case, answer, NotAuthenticated, None).await;
    }
    let mut unknown = event.clone();
    unknown["event"] = json!("moon_rose");
    world.livekit_tells(unknown).await.granted();
    assert_eq!(digests(&world).await, watch.before, "an unknown event");
    world.livekit_tells(event.clone()).await.granted();
    let taken_in = digests(&world).await;
    assert_ne!(taken_in, watch.before);
    world.livekit_tells(event).await.granted();
    assert_eq!(digests(&world).await, taken_in, "a replay");
}
