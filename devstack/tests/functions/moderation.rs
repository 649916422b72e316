//! Who may silence and put out whom, and what stays of it.

use ipelya_core::domain::ErrorCode::{
    Banned, Forbidden, InvalidArgument, NotFound, RoleNotAllowed, SessionEnded,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, World, claims, eventually};
use crate::world;

/// A live session with its host, two co-hosts, a speaker and a viewer.
pub struct Room {
    pub id: String,
    pub host: Person,
    pub co_hosts: [Person; 2],
    pub speaker: Person,
    pub viewer: Person,
}

pub async fn room(world: &World) -> Room {
    let (host, id) = world.live("public", 0).await;
    let [one, other, speaker, viewer] = [
        world.person().await,
        world.person().await,
        world.person().await,
        world.person().await,
    ];
    for (person, role) in [
        (&one, "co_host"),
        (&other, "co_host"),
        (&speaker, "speaker"),
        (&viewer, ""),
    ] {
        join(world, person, &id).await.granted();
        if !role.is_empty() {
            let body = json!({ "session_id": id, "action": "promote", "user_id": person.id, "role": role });
            world.call("manage-stage", &host, body).await.granted();
        }
    }
    Room {
        id,
        host,
        co_hosts: [one, other],
        speaker,
        viewer,
    }
}

pub async fn join(world: &World, person: &Person, id: &str) -> Answer {
    world
        .call("join-session", person, json!({ "session_id": id }))
        .await
}

pub async fn moderate(
    world: &World,
    by: &Person,
    id: &str,
    action: &str,
    about: &Person,
    more: Value,
) -> Answer {
    let mut body = json!({ "session_id": id, "action": action, "user_id": about.id });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    world.call("moderate", by, body).await
}

#[tokio::test]
async fn the_host_moderates_everybody_and_co_hosts_the_rest() {
    let world = world().await;
    let room = room(&world).await;
    let [one, other] = &room.co_hosts;
    let people = [&room.host, one, other, &room.speaker, &room.viewer];
    // Who (by row) may moderate whom (by column).
    let allowed = [
        [false, true, true, true, true],
        [false, false, false, true, true],
        [false, false, false, true, true],
        [false; 5],
        [false; 5],
    ];
    for (by, row) in people.iter().zip(allowed) {
        for (about, is_allowed) in people.iter().zip(row) {
            for action in ["mute", "unmute"] {
                let answer = moderate(&world, by, &room.id, action, about, json!({})).await;
                if is_allowed {
                    assert_eq!(answer.granted()["participant"]["user_id"], about.id.to_string());
                } else {
                    answer.refused(RoleNotAllowed);
                }
            }
            if !is_allowed {
                for action in ["kick", "ban", "unban"] {
                    moderate(&world, by, &room.id, action, about, json!({}))
                        .await
                        .refused(RoleNotAllowed);
                }
            }
        }
    }
    let stranger = world.person().await;
    moderate(&world, &stranger, &room.id, "kick", &room.viewer, json!({}))
        .await
        .refused(Forbidden);
    moderate(&world, &room.host, &room.id, "ban", &stranger, json!({}))
        .await
        .refused(NotFound);
    let creator_wide = json!({ "scope": "creator" });
    moderate(&world, one, &room.id, "ban", &room.viewer, creator_wide)
        .await
        .refused(RoleNotAllowed);
    for (action, more, field) in [
        ("kick", json!({ "scope": "creator" }), "scope"),
        ("mute", json!({ "expires_in_seconds": 60 }), "expires_in_seconds"),
    ] {
        let answer = moderate(&world, &room.host, &room.id, action, &room.viewer, more).await;
        assert_eq!(answer.refused(InvalidArgument)["details"]["field"], field);
    }
}

#[tokio::test]
async fn a_muted_speaker_gets_no_microphone_until_unmuted() {
    let world = world().await;
    let room = room(&world).await;
    let sources = async |person: &Person| {
        let body = json!({ "session_id": room.id });
        let token = world.call("get-livekit-token", person, body).await.granted();
        claims(&token["livekit"])["video"]["canPublishSources"].clone()
    };
    for person in [&room.speaker, &room.co_hosts[0]] {
        moderate(&world, &room.host, &room.id, "mute", person, json!({}))
            .await
            .granted();
        assert_eq!(sources(person).await, json!([]));
        moderate(&world, &room.host, &room.id, "unmute", person, json!({}))
            .await
            .granted();
        assert!(
            sources(person)
                .await
                .as_array()
                .unwrap()
                .contains(&json!("microphone"))
        );
    }
    // Whoever walks in with a token from before the mute is told again what it may publish.
    moderate(&world, &room.host, &room.id, "mute", &room.speaker, json!({}))
        .await
        .granted();
    let sent =
        "select count(*) from public.livekit_outbox where identity = $1 and kind = 'update_participant'";
    let speaker = room.speaker.id.to_string();
    let before = world.value(sent, &speaker).await.as_i64().unwrap();
    walks_in(&world, &room.id, &room.speaker, "speaker").await;
    assert_eq!(world.value(sent, &speaker).await, before + 1);
}

/// LiveKit tells that somebody came in.
pub async fn walks_in(world: &World, id: &str, person: &Person, role: &str) {
    let event = json!({
        "event": "participant_joined", "id": format!("EV_{}", Uuid::new_v4()), "createdAt": crate::support::now().to_string(),
        "room": { "name": format!("live_{id}"), "sid": "RM_1" },
        "participant": { "identity": person.id, "sid": format!("PA_{}", Uuid::new_v4()), "attributes": { "role": role } },
    });
    world.livekit_tells(event).await.granted();
}

