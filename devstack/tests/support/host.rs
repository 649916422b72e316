//! A process that runs a stack and ends in the way its argument says, for the tests of what is left behind.
//!
//! It writes one line of JSON once the stack serves: `{ "info", "folder" }`.

use std::io::Write;

use anyhow::{Result, bail};
use ipelya_devstack::{Stack, StackOptions, shared_stack};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let ending = std::env::args().nth(1).unwrap_or_default();
    if ending == "exit-with-shared-stack" {
        let stack = shared_stack().await?;
        announce(stack)?;
        return Ok(());
    }
    let stack = Stack::start(StackOptions::default()).await?;
    announce(&stack)?;
    match ending.as_str() {
        "stop" => stack.stop().await,
        "drop" => drop(stack),
        "panic" => announced_panic(),
        "serve" => std::future::pending().await,
        _ => bail!("unknown ending {ending:?}"),
    }
    Ok(())
}

fn announce(stack: &Stack) -> Result<()> {
    let line = json!({ "info": stack.info(), "folder": stack.logs().parent() });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

fn announced_panic() -> ! {
    std::panic::panic_any("as the test asked")
}
