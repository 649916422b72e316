//! (d) An audio room: a listener may not speak, until the server says so.

use std::sync::Arc;

use anyhow::{Context, Result};
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{Role, quality};
use ipelya_core::media::{AudioOptions, MediaError, TrackSource};
use ipelya_core::runtime::SessionHandle;
use tokio::time::timeout;

use super::Cast;
use crate::measure::{PATIENCE, hear_silence, hear_tone};
use crate::timeline::Timeline;
use ipelya_core::media::test_signal::SAMPLE_RATE;

pub(super) async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    timeline.scene("(d) Audio room: a listener becomes a speaker, and a listener again");
    let host = cast
        .other_creator
        .client
        .create_session(NewSession::audio_room("Open stage"))
        .await?;
    host.go_live().await?;
    let id = host.snapshot().session.context("a live session")?.id;
    let listener = cast.viewer.client.join_session(id).await?;
    let role = listener.snapshot().role;
    timeline.expect(
        "who joins is a listener",
        role == Some(Role::Listener),
        format!("{role:?}"),
    );

    let refusal = publish_anyway(&listener).await?;
    timeline.expect(
        "the LiveKit server refuses a listener's microphone",
        refusal == Some(MediaError::NotPermitted),
        refusal.map_or("published".into(), |error| error.to_string()),
    );

    let room = listener.room().context("a joined room")?;
    host.promote(cast.viewer.id, Role::Speaker).await?;
    timeout(PATIENCE, listener.wait_for(|snapshot| snapshot.grants.audio)).await??;
    listener.set_microphone(true).await;
    let mut sound = timeout(PATIENCE, host.audio_of(cast.viewer.id)).await??;
    let heard = hear_tone(&mut sound).await;
    let measured = heard.map_or("silence".into(), |after| {
        format!("after {} ms", after.as_millis())
    });
    timeline.expect("promoted, the speaker is heard", heard.is_some(), measured);
    let same = listener.room().is_some_and(|now| Arc::ptr_eq(&now, &room));
    timeline.expect(
        "without reconnecting",
        same,
        if same {
            "the same connection"
        } else {
            "another connection"
        },
    );

    host.demote(cast.viewer.id).await?;
    let silent = hear_silence(&mut sound).await;
    let measured = silent.map_or("still heard".into(), |after| {
        format!("after {} ms", after.as_millis())
    });
    timeline.expect("demoted, the listener is silent", silent.is_some(), measured);
    let publishing = timeout(PATIENCE, listener.wait_for(|snapshot| !snapshot.publishing.any())).await;
    timeline.expect(
        "and publishes nothing",
        matches!(publishing, Ok(Ok(_))),
        "nothing",
    );
    let refusal = publish_anyway(&listener).await?;
    timeline.expect(
        "and can't any more",
        refusal == Some(MediaError::NotPermitted),
        refusal.map_or("published".into(), |error| error.to_string()),
    );
    host.end().await?;
    Ok(())
}

/// Publishes past every check of the client, as a tampered app would.
async fn publish_anyway(session: &SessionHandle) -> Result<Option<MediaError>> {
    let room = session.room().context("a joined room")?;
    let options = AudioOptions {
        source: TrackSource::Microphone,
        preset: quality::ROOM,
        sample_rate: SAMPLE_RATE,
    };
    Ok(timeout(PATIENCE, room.publish_audio(options)).await?.err())
}
