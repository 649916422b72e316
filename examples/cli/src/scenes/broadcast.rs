//! (a) A creator goes live; three viewers see the picture and hear the tone.

use std::time::Instant;

use anyhow::{Context, Result};
use ipelya_core::backend::NewSession;
use ipelya_core::runtime::SessionHandle;
use ipelya_core::session::{EndReason, State};
use tokio::time::{sleep, timeout};

use super::{BETWEEN_JOINS, Cast, WATCHING, go_on_air};
use crate::admin::eventually;
use crate::measure::{PATIENCE, first_frame, hear_tone, watch};
use crate::person::Person;
use crate::timeline::Timeline;

pub(super) async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    timeline.scene("(a) Broadcast: a creator goes live, three viewers watch");
    let started = Instant::now();
    let host = cast
        .creator
        .client
        .create_session(NewSession::broadcast("Evening broadcast"))
        .await?;
    timeline.note(format!(
        "{} is backstage after {} ms",
        cast.creator.name,
        started.elapsed().as_millis()
    ));
    timeline.expect(
        "nothing is published backstage",
        !host.snapshot().publishing.any(),
        "nothing",
    );
    go_on_air(&host).await?;
    timeline.expect(
        "the broadcast is on the air",
        host.snapshot().state == State::Live,
        "live",
    );
    let session = host.snapshot().session.context("a live session")?;

    let mut viewers = Vec::new();
    for person in [&cast.subscriber, &cast.viewer, &cast.broke] {
        sleep(BETWEEN_JOINS).await;
        viewers.push(join(cast, person, &host, timeline).await?);
    }
    let watched = futures_join(&viewers, cast).await;
    for (person, picture, tone) in watched {
        timeline.expect(
            &format!("{person} sees the test card"),
            picture.is_the_card(WATCHING),
            &picture,
        );
        let heard = tone.map_or("silence".into(), |after| {
            format!("after {} ms", after.as_millis())
        });
        timeline.expect(&format!("{person} hears 440 Hz"), tone.is_some(), heard);
    }
    let count = eventually(|| cast.admin.viewer_count(session.id), |count| *count == 3).await?;
    timeline.expect("the database counts three viewers", count == 3, count);

    viewers.pop().context("three viewers")?.1.leave().await;
    let count = eventually(|| cast.admin.viewer_count(session.id), |count| *count == 2).await?;
    timeline.expect("and two once one has left", count == 2, count);

    host.end().await?;
    for (person, session) in viewers {
        let ended = timeout(
            PATIENCE,
            session.wait_for(|snapshot| snapshot.state.is_terminal()),
        )
        .await;
        let state = ended.map(|ended| ended.map(|snapshot| snapshot.state));
        let told = matches!(
            state,
            Ok(Ok(State::Ended {
                reason: EndReason::HostEnded
            }))
        );
        timeline.expect(
            &format!("{person} learns that the host ended it"),
            told,
            format!("{state:?}"),
        );
    }
    Ok(())
}

async fn join(
    cast: &Cast,
    person: &Person,
    host: &SessionHandle,
    timeline: &mut Timeline,
) -> Result<(String, SessionHandle)> {
    let id = host.snapshot().session.context("a live session")?.id;
    let tapped = Instant::now();
    let session = person.client.join_session(id).await?;
    let joined = tapped.elapsed();
    let mut frames = timeout(PATIENCE, session.video_of(cast.creator.id)).await??;
    let first = first_frame(&mut frames, tapped).await;
    let measured = first.map_or("no frame".into(), |first| {
        format!(
            "{} ms after the tap (joined at {} ms)",
            first.as_millis(),
            joined.as_millis()
        )
    });
    timeline.expect(
        &format!("{}'s first frame", person.name),
        first.is_some(),
        measured,
    );
    Ok((person.name.clone(), session))
}

type Seen = (String, crate::measure::Picture, Option<std::time::Duration>);

async fn futures_join(viewers: &[(String, SessionHandle)], cast: &Cast) -> Vec<Seen> {
    let mut tasks = tokio::task::JoinSet::new();
    for (name, session) in viewers {
        let (name, session, host) = (name.clone(), session.clone(), cast.creator.id);
        tasks.spawn(async move {
            let picture = match timeout(PATIENCE, session.video_of(host)).await {
                Ok(Ok(mut frames)) => watch(&mut frames, WATCHING).await,
                Ok(Err(_)) | Err(_) => crate::measure::Picture::default(),
            };
            let tone = match timeout(PATIENCE, session.audio_of(host)).await {
                Ok(Ok(mut frames)) => hear_tone(&mut frames).await,
                Ok(Err(_)) | Err(_) => None,
            };
            (name, picture, tone)
        });
    }
    tasks.join_all().await
}
