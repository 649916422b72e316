use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;

use crate::component::Component;
use crate::info::StackInfo;
use crate::options::StackOptions;
use crate::parts::Parts;
use crate::push::Pushes;
use crate::recorder::Recorder;

const STOP_WITHIN: Duration = Duration::from_secs(15);

/// A running backend. Dropping it ends every process and removes its folder.
///
/// It lives on threads of its own, so it doesn't depend on the runtime that started it, and its processes
/// end with this process however that dies.
pub struct Stack {
    parts: Arc<Parts>,
    threads: Threads,
}

/// A runtime that may be dropped anywhere, in asynchronous code and in the middle of a start, too.
struct Threads(Option<Runtime>);

impl Threads {
    fn handle(&self) -> Option<&Handle> {
        self.0.as_ref().map(Runtime::handle)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Stack {
    /// Starts every component on free ports and returns once all of them serve.
    ///
    /// # Errors
    /// When something isn't installed (`cargo xtask setup`), a setting cannot work, or a component doesn't
    /// start; the error then ends with the last lines of its log.
    pub async fn start(options: StackOptions) -> Result<Self> {
        options.validate()?;
        // Two threads: the gateway must answer the functions while something else computes.
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("devstack")
            .enable_all()
            .build()
            .context("cannot start the stack's threads")?;
        // On the runtime's own threads, which live as long as the stack: its processes end with them.
        let starting = runtime.handle().spawn(Parts::start(options));
        let threads = Threads(Some(runtime));
        let parts = starting
            .await
            .map_err(|error| anyhow!("starting the stack failed: {error}"))??;
        Ok(Self {
            parts: Arc::new(parts),
            threads,
        })
    }

    /// How to reach it.
    #[must_use]
    pub fn info(&self) -> &StackInfo {
        &self.parts.info
    }

    /// Where the components' logs are, one `<component>.log` each.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.parts.logs.clone()
    }

    /// Ends everything in order. The stack is gone when this returns, after at most 15 s.
    pub async fn stop(self) {
        let parts = Arc::clone(&self.parts);
        self.run(async move {
            if timeout(STOP_WITHIN, parts.stop()).await.is_err() {
                tracing::warn!("a component doesn't stop: the rest is left to the reaper");
            }
            let finished = tokio::task::spawn_blocking(move || parts.reaper.finish()).await;
            if let Err(error) = finished {
                tracing::warn!(%error, "the reaper could not be waited for");
            }
        })
        .await;
    }

    /// Stops one component politely; requests to it fail until [`Self::start_component`].
    pub async fn stop_component(&self, component: Component) {
        let parts = Arc::clone(&self.parts);
        self.run(async move {
            if let Some(managed) = parts.component(component) {
                managed.stop().await;
            }
        })
        .await;
    }

    /// Kills one component, as a crash would.
    pub async fn kill_component(&self, component: Component) {
        let parts = Arc::clone(&self.parts);
        self.run(async move {
            if let Some(managed) = parts.component(component) {
                managed.kill().await;
            }
        })
        .await;
    }

    /// Starts a stopped component on the port it had, and returns once it serves.
    ///
    /// # Errors
    /// When it was left out of this stack, or doesn't start.
    pub async fn start_component(&self, component: Component) -> Result<()> {
        let parts = Arc::clone(&self.parts);
        let started = self.run(async move {
            let managed = parts
                .component(component)
                .with_context(|| format!("this stack has no {component}"))?;
            managed.start().await
        });
        started
            .await
            .unwrap_or_else(|| Err(anyhow!("the stack has stopped")))
    }

    /// The doubles of LiveKit Egress and of the storage: what they were asked for, and what is in it.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        self.parts.recorder.clone()
    }

    /// Lets the functions' process die in the next request of the function called `name`: before the statement of that
    /// number (the first is 0), where a statement is a request to the database, to LiveKit or to a push service, or
    /// between the last one and the answer. `None` takes it back.
    ///
    /// # Errors
    /// When the functions don't run.
    pub async fn crash_functions_at(&self, fault: Option<(&str, usize)>) -> Result<()> {
        let url = format!("http://127.0.0.1:{}/_fault", self.parts.functions_port);
        let fault =
            fault.map(|(name, statement)| serde_json::json!({ "name": name, "statement": statement }));
        let request = reqwest::Client::new().post(url).json(&fault);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// The doubles of APNs and FCM: what they were sent, and what they answer.
    #[must_use]
    pub fn pushes(&self) -> Pushes {
        self.parts.pushes.clone()
    }

    /// Drops every Realtime socket without a goodbye; clients may connect again at once.
    pub fn drop_realtime_sockets(&self) {
        self.parts.realtime.drop_sockets();
    }

    /// Runs `work` on the stack's own threads.
    async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        self.threads.handle()?.spawn(work).await.ok()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Before the threads end, because they wait for the processes.
        self.parts.reaper.finish();
    }
}
