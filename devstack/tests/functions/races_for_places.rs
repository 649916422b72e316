//! Many at once for what there is one of: a place on the stage, an invitation.

use futures_util::future::join_all;
use ipelya_core::domain::ErrorCode::{NotFound, SessionFull};
use serde_json::json;
use uuid::Uuid;

use crate::races::at_once;
use crate::support::{Person, World, eventually};
use crate::world;

/// So many people who are in a live session's room.
async fn crowd(world: &World, session: &str, size: usize) -> Vec<Person> {
    let people = join_all((0..size).map(|_| world.person())).await;
    let id = Uuid::parse_str(session).unwrap();
    for person in &people {
        let ticket =
            "insert into public.session_tickets (session_id, user_id, source) values ($1, $2, 'public')";
        world.db.execute(ticket, &[&id, &person.id]).await.unwrap();
        let admit = "insert into public.live_participants (session_id, user_id, role, status, joined_at)
                     values ($1, $2, 'viewer', 'joined', now())";
        world.db.execute(admit, &[&id, &person.id]).await.unwrap();
    }
    people
}

/// Invites them all onto the stage.
async fn invite(world: &World, session: &str, host: &Person, people: &[Person]) {
    let invite = "insert into public.stage_requests (session_id, user_id, kind, role, created_by, expires_at)
                  values ($1, $2, 'invite', 'speaker', $3, now() + interval '1 minute')";
    let id = Uuid::parse_str(session).unwrap();
    for person in people {
        world
            .db
            .execute(invite, &[&id, &person.id, &host.id])
            .await
            .unwrap();
    }
}

/// What had to get out to LiveKit about a session is out.
async fn settled(world: &World, session: &str) {
    let open = "select count(*) from public.livekit_outbox o join public.live_sessions s using (room_name)
                where s.id = $1 and o.delivered_at is null";
    eventually("LiveKit knows", async || world.value(open, session).await == 0).await;
}

#[tokio::test]
async fn fifty_people_want_the_last_place_on_the_stage() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    // The host and seven others: one place of nine is left.
    let stage = crowd(&world, &id, 7).await;
    let place = "update public.live_participants set role = 'speaker' where user_id = $1";
    for person in &stage {
        world.db.execute(place, &[&person.id]).await.unwrap();
    }
    let everybody = crowd(&world, &id, 50).await;
    invite(&world, &id, &host, &everybody).await;
    let accept = json!({ "session_id": id, "action": "accept" });
    let requests = everybody
        .iter()
        .map(|person| ("manage-stage", person, accept.clone()))
        .collect();
    let (granted, refused): (Vec<_>, Vec<_>) = at_once(&world, requests)
        .await
        .into_iter()
        .partition(|answer| answer.status == 200);
    assert_eq!(granted.len(), 1);
    refused
        .into_iter()
        .for_each(|answer| drop(answer.refused(SessionFull)));
    let stage = "select count(*) from public.live_participants where session_id = $1 and role in ('host', 'co_host', 'speaker')";
    assert_eq!(world.value(stage, &id).await, 9);
    settled(&world, &id).await;
}

#[tokio::test]
async fn an_invitation_is_accepted_once() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    for guest in crowd(&world, &id, 8).await {
        invite(&world, &id, &host, std::slice::from_ref(&guest)).await;
        let accept = json!({ "session_id": id, "action": "accept" });
        let requests = (0..2).map(|_| ("manage-stage", &guest, accept.clone())).collect();
        let (granted, refused): (Vec<_>, Vec<_>) = at_once(&world, requests)
            .await
            .into_iter()
            .partition(|answer| answer.status == 200);
        assert_eq!((granted.len(), refused.len()), (1, 1));
        refused
            .into_iter()
            .for_each(|answer| drop(answer.refused(NotFound)));
        let updates = "select count(*) from public.livekit_outbox where identity = $1";
        assert_eq!(
            world.value(updates, &guest.id.to_string()).await,
            1,
            "LiveKit is told once"
        );
    }
    settled(&world, &id).await;
}
