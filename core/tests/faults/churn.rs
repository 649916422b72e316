//! Coming and going leaves nothing behind.

use std::time::{Duration, Instant};

use ipelya_core::media::prebuilt::live_handles;
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::broadcast::{Broadcast, row};
use crate::people::PATIENCE;
use crate::server::alone;

const ROUNDS: usize = 50;

/// Media handles, tasks and threads of this process.
fn held() -> [usize; 3] {
    let threads = std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count);
    [
        live_handles(),
        Handle::current().metrics().num_alive_tasks(),
        threads,
    ]
}

/// What is held once what goes on in the background is done.
async fn settled() -> [usize; 3] {
    let mut last = held();
    loop {
        sleep(Duration::from_millis(200)).await;
        let now = held();
        if now == last {
            return now;
        }
        last = now;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_joins_and_leaves_leave_no_handle_task_or_thread_behind() {
    let (_turn, stack) = alone().await;
    let show = Broadcast::start("Busy").await;
    let newcomer = show.viewer.device().await;
    let id = show.id();
    show.watching.leave().await;
    newcomer.join_session(id).await.unwrap().leave().await;
    let before = settled().await;
    let from = Instant::now();
    for round in 0..ROUNDS {
        let session = newcomer.join_session(id).await.unwrap();
        // By asking, and by dropping the last handle.
        if round % 2 == 0 {
            session.leave().await;
        }
    }
    let took = from.elapsed().as_millis();
    // A leave and the next join meet in the database; neither may be refused for the other's sake.
    let log = std::fs::read_to_string(stack.logs().join("postgres.log")).unwrap();
    assert!(!log.contains("deadlock detected"), "{log}");
    let deadline = Instant::now() + PATIENCE * 3;
    let after = loop {
        let after = held();
        // What pools and neighbouring tests hold comes and goes; a leak for each join, or for each way of leaving,
        // would show.
        if after
            .iter()
            .zip(before)
            .all(|(after, before)| *after < before + ROUNDS / 2)
        {
            break after;
        }
        assert!(
            Instant::now() < deadline,
            "handles, tasks, threads: {before:?} -> {after:?}"
        );
        sleep(Duration::from_millis(100)).await;
    };
    row(
        "50 joins and leaves in a row",
        "live",
        &format!("each joined and left, {took} ms in all"),
        &format!("handles, tasks, threads {before:?} -> {after:?}"),
    );
    newcomer.close().await.unwrap();
    show.finish().await;
}
