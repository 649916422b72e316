//! The stack, one fault at a time.

use std::process::Command;
use std::time::Duration;

use ipelya_devstack::{Component, Stack};
use tokio::sync::{Mutex, MutexGuard};

use crate::people::{Account, stack};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// The stack for one test alone.
pub async fn alone() -> (MutexGuard<'static, ()>, &'static Stack) {
    let turn = ONE_AT_A_TIME.lock().await;
    let stack = stack().await;
    stack.start_component(Component::Livekit).await.unwrap();
    (turn, stack)
}

/// A LiveKit server that neither answers nor refuses, as behind a cut cable; it goes on once dropped.
pub struct Frozen(u32);

impl Frozen {
    pub fn livekit() -> Self {
        let frozen = Self(livekit_pid());
        frozen.send("-STOP");
        frozen
    }

    fn send(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.0.to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {signal} failed");
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.send("-CONT");
    }
}

/// The LiveKit server among this process's own children.
fn livekit_pid() -> u32 {
    let own = std::process::id().to_string();
    let is_it = |pid: &u32| {
        let read = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let command = String::from_utf8_lossy(&read("cmdline")).into_owned();
        let status = String::from_utf8_lossy(&read("status")).into_owned();
        command.contains("livekit.json") && status.lines().any(|line| line == format!("PPid:\t{own}"))
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
        .find(is_it)
        .expect("no LiveKit server runs here")
}

/// A setting of the product for the time of a test.
pub struct Setting {
    name: &'static str,
    before: i64,
}

impl Setting {
    pub async fn set(account: &Account, name: &'static str, value: i64) -> Self {
        let database = account.database().await;
        let sql = "update live.settings set value = $2 from live.settings old
                   where live.settings.name = $1 and old.name = $1 returning old.value";
        let before = database.query_one(sql, &[&name, &value]).await.unwrap().get(0);
        Self { name, before }
    }

    pub async fn reset(self, account: &Account) {
        let sql = "update live.settings set value = $2 where name = $1";
        let database = account.database().await;
        database.execute(sql, &[&self.name, &self.before]).await.unwrap();
    }
}

/// Longer than anything that the reconnect budget bounds.
pub const BUDGET: Duration = Duration::from_secs(75);
