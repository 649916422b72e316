//! `cargo xtask demo`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use ipelya_cli::person::Person;
use ipelya_cli::scenes::{self, Cast};
use ipelya_cli::timeline::{Format, Timeline};
use ipelya_cli::watch_page::WatchPage;
use ipelya_core::backend::NewSession;
use ipelya_core::media::MediaEngine;
use ipelya_core::media::prebuilt::PrebuiltEngine;
use ipelya_devstack::install::Installation;
use ipelya_devstack::{Stack, StackOptions};

use crate::{say, setup};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Write the timeline as JSON lines
    #[arg(long)]
    json: bool,
    /// Keep a broadcast on the air until Ctrl-C, with a page on which a browser watches it
    #[arg(long)]
    watch: bool,
}

/// Plays the scenes; an error when an expectation didn't hold.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    setup::run()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        tokio::select! {
            played = perform(arguments) => played,
            // A broadcast ends like that; scenes that weren't played to their end have shown nothing.
            _ = tokio::signal::ctrl_c() => {
                ensure!(arguments.watch, "interrupted");
                Ok(())
            }
        }
    })
}

async fn perform(arguments: &Arguments) -> Result<()> {
    let stack = Stack::start(StackOptions::default()).await?;
    let ffi = Installation::locate().livekit_ffi();
    let engine: Arc<dyn MediaEngine> = Arc::new(PrebuiltEngine::with_library(ffi)?);
    let outcome = if arguments.watch {
        stay_on_air(&stack, &engine).await
    } else {
        play(
            &stack,
            &engine,
            if arguments.json {
                Format::Json
            } else {
                Format::Text
            },
        )
        .await
    };
    stack.stop().await;
    outcome
}

async fn play(stack: &Stack, engine: &Arc<dyn MediaEngine>, format: Format) -> Result<()> {
    let mut timeline = Timeline::start(format);
    let cast = Cast::assemble(stack.info(), engine).await?;
    let played = scenes::play(&cast, &mut timeline).await;
    cast.dismiss(&mut timeline).await;
    if let Err(error) = played {
        timeline.expect("the scenes play to their end", false, format!("{error:#}"));
    }
    ensure!(timeline.finish(), "not every expectation held");
    Ok(())
}

async fn stay_on_air(stack: &Stack, engine: &Arc<dyn MediaEngine>) -> Result<()> {
    let host = Person::sign_in(stack.info(), engine, "creator").await?;
    let session = host
        .client
        .create_session(NewSession::broadcast("The test card"))
        .await?;
    session.set_camera(true).await;
    session.set_microphone(true).await;
    session.go_live().await?;
    let id = session.snapshot().session.context("a live session")?.id;
    let page = WatchPage::serve(stack.info(), id, &Installation::locate().node_modules()).await?;
    say(&format!(
        "on the air: open {} in a browser; Ctrl-C ends it",
        page.url()
    ));
    loop {
        let known = session.snapshot();
        if known.state.is_terminal() {
            return Ok(());
        }
        let watching = known.session.map_or(0, |session| session.viewer_count);
        say(&format!("{watching} watching"));
        let _ = tokio::time::timeout(
            Duration::from_secs(60),
            session.wait_for(|now| {
                now.state.is_terminal()
                    || now
                        .session
                        .as_ref()
                        .is_some_and(|now| now.viewer_count != watching)
            }),
        )
        .await;
    }
}
