//! `cargo xtask stack --json` as another program uses it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step fails the test"
)]

use std::process::Stdio;
use std::time::{Duration, Instant};

use ipelya_devstack::StackInfo;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(60);

fn start() -> Child {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["stack", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn send(signal: &str, child: &Child) {
    let pid = child.id().unwrap().to_string();
    assert!(
        Command::new("kill")
            .args(["-s", signal, &pid])
            .status()
            .await
            .unwrap()
            .success()
    );
}

async fn ends_with_success(mut child: Child) {
    let status = timeout(DEADLINE, child.wait())
        .await
        .expect("it doesn't end")
        .unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn it_prints_one_line_serves_until_it_is_told_to_stop_and_exits_0() {
    for signal in ["INT", "TERM"] {
        let started = Instant::now();
        let mut child = start();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        timeout(DEADLINE, output.read_line(&mut line))
            .await
            .expect("no line in time")
            .unwrap();
        eprintln!("ready after {:.1} s", started.elapsed().as_secs_f64());
        let info: StackInfo = serde_json::from_str(&line).unwrap();
        let names: Vec<&str> = info.users.iter().map(|user| user.name.as_str()).collect();
        assert_eq!(
            names,
            ["broke", "creator", "other_creator", "subscriber", "viewer"]
        );
        send(signal, &child).await;
        ends_with_success(child).await;
        let mut rest = String::new();
        output.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "", "more than one line");
    }
}

#[tokio::test]
async fn ctrl_c_during_the_start_is_a_clean_end() {
    let child = start();
    // The handlers are there once the process has opened its second thread, which starts the stack.
    let tasks = format!("/proc/{}/task", child.id().unwrap());
    timeout(DEADLINE, async {
        while std::fs::read_dir(&tasks).is_ok_and(|threads| threads.count() < 2) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it never started its threads");
    send("INT", &child).await;
    ends_with_success(child).await;
}
