//! Coins that people give, what the platform keeps, and who gets theirs back.

use futures_util::future::join_all;
use ipelya_core::domain::ErrorCode::{
    Banned, Conflict, Forbidden, InsufficientCoins, InvalidArgument, RateLimited, SessionEnded,
};
use serde_json::json;
use uuid::Uuid;

use crate::moderation::walks_in;
use crate::support::{Answer, Person, World};
use crate::world;

async fn give(world: &World, person: &Person, id: &str, coins: i64) -> Answer {
    world
        .call("send-gift", person, json!({ "session_id": id, "coins": coins }))
        .await
}

async fn guest(world: &World, id: &str, coins: i64) -> Person {
    let person = world.rich(coins).await;
    world
        .call("join-session", &person, json!({ "session_id": id }))
        .await
        .granted();
    person
}

#[tokio::test]
async fn a_gift_moves_coins_once_however_often_it_is_sent() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let guest = guest(&world, &id, 100).await;
    let body = json!({ "session_id": id, "coins": 30, "message": "Bravo!" });
    for _ in 0..3 {
        let sent = world
            .call_once("send-gift", &guest, "one-tap", body.clone())
            .await
            .granted();
        assert_eq!(sent, json!({ "balance": 70 }));
    }
    assert_eq!(world.balance(&host).await, 30);
    let told = "select payload -> 'gift' from realtime.messages where topic = 'session:' || $1::uuid and event = 'gift_sent'";
    let gift = world.value(told, &id).await;
    assert_eq!(
        (&gift["coins"], &gift["message"], &gift["sender_id"]),
        (&json!(30), &json!("Bravo!"), &json!(guest.id))
    );
    let earnings = world.rows("creator_earnings", &host.token).await.1;
    assert_eq!(
        (
            &earnings[0]["session_id"],
            &earnings[0]["coins"],
            &earnings[0]["payments"]
        ),
        (&json!(id), &json!(30), &json!(1))
    );
    assert_eq!(world.rows("creator_earnings", &guest.token).await.1, json!([]));
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn whoever_may_not_give_keeps_every_coin() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let (outsider, guest) = (world.rich(50).await, guest(&world, &id, 50).await);
    give(&world, &outsider, &id, 10).await.refused(Forbidden);
    give(&world, &host, &id, 10).await.refused(Forbidden);
    give(&world, &guest, &id, 51).await.refused(InsufficientCoins);
    for coins in [0, 100_001] {
        let error = give(&world, &guest, &id, coins).await.refused(InvalidArgument);
        assert_eq!(error["details"]["field"], "coins");
    }
    let body = json!({ "session_type": "video_live", "title": "Soon", "access": "public" });
    let other = world.creator().await;
    let soon = world.call("create-session", &other, body).await.granted()["session"]["id"].clone();
    let soon = soon.as_str().unwrap();
    world
        .call("join-session", &guest, json!({ "session_id": soon }))
        .await
        .granted();
    give(&world, &guest, soon, 1).await.refused(Conflict);
    let kick = json!({ "session_id": id, "action": "kick", "user_id": guest.id });
    world.call("moderate", &host, kick).await.granted();
    give(&world, &guest, &id, 1).await.refused(Banned);
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    give(&world, &guest, &id, 1).await.refused(SessionEnded);
    assert_eq!(world.balance(&guest).await, 50);
}

