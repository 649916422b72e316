//! Who gets in, and what it costs.

use ipelya_core::domain::ErrorCode::{
    Banned, Blocked, InsufficientCoins, InvalidArgument, NotCreator, PaymentRequired, PriceChanged,
    SubscriptionRequired,
};
use serde_json::json;
use uuid::Uuid;

use crate::moderation::walks_in;
use crate::support::{Person, World, eventually};
use crate::world;

async fn join(world: &World, person: &Person, id: &str, price: Option<i64>) -> crate::support::Answer {
    world
        .call(
            "join-session",
            person,
            json!({ "session_id": id, "accept_price": price }),
        )
        .await
}

#[tokio::test]
async fn only_subscribers_enter_a_session_for_subscribers() {
    let world = world().await;
    let (host, id) = world.live("subscribers_only", 0).await;
    let (subscriber, lapsed, stranger) = (world.person().await, world.person().await, world.person().await);
    let insert = "insert into public.creator_subscriptions (creator_id, subscriber_id, expires_at)
                  values ($1, $2, now() + make_interval(mins => $3))";
    for (person, minutes) in [(&subscriber, 1), (&lapsed, -1)] {
        world
            .db
            .execute(insert, &[&host.id, &person.id, &minutes])
            .await
            .unwrap();
    }
    join(&world, &subscriber, &id, None).await.granted();
    join(&world, &lapsed, &id, None)
        .await
        .refused(SubscriptionRequired);
    join(&world, &stranger, &id, None)
        .await
        .refused(SubscriptionRequired);
    join(&world, &host, &id, None).await.granted();

    // Whoever got in finishes the session, also when the subscription lapses meanwhile.
    world
        .db
        .execute(
            "delete from public.creator_subscriptions where subscriber_id = $1",
            &[&subscriber.id],
        )
        .await
        .unwrap();
    world
        .call("get-livekit-token", &subscriber, json!({ "session_id": id }))
        .await
        .granted();
}

