//! A stack that a program of another language breaks: its tests need a server that dies and comes back.
//!
//! The first line out is what `cargo xtask stack --json` prints. Each line in is `kill` or `start`, a space and a component's name;
//! each is answered by `done`. The end of the input ends the stack.

use std::io::Write;

use anyhow::{Context, Result, bail};
use ipelya_devstack::{Component, Stack, StackOptions};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    say(&serde_json::to_string(stack.info())?)?;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        obey(&stack, &line).await?;
        say("done")?;
    }
    stack.stop().await;
    Ok(())
}

async fn obey(stack: &Stack, line: &str) -> Result<()> {
    let (verb, name) = line.split_once(' ').context("a verb and a component")?;
    let component = [
        Component::Livekit,
        Component::Functions,
        Component::Postgrest,
        Component::Postgres,
    ]
    .into_iter()
    .find(|component| component.name() == name)
    .with_context(|| format!("unknown component {name:?}"))?;
    match verb {
        "kill" => stack.kill_component(component).await,
        "start" => stack.start_component(component).await?,
        _ => bail!("unknown verb {verb:?}"),
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
