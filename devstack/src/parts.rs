use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::component::{Component, Managed};
use crate::database::Database;
use crate::functions;
use crate::gateway;
use crate::ground::Ground;
use crate::info::StackInfo;
use crate::options::StackOptions;
use crate::ports::free_port;
use crate::process::Reaper;
use crate::push::Pushes;
use crate::realtime::Realtime;
use crate::recorder::Recorder;
use crate::sweep;

/// What a running stack consists of.
pub(crate) struct Parts {
    pub(crate) info: StackInfo,
    pub(crate) logs: PathBuf,
    pub(crate) reaper: Arc<Reaper>,
    pub(crate) realtime: Realtime,
    pub(crate) pushes: Pushes,
    pub(crate) recorder: Recorder,
    pub(crate) functions_port: u16,
    components: Vec<(Component, Managed)>,
    tasks: Vec<AbortHandle>,
}

impl Parts {
    pub(crate) async fn start(options: StackOptions) -> Result<Self> {
        let http = reqwest::Client::new();
        let (ground, listener) = Ground::lay(options, &http).await?;
        let reaper = Arc::clone(&ground.reaper);
        let assembled = Self::assemble(ground, listener, http).await;
        if assembled.is_err() {
            // What did start is gone before the caller hears of the failure.
            tokio::task::spawn_blocking(move || reaper.finish()).await?;
        }
        assembled
    }

    async fn assemble(ground: Ground, listener: TcpListener, http: reqwest::Client) -> Result<Self> {
        let started = Instant::now();
        let (postgrest_port, functions_port, database_port) = (free_port()?, free_port()?, free_port()?);

        // The server needs nothing from the others, so it starts while the database does.
        let livekit = ground.livekit_server()?;
        let livekit_start = async { start_if_there(livekit.as_ref()).await };
        let rest = async {
            let (cluster, server) = ground.database(database_port).await?;
            if ground.options.has(Component::Postgres) {
                server.start().await?;
            }
            let postgrest = ground.postgrest(&cluster, postgrest_port)?;
            let functions = ground.functions(&cluster, functions_port)?;
            let functions_start = async {
                start_if_there(functions.as_ref())
                    .await
                    .map_err(functions::explain)
            };
            tokio::try_join!(start_if_there(postgrest.as_ref()), functions_start)?;
            anyhow::Ok((cluster, server, postgrest, functions))
        };
        let ((), (cluster, server, postgrest, functions)) = tokio::try_join!(livekit_start, rest)?;

        let database = Database::new(cluster.config());
        let realtime = Realtime::new(database.clone(), ground.keys.jwt_secret.clone());
        let mut tasks = ground.doubles.to_vec();
        if ground.options.has(Component::Postgres) {
            tasks.push(realtime.listen().await?.abort_handle());
        }
        let gateway = ground.gateway(postgrest_port, functions_port, database, realtime.clone(), http)?;
        let has_sweep = functions.is_some() && gateway.functions.contains_key("sweep");
        tasks.push(gateway::serve(listener, gateway).abort_handle());
        if let (true, Some(every)) = (has_sweep, ground.options.sweep_every) {
            let task = sweep::run(ground.url.clone(), ground.keys.service_role.clone(), every);
            tasks.push(tokio::spawn(task).abort_handle());
        }
        let info = ground.info(&cluster).await?;
        tracing::info!(elapsed = ?started.elapsed(), url = %info.supabase_url, "the stack serves");
        let components = [
            (Component::Functions, functions),
            (Component::Postgrest, postgrest),
            (Component::Livekit, livekit),
            (Component::Postgres, Some(server)),
        ];
        let components = components
            .into_iter()
            .filter_map(|(name, managed)| Some((name, managed?)))
            .collect();
        Ok(Self {
            info,
            logs: ground.logs,
            reaper: ground.reaper,
            realtime,
            pushes: ground.pushes,
            recorder: ground.recorder,
            functions_port,
            components,
            tasks,
        })
    }

    pub(crate) fn component(&self, wanted: Component) -> Option<&Managed> {
        self.components
            .iter()
            .find(|(component, _)| *component == wanted)
            .map(|(_, managed)| managed)
    }

    /// Ends the tasks, then the processes at the same time.
    pub(crate) async fn stop(&self) {
        self.tasks.iter().for_each(AbortHandle::abort);
        self.realtime.drop_sockets();
        futures_util::future::join_all(self.components.iter().map(|(_, managed)| managed.stop())).await;
    }
}

async fn start_if_there(managed: Option<&Managed>) -> Result<()> {
    match managed {
        Some(managed) => managed.start().await,
        None => Ok(()),
    }
}
