//! Who waits for whom: in one order, so that nobody waits in a circle, and never for what is none of their business.

use ipelya_core::domain::ErrorCode::Forbidden;
use serde_json::json;
use tokio::time::{Duration, timeout};
use uuid::Uuid;

use crate::holder::Holder;
use crate::moderation::room;
use crate::support::World;
use crate::world;

/// How long an answer may take that waits for nobody.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test]
async fn strangers_neither_wait_for_a_session_nor_hold_it() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let stranger = world.person().await;
    let lock = "select from public.live_sessions where id = $1 for update";
    let holder = Holder::of(&world, lock, &[&Uuid::parse_str(&id).unwrap()]).await;
    for function in ["end-session", "leave-session", "start-session"] {
        let answer = world.call(function, &stranger, json!({ "session_id": id }));
        timeout(ANSWERS_WITHIN, answer)
            .await
            .expect(function)
            .refused(Forbidden);
    }
    holder.release().await;
}

#[tokio::test]
async fn calls_end_without_waiting_for_each_other() {
    let world = world().await;
    let mut calls = Vec::new();
    for _ in 0..2 {
        let (caller, callee) = (world.person().await, world.person().await);
        let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
        let call = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
        calls.push((caller, call));
    }
    let (_, held) = calls.remove(0);
    let held = Uuid::parse_str(held.as_str().unwrap()).unwrap();
    let close = "select live.close_call($1, 'cancelled')";
    let holder = Holder::of(&world, close, &[&held]).await;
    let (caller, call) = calls.remove(0);
    let answer = world.call("end-call", &caller, json!({ "call_id": call }));
    timeout(ANSWERS_WITHIN, answer)
        .await
        .expect("an end waits for another one")
        .granted();
    holder.release().await;
}

#[tokio::test]
async fn whoever_leaves_waits_for_nobody_who_comes() {
    let world = world().await;
    let room = room(&world).await;
    // As every join does, until it is decided.
    let lock = "select from public.live_sessions where id = $1 for key share";
    let holder = Holder::of(&world, lock, &[&Uuid::parse_str(&room.id).unwrap()]).await;
    let counted = "update public.live_participants set status = 'joined' where user_id = $1";
    world.db.execute(counted, &[&room.viewer.id]).await.unwrap();
    let recount = "select live.refresh_counts($1)";
    let id = Uuid::parse_str(&room.id).unwrap();
    timeout(ANSWERS_WITHIN, world.db.execute(recount, &[&id]))
        .await
        .expect("a count waits")
        .unwrap();
    let leave = world.call("leave-session", &room.viewer, json!({ "session_id": room.id }));
    timeout(ANSWERS_WITHIN, leave)
        .await
        .expect("a leave waits")
        .granted();
    holder.release().await;
}

#[tokio::test]
async fn a_block_takes_the_session_before_the_people_in_it() {
    let world = world().await;
    let room = room(&world).await;
    let id = Uuid::parse_str(&room.id).unwrap();
    // As every decision about a session does: the session, then a person in it.
    let lock = "select from public.live_sessions where id = $1 for no key update";
    let holder = Holder::of(&world, lock, &[&id]).await;
    let then = async {
        holder.waited_for(&world).await;
        let person =
            "update public.live_participants set muted = true where session_id = $1 and user_id = $2";
        holder.run(person, &[&id, &room.viewer.id]).await;
        holder.release().await;
    };
    let block = world.write(&room.host, "user_blocks", json!({ "blocked_id": room.viewer.id }));
    let (blocked, ()) = tokio::join!(block, then);
    assert_eq!(blocked.status, 201, "{}", blocked.body);
}

#[tokio::test]
async fn an_account_takes_its_call_before_its_wallet() {
    let world = world().await;
    let (caller, callee) = (world.rich(5).await, world.person().await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let call = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
    let call = Uuid::parse_str(call.as_str().unwrap()).unwrap();
    // As the sweeper does.
    let holder = Holder::of(
        &world,
        "select from public.calls where id = $1 for update",
        &[&call],
    )
    .await;
    let then = async {
        holder.waited_for(&world).await;
        let wallet = "select from public.coin_wallets where user_id = $1 for update";
        holder.run(wallet, &[&caller.id]).await;
        holder.release().await;
    };
    let deletion = world.call(
        "delete-account",
        &caller,
        json!({ "confirm": true, "forfeit_coins": 5 }),
    );
    let (deleted, ()) = tokio::join!(deletion, then);
    deleted.granted();
}

/// The wallets of a session's two buyers, the smaller id first, which is not the order of its owners' ids.
async fn crossed_wallets(world: &World, session: &str) -> [Uuid; 2] {
    let id = Uuid::parse_str(session).unwrap();
    loop {
        let mut buyers = Vec::new();
        for _ in 0..2 {
            let buyer = world.rich(10).await;
            let wallet = "select id from public.coin_wallets where user_id = $1";
            let wallet: Uuid = world.db.query_one(wallet, &[&buyer.id]).await.unwrap().get(0);
            buyers.push((wallet, buyer));
        }
        buyers.sort_by_key(|(wallet, _)| *wallet);
        if buyers[0].1.id < buyers[1].1.id {
            continue;
        }
        for (_, buyer) in &buyers {
            let body = json!({ "session_id": id, "accept_price": 10 });
            world.call("join-session", buyer, body).await.granted();
        }
        return [buyers[0].0, buyers[1].0];
    }
}

#[tokio::test]
async fn refunds_and_gifts_take_wallets_in_one_order() {
    let world = world().await;
    let host = world.creator().await;
    let body =
        json!({ "session_type": "video_live", "title": "T", "access": "pay_per_view", "price_coins": 10 });
    let id = world.call("create-session", &host, body).await.granted()["session"]["id"].clone();
    let [first, second] = crossed_wallets(&world, id.as_str().unwrap()).await;
    let wallet = "select from public.coin_wallets where id = $1 for no key update";
    let holder = Holder::of(&world, wallet, &[&first]).await;
    let then = async {
        holder.waited_for(&world).await;
        holder.run(wallet, &[&second]).await;
        holder.release().await;
    };
    let end = world.call("end-session", &host, json!({ "session_id": id }));
    let (ended, ()) = tokio::join!(end, then);
    ended.granted();
    world.assert_ledger_holds().await;
}
