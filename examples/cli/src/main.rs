//! The main job from a terminal, in pieces, against a running `cargo xtask stack --json`.

// A command line's output is its job.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use ipelya_cli::measure::{hear_tone, watch};
use ipelya_cli::person::Person;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{CallType, SessionId};
use ipelya_core::media::MediaEngine;
use ipelya_core::media::prebuilt::PrebuiltEngine;
use ipelya_core::media::test_signal::CARD;
use ipelya_core::runtime::{CallHandle, SessionHandle};
use ipelya_devstack::StackInfo;

/// Live broadcasts and calls from a terminal, with a test card for a camera.
#[derive(Parser)]
struct Arguments {
    /// The line that `cargo xtask stack --json` printed, in a file.
    #[arg(long, value_name = "FILE")]
    stack: PathBuf,
    /// Who to be: the name of a seeded user.
    #[arg(long = "as", value_name = "NAME")]
    name: String,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Goes live with the test card until Ctrl-C.
    Broadcast {
        /// What to call it.
        #[arg(default_value = "Broadcast from a terminal")]
        title: String,
    },
    /// Watches a broadcast until it ends, and says each second what arrives.
    Watch {
        /// The session's id.
        session: SessionId,
        /// The price to agree to, in coins.
        #[arg(long)]
        accept_price: Option<u32>,
    },
    /// Calls a seeded user.
    Call {
        /// Whom.
        name: String,
    },
    /// Takes the next call.
    Answer,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let arguments = Arguments::parse();
    let text = std::fs::read_to_string(&arguments.stack)
        .with_context(|| format!("{} can't be read", arguments.stack.display()))?;
    let info: StackInfo = serde_json::from_str(&text).context("not a line of `cargo xtask stack --json`")?;
    let engine: Arc<dyn MediaEngine> = Arc::new(PrebuiltEngine::new()?);
    let person = Person::sign_in(&info, &engine, &arguments.name).await?;
    let played = tokio::select! {
        played = play(&arguments.action, &info, &person) => played,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    person.client.close().await?;
    played
}

async fn play(action: &Action, info: &StackInfo, person: &Person) -> Result<()> {
    match action {
        Action::Broadcast { title } => broadcast(person, title).await,
        Action::Watch {
            session,
            accept_price,
        } => {
            let session = match accept_price {
                Some(price) => person.client.buy_session(*session, *price).await?,
                None => person.client.join_session(*session).await?,
            };
            watch_broadcast(&session).await
        }
        Action::Call { name } => {
            let callee = info
                .user(name)
                .with_context(|| format!("the stack has no user {name}"))?;
            let callee = ipelya_core::domain::UserId(callee.id);
            let call = person.client.start_call(callee, CallType::VideoCall).await?;
            println!("ringing");
            talk(&call).await
        }
        Action::Answer => {
            println!("waiting for a call");
            let call = person
                .client
                .incoming_calls()
                .next()
                .await
                .context("the client is closed")?;
            call.accept().await?;
            talk(&call).await
        }
    }
}

async fn broadcast(person: &Person, title: &str) -> Result<()> {
    let session = person.client.create_session(NewSession::broadcast(title)).await?;
    session.set_camera(true).await;
    session.set_microphone(true).await;
    session.go_live().await?;
    let id = session.snapshot().session.context("a live session")?.id;
    println!("live: session {id}");
    session.wait_for(|snapshot| snapshot.state.is_terminal()).await?;
    Ok(())
}

async fn watch_broadcast(session: &SessionHandle) -> Result<()> {
    let host = session.snapshot().session.context("a joined session")?.host_id;
    let mut frames = session.video_of(host).await?;
    while !session.snapshot().state.is_terminal() {
        println!("{}", watch(&mut frames, std::time::Duration::from_secs(1)).await);
    }
    println!("{:?}", session.snapshot().state);
    Ok(())
}

async fn talk(call: &CallHandle) -> Result<()> {
    call.active().await?;
    let (mut frames, mut sound) = tokio::try_join!(call.video(), call.audio())?;
    println!(
        "{}x{}, tone {:?}",
        CARD.width,
        CARD.height,
        hear_tone(&mut sound).await
    );
    while !call.snapshot().state.is_terminal() {
        println!("{}", watch(&mut frames, std::time::Duration::from_secs(1)).await);
    }
    println!("{:?}", call.ended().await);
    Ok(())
}
