//! Who watches a session, and doesn't keep up.

use std::time::Instant;

use ipelya_core::domain::Role;
use serde_json::json;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::timeout;

use crate::broadcast::{Broadcast, row};
use crate::ending::admin;
use crate::people::PATIENCE;
use crate::server::alone;

/// More than a reader may leave unread.
const EVENTS: usize = 700;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_never_reads_stalls_nobody_and_is_told_of_its_gap() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Lazy").await;
    let mut lazy = show.watching.events();
    let room = show.session.snapshot().session.unwrap().room_name.to_string();
    let identity = show.watcher.user_id();
    let from = Instant::now();
    for index in 0..EVENTS {
        let role = if index % 2 == 0 {
            Role::CoHost
        } else {
            Role::Viewer
        };
        let body = json!({ "identity": identity, "attributes": { "role": role.as_str() } });
        admin(stack, "UpdateParticipant", &room, body).await;
        let follows = show.watching.wait_for(|now| now.role == Some(role));
        timeout(PATIENCE, follows).await.unwrap().unwrap();
    }
    let took = from.elapsed().as_millis();
    let Err(TryRecvError::Lagged(missed)) = lazy.try_recv() else {
        panic!("the gap isn't reported")
    };
    let mut read = 0;
    while lazy.try_recv().is_ok() {
        read += 1;
    }
    assert!(read > 500, "the newest can be read still: {read}");
    row(
        &format!("an observer that reads none of {EVENTS} events"),
        "nothing",
        &format!("every change, {took} ms in all"),
        &format!("the observer is told that it missed {missed}, and reads the {read} newest"),
    );
    show.finish().await;
}
