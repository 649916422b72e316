//! A session from its creation to its end.

use ipelya_core::domain::ErrorCode::{AlreadyLive, Forbidden, NotFound, SessionEnded};
use serde_json::{Value, json};

use crate::support::claims;
use crate::world;

#[tokio::test]
async fn a_broadcast_from_creation_to_end() {
    let world = world().await;
    let (host, viewer) = (world.creator().await, world.person().await);

    let body = json!({ "session_type": "video_live", "title": " Çay saati ", "access": "public" });
    let created = world.call("create-session", &host, body).await.granted();
    let session = &created["session"];
    let id = session["id"].as_str().unwrap();
    assert_eq!(created["role"], "host");
    assert_eq!(session["room_name"], format!("live_{id}"));
    assert_eq!(
        (&session["title"], &session["status"]),
        (&json!("Çay saati"), &json!("preparing"))
    );
    assert_eq!(
        (
            &session["price_coins"],
            &session["viewer_count"],
            &session["started_at"]
        ),
        (&json!(0), &json!(0), &Value::Null)
    );
    assert!(world.room_exists(&format!("live_{id}")).await);

    let started = world
        .call("start-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(started["session"]["status"], "live");
    assert!(started["session"]["started_at"].is_string());

    let joined = world
        .call("join-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(
        (&joined["role"], &joined["charged_coins"]),
        (&json!("viewer"), &json!(0))
    );
    assert_eq!(joined["livekit"]["url"], world.info.livekit_url);

    let left = world
        .call("leave-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(left["session"]["status"], "live");

    let ended = world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(
        (&ended["session"]["status"], &ended["session"]["end_reason"]),
        (&json!("ended"), &json!("host_ended"))
    );
    assert!(!world.room_exists(&format!("live_{id}")).await);

    for function in ["join-session", "get-livekit-token"] {
        world
            .call(function, &viewer, json!({ "session_id": id }))
            .await
            .refused(SessionEnded);
    }
    world
        .call("start-session", &host, json!({ "session_id": id }))
        .await
        .refused(SessionEnded);
    let again = world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(again["session"], ended["session"], "ending twice changes nothing");
}

#[tokio::test]
async fn tokens_carry_what_the_role_may_in_the_type() {
    let world = world().await;
    let everything = json!(["microphone", "camera", "screen_share", "screen_share_audio"]);
    for (session_type, host_sources, audience, prefix) in [
        ("video_live", everything, "viewer", "live"),
        ("audio_room", json!(["microphone"]), "listener", "room"),
    ] {
        let (host, guest) = (world.creator().await, world.person().await);
        let body = json!({ "session_type": session_type, "title": "T", "access": "public" });
        let created = world.call("create-session", &host, body).await.granted();
        let id = created["session"]["id"].as_str().unwrap();
        let joined = world
            .call("join-session", &guest, json!({ "session_id": id }))
            .await
            .granted();

        let (host_claims, guest_claims) = (claims(&created["livekit"]), claims(&joined["livekit"]));
        assert_eq!(host_claims["sub"], host.id.to_string());
        assert_eq!(host_claims["name"], "Somebody");
        assert_eq!(host_claims["attributes"], json!({ "role": "host" }));
        assert_eq!(host_claims["video"]["canPublishSources"], host_sources);
        assert_eq!(guest_claims["attributes"], json!({ "role": audience }));
        for video in [&host_claims["video"], &guest_claims["video"]] {
            assert_eq!(video["room"], format!("{prefix}_{id}"));
            assert_eq!(
                (&video["roomJoin"], &video["canSubscribe"]),
                (&json!(true), &json!(true))
            );
            assert!(
                video["roomCreate"].is_null() && video["roomAdmin"].is_null() && video["hidden"].is_null()
            );
        }
        assert_eq!(guest_claims["video"]["canPublish"], false);
        assert_eq!(guest_claims["video"]["canPublishData"], false);
        let lifetime = host_claims["exp"].as_i64().unwrap() - crate::support::now();
        assert!((590..=600).contains(&lifetime), "{lifetime} s");
    }
}

#[tokio::test]
async fn a_creator_has_one_open_session() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let body = json!({ "session_type": "audio_room", "title": "Second", "access": "public" });
    let error = world
        .call("create-session", &host, body.clone())
        .await
        .refused(AlreadyLive);
    assert_eq!(error["details"]["session_id"], id);
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    world.call("create-session", &host, body).await.granted();
}

#[tokio::test]
async fn a_prepared_session_is_known_to_those_it_was_shared_with() {
    let world = world().await;
    let (host, viewer, stranger) = (world.creator().await, world.person().await, world.person().await);
    let body = json!({ "session_type": "video_live", "title": "Soon", "access": "public" });
    let id = world.call("create-session", &host, body).await.granted()["session"]["id"].clone();
    let session = json!({ "session_id": id });
    world
        .call("join-session", &viewer, session.clone())
        .await
        .granted();
    for function in ["start-session", "end-session"] {
        world
            .call(function, &viewer, session.clone())
            .await
            .refused(Forbidden);
        world
            .call(function, &stranger, session.clone())
            .await
            .refused(NotFound);
    }
    world
        .call("leave-session", &stranger, session.clone())
        .await
        .refused(NotFound);
    world
        .call("get-livekit-token", &stranger, session)
        .await
        .refused(Forbidden);
}

#[tokio::test]
async fn a_room_that_livekit_lost_is_there_again_with_the_next_token() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let room = format!("live_{id}");
    let event = json!({ "event": "room_finished", "id": format!("EV_{id}"), "room": { "name": room, "sid": "RM_lost" } });
    world.livekit_tells(event).await.granted();
    world
        .call("get-livekit-token", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert!(world.room_exists(&room).await);
}
