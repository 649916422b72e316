//! The Realtime socket drops; what was said meanwhile is found by asking.

use std::time::Instant;

use ipelya_core::domain::SessionStatus;
use ipelya_core::session::{EndReason, State};
use ipelya_devstack::Component;
use tokio::time::timeout;

use crate::broadcast::{Broadcast, Witness, over, row};
use crate::people::{PATIENCE, until_everybody_joined};
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

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_while_realtime_was_away_is_in_the_chat_once_and_in_order() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Talk").await;
    until_everybody_joined(&show.creator, show.id()).await;
    let (host, viewer) = (Witness::of(&show.session), Witness::of(&show.watching));
    show.session.send_message("1").await.unwrap();
    let at = Instant::now();
    stack.drop_realtime_sockets();
    for number in 2..=5 {
        let by = if number % 2 == 0 {
            &show.session
        } else {
            &show.watching
        };
        by.send_message(number.to_string()).await.unwrap();
    }
    for session in [&show.session, &show.watching] {
        let mut chats = session.messages();
        let whole = chats.wait_for(|chat| chat.messages.len() == 5);
        let chat = timeout(PATIENCE, whole).await.unwrap().unwrap().clone();
        let said: Vec<&str> = chat
            .messages
            .iter()
            .map(|message| message.body.as_str())
            .collect();
        assert_eq!(said, ["1", "2", "3", "4", "5"]);
        assert!(chat.pending.is_empty());
    }
    let outcome = format!("the chat was whole {} ms later", at.elapsed().as_millis());
    row(
        "Realtime socket lost while people talk",
        &host.cell().await,
        &viewer.cell().await,
        &outcome,
    );
    show.close().await;
}
