//! The host's process dies without a word.

use std::time::{Duration, Instant};

use ipelya_core::backend::NewSession;
use ipelya_core::domain::SessionId;
use ipelya_core::session::{EndReason, State};

use crate::broadcast::{TestCapture, Witness, over, row};
use crate::people::Account;
use crate::process::{self, Process};
use crate::server::{Setting, alone};

const THIS_TEST: &str =
    "host_process::a_killed_host_runs_out_of_grace_and_the_viewers_learn_that_the_host_is_away";

/// Goes on the air, says which session it is, and stays until killed.
async fn be_the_host(account: Account) {
    let client = account.builder().await.capture(TestCapture);
    let client = client.connect().await.unwrap();
    let session = client
        .create_session(NewSession::broadcast("Doomed"))
        .await
        .unwrap();
    session.go_live().await.unwrap();
    session.set_camera(true).await;
    process::say_and_stay(&session.snapshot().session.unwrap().id.to_string()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_host_runs_out_of_grace_and_the_viewers_learn_that_the_host_is_away() {
    if let Some(account) = process::played() {
        return be_the_host(account).await;
    }
    let (_turn, stack) = alone().await;
    let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
    let grace = Setting::set(&creator, "host_grace_seconds", 2).await;
    let (host, id) = Process::start(THIS_TEST, &creator, stack).await;
    let id = SessionId(id.parse().unwrap());
    let watcher = viewer.device().await;
    let watching = watcher.join_session(id).await.unwrap();
    let seen = Witness::of(&watching);
    let killed = Instant::now();
    drop(host);
    let state = over(&watching, Duration::from_secs(60)).await;
    assert_eq!(
        state,
        State::Ended {
            reason: EndReason::HostAway
        }
    );
    let outcome = format!(
        "ended by the server after {} ms, 2 s of them grace",
        killed.elapsed().as_millis()
    );
    row("host's process killed", "gone", &seen.cell().await, &outcome);
    grace.reset(&creator).await;
    watcher.close().await.unwrap();
}
