//! What ends with a ban that runs out, and what goes on.

use ipelya_core::domain::ErrorCode::{Banned, RoleNotAllowed};
use serde_json::json;
use uuid::Uuid;

use crate::holder::Holder;
use crate::moderation::{join, moderate, room};
use crate::support::{World, eventually};
use crate::world;

async fn bans(world: &World, id: &str) -> serde_json::Value {
    world
        .value(
            "select count(*) from public.session_bans where session_id = $1",
            id,
        )
        .await
}

async fn run_out(world: &World, id: &str) {
    let over = "update public.session_bans set expires_at = now() - interval '1 s' where session_id = $1";
    let id = Uuid::parse_str(id).unwrap();
    world.db.execute(over, &[&id]).await.unwrap();
}

#[tokio::test]
async fn a_ban_that_runs_out_lifts_no_kick_and_no_other_ban() {
    let world = world().await;
    for (action, more) in [("kick", json!({})), ("ban", json!({ "scope": "creator" }))] {
        let room = room(&world).await;
        let for_an_hour = json!({ "expires_in_seconds": 3600 });
        moderate(&world, &room.host, &room.id, action, &room.viewer, more.clone())
            .await
            .granted();
        moderate(&world, &room.host, &room.id, "ban", &room.viewer, for_an_hour)
            .await
            .granted();
        run_out(&world, &room.id).await;
        eventually("the ban is over", async || bans(&world, &room.id).await == 0).await;
        join(&world, &room.viewer, &room.id).await.refused(Banned);
        let scope = more["scope"].as_str().map(|scope| json!({ "scope": scope }));
        moderate(
            &world,
            &room.host,
            &room.id,
            "unban",
            &room.viewer,
            scope.unwrap_or(json!({})),
        )
        .await
        .granted();
        join(&world, &room.viewer, &room.id).await.granted();
    }
}

#[tokio::test]
async fn a_ban_that_is_made_permanent_as_it_runs_out_stays() {
    let world = world().await;
    let room = room(&world).await;
    let for_an_hour = json!({ "expires_in_seconds": 3600 });
    moderate(&world, &room.host, &room.id, "ban", &room.viewer, for_an_hour)
        .await
        .granted();
    let id = Uuid::parse_str(&room.id).unwrap();
    // The moderator's transaction has it locked before the sweeper finds it.
    let lock = "select from public.session_bans where session_id = $1 for key share";
    let holder = Holder::of(&world, lock, &[&id]).await;
    run_out(&world, &room.id).await;
    let own = World::of(&world.info).await;
    let lifting = tokio::spawn(async move {
        own.db
            .execute("select live.lift_expired_bans()", &[])
            .await
            .unwrap();
    });
    eventually("it was looked for", async || {
        lifting.is_finished() || holder.is_waited_for(&world).await
    })
    .await;
    holder
        .run(
            "update public.session_bans set expires_at = null where session_id = $1",
            &[&id],
        )
        .await;
    holder.release().await;
    lifting.await.unwrap();
    assert_eq!(bans(&world, &room.id).await, 1);
    join(&world, &room.viewer, &room.id).await.refused(Banned);
}

#[tokio::test]
async fn a_co_host_lifts_no_ban_of_the_host() {
    let world = world().await;
    let room = room(&world).await;
    let co_host = &room.co_hosts[0];
    for (by, lifts) in [(&room.host, false), (co_host, true)] {
        moderate(&world, by, &room.id, "ban", &room.viewer, json!({}))
            .await
            .granted();
        let answer = moderate(&world, co_host, &room.id, "unban", &room.viewer, json!({})).await;
        if lifts {
            answer.granted();
        } else {
            answer.refused(RoleNotAllowed);
        }
    }
}
