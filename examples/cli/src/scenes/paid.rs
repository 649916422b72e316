//! (c) Pay per view: charged once, whatever is tapped.

use anyhow::{Context, Result};
use ipelya_core::LiveClient;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{ErrorCode, IdempotencyKey, LiveError, SessionId};
use tokio::time::timeout;

use super::{Cast, WATCHING, go_on_air};
use crate::measure::{PATIENCE, watch};
use crate::timeline::Timeline;

const PRICE: u32 = 120;
const OLD_PRICE: u32 = 100;

pub(super) async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    timeline.scene("(c) Pay per view: a viewer pays once");
    let host = cast
        .creator
        .client
        .create_session(NewSession::broadcast("Premiere").pay_per_view(PRICE))
        .await?;
    go_on_air(&host).await?;
    let id = host.snapshot().session.context("a live session")?.id;
    let viewer = &cast.viewer;
    let before = cast.admin.balance(viewer.id).await?;
    timeline.note(format!(
        "{} has {before} coins, the premiere costs {PRICE}",
        viewer.name
    ));

    let asked = viewer.client.join_session(id).await.err();
    let price = asked.as_ref().and_then(|error| error.details.price_coins);
    let asks = code(asked.as_ref()) == Some(ErrorCode::PaymentRequired) && price == Some(PRICE);
    timeline.expect(
        "joining without paying asks for the price",
        asks,
        told(asked.as_ref()),
    );
    let changed = viewer.client.buy_session(id, OLD_PRICE).await.err();
    let refused = code(changed.as_ref()) == Some(ErrorCode::PriceChanged);
    timeline.expect(
        "a price that has changed is refused",
        refused,
        told(changed.as_ref()),
    );
    let poor = cast.broke.client.buy_session(id, PRICE).await.err();
    let refused = code(poor.as_ref()) == Some(ErrorCode::InsufficientCoins);
    timeline.expect("too few coins are refused", refused, told(poor.as_ref()));
    let untouched = cast.admin.balance(viewer.id).await?;
    timeline.expect("none of it cost anything", untouched == before, untouched);

    let charged = double_tap(&viewer.client, id).await?;
    timeline.expect(
        "a double tap charges once",
        charged == PRICE,
        format!("{charged} coins"),
    );
    for visit in ["the viewer watches", "and watches again after a rejoin"] {
        let session = viewer.client.buy_session(id, PRICE).await?;
        let charged = session.snapshot().charged_coins;
        timeline.expect("a rejoin charges nothing", charged == 0, charged);
        let mut frames = timeout(PATIENCE, session.video_of(cast.creator.id)).await??;
        let picture = watch(&mut frames, WATCHING / 2).await;
        timeline.expect(visit, picture.is_the_card(WATCHING / 2), &picture);
        session.leave().await;
    }
    let after = cast.admin.balance(viewer.id).await?;
    timeline.expect(
        "the wallet paid exactly once",
        before - after == i64::from(PRICE),
        format!("{before} -> {after}"),
    );
    let sum = cast.admin.ledger_sum().await?;
    timeline.expect("the ledger sums to zero", sum == 0, sum);
    host.end().await?;
    Ok(())
}

/// Two taps at the same instant, each an intent of its own.
async fn double_tap(client: &LiveClient, id: SessionId) -> Result<u32> {
    let backend = client.backend();
    let tap = || backend.join_session(id, Some(PRICE), IdempotencyKey::random());
    let (first, second) = tokio::try_join!(tap(), tap())?;
    Ok(first.charged_coins + second.charged_coins)
}

fn code(error: Option<&LiveError>) -> Option<ErrorCode> {
    error.map(|error| error.code)
}

fn told(error: Option<&LiveError>) -> String {
    error.map_or("let in".into(), ToString::to_string)
}
