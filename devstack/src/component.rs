use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::process::{Child, Reaper, Signal, Spec, last_lines};

const READY_WITHIN: Duration = Duration::from_secs(30);
const POLL_EVERY: Duration = Duration::from_millis(15);
const STOP_WITHIN: Duration = Duration::from_secs(5);
const QUOTED_LINES: usize = 12;

/// The stack's parts that run as processes and can be stopped, killed and started again one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Component {
    /// PostgreSQL.
    Postgres,
    /// PostgREST, behind `/rest/v1`.
    Postgrest,
    /// Deno with the edge functions, behind `/functions/v1`.
    Functions,
    /// The LiveKit server.
    Livekit,
}

impl Component {
    /// The name that the log file carries, too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Postgrest => "postgrest",
            Self::Functions => "functions",
            Self::Livekit => "livekit",
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How a component says that it serves.
#[derive(Debug, Clone)]
pub(crate) enum Ready {
    /// It answers this URL with a 2xx status.
    Http(Url),
    /// It accepts connections.
    Postgres(tokio_postgres::Config),
    /// It exits with success: a command rather than a server.
    Exit,
}

/// A component's process: how it is started, and the one that runs.
pub(crate) struct Managed {
    spec: Spec,
    ready: Ready,
    reaper: Arc<Reaper>,
    http: reqwest::Client,
    /// The process, from its start until somebody ends it.
    child: Arc<Mutex<Option<Child>>>,
}

impl Managed {
    pub(crate) fn new(spec: Spec, ready: Ready, reaper: Arc<Reaper>, http: reqwest::Client) -> Self {
        Self {
            spec,
            ready,
            reaper,
            http,
            child: Arc::default(),
        }
    }

    /// Starts it, unless it runs, and returns once it serves.
    pub(crate) async fn start(&self) -> Result<()> {
        let mut slot = self.child.lock().await;
        if slot.as_ref().is_some_and(Child::is_running) {
            return Ok(());
        }
        let started = Instant::now();
        let child = Child::spawn(&self.spec, Arc::clone(&self.reaper))?;
        // Kept before it is ready, so that a failed start can still be stopped.
        *slot = Some(child.clone());
        let outcome = timeout(READY_WITHIN, self.wait_until_ready(&child)).await;
        let failure = match outcome {
            Ok(Ok(())) => {
                tracing::debug!(component = self.spec.name, elapsed = ?started.elapsed(), "ready");
                if !matches!(self.ready, Ready::Exit) {
                    self.watch(child);
                }
                return Ok(());
            }
            Ok(Err(error)) => format!("{error:#}"),
            Err(_) => format!("not ready within {} s", READY_WITHIN.as_secs()),
        };
        child.stop(STOP_WITHIN).await;
        let log = last_lines(&self.spec.log, QUOTED_LINES);
        bail!(
            "{} could not start: {failure}\nits log ends with:\n{log}",
            self.spec.name
        );
    }

    /// Ends it politely, or by force after 5 s.
    pub(crate) async fn stop(&self) {
        self.stop_with(self.spec.stop).await;
    }

    /// Ends it at once, as a crash would.
    pub(crate) async fn kill(&self) {
        // The children of a PostgreSQL that was killed outright hold its memory for a while, so that it could
        // not start again; an immediate shutdown loses as much.
        let signal = if self.spec.stop == Signal::Quit {
            Signal::Quit
        } else {
            Signal::Kill
        };
        self.stop_with(signal).await;
    }

    /// As [`Self::stop`], asking by `signal`.
    pub(crate) async fn stop_with(&self, signal: Signal) {
        if let Some(child) = self.child.lock().await.take() {
            child.stop_with(signal, STOP_WITHIN).await;
        }
    }

    /// Says so when the process ends though nobody ended it.
    fn watch(&self, child: Child) {
        let (slot, reaper, spec) = (
            Arc::clone(&self.child),
            Arc::clone(&self.reaper),
            self.spec.clone(),
        );
        tokio::spawn(async move {
            let status = child.exited().await;
            // Whoever ends a process takes it out of its place first.
            let is_in_place = slot
                .lock()
                .await
                .as_ref()
                .is_some_and(|current| current.is(&child));
            if !is_in_place || reaper.is_finishing() {
                return;
            }
            let log = last_lines(&spec.log, QUOTED_LINES);
            let status = status.map_or_else(|| "unknown".into(), |status| status.to_string());
            tracing::error!(component = spec.name, %status, "ended by itself; its log ends with:\n{log}");
        });
    }

    async fn wait_until_ready(&self, child: &Child) -> Result<()> {
        let serving = async {
            match &self.ready {
                Ready::Http(url) => self.answers(url).await,
                Ready::Postgres(config) => accepts_connections(config).await,
                Ready::Exit => std::future::pending().await,
            }
        };
        tokio::select! {
            result = serving => result,
            status = child.exited() => match (status, &self.ready) {
                (Some(status), Ready::Exit) if status.success() => Ok(()),
                (Some(status), _) => bail!("it ended ({status})"),
                (None, _) => bail!("it ended"),
            },
        }
    }

    async fn answers(&self, url: &Url) -> Result<()> {
        loop {
            let answer = self.http.get(url.clone()).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            sleep(POLL_EVERY).await;
        }
    }
}

async fn accepts_connections(config: &tokio_postgres::Config) -> Result<()> {
    loop {
        match config.connect(tokio_postgres::NoTls).await {
            Ok((_client, connection)) => {
                drop(connection);
                return Ok(());
            }
            // A refusal that names a code is an answer that waiting won't change, but for "starting up".
            Err(error) => match error.code() {
                Some(code) if *code != tokio_postgres::error::SqlState::CANNOT_CONNECT_NOW => {
                    return Err(error).context("it refuses connections");
                }
                _ => sleep(POLL_EVERY).await,
            },
        }
    }
}