#[tokio::test]
async fn whoever_is_kicked_is_out_until_let_in_again() {
    let world = world().await;
    let room = room(&world).await;
    let kicked = moderate(
        &world,
        &room.co_hosts[0],
        &room.id,
        "kick",
        &room.speaker,
        json!({}),
    )
    .await;
    let participant = kicked.granted()["participant"].clone();
    assert_eq!(
        (&participant["status"], &participant["role"]),
        (&json!("removed"), &json!("viewer"))
    );
    let removals = "select count(*) from public.livekit_outbox
                    where identity = $1 and kind = 'remove_participant' and delivered_at is not null";
    let id = room.speaker.id.to_string();
    assert_eq!(world.value(removals, &id).await, 1, "settled before the answer");
    walks_in(&world, &room.id, &room.speaker, "speaker").await;
    assert_eq!(
        world.value(removals, &id).await,
        2,
        "put out again by the webhook"
    );

    join(&world, &room.speaker, &room.id).await.refused(Banned);
    world
        .call(
            "get-livekit-token",
            &room.speaker,
            json!({ "session_id": room.id }),
        )
        .await
        .refused(Banned);
    moderate(&world, &room.host, &room.id, "unban", &room.speaker, json!({}))
        .await
        .granted();
    assert_eq!(
        join(&world, &room.speaker, &room.id).await.granted()["role"],
        "viewer",
        "the stage is given up"
    );
}

#[tokio::test]
async fn a_ban_lasts_as_long_as_it_was_given_for() {
    let world = world().await;
    let room = room(&world).await;
    moderate(
        &world,
        &room.host,
        &room.id,
        "ban",
        &room.viewer,
        json!({ "expires_in_seconds": 3600, "reason": "spam" }),
    )
    .await
    .granted();
    join(&world, &room.viewer, &room.id).await.refused(Banned);
    let over = "update public.session_bans set expires_at = now() - interval '1 s' where session_id = $1";
    world
        .db
        .execute(over, &[&Uuid::parse_str(&room.id).unwrap()])
        .await
        .unwrap();
    eventually("the ban is lifted", async || {
        join(&world, &room.viewer, &room.id).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn a_creator_wide_ban_counts_in_the_next_session_too() {
    let world = world().await;
    let room = room(&world).await;
    let creator_wide = json!({ "scope": "creator" });
    moderate(
        &world,
        &room.host,
        &room.id,
        "ban",
        &room.viewer,
        creator_wide.clone(),
    )
    .await
    .granted();
    let session = json!({ "session_id": room.id });
    world.call("end-session", &room.host, session).await.granted();
    let body = json!({ "session_type": "audio_room", "title": "Next", "access": "public" });
    let next = world.call("create-session", &room.host, body).await.granted()["session"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    join(&world, &room.viewer, &next).await.refused(Banned);
    moderate(&world, &room.host, &room.id, "kick", &room.speaker, json!({}))
        .await
        .refused(SessionEnded);

    // Banned after the fact from a session that is over, and out of the one that is open.
    join(&world, &room.speaker, &next).await.granted();
    moderate(
        &world,
        &room.host,
        &room.id,
        "ban",
        &room.speaker,
        creator_wide.clone(),
    )
    .await
    .granted();
    join(&world, &room.speaker, &next).await.refused(Banned);
    moderate(&world, &room.host, &room.id, "unban", &room.speaker, creator_wide)
        .await
        .granted();
    join(&world, &room.speaker, &next).await.granted();
}

#[tokio::test]
async fn a_ban_and_a_join_at_once_leave_nobody_in_the_room() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    for _ in 0..10 {
        let viewer = world.person().await;
        join(&world, &viewer, &id).await.granted();
        let (banned, joined) = tokio::join!(
            moderate(&world, &host, &id, "ban", &viewer, json!({})),
            join(&world, &viewer, &id)
        );
        banned.granted();
        if joined.status != 200 {
            joined.refused(Banned);
        }
        let status = "select status from public.live_participants where user_id = $1";
        assert_eq!(world.value(status, &viewer.id.to_string()).await, "removed");
        join(&world, &viewer, &id).await.refused(Banned);
    }
}

#[tokio::test]
async fn the_log_says_who_did_what_to_whom_and_why() {
    let world = world().await;
    let room = room(&world).await;
    let body =
        json!({ "session_id": room.id, "action": "kick", "user_id": room.viewer.id, "reason": "Küfür" });
    for _ in 0..2 {
        world
            .call_once("moderate", &room.co_hosts[0], "one-tap", body.clone())
            .await
            .granted();
    }
    let query = format!("moderation_log?session_id=eq.{}&action=eq.kick", room.id);
    let (_, rows) = world.rows(&query, &room.host.token).await;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 1, "a repeated request is one act: {rows:?}");
    assert_eq!(rows[0]["actor_id"], room.co_hosts[0].id.to_string());
    assert_eq!(rows[0]["target_id"], room.viewer.id.to_string());
    assert_eq!(
        (&rows[0]["action"], &rows[0]["reason"]),
        (&json!("kick"), &json!("Küfür"))
    );
    assert_eq!(world.rows(&query, &room.speaker.token).await.1, json!([]));
    let forged = world
        .db
        .execute("update public.moderation_log set reason = ''", &[])
        .await;
    assert!(forged.is_err(), "nobody rewrites the log");
}
