//! The sweeper compares LiveKit with the database, and puts right what got lost between them.

use futures_util::future::join_all;
use ipelya_core::domain::ErrorCode::Banned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::media::{enter, is_there, sources};
use crate::support::{Person, World, eventually, now};
use crate::world;

/// Makes a session's room due to be compared with the next sweep.
async fn compare(world: &World, session: &str) {
    let id = Uuid::parse_str(session).unwrap();
    let age = "update public.live_sessions set created_at = created_at - interval '1 hour' where id = $1";
    world.db.execute(age, &[&id]).await.unwrap();
    let again =
        "update live.room_checks set checked_at = checked_at - interval '1 hour' where room_name = $1";
    let room = format!("live_{session}");
    world.db.execute(again, &[&room]).await.unwrap();
}

async fn tell(world: &World, session: &str, event: &str, person: &Person, role: &str) {
    let event = json!({
        "event": event, "id": format!("EV_{}", Uuid::new_v4()), "createdAt": now().to_string(),
        "room": { "name": format!("live_{session}"), "sid": "RM_told" },
        "participant": { "identity": person.id, "sid": format!("PA_{}", person.id), "attributes": { "role": role } },
    });
    world.livekit_tells(event).await.granted();
}

async fn join(world: &World, person: &Person, session: &str) -> Value {
    let body = json!({ "session_id": session });
    world.call("join-session", person, body).await.granted()["livekit"].clone()
}

async fn viewers(world: &World, session: &str) -> Value {
    world
        .value(
            "select viewer_count from public.live_sessions where id = $1",
            session,
        )
        .await
}

/// The room that LiveKit made for a session, once it has told of it.
async fn room_sid(world: &World, session: &str) -> String {
    let sid = async || {
        world
            .value("select room_sid from public.live_sessions where id = $1", session)
            .await
    };
    eventually("LiveKit has told of the room", async || sid().await.is_string()).await;
    sid().await.as_str().unwrap().to_owned()
}

/// What LiveKit would have answered at that time.
async fn reconcile(world: &World, session: &str, sid: &str, people: Value, asked: &str) -> Value {
    let query = format!("select live.reconcile_room($1, $2, $3, {asked})");
    let room = format!("live_{session}");
    world
        .db
        .query_one(&query, &[&room, &sid, &people])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn a_departure_that_nobody_told_of_is_found() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    join(&world, &viewer, &id).await;
    for (person, role) in [(&host, "host"), (&viewer, "viewer")] {
        tell(&world, &id, "participant_joined", person, role).await;
    }
    assert_eq!(viewers(&world, &id).await, 1);
    // Neither of them is in LiveKit's room.
    compare(&world, &id).await;
    eventually("the viewer is gone", async || viewers(&world, &id).await == 0).await;
    let absent = "select host_absent_since is not null from public.live_sessions where id = $1";
    assert_eq!(world.value(absent, &id).await, true, "and the host's lease runs");
}

#[tokio::test]
async fn an_arrival_that_nobody_told_of_is_found_and_judged() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let (viewer, stranger) = (world.person().await, world.person().await);
    join(&world, &viewer, &id).await;
    let sid = room_sid(&world, &id).await;
    let here = |person: &Person| json!({ "identity": person.id, "sid": format!("PA_{}", person.id), "is_active": true, "role": "viewer", "sources": [] });
    let people = json!([here(&viewer), here(&stranger), {
        "identity": "EG_recorder", "sid": "PA_recorder", "is_active": true, "role": null, "sources": []
    }]);
    reconcile(&world, &id, &sid, people, "now()").await;
    assert_eq!(viewers(&world, &id).await, 1);
    let removals =
        "select count(*) from public.livekit_outbox where identity = $1 and kind = 'remove_participant'";
    assert_eq!(world.value(removals, &stranger.id.to_string()).await, 1);
    assert_eq!(world.value(removals, &viewer.id.to_string()).await, 0);
    // The stranger is out, and then there is nothing left to do.
    for repaired in [1, 0] {
        let again = reconcile(&world, &id, &sid, json!([here(&viewer)]), "now()").await;
        assert_eq!(again["repaired"], repaired, "{again}");
    }
}

#[tokio::test]
async fn an_old_answer_of_livekits_undoes_nothing() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    join(&world, &viewer, &id).await;
    tell(&world, &id, "participant_joined", &viewer, "viewer").await;
    reconcile(&world, &id, "RM_told", json!([]), "now() - interval '1 min'").await;
    assert_eq!(
        viewers(&world, &id).await,
        1,
        "the viewer came after LiveKit was asked"
    );
}

#[tokio::test]
async fn who_has_no_business_in_the_room_is_put_out_and_who_may_more_gets_it() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let room = format!("live_{id}");
    let (banned, promoted) = (world.person().await, world.person().await);
    let _visits = [
        enter(&join(&world, &banned, &id).await).await,
        enter(&join(&world, &promoted, &id).await).await,
    ];
    // What a function leaves behind that died between its statements, and an outbox that was lost.
    for (change, person) in [("status = 'removed'", &banned), ("role = 'speaker'", &promoted)] {
        let change = format!("update public.live_participants set {change} where user_id = $1");
        world.db.execute(&change, &[&person.id]).await.unwrap();
    }
    compare(&world, &id).await;
    eventually("the banned one is out", async || {
        !is_there(&world, &room, &banned).await
    })
    .await;
    let microphone = Some(vec!["microphone".to_owned()]);
    eventually("the speaker may speak", async || {
        sources(&world, &room, &promoted).await == microphone
    })
    .await;
}

#[tokio::test]
async fn a_room_that_is_there_after_the_end_is_deleted() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let end = json!({ "session_id": id });
    world.call("end-session", &host, end).await.granted();
    // Made again by a token that was asked for before the end; once nobody told of it, once its deletion was lost.
    for _ in 0..2 {
        let found = reconcile(&world, &id, "RM_again", json!([]), "now()").await;
        let kinds: Vec<&Value> = found["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["kind"])
            .collect();
        assert_eq!(kinds, [&json!("delete_room")]);
        let lost = "delete from public.livekit_outbox where room_name = $1";
        world.db.execute(lost, &[&format!("live_{id}")]).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_is_banned_while_coming_in_is_not_in_the_room() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let room = format!("live_{id}");
    let viewers = join_all((0..8).map(|_| world.person())).await;
    for viewer in &viewers {
        join(&world, viewer, &id).await;
    }
    let comes_in = async |viewer: &Person| {
        let answer = world
            .call("join-session", viewer, json!({ "session_id": id }))
            .await;
        if answer.status != 200 {
            answer.refused(Banned);
            return None;
        }
        Some(enter(&answer.granted()["livekit"]).await)
    };
    let bans = viewers.iter().map(|viewer| {
        let body = json!({ "session_id": id, "action": "ban", "user_id": viewer.id });
        world.call("moderate", &host, body)
    });
    let (bans, _visits) = tokio::join!(join_all(bans), join_all(viewers.iter().map(comes_in)));
    bans.into_iter().for_each(|answer| drop(answer.granted()));
    compare(&world, &id).await;
    for viewer in &viewers {
        eventually("the banned one is out", async || {
            !is_there(&world, &room, viewer).await
        })
        .await;
    }
}
