use ipelya_core::backend::SessionNews;
use ipelya_core::domain::{ErrorCode, IdempotencyKey, UserId};

use crate::chat::{Evening, news};
use crate::support::Account;

/// Puts coins into somebody's wallet; `account` is on the same stack.
pub async fn give_coins(account: &Account, user: UserId, coins: i64) {
    let database = account.database().await;
    let sql = "select live.credit_coins($1, $2, $3)";
    let key = uuid::Uuid::new_v4().to_string();
    database.execute(sql, &[&user.0, &coins, &key]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tap_gives_once_and_everybody_is_told() {
    let evening = Evening::begin().await;
    assert_eq!(evening.viewer.balance().await.unwrap(), 0);
    give_coins(&evening.creator, evening.viewer.user_id(), 100).await;
    let mut heard = evening.stage.events();
    let key = IdempotencyKey::random();
    for _ in 0..2 {
        let left = evening
            .seat
            .send_gift(30, Some("bravo".into()), key.clone())
            .await;
        assert_eq!(left, Ok(70));
    }
    let sent = |news| match news {
        SessionNews::GiftSent(gift) => Some(gift),
        SessionNews::MessageCreated(_)
        | SessionNews::MessageDeleted { .. }
        | SessionNews::Reactions(_)
        | SessionNews::RecordingChanged(_) => None,
    };
    let gift = news(&mut heard, sent).await;
    assert_eq!((gift.coins, gift.message.as_deref()), (30, Some("bravo")));
    assert_eq!(gift.sender_id, evening.viewer.user_id());
    assert_eq!(evening.viewer.balance().await, Ok(70));
    assert_eq!(evening.host.balance().await, Ok(30));
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_that_may_not_be_given_costs_nothing() {
    let evening = Evening::begin().await;
    give_coins(&evening.creator, evening.viewer.user_id(), 10).await;
    let give = |coins| evening.seat.send_gift(coins, None, IdempotencyKey::random());
    assert_eq!(give(11).await.unwrap_err().code, ErrorCode::InsufficientCoins);
    let refusal = give(0).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidArgument);
    assert_eq!(refusal.details.field.as_deref(), Some("coins"));
    let own = evening.stage.send_gift(1, None, IdempotencyKey::random()).await;
    assert_eq!(own.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(evening.viewer.balance().await, Ok(10));
    evening.end().await;
}