#[tokio::test]
async fn a_ticket_is_bought_once_at_the_price_that_was_agreed_to() {
    let world = world().await;
    let (host, id) = world.live("pay_per_view", 120).await;
    let (viewer, poor) = (world.rich(500).await, world.rich(119).await);

    let asked = join(&world, &viewer, &id, None).await.refused(PaymentRequired);
    assert_eq!(asked["details"]["price_coins"], 120);
    for other in [0, 119, 121] {
        let changed = join(&world, &viewer, &id, Some(other))
            .await
            .refused(PriceChanged);
        assert_eq!(changed["details"]["price_coins"], 120);
    }
    join(&world, &poor, &id, Some(120))
        .await
        .refused(InsufficientCoins);
    assert_eq!(
        (world.balance(&viewer).await, world.balance(&poor).await),
        (500, 119)
    );

    assert_eq!(
        join(&world, &viewer, &id, Some(120)).await.granted()["charged_coins"],
        120
    );
    assert_eq!(
        join(&world, &viewer, &id, Some(120)).await.granted()["charged_coins"],
        0
    );
    world
        .call("leave-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(
        join(&world, &viewer, &id, None).await.granted()["charged_coins"],
        0,
        "the ticket stays"
    );
    assert_eq!(world.balance(&viewer).await, 380);
    assert_eq!(
        join(&world, &host, &id, None).await.granted()["charged_coins"],
        0,
        "the host never pays"
    );

    assert_eq!(world.balance(&host).await, 0, "held until the session has been");
    walks_in(&world, &id, &host, "host").await;
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(world.balance(&host).await, 120);
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn a_session_that_never_went_live_gives_the_coins_back() {
    let world = world().await;
    let (host, viewer) = (world.creator().await, world.rich(50).await);
    let body =
        json!({ "session_type": "audio_room", "title": "T", "access": "pay_per_view", "price_coins": 50 });
    let session = world.call("create-session", &host, body).await.granted()["session"]["id"].clone();
    let id = session.as_str().unwrap();
    assert_eq!(
        join(&world, &viewer, id, Some(50)).await.granted()["charged_coins"],
        50
    );
    assert_eq!(world.balance(&viewer).await, 0);

    // Nobody ends it: it waits for too long.
    let uuid = Uuid::parse_str(id).unwrap();
    let age = "update public.live_sessions set created_at = now() - interval '1 day' where id = $1";
    world.db.execute(age, &[&uuid]).await.unwrap();
    eventually("the coins are back", async || world.balance(&viewer).await == 50).await;
    assert_eq!(
        world
            .value("select end_reason from public.live_sessions where id = $1", id)
            .await,
        "never_started"
    );
    assert_eq!(world.balance(&host).await, 0);
    world
        .call("leave-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn the_ledger_only_grows_and_never_makes_coins() {
    let world = world().await;
    let viewer = world.rich(10).await;
    for change in [
        "update public.coin_entries set amount = amount * 2",
        "delete from public.coin_transactions",
    ] {
        let error = world.db.execute(change, &[]).await.unwrap_err();
        assert!(
            error.as_db_error().unwrap().message().contains("append-only"),
            "{error:?}"
        );
    }
    let forge = "with t as (insert into public.coin_transactions (kind) values ('credit') returning id)
                 insert into public.coin_entries (transaction_id, wallet_id, amount)
                 select t.id, w.id, 1000 from t, public.coin_wallets w where w.user_id = $1";
    assert!(
        world.db.execute(forge, &[&viewer.id]).await.is_err(),
        "one half of a transaction is none"
    );
    let credit = "select live.credit_coins($1, 10, $2)";
    let reference = format!("store:{}", viewer.id);
    for _ in 0..2 {
        world.db.execute(credit, &[&viewer.id, &reference]).await.unwrap();
    }
    assert_eq!(
        world.balance(&viewer).await,
        20,
        "one purchase in the store counts once"
    );
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn a_purchase_that_makes_no_sense_credits_nothing() {
    let world = world().await;
    let (buyer, other) = (world.rich(5).await, world.rich(5).await);
    let bought = format!("store:{}", buyer.id);
    let credit = "select live.credit_coins($1, $2, $3)";
    world
        .db
        .execute(credit, &[&buyer.id, &10_i64, &bought])
        .await
        .unwrap();
    let (nobody, fresh) = (Uuid::new_v4(), format!("store:{}", other.id));
    let cases: [(Uuid, Option<i64>, Option<&str>, &str); 9] = [
        (buyer.id, Some(0), Some(&fresh), "invalid_argument"),
        (buyer.id, Some(-7), Some(&fresh), "invalid_argument"),
        (buyer.id, Some(i64::MAX), Some(&fresh), "invalid_argument"),
        (buyer.id, None, Some(&fresh), "invalid_argument"),
        (buyer.id, Some(10), None, "invalid_argument"),
        (buyer.id, Some(10), Some("  "), "invalid_argument"),
        (nobody, Some(10), Some(&fresh), "not_found"),
        // A receipt that is handed on, or changed.
        (other.id, Some(10), Some(&bought), "conflict"),
        (buyer.id, Some(11), Some(&bought), "conflict"),
    ];
    for (user, coins, reference, code) in cases {
        let error = world
            .db
            .execute(credit, &[&user, &coins, &reference])
            .await
            .unwrap_err();
        let error = error.as_db_error().unwrap();
        assert_eq!(error.hint(), Some(code), "{coins:?} {reference:?}: {error}");
    }
    assert_eq!(
        (world.balance(&buyer).await, world.balance(&other).await),
        (15, 5)
    );
    world.assert_ledger_holds().await;
}

#[tokio::test]
async fn whoever_was_put_out_or_blocked_stays_out() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let (banned, removed, blocked) = (world.person().await, world.person().await, world.person().await);
    for person in [&banned, &removed, &blocked] {
        join(&world, person, &id, None).await.granted();
    }
    let uuid = Uuid::parse_str(&id).unwrap();
    let ban =
        "insert into public.session_bans (session_id, user_id, expires_at) values ($1, $2, now() + '1 hour')";
    world.db.execute(ban, &[&uuid, &banned.id]).await.unwrap();
    let kick =
        "update public.live_participants set status = 'removed' where session_id = $1 and user_id = $2";
    world.db.execute(kick, &[&uuid, &removed.id]).await.unwrap();
    let block = "insert into public.user_blocks (blocker_id, blocked_id) values ($1, $2)";
    world.db.execute(block, &[&host.id, &blocked.id]).await.unwrap();

    for (person, code) in [(&banned, Banned), (&removed, Banned), (&blocked, Blocked)] {
        join(&world, person, &id, None).await.refused(code);
        world
            .call("get-livekit-token", person, json!({ "session_id": id }))
            .await
            .refused(code);
    }
    world
        .db
        .execute(
            "update public.session_bans set expires_at = now() where user_id = $1",
            &[&banned.id],
        )
        .await
        .unwrap();
    join(&world, &banned, &id, None).await.granted();
}

#[tokio::test]
async fn prices_belong_to_paid_sessions_and_sessions_to_creators() {
    let world = world().await;
    let host = world.creator().await;
    let wrong = [
        ("pay_per_view", json!(null)),
        ("pay_per_view", json!(0)),
        ("pay_per_view", json!(100_001)),
        ("public", json!(5)),
    ];
    for (access, price) in wrong {
        let body =
            json!({ "session_type": "video_live", "title": "T", "access": access, "price_coins": price });
        let error = world
            .call("create-session", &host, body)
            .await
            .refused(InvalidArgument);
        assert_eq!(error["details"]["field"], "price_coins");
    }
    let body = json!({ "session_type": "video_live", "title": "T", "access": "public" });
    world
        .call("create-session", &world.person().await, body)
        .await
        .refused(NotCreator);
}
