use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rand::Rng;
use rand::distr::Alphanumeric;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::component::{Component, Managed};
use crate::database::{Database, connect};
use crate::functions::{self, Environment};
use crate::gateway::{Gateway, ProjectKeys};
use crate::info::{StackInfo, StackUser};
use crate::install::Installation;
use crate::jwt::{now, sign_jwt};
use crate::livekit::Livekit;
use crate::options::StackOptions;
use crate::ports::free_port;
use crate::postgres::{self, Cluster};
use crate::postgrest;
use crate::process::Reaper;
use crate::project::Project;
use crate::push::Pushes;
use crate::realtime::Realtime;
use crate::recorder::Recorder;

/// What the function `metrics` is read with; it opens nothing else.
const METRICS_TOKEN: &str = "ipelya-devstack-metrics";

/// What every component is built from.
pub(crate) struct Ground {
    pub(crate) options: StackOptions,
    installation: Installation,
    project: Project,
    folder: PathBuf,
    pub(crate) logs: PathBuf,
    pub(crate) reaper: Arc<Reaper>,
    pub(crate) keys: ProjectKeys,
    pub(crate) url: String,
    livekit: Livekit,
    livekit_port: u16,
    pub(crate) pushes: Pushes,
    pub(crate) recorder: Recorder,
    /// The doubles that serve by themselves.
    pub(crate) doubles: [AbortHandle; 2],
}

