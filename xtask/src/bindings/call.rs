//! `cargo xtask bindings call`: a Kotlin process and a Swift process call each other, with real media.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use ipelya_devstack::{Refusals, Stack, StackInfo, StackOptions};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::Language;
use super::generate::library_folder;
use super::suite::{self, environment};
use crate::{repository, say};

/// How long anything may take that both sides wait for.
const PATIENCE: Duration = Duration::from_secs(40);

/// Two calls between the two, one in each direction.
pub(super) fn run() -> Result<()> {
    if !suite::is_possible(Language::Kotlin)? || !suite::is_possible(Language::Swift)? {
        return Ok(());
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let stack = Stack::start(StackOptions::default()).await?;
            let outcome = both_ways(stack.info()).await;
            stack.stop().await;
            outcome
        })
}

async fn both_ways(info: &StackInfo) -> Result<()> {
    let refusals = suite::refusals().await?;
    let start = async |language, person| Side::start(language, person, info, &refusals).await;
    let (mut kotlin, mut swift) = (
        start(Language::Kotlin, "subscriber").await?,
        start(Language::Swift, "viewer").await?,
    );
    for side in [&mut kotlin, &mut swift] {
        let (_, user) = side.hear("ready").await?;
        side.user = user;
    }
    let there = call(&mut kotlin, &mut swift, WhoHangsUp::Callee).await;
    let back = match &there {
        Ok(()) => call(&mut swift, &mut kotlin, WhoHangsUp::Caller).await,
        Err(_) => Ok(()),
    };
    for side in [kotlin, swift] {
        side.end().await?;
    }
    there.and(back)
}

#[derive(Clone, Copy)]
enum WhoHangsUp {
    Caller,
    Callee,
}

/// One calls, the other's phone rings and answers, both see and hear each other, one hangs up, both know why; with how long it took.
async fn call(caller: &mut Side, callee: &mut Side, who: WhoHangsUp) -> Result<()> {
    let dialled = Instant::now();
    caller.tell(&format!("call {}", callee.user)).await?;
    let (rings, _) = callee.hear("ringing").await?;
    let answered = Instant::now();
    callee.tell("answer").await?;
    let mut line = format!(
        "{:?} calls {:?}: rings after {} ms; after the answer",
        caller.language,
        callee.language,
        rings.duration_since(dialled).as_millis()
    );
    for (word, what) in [
        ("active", "connected"),
        ("audio", "first sound"),
        ("frame", "first picture"),
    ] {
        let mut heard = |side: &Side, at: Instant| {
            let after = at.saturating_duration_since(answered).as_millis();
            line.push_str(&format!(", {what} at {:?} {after} ms", side.language));
        };
        for side in [&mut *caller, &mut *callee] {
            let (at, _) = side.hear(word).await?;
            heard(side, at);
        }
    }
    let hangs_up = match who {
        WhoHangsUp::Caller => &mut *caller,
        WhoHangsUp::Callee => &mut *callee,
    };
    let over = Instant::now();
    hangs_up.tell("hang_up").await?;
    for side in [caller, callee] {
        let (at, reason) = side.hear("ended").await?;
        ensure!(
            reason == "hung_up",
            "{:?} says it ended as {reason}",
            side.language
        );
        let after = at.duration_since(over).as_millis();
        line.push_str(&format!("; {:?} knows the end after {after} ms", side.language));
    }
    say(&line);
    Ok(())
}

/// A process that is one side of the call.
struct Side {
    language: Language,
    user: String,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// What was said and not asked for yet.
    said: BTreeMap<String, (Instant, String)>,
}

impl Side {
    async fn start(language: Language, person: &str, info: &StackInfo, refusals: &Refusals) -> Result<Self> {
        let mut settings = environment(info, refusals).await?;
        settings.push(("IPELYA_PERSON".into(), person.into()));
        let mut child = command(language, &settings)?
            .envs(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{language:?}'s side can't be run"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        Ok(Self {
            language,
            user: String::new(),
            child,
            input: input.context("no input")?,
            output: BufReader::new(output.context("no output")?).lines(),
            said: BTreeMap::new(),
        })
    }

    async fn tell(&mut self, line: &str) -> Result<()> {
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        Ok(self.input.flush().await?)
    }

    /// When it said that word, and what it said with it.
    async fn hear(&mut self, word: &str) -> Result<(Instant, String)> {
        let heard = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(heard) = self.said.remove(word) {
                    return Ok(heard);
                }
                let Some(line) = self.output.next_line().await? else {
                    bail!("it ended");
                };
                let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
                self.said
                    .insert(first.to_owned(), (Instant::now(), rest.to_owned()));
            }
        });
        let heard = heard.await.unwrap_or_else(|_| bail!("it said no more in time"));
        heard.with_context(|| format!("{:?}'s side was to say `{word}`", self.language))
    }

    /// The end of its input lets it sign out.
    async fn end(mut self) -> Result<()> {
        drop(self.input);
        let status = tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .with_context(|| format!("{:?}'s side doesn't end", self.language))??;
        ensure!(status.success(), "{:?}'s side failed: {status}", self.language);
        Ok(())
    }
}

/// What the suites of both languages have built.
fn command(language: Language, settings: &[(String, OsString)]) -> Result<Command> {
    match language {
        Language::Kotlin => {
            let target = repository().join("bindings/kotlin/target");
            let libraries = fs::read_to_string(target.join("classpath"))
                .context("run `cargo xtask bindings kotlin --test` first")?;
            let (main, test) = (target.join("classes"), target.join("test-classes"));
            let mut java = Command::new("java");
            java.arg("-cp")
                .arg(format!(
                    "{}:{}:{}",
                    main.display(),
                    test.display(),
                    libraries.trim()
                ))
                .arg(format!("-Djna.library.path={}", library_folder().display()))
                .arg("com.ipelya.live.CallProcessKt");
            Ok(java)
        }
        Language::Swift => {
            let swift = suite::swift_command("run", &["--skip-build", "CallProcess"], settings);
            Ok(swift.into())
        }
    }
}
