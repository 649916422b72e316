//! Who comes onto the stage and who leaves it.

use ipelya_core::domain::ErrorCode::{
    Conflict, Forbidden, InvalidArgument, NotFound, RoleNotAllowed, SessionEnded, SessionFull,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::moderation::walks_in;
use crate::support::{Answer, Person, World, claims};
use crate::world;

/// A live session with a host and two people of the audience.
async fn room(world: &World) -> (Person, String, Person, Person) {
    let (host, id) = world.live("public", 0).await;
    let (one, other) = (world.person().await, world.person().await);
    for person in [&one, &other] {
        world
            .call("join-session", person, json!({ "session_id": id }))
            .await
            .granted();
    }
    (host, id, one, other)
}

async fn stage(
    world: &World,
    person: &Person,
    id: &str,
    action: &str,
    about: Option<&Person>,
    role: Option<&str>,
) -> Answer {
    let mut body = json!({ "session_id": id, "action": action });
    if let Some(about) = about {
        body["user_id"] = json!(about.id);
    }
    if let Some(role) = role {
        body["role"] = json!(role);
    }
    world.call("manage-stage", person, body).await
}

async fn sources(world: &World, person: &Person, id: &str) -> Value {
    let answer = world
        .call("get-livekit-token", person, json!({ "session_id": id }))
        .await
        .granted();
    claims(&answer["livekit"])["video"]["canPublishSources"].clone()
}

#[tokio::test]
async fn a_promotion_and_a_demotion_show_in_the_next_token() {
    let world = world().await;
    let (host, id, guest, _) = room(&world).await;
    let promoted = stage(&world, &host, &id, "promote", Some(&guest), None)
        .await
        .granted();
    assert_eq!(
        promoted["participant"]["role"], "speaker",
        "the least that is on the stage"
    );
    assert_eq!(promoted["participant"]["user_id"], guest.id.to_string());
    assert_eq!(sources(&world, &guest, &id).await, json!(["microphone"]));
    stage(&world, &host, &id, "promote", Some(&guest), Some("co_host"))
        .await
        .granted();
    assert_eq!(sources(&world, &guest, &id).await.as_array().unwrap().len(), 4);
    let demoted = stage(&world, &host, &id, "demote", Some(&guest), None)
        .await
        .granted();
    assert_eq!(demoted["participant"]["role"], "viewer");
    assert_eq!(sources(&world, &guest, &id).await, json!([]));
}

#[tokio::test]
async fn a_change_of_role_goes_out_to_livekit_and_is_settled_at_once() {
    let world = world().await;
    let (host, id, guest, _) = room(&world).await;
    stage(&world, &host, &id, "promote", Some(&guest), None)
        .await
        .granted();
    // The guest isn't in the LiveKit room, which counts as done: the next token carries the role.
    let open = "select count(*) from public.livekit_outbox o join public.live_sessions s using (room_name)
                where s.id = $1 and kind = 'update_participant' and delivered_at is not null and attempts = 1";
    assert_eq!(world.value(open, &id).await, 1);
}

#[tokio::test]
async fn the_audience_decides_nothing_and_nobody_decides_about_the_host() {
    let world = world().await;
    let (host, id, guest, other) = room(&world).await;
    stage(&world, &guest, &id, "promote", Some(&guest), None)
        .await
        .refused(RoleNotAllowed);
    stage(&world, &guest, &id, "demote", Some(&other), None)
        .await
        .refused(RoleNotAllowed);
    stage(&world, &host, &id, "demote", Some(&host), None)
        .await
        .refused(RoleNotAllowed);
    for role in ["host", "viewer", "listener"] {
        stage(&world, &host, &id, "promote", Some(&guest), Some(role))
            .await
            .refused(RoleNotAllowed);
    }
    let stranger = world.person().await;
    stage(&world, &stranger, &id, "promote", Some(&guest), None)
        .await
        .refused(Forbidden);
    stage(&world, &host, &id, "promote", Some(&stranger), None)
        .await
        .refused(NotFound);
    let error = stage(&world, &host, &id, "promote", None, None)
        .await
        .refused(InvalidArgument);
    assert_eq!(error["details"]["field"], "user_id");
}

#[tokio::test]
async fn a_co_host_decides_about_speakers_only() {
    let world = world().await;
    let (host, id, co_host, guest) = room(&world).await;
    stage(&world, &host, &id, "promote", Some(&co_host), Some("co_host"))
        .await
        .granted();
    stage(&world, &co_host, &id, "promote", Some(&guest), Some("co_host"))
        .await
        .refused(RoleNotAllowed);
    stage(&world, &co_host, &id, "promote", Some(&guest), Some("speaker"))
        .await
        .granted();
    stage(&world, &co_host, &id, "demote", Some(&guest), None)
        .await
        .granted();
    stage(&world, &host, &id, "promote", Some(&guest), Some("co_host"))
        .await
        .granted();
    stage(&world, &co_host, &id, "demote", Some(&guest), None)
        .await
        .refused(RoleNotAllowed);
    let stepped_down = stage(&world, &co_host, &id, "demote", Some(&co_host), None)
        .await
        .granted();
    assert_eq!(
        stepped_down["participant"]["role"], "viewer",
        "anybody may step down"
    );
}

#[tokio::test]
async fn a_raised_hand_is_accepted_declined_or_lowered() {
    let world = world().await;
    let (host, id, guest, other) = room(&world).await;
    let raised = stage(&world, &guest, &id, "request", None, None).await.granted();
    assert_eq!(raised["participant"]["role"], "viewer");
    stage(&world, &guest, &id, "request", None, None).await.granted();
    stage(&world, &other, &id, "accept", Some(&guest), None)
        .await
        .refused(RoleNotAllowed);
    stage(&world, &guest, &id, "accept", None, None)
        .await
        .refused(NotFound);
    let accepted = stage(&world, &host, &id, "accept", Some(&guest), None)
        .await
        .granted();
    assert_eq!(accepted["participant"]["role"], "speaker");
    stage(&world, &guest, &id, "request", None, None)
        .await
        .refused(Conflict);

    stage(&world, &other, &id, "request", None, None).await.granted();
    stage(&world, &host, &id, "decline", Some(&other), None)
        .await
        .granted();
    stage(&world, &other, &id, "cancel_request", None, None)
        .await
        .refused(NotFound);
    stage(&world, &other, &id, "request", None, None).await.granted();
    stage(&world, &other, &id, "cancel_request", None, None)
        .await
        .granted();
    stage(&world, &host, &id, "accept", Some(&other), None)
        .await
        .refused(NotFound);
}

#[tokio::test]
async fn an_invitation_needs_consent() {
    let world = world().await;
    let (host, id, guest, other) = room(&world).await;
    let invited = stage(&world, &host, &id, "invite", Some(&guest), Some("co_host"))
        .await
        .granted();
    assert_eq!(invited["participant"]["role"], "viewer");
    stage(&world, &host, &id, "accept", Some(&guest), None)
        .await
        .refused(NotFound);
    let accepted = stage(&world, &guest, &id, "accept", None, None).await.granted();
    assert_eq!(accepted["participant"]["role"], "co_host");
    stage(&world, &guest, &id, "accept", None, None)
        .await
        .refused(NotFound);

    stage(&world, &host, &id, "invite", Some(&other), None)
        .await
        .granted();
    let declined = stage(&world, &other, &id, "decline", None, None).await.granted();
    assert_eq!(declined["participant"]["role"], "viewer");
}

#[tokio::test]
async fn the_stage_has_so_many_places() {
    let world = world().await;
    let (host, id, _, last) = room(&world).await;
    // The host and eight more.
    let mut guests = Vec::new();
    for _ in 0..8 {
        let guest = world.person().await;
        world
            .call("join-session", &guest, json!({ "session_id": id }))
            .await
            .granted();
        stage(&world, &host, &id, "promote", Some(&guest), None)
            .await
            .granted();
        stage(&world, &host, &id, "promote", Some(&guest), Some("co_host"))
            .await
            .granted();
        guests.push(guest);
    }
    let full = stage(&world, &host, &id, "promote", Some(&last), None)
        .await
        .refused(SessionFull);
    assert_eq!(full["details"]["stage_max"], 9);

    // One of them loses the connection, another one takes the place, and then both are there.
    let lost = "update public.live_participants set status = 'left' where session_id = $1 and user_id = $2";
    let uuid = Uuid::parse_str(&id).unwrap();
    world.db.execute(lost, &[&uuid, &guests[0].id]).await.unwrap();
    stage(&world, &host, &id, "promote", Some(&last), None)
        .await
        .granted();
    walks_in(&world, &id, &guests[0], "co_host").await;
    walks_in(&world, &id, &last, "speaker").await;
    for (person, role) in [(&guests[0], "viewer"), (&last, "speaker")] {
        let query = "select role from public.live_participants where user_id = $1";
        assert_eq!(world.value(query, &person.id.to_string()).await, role);
    }
}

#[tokio::test]
async fn whoever_leaves_gives_up_the_stage_and_the_end_closes_it() {
    let world = world().await;
    let (host, id, guest, other) = room(&world).await;
    stage(&world, &host, &id, "promote", Some(&guest), None)
        .await
        .granted();
    world
        .call("leave-session", &guest, json!({ "session_id": id }))
        .await
        .granted();
    stage(&world, &host, &id, "promote", Some(&guest), None)
        .await
        .refused(NotFound);
    let again = world
        .call("join-session", &guest, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(again["role"], "viewer");
    stage(&world, &other, &id, "request", None, None).await.granted();
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    stage(&world, &host, &id, "promote", Some(&guest), None)
        .await
        .refused(SessionEnded);
    let pending = "select count(*) from public.stage_requests where session_id = $1 and status = 'pending'";
    assert_eq!(world.value(pending, &id).await, 0);
}

#[tokio::test]
async fn an_invitation_that_ran_out_is_over_before_the_sweeper_comes() {
    let world = world().await;
    let (host, id, guest, _) = room(&world).await;
    let invited = stage(&world, &host, &id, "invite", Some(&guest), None)
        .await
        .granted();
    let request = &invited["request"];
    assert_eq!(
        (&request["kind"], &request["status"]),
        (&json!("invite"), &json!("pending"))
    );
    let lifetime = "select extract(epoch from expires_at - created_at)::int from public.stage_requests where session_id = $1";
    assert_eq!(world.value(lifetime, &id).await, 60);
    let run_out = "update public.stage_requests set expires_at = now() where session_id = $1";
    world
        .db
        .execute(run_out, &[&Uuid::parse_str(&id).unwrap()])
        .await
        .unwrap();
    stage(&world, &guest, &id, "accept", None, None)
        .await
        .refused(NotFound);
    let again = stage(&world, &host, &id, "invite", Some(&guest), None)
        .await
        .granted();
    assert_ne!(again["request"]["id"], request["id"], "a new invitation");
}

#[tokio::test]
async fn a_promotion_answers_the_raised_hand_and_an_invitation_replaces_it() {
    let world = world().await;
    let (host, id, guest, other) = room(&world).await;
    stage(&world, &guest, &id, "request", None, None).await.granted();
    let promoted = stage(&world, &host, &id, "promote", Some(&guest), None)
        .await
        .granted();
    assert_eq!(promoted["request"]["status"], "accepted");
    stage(&world, &host, &id, "invite", Some(&guest), None)
        .await
        .refused(Conflict);
    stage(&world, &other, &id, "request", None, None).await.granted();
    let invited = stage(&world, &host, &id, "invite", Some(&other), Some("co_host"))
        .await
        .granted();
    assert_eq!(invited["request"]["kind"], "invite");
    stage(&world, &other, &id, "request", None, None)
        .await
        .refused(Conflict);
    world
        .call("leave-session", &other, json!({ "session_id": id }))
        .await
        .granted();
    stage(&world, &other, &id, "accept", None, None)
        .await
        .refused(NotFound);
}

#[tokio::test]
async fn an_acceptance_that_is_sent_again_is_answered_again() {
    let world = world().await;
    let (host, id, guest, _) = room(&world).await;
    stage(&world, &host, &id, "invite", Some(&guest), None)
        .await
        .granted();
    let accept = json!({ "session_id": id, "action": "accept" });
    for _ in 0..2 {
        let answer = world
            .call_once("manage-stage", &guest, "one-tap", accept.clone())
            .await
            .granted();
        assert_eq!(answer["participant"]["role"], "speaker");
    }
    stage(&world, &guest, &id, "accept", None, None)
        .await
        .refused(NotFound);
}

#[tokio::test]
async fn hands_and_invitations_are_told_to_the_person_and_to_those_who_lead() {
    let world = world().await;
    let (host, id, guest, co_host) = room(&world).await;
    stage(&world, &host, &id, "promote", Some(&co_host), Some("co_host"))
        .await
        .granted();
    stage(&world, &guest, &id, "request", None, None).await.granted();
    let topics = "select jsonb_agg(topic order by topic) from realtime.messages
                  where event = 'stage_changed' and payload -> 'request' ->> 'session_id' = $1::uuid::text";
    let mut expected = [&host, &guest, &co_host].map(|person| format!("user:{}", person.id));
    expected.sort();
    assert_eq!(world.value(topics, &id).await, json!(expected));
}

#[tokio::test]
async fn the_log_says_who_gave_whom_which_role() {
    let world = world().await;
    let (host, id, one, other) = room(&world).await;
    stage(&world, &host, &id, "promote", Some(&one), Some("co_host"))
        .await
        .granted();
    // The invitation is the co-host's gift, whoever accepts it.
    stage(&world, &one, &id, "invite", Some(&other), None)
        .await
        .granted();
    stage(&world, &other, &id, "accept", None, None).await.granted();
    stage(&world, &other, &id, "demote", Some(&other), None)
        .await
        .granted();
    stage(&world, &other, &id, "request", None, None).await.granted();
    stage(&world, &host, &id, "accept", Some(&other), None)
        .await
        .granted();
    let query = format!("moderation_log?session_id=eq.{id}&action=eq.set_role&order=id");
    let (_, rows) = world.rows(&query, &host.token).await;
    let told: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            (text("actor_id"), text("target_id"), text("role"))
        })
        .collect();
    let [host_id, one, other] = [&host, &one, &other].map(|person| person.id.to_string());
    let by = |actor: &String, target: &String, role: &str| (actor.clone(), target.clone(), role.to_owned());
    assert_eq!(
        told,
        [
            by(&host_id, &one, "co_host"),
            by(&one, &other, "speaker"),
            by(&other, &other, "viewer"),
            by(&host_id, &other, "speaker"),
        ]
    );
    let stranger = world.person().await;
    assert_eq!(world.rows(&query, &stranger.token).await.1, json!([]));
}