impl Ground {
    pub(crate) async fn lay(options: StackOptions, http: &reqwest::Client) -> Result<(Self, TcpListener)> {
        let installation = Installation::locate();
        installation.verify()?;
        let supabase = options
            .supabase
            .clone()
            .unwrap_or_else(|| installation.repository().join("supabase"));
        let project = Project::open(&supabase)?;
        let livekit_port = free_port()?;
        let livekit = match &options.livekit {
            Some(external) => Livekit::external(external, http).await?,
            None => Livekit::local(livekit_port),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port.unwrap_or(0)))
            .await
            .with_context(|| format!("cannot listen on port {}", options.port.unwrap_or(0)))?;
        let url = format!("http://{}", listener.local_addr()?);
        let keys = project_keys(options.jwt_secret.clone().unwrap_or_else(new_secret))?;
        let (reaper, folder) = Reaper::start()?;
        let reaper = Arc::new(reaper);
        let logs = options.logs.clone().unwrap_or_else(|| folder.join("logs"));
        fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
        let (pushes, push_services) = Pushes::serve(&folder).await?;
        let (key, secret) = (livekit.api_key.clone(), livekit.api_secret.clone());
        let (recorder, recording) = Recorder::serve(key, secret).await?;
        let ground = Self {
            options,
            installation,
            project,
            folder,
            logs,
            reaper,
            keys,
            url,
            livekit,
            livekit_port,
            pushes,
            recorder,
            doubles: [push_services, recording],
        };
        Ok((ground, listener))
    }

    fn log(&self, component: Component) -> PathBuf {
        self.logs.join(format!("{component}.log"))
    }

    pub(crate) fn livekit_server(&self) -> Result<Option<Managed>> {
        if !self.options.has(Component::Livekit) {
            return Ok(None);
        }
        let webhook = format!("{}/functions/v1/livekit-webhook", self.url);
        let log = self.log(Component::Livekit);
        let Self {
            installation,
            livekit_port,
            folder,
            reaper,
            ..
        } = self;
        self.livekit
            .prepare(installation, *livekit_port, &webhook, folder, log, reaper)
            .map(Some)
    }

    pub(crate) async fn database(&self, port: u16) -> Result<(Cluster, Managed)> {
        let log = self.log(Component::Postgres);
        postgres::prepare(
            &self.installation,
            &self.project,
            &self.folder,
            log,
            port,
            &self.reaper,
        )
        .await
    }

    pub(crate) fn postgrest(&self, cluster: &Cluster, port: u16) -> Result<Option<Managed>> {
        if !self.options.has(Component::Postgrest) || !self.options.has(Component::Postgres) {
            return Ok(None);
        }
        let (api, log) = (&self.project.settings.api, self.log(Component::Postgrest));
        let secret = &self.keys.jwt_secret;
        postgrest::prepare(&self.installation, api, cluster, secret, port, log, &self.reaper).map(Some)
    }

    pub(crate) fn functions(&self, cluster: &Cluster, port: u16) -> Result<Option<Managed>> {
        if !self.options.has(Component::Functions) {
            return Ok(None);
        }
        let own = [
            ("SUPABASE_URL", self.url.clone()),
            ("SUPABASE_ANON_KEY", self.keys.anon.clone()),
            ("SUPABASE_SERVICE_ROLE_KEY", self.keys.service_role.clone()),
            ("SUPABASE_DB_URL", cluster.url("postgres")),
            ("JWT_SECRET", self.keys.jwt_secret.clone()),
            ("LIVEKIT_URL", self.livekit.url.clone()),
            ("LIVEKIT_API_KEY", self.livekit.api_key.clone()),
            ("LIVEKIT_API_SECRET", self.livekit.api_secret.clone()),
            ("METRICS_TOKEN", METRICS_TOKEN.into()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let env = own
            .chain(self.pushes.environment())
            .chain(self.recorder.environment());
        let env = Environment {
            visible: env.chain(self.options.function_env.iter().cloned()).collect(),
            trusted: self.pushes.certificate().to_path_buf(),
        };
        let (log, folder) = (self.log(Component::Functions), Path::new(&self.folder));
        functions::prepare(
            &self.installation,
            &self.project,
            env,
            port,
            folder,
            log,
            &self.reaper,
        )
        .map(Some)
    }

    pub(crate) fn gateway(
        &self,
        postgrest_port: u16,
        functions_port: u16,
        database: Database,
        realtime: Realtime,
        http: reqwest::Client,
    ) -> Result<Gateway> {
        let mut auth = self.project.settings.auth.clone();
        if let Some(expiry) = self.options.jwt_expiry {
            auth.jwt_expiry = expiry.as_secs();
        }
        let functions = self
            .project
            .functions()?
            .into_iter()
            .map(|one| (one.name, one.verify_jwt))
            .collect();
        Ok(Gateway {
            url: self.url.clone(),
            keys: self.keys.clone(),
            postgrest_port,
            functions_port,
            functions,
            auth,
            database,
            realtime,
            http,
        })
    }

    pub(crate) async fn info(&self, cluster: &Cluster) -> Result<StackInfo> {
        let users = if self.options.has(Component::Postgres) {
            seeded_users(cluster).await?
        } else {
            Vec::new()
        };
        Ok(StackInfo {
            supabase_url: self.url.clone(),
            anon_key: self.keys.anon.clone(),
            service_role_key: self.keys.service_role.clone(),
            jwt_secret: self.keys.jwt_secret.clone(),
            database_url: cluster.url("postgres"),
            livekit_url: self.livekit.url.clone(),
            livekit_api_key: self.livekit.api_key.clone(),
            livekit_api_secret: self.livekit.api_secret.clone(),
            users,
        })
    }
}

async fn seeded_users(cluster: &Cluster) -> Result<Vec<StackUser>> {
    let client = connect(&cluster.config()).await?;
    let rows = client
        .query(
            "select id, email from auth.users where email is not null order by email",
            &[],
        )
        .await?;
    rows.iter()
        .map(|row| anyhow::Ok(StackUser::seeded(row.try_get(0)?, row.try_get(1)?)))
        .filter_map(Result::transpose)
        .collect()
}

fn project_keys(jwt_secret: String) -> Result<ProjectKeys> {
    const TEN_YEARS: i64 = 10 * 365 * 24 * 3600;
    let issued_at = now();
    let key = |role: &str| {
        let claims =
            json!({ "iss": "supabase", "role": role, "iat": issued_at, "exp": issued_at + TEN_YEARS });
        sign_jwt(
            claims.as_object().context("the claims are no object")?,
            &jwt_secret,
        )
    };
    Ok(ProjectKeys {
        anon: key("anon")?,
        service_role: key("service_role")?,
        jwt_secret: jwt_secret.clone(),
    })
}

fn new_secret() -> String {
    const LENGTH: usize = 48;
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(LENGTH)
        .map(char::from)
        .collect()
}
