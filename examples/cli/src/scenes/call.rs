//! (e) Calls: answered, declined, unanswered.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ipelya_core::domain::{CallEndReason, CallType};
use ipelya_core::runtime::{CallHandle, IncomingCalls};
use tokio::time::timeout;

use super::{Cast, WATCHING};
use crate::measure::{PATIENCE, Picture, hear_tone, watch};
use crate::timeline::Timeline;

/// Short enough to be waited for.
const SHORT_RING_SECONDS: i64 = 3;

pub(super) async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    timeline.scene("(e) Video call: rings, is answered, is hung up");
    let mut rings = cast.viewer.client.incoming_calls();
    answered(cast, &mut rings, timeline).await?;
    declined(cast, &mut rings, timeline).await?;
    let usual = cast.admin.set("ring_seconds", SHORT_RING_SECONDS).await?;
    let outcome = unanswered(cast, &mut rings, timeline).await;
    cast.admin.set("ring_seconds", usual).await?;
    outcome
}

async fn ring(cast: &Cast, rings: &mut IncomingCalls) -> Result<(CallHandle, CallHandle, Duration)> {
    let dialled = Instant::now();
    let caller = cast
        .creator
        .client
        .start_call(cast.viewer.id, CallType::VideoCall)
        .await?;
    let callee = timeout(PATIENCE, rings.next())
        .await?
        .context("the client is closed")?;
    Ok((caller, callee, dialled.elapsed()))
}

async fn answered(cast: &Cast, rings: &mut IncomingCalls, timeline: &mut Timeline) -> Result<()> {
    let (caller, callee, rang) = ring(cast, rings).await?;
    timeline.expect(
        "it rings over Realtime",
        true,
        format!("{} ms after dialling", rang.as_millis()),
    );
    let answering = Instant::now();
    callee.accept().await?;
    timeout(PATIENCE, caller.active()).await??;
    timeline.expect(
        "it is answered",
        true,
        format!("both connected after {} ms", answering.elapsed().as_millis()),
    );
    let ((there, tone_there), (here, tone_here)) = tokio::try_join!(measure(&caller), measure(&callee))?;
    for (who, picture, tone) in [("caller", there, tone_there), ("callee", here, tone_here)] {
        timeline.expect(
            &format!("the {who} sees the other"),
            picture.is_the_card(WATCHING),
            &picture,
        );
        let heard = tone.map_or("silence".into(), |after| {
            format!("after {} ms", after.as_millis())
        });
        timeline.expect(&format!("the {who} hears the other"), tone.is_some(), heard);
    }
    caller.hang_up();
    both_end(&caller, &callee, CallEndReason::HungUp, "hung up", timeline).await
}

async fn declined(cast: &Cast, rings: &mut IncomingCalls, timeline: &mut Timeline) -> Result<()> {
    let (caller, callee, _) = ring(cast, rings).await?;
    callee.decline();
    both_end(&caller, &callee, CallEndReason::Declined, "declined", timeline).await
}

async fn unanswered(cast: &Cast, rings: &mut IncomingCalls, timeline: &mut Timeline) -> Result<()> {
    let (caller, callee, _) = ring(cast, rings).await?;
    timeline.note(format!("the ring runs out after {SHORT_RING_SECONDS} s"));
    both_end(
        &caller,
        &callee,
        CallEndReason::Unanswered,
        "unanswered",
        timeline,
    )
    .await
}

async fn measure(call: &CallHandle) -> Result<(Picture, Option<Duration>)> {
    let mut frames = timeout(PATIENCE, call.video()).await??;
    let mut sound = timeout(PATIENCE, call.audio()).await??;
    Ok(tokio::join!(watch(&mut frames, WATCHING), hear_tone(&mut sound)))
}

async fn both_end(
    caller: &CallHandle,
    callee: &CallHandle,
    reason: CallEndReason,
    word: &str,
    timeline: &mut Timeline,
) -> Result<()> {
    let started = Instant::now();
    let ends = timeout(PATIENCE, async { tokio::join!(caller.ended(), callee.ended()) }).await?;
    let measured = format!("{ends:?} after {} ms", started.elapsed().as_millis());
    timeline.expect(
        &format!("both ends agree: {word}"),
        ends == (reason, reason),
        measured,
    );
    Ok(())
}
