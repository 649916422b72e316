//! Sessions, the stage, moderation and coins.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::stand::{Intent, Stand, broadcast};
use crate::support::{Person, World, claims, eventually};

/// A live session with somebody in it who has 100 coins.
async fn room(world: &World) -> (Person, String, Person) {
    let (host, id) = world.live("public", 0).await;
    let guest = world.rich(100).await;
    world
        .call("join-session", &guest, json!({ "session_id": id }))
        .await
        .granted();
    (host, id, guest)
}

async fn participant(world: &World, person: Uuid) -> Value {
    let query = "select to_jsonb(p) from public.live_participants p where user_id = $1";
    world.value(query, &person.to_string()).await
}

#[tokio::test]
async fn one_session_is_created_and_has_its_room() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let host = world.creator().await;
        Intent::new(&host, broadcast(), host.id.to_string())
    };
    let check = async |world: &World, host: &String, answer: &Value| {
        let count = "select count(*) from public.live_sessions where host_id = $1";
        assert_eq!(world.value(count, host).await, 1);
        assert!(
            world
                .room_exists(answer["session"]["room_name"].as_str().unwrap())
                .await
        );
    };
    stand.die_everywhere("create-session", intend, check).await;
}

#[tokio::test]
async fn a_join_charges_once_and_admits() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let (_, id) = world.live("pay_per_view", 60).await;
        let viewer = world.rich(100).await;
        let body = json!({ "session_id": id, "accept_price": 60 });
        Intent::new(&viewer, body, viewer.id.to_string())
    };
    let check = async |world: &World, viewer: &String, answer: &Value| {
        assert_eq!(answer["charged_coins"], 60);
        assert_eq!(claims(&answer["livekit"])["sub"], *viewer);
        let balance = "select balance from public.coin_wallets where user_id = $1";
        assert_eq!(world.value(balance, viewer).await, 40);
    };
    stand.die_everywhere("join-session", intend, check).await;
}

#[tokio::test]
async fn a_gift_is_given_once() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let (_, id, guest) = room(world).await;
        Intent::new(&guest, json!({ "session_id": id, "coins": 30 }), ())
    };
    let check = async |_: &World, (): &(), answer: &Value| assert_eq!(answer["balance"], 70);
    stand.die_everywhere("send-gift", intend, check).await;
}

#[tokio::test]
async fn an_end_pays_the_host_once_and_closes_the_room() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let (host, id) = world.live("pay_per_view", 60).await;
        // Who never was in the room isn't paid.
        let enter = "insert into live.connections (participant_sid, room_name, room_sid, user_id, joined_at)
                     select 'PA_' || id, room_name, 'RM_' || id, host_id, now() from public.live_sessions where id = $1";
        world
            .db
            .execute(enter, &[&id.parse::<uuid::Uuid>().unwrap()])
            .await
            .unwrap();
        let viewer = world.rich(60).await;
        let join = json!({ "session_id": id, "accept_price": 60 });
        world.call("join-session", &viewer, join).await.granted();
        let body = json!({ "session_id": id });
        Intent::new(&host, body, host.id.to_string())
    };
    let check = async |world: &World, host: &String, answer: &Value| {
        assert_eq!(answer["session"]["status"], "ended");
        assert!(
            !world
                .room_exists(answer["session"]["room_name"].as_str().unwrap())
                .await
        );
        let balance = "select balance from public.coin_wallets where user_id = $1";
        assert_eq!(world.value(balance, host).await, 60);
    };
    stand.die_everywhere("end-session", intend, check).await;
}

#[tokio::test]
async fn a_promotion_and_a_ban_are_told_to_livekit() {
    let stand = Stand::new().await;
    for (function, action) in [("manage-stage", "promote"), ("moderate", "ban")] {
        let intend = async |world: &World| {
            let (host, id, guest) = room(world).await;
            let body = json!({ "session_id": id, "action": action, "user_id": guest.id });
            Intent::new(&host, body, guest)
        };
        let check = async |world: &World, guest: &Person, answer: &Value| {
            assert_eq!(
                participant(world, guest.id).await["role"],
                answer["participant"]["role"]
            );
            let told =
                "select count(*) from public.livekit_outbox where identity = $1 and delivered_at is not null";
            assert_eq!(world.value(told, &guest.id.to_string()).await, 1);
        };
        stand.die_everywhere(function, intend, check).await;
    }
}

#[tokio::test]
async fn what_changes_one_row_changes_it_once() {
    let stand = Stand::new().await;
    let intend = async |world: &World| {
        let host = world.creator().await;
        let id = world.call("create-session", &host, broadcast()).await.granted()["session"]["id"].clone();
        Intent::new(&host, json!({ "session_id": id }), ())
    };
    let check = async |_: &World, (): &(), answer: &Value| assert_eq!(answer["session"]["status"], "live");
    stand.die_everywhere("start-session", intend, check).await;

    let intend = async |world: &World| {
        let (_, id, guest) = room(world).await;
        let body = json!({ "session_id": id });
        Intent::new(&guest, body, guest.id)
    };
    let check = async |world: &World, guest: &Uuid, _: &Value| {
        assert_eq!(participant(world, *guest).await["status"], "left");
    };
    stand.die_everywhere("leave-session", intend, check).await;
}

#[tokio::test]
async fn a_sweeper_that_dies_is_followed_by_another_one() {
    let stand = Stand::new().await;
    let world = &stand.world;
    let intend = async |world: &World| {
        let (_, id) = world.live("public", 0).await;
        let away =
            "update public.live_sessions set host_absent_since = now() - interval '1 hour' where id = $1";
        world
            .db
            .execute(away, &[&Uuid::parse_str(&id).unwrap()])
            .await
            .unwrap();
        Intent {
            token: world.info.service_role_key.clone(),
            body: json!({}),
            scene: id,
        }
    };
    let check = async |world: &World, id: &String, _: &Value| {
        let reason = "select end_reason from public.live_sessions where id = $1";
        assert_eq!(world.value(reason, id).await, "host_away");
        assert!(!world.room_exists(&format!("live_{id}")).await);
    };
    stand.die_everywhere("sweep", intend, check).await;
    world.assert_ledger_holds().await;
}

/// One transaction decides, and there is nothing else to wait for.
#[tokio::test]
async fn a_join_asks_the_database_once_and_nobody_else() {
    let stand = Stand::new().await;
    let world = &stand.world;
    let (_, id) = world.live("pay_per_view", 60).await;
    let told = "select room_sid is not null from public.live_sessions where id = $1";
    eventually("LiveKit has told of the room", async || {
        world.value(told, &id).await == true
    })
    .await;
    let viewer = world.rich(100).await;
    // Beyond the statement of that number 0, and the answer.
    stand
        .stack
        .crash_functions_at(Some(("join-session", 2)))
        .await
        .unwrap();
    let body = json!({ "session_id": id, "accept_price": 60 });
    world.call("join-session", &viewer, body).await.granted();
    stand.stack.crash_functions_at(None).await.unwrap();
}
