//! Somebody on the stack in a process of its own: this test binary, asked to play a part.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use ipelya_devstack::Stack;

use crate::people::{Account, PATIENCE};

/// Set for the process that plays: whose account, and which stack.
const ACCOUNT: &str = "IPELYA_FAULTS_ACCOUNT";
const STACK: &str = "IPELYA_FAULTS_STACK";

/// A process that plays a part. It dies without a word when dropped, whatever becomes of the test.
pub struct Process(Child);

impl Process {
    /// Runs that test in a process of its own, as that account; returns with what it said.
    pub async fn start(test: &str, account: &Account, stack: &Stack) -> (Self, String) {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(ACCOUNT, &account.email)
            .env(STACK, serde_json::to_string(stack.info()).unwrap())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = Self(child.unwrap());
        let lines = BufReader::new(process.0.stdout.take().unwrap()).lines();
        let said = tokio::task::spawn_blocking(|| {
            lines
                .map_while(Result::ok)
                .find_map(|line| line.strip_prefix("said=").map(str::to_owned))
        });
        let said = tokio::time::timeout(PATIENCE, said).await;
        let said = said.expect("in time").unwrap().expect("it says something");
        (process, said)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whose part this process plays; `None` in the process that runs the tests.
pub fn played() -> Option<Account> {
    let email = std::env::var(ACCOUNT).ok()?;
    let info = serde_json::from_str(&std::env::var(STACK).unwrap()).unwrap();
    Some(Account { email, info })
}

/// Tells the parent something, and waits to be killed.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub async fn say_and_stay(what: &str) {
    println!("\nsaid={what}");
    std::future::pending::<()>().await;
}
