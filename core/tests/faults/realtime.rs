//! The Realtime socket drops; what was said meanwhile is found by asking.

use std::time::Instant;

use ipelya_core::domain::SessionStatus;
use ipelya_core::session::{EndReason, State};
use ipelya_devstack::Component;

use crate::broadcast::{Broadcast, Witness, over, row};
use crate::people::PATIENCE;
use crate::server::alone;

#[tokio::test(flavor = "multi_thread")]
async fn an_end_missed_while_realtime_was_away_is_found_by_asking() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Missed").await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    // With LiveKit gone nothing else tells the viewer that it is over.
    stack.kill_component(Component::Livekit).await;
    let database = show.creator.database().await;
    let at = Instant::now();
    stack.drop_realtime_sockets();
    let end = "select live.close_session($1, 'host_ended')";
    database.execute(end, &[&show.id().0]).await.unwrap();
    let state = over(&show.watching, PATIENCE).await;
    assert_eq!(
        state,
        State::Ended {
            reason: EndReason::HostEnded
        }
    );
    let told = show.watching.snapshot().session.unwrap();
    assert_eq!(told.status, SessionStatus::Ended);
    over(&show.session, PATIENCE).await;
    let outcome = format!("the end was found {} ms later", at.elapsed().as_millis());
    row(
        "Realtime socket lost with the end of the session",
        &host.cell().await,
        &viewer.cell().await,
        &outcome,
    );
    stack.start_component(Component::Livekit).await.unwrap();
    show.close().await;
}
