//! The host's process dies without a word.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ipelya_core::backend::NewSession;
use ipelya_core::domain::SessionId;
use ipelya_core::session::{EndReason, State};

use crate::broadcast::{TestCapture, Witness, over, row};
use crate::people::Account;
use crate::server::{Setting, alone};

/// Set for the process that plays the host: whose account, and which stack.
const HOST: &str = "IPELYA_FAULTS_HOST";
const STACK: &str = "IPELYA_FAULTS_STACK";
const THIS_TEST: &str =
    "host_process::a_killed_host_runs_out_of_grace_and_the_viewers_learn_that_the_host_is_away";

/// Ends the host's process whatever becomes of the test.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Goes on the air, says which session it is, and stays until killed.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
async fn be_the_host(email: String) {
    let info = serde_json::from_str(&std::env::var(STACK).unwrap()).unwrap();
    let client = Account { email, info }.builder().await.capture(TestCapture);
    let client = client.connect().await.unwrap();
    let session = client
        .create_session(NewSession::broadcast("Doomed"))
        .await
        .unwrap();
    session.go_live().await.unwrap();
    session.set_camera(true).await;
    println!("\nsession={}", session.snapshot().session.unwrap().id);
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_host_runs_out_of_grace_and_the_viewers_learn_that_the_host_is_away() {
    if let Ok(email) = std::env::var(HOST) {
        return be_the_host(email).await;
    }
    let (_turn, stack) = alone().await;
    let (creator, viewer) = (Account::new(true).await, Account::new(false).await);
    let grace = Setting::set(&creator, "host_grace_seconds", 2).await;
    let mut host = Host(
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", THIS_TEST, "--nocapture"])
            .env(HOST, &creator.email)
            .env(STACK, serde_json::to_string(stack.info()).unwrap())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let lines = BufReader::new(host.0.stdout.take().unwrap()).lines();
    let id = tokio::task::spawn_blocking(|| {
        lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("session=").map(str::to_owned))
    });
    let id: SessionId = SessionId(id.await.unwrap().unwrap().parse().unwrap());
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
