//! (b) For subscribers only: one is let in, one is refused.

use std::time::Instant;

use anyhow::{Context, Result};
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{ErrorCode, IdempotencyKey};
use ipelya_core::session::{Lock, State};
use tokio::time::timeout;

use super::{Cast, go_on_air};
use crate::measure::{PATIENCE, first_frame};
use crate::timeline::Timeline;

pub(super) async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    timeline.scene("(b) Subscribers only: one is let in, one is refused");
    let host = cast
        .creator
        .client
        .create_session(NewSession::broadcast("For subscribers").subscribers_only())
        .await?;
    go_on_air(&host).await?;
    let id = host.snapshot().session.context("a live session")?.id;

    let tapped = Instant::now();
    let inside = cast.subscriber.client.join_session(id).await?;
    let mut frames = timeout(PATIENCE, inside.video_of(cast.creator.id)).await??;
    let first = first_frame(&mut frames, tapped).await;
    let measured = first.map_or("no frame".into(), |first| {
        format!("{} ms after the tap", first.as_millis())
    });
    timeline.expect("the subscriber sees the picture", first.is_some(), measured);

    let outside = cast.viewer.client.session();
    let refused = outside.join(id, None, IdempotencyKey::random()).await;
    let code = refused.as_ref().err().map(|error| error.code);
    timeline.expect(
        "the stranger is refused by the database",
        code == Some(ErrorCode::SubscriptionRequired),
        refused.map_or_else(|error| error.to_string(), |()| "let in".into()),
    );
    let state = outside.snapshot().state;
    timeline.expect(
        "and an app knows what to show",
        state
            == State::Locked {
                lock: Lock::Subscribe,
            },
        format!("{state:?}"),
    );
    host.end().await?;
    Ok(())
}
