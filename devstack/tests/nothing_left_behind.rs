//! However the process that runs a stack ends, no process, port or folder stays.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failed step fails the test"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use ipelya_devstack::StackInfo;
use serde::Deserialize;
use support::processes::{Process, descendants};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};
use url::Url;

const DEADLINE: Duration = Duration::from_secs(20);
const POLL_EVERY: Duration = Duration::from_millis(20);

/// The line that the host writes once its stack serves.
#[derive(Deserialize)]
struct Serving {
    info: StackInfo,
    folder: PathBuf,
}

struct Host {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

/// What a running stack occupies.
struct Occupied {
    processes: BTreeSet<Process>,
    ports: Vec<u16>,
    folder: PathBuf,
}

impl Host {
    fn start(ending: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_devstack-host"))
            .arg(ending)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, output }
    }

    async fn serving(&mut self) -> Serving {
        let line = timeout(DEADLINE * 3, self.output.next_line())
            .await
            .expect("no stack in time")
            .unwrap();
        serde_json::from_str(&line.expect("the host ended")).unwrap()
    }

    fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    async fn ended(&mut self) {
        timeout(DEADLINE, self.child.wait())
            .await
            .expect("the host doesn't end")
            .unwrap();
    }
}

impl Occupied {
    fn by(host: &Host, serving: &Serving) -> Self {
        let StackInfo {
            supabase_url,
            database_url,
            livekit_url,
            ..
        } = &serving.info;
        let port = |url: &str| Url::parse(url).unwrap().port().unwrap();
        let ports = [supabase_url, database_url, livekit_url]
            .map(|url| port(url))
            .to_vec();
        let processes = descendants(host.pid());
        let has = |name: &str| processes.iter().any(|process| process.name.contains(name));
        for name in ["postgres", "postgrest", "livekit-server", "deno", "sh"] {
            assert!(has(name), "{name} isn't among {processes:?}");
        }
        assert!(serving.folder.is_dir() && ports.iter().all(|port| is_listening(*port)));
        Self {
            processes,
            ports,
            folder: serving.folder.clone(),
        }
    }

    async fn all_gone(self) {
        let outcome = timeout(DEADLINE, async {
            while self.left().is_some() {
                sleep(POLL_EVERY).await;
            }
        });
        assert!(
            outcome.await.is_ok(),
            "left behind: {}",
            self.left().unwrap_or_default()
        );
    }

    fn left(&self) -> Option<String> {
        let alive: Vec<_> = self
            .processes
            .iter()
            .filter(|process| process.is_alive())
            .collect();
        let ports: Vec<_> = self.ports.iter().filter(|port| is_listening(**port)).collect();
        let folder = self.folder.exists().then_some(&self.folder);
        let nothing = alive.is_empty() && ports.is_empty() && folder.is_none();
        (!nothing).then(|| format!("{alive:?} {ports:?} {folder:?}"))
    }
}

fn is_listening(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), Duration::from_secs(1)).is_ok()
}

/// `target` is a pid, or a process group when negative.
async fn send(signal: &str, target: i64) {
    let sent = Command::new("kill")
        .args(["-s", signal, "--", &target.to_string()])
        .status()
        .await
        .unwrap();
    assert!(sent.success());
}

/// Starts a host that ends by itself, and checks that nothing is left.
async fn ends_by_itself(ending: &str) {
    let mut host = Host::start(ending);
    let serving = host.serving().await;
    let ports = [
        &serving.info.supabase_url,
        &serving.info.database_url,
        &serving.info.livekit_url,
    ]
    .map(|url| Url::parse(url).unwrap().port().unwrap())
    .to_vec();
    host.ended().await;
    Occupied {
        processes: BTreeSet::new(),
        ports,
        folder: serving.folder,
    }
    .all_gone()
    .await;
}

/// Starts a host that serves, ends it by a signal, and checks that nothing is left.
async fn ends_by(signal: &str, whole_group: bool) {
    let mut host = Host::start("serve");
    let serving = host.serving().await;
    let occupied = Occupied::by(&host, &serving);
    let pid = i64::from(host.pid());
    send(signal, if whole_group { -pid } else { pid }).await;
    host.ended().await;
    occupied.all_gone().await;
}

#[tokio::test]
async fn after_a_stop() {
    ends_by_itself("stop").await;
}

#[tokio::test]
async fn after_a_drop() {
    ends_by_itself("drop").await;
}

#[tokio::test]
async fn after_a_panic() {
    ends_by_itself("panic").await;
}

#[tokio::test]
async fn after_an_exit_that_never_drops_the_shared_stack() {
    ends_by_itself("exit-with-shared-stack").await;
}

#[tokio::test]
async fn after_a_sigkill() {
    ends_by("KILL", false).await;
}

#[tokio::test]
async fn after_a_ctrl_c_in_the_terminal() {
    ends_by("INT", true).await;
}

#[tokio::test]
async fn after_a_sigterm() {
    ends_by("TERM", false).await;
}

#[tokio::test]
async fn after_a_sigkill_in_the_middle_of_the_start() {
    let mut host = Host::start("serve");
    let family = timeout(DEADLINE, async {
        loop {
            let family = descendants(host.pid());
            if family.iter().any(|process| process.name.starts_with("livekit")) {
                return family;
            }
            sleep(Duration::from_millis(1)).await;
        }
    });
    let processes = family.await.expect("no LiveKit server in time");
    let server = processes
        .iter()
        .find(|process| process.name.starts_with("livekit"))
        .unwrap();
    let arguments = fs::read_to_string(format!("/proc/{}/cmdline", server.pid)).unwrap();
    let config = PathBuf::from(
        arguments
            .split('\0')
            .find(|argument| argument.ends_with(".json"))
            .unwrap(),
    );
    send("KILL", i64::from(host.pid())).await;
    host.ended().await;
    let folder = config.parent().unwrap().to_path_buf();
    Occupied {
        processes,
        ports: Vec::new(),
        folder,
    }
    .all_gone()
    .await;
}

#[tokio::test]
async fn though_the_reaper_was_asked_to_stop_first() {
    let mut host = Host::start("serve");
    let serving = host.serving().await;
    let occupied = Occupied::by(&host, &serving);
    let reaper = occupied
        .processes
        .iter()
        .find(|process| process.name == "sh")
        .unwrap()
        .pid;
    for signal in ["INT", "TERM", "HUP"] {
        send(signal, i64::from(reaper)).await;
    }
    send("KILL", i64::from(host.pid())).await;
    host.ended().await;
    occupied.all_gone().await;
}

#[tokio::test]
async fn the_kernel_ends_the_processes_when_the_reaper_is_killed_as_well() {
    let mut host = Host::start("serve");
    let serving = host.serving().await;
    let mut occupied = Occupied::by(&host, &serving);
    let reaper = occupied
        .processes
        .iter()
        .find(|process| process.name == "sh")
        .unwrap()
        .pid;
    send("KILL", i64::from(reaper)).await;
    send("KILL", i64::from(host.pid())).await;
    host.ended().await;
    // Nobody is left who could remove the folder.
    occupied.folder = occupied.folder.join("removed-by-the-test");
    occupied.all_gone().await;
    fs::remove_dir_all(serving.folder).unwrap();
}