#[tokio::test]
async fn the_last_coins_are_given_once() {
    let world = world().await;
    for _ in 0..5 {
        let (host, id) = world.live("public", 0).await;
        let guest = guest(&world, &id, 10).await;
        let answers = join_all((0..6).map(|_| give(&world, &guest, &id, 10))).await;
        let (granted, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((granted.len(), refused.len()), (1, 5));
        refused
            .into_iter()
            .for_each(|answer| drop(answer.refused(InsufficientCoins)));
        assert_eq!((world.balance(&guest).await, world.balance(&host).await), (0, 10));
    }
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn small_gifts_pay_the_share_that_one_large_gift_pays() {
    let world = World::of(&world().await.info).await;
    let (host, id) = world.live("public", 0).await;
    let guest = guest(&world, &id, 40).await;
    // In a transaction of its own, since the share is everybody's.
    world
        .db
        .batch_execute("begin; update live.settings set value = 30 where name = 'platform_share_percent'")
        .await
        .unwrap();
    let session = Uuid::parse_str(&id).unwrap();
    for _ in 0..20 {
        let gift = "select live.send_gift($1, $2, 1)";
        world.db.execute(gift, &[&guest.id, &session]).await.unwrap();
    }
    let balance = "select balance from public.coin_wallets where user_id = $1";
    let earned: i64 = world.db.query_one(balance, &[&host.id]).await.unwrap().get(0);
    assert_eq!(earned, 14, "20 coins less 30 %");
    world.db.batch_execute("rollback").await.unwrap();
}

#[tokio::test]
async fn two_creators_give_to_each_other_at_the_same_time() {
    let world = world().await;
    let ((one, first), (other, second)) = (world.live("public", 0).await, world.live("public", 0).await);
    for (person, id) in [(&one, &second), (&other, &first)] {
        let credit = "select live.credit_coins($1, 100, $2)";
        let reference = format!("test:{}", person.id);
        world.db.execute(credit, &[&person.id, &reference]).await.unwrap();
        let body = json!({ "session_id": id });
        world.call("join-session", person, body).await.granted();
    }
    let gifts = (0..20).map(|n| match n % 2 {
        0 => give(&world, &one, &second, 1),
        _ => give(&world, &other, &first, 1),
    });
    for answer in join_all(gifts).await {
        answer.granted();
    }
    assert_eq!(
        (world.balance(&one).await, world.balance(&other).await),
        (100, 100)
    );
}

#[tokio::test]
async fn too_many_gifts_are_told_when_to_go_on() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let guest = guest(&world, &id, 200).await;
    let answers = join_all((0..75).map(|_| give(&world, &guest, &id, 1))).await;
    let granted = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((60..75).contains(&granted), "{granted}");
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        let error = answer.refused(RateLimited);
        assert!(
            (1..=60_000).contains(&error["retry_after_ms"].as_i64().unwrap()),
            "{error}"
        );
        assert_eq!(error["details"], json!({ "limit": "gift" }));
    }
    assert_eq!(world.balance(&guest).await, 200 - i64::try_from(granted).unwrap());
}

/// Ends a paid session that was live for so long; what its buyer of 50 coins and its host have then.
async fn settled(world: &World, live_for: &str, reason: &str) -> (i64, i64) {
    let (host, id) = world.live("pay_per_view", 50).await;
    let viewer = world.rich(50).await;
    let body = json!({ "session_id": id, "accept_price": 50 });
    world.call("join-session", &viewer, body).await.granted();
    walks_in(world, &id, &host, "host").await;
    let started =
        format!("update public.live_sessions set started_at = now() - interval '{live_for}' where id = $1");
    let uuid = Uuid::parse_str(&id).unwrap();
    world.db.execute(&started, &[&uuid]).await.unwrap();
    world
        .db
        .execute("select live.close_session($1, $2)", &[&uuid, &reason])
        .await
        .unwrap();
    (world.balance(&viewer).await, world.balance(&host).await)
}

#[tokio::test]
async fn a_session_cut_short_by_its_hosts_absence_is_paid_back() {
    let world = world().await;
    for (live_for, reason, expected) in [
        ("9 min 50 s", "host_away", (50, 0)),
        ("10 min", "host_away", (0, 50)),
        ("1 min", "host_ended", (0, 50)),
        ("2 h", "failed", (50, 0)),
        ("4 h", "time_limit", (0, 50)),
    ] {
        assert_eq!(
            settled(&world, live_for, reason).await,
            expected,
            "{reason} after {live_for}"
        );
    }
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn a_session_that_its_host_never_came_to_is_paid_back() {
    let world = world().await;
    let (host, id) = world.live("pay_per_view", 50).await;
    let viewer = world.rich(50).await;
    let body = json!({ "session_id": id, "accept_price": 50 });
    world.call("join-session", &viewer, body).await.granted();
    let end = json!({ "session_id": id });
    world.call("end-session", &host, end).await.granted();
    assert_eq!(
        (world.balance(&viewer).await, world.balance(&host).await),
        (50, 0)
    );
}

#[tokio::test]
async fn a_co_host_who_ends_it_while_the_host_is_away_ends_it_for_that() {
    let world = world().await;
    for (live_for, expected) in [("1 min", (50, 0)), ("11 min", (0, 50))] {
        let (host, id) = world.live("pay_per_view", 50).await;
        let co_host = world.rich(50).await;
        let body = json!({ "session_id": id, "accept_price": 50 });
        world.call("join-session", &co_host, body).await.granted();
        let promote =
            json!({ "session_id": id, "action": "promote", "user_id": co_host.id, "role": "co_host" });
        world.call("manage-stage", &host, promote).await.granted();
        walks_in(&world, &id, &co_host, "co_host").await;
        let away = format!(
            "update public.live_sessions set started_at = now() - interval '{live_for}', acting_host_id = $2,
             host_absent_since = null where id = $1"
        );
        let uuid = Uuid::parse_str(&id).unwrap();
        world.db.execute(&away, &[&uuid, &co_host.id]).await.unwrap();
        let end = json!({ "session_id": id });
        world.call("end-session", &co_host, end).await.granted();
        let coins = (world.balance(&co_host).await, world.balance(&host).await);
        assert_eq!(coins, expected, "after {live_for}");
    }
}
