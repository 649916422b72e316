use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio_postgres::Config;

use super::migrate::migrate;
use super::template::Templates;
use super::tree::{copy_tree, is_open_to_all};
use crate::component::{Component, Managed, Ready};
use crate::database::connect;
use crate::install::Installation;
use crate::process::{Reaper, Signal, Spec, unprivileged_user};
use crate::project::Project;

/// The password of `postgres` and `authenticator`, as in Supabase's own local stack: the server listens on
/// the loopback interface alone and holds test data.
pub(crate) const PASSWORD: &str = "postgres";

/// Nothing here survives a crash, and nothing needs to: durability is off, memory comes from files in the
/// data folder (no shared memory outlives a killed server).
const SETTINGS: [(&str, &str); 15] = [
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("max_connections", "200"),
    ("shared_buffers", "64MB"),
    ("shared_memory_type", "mmap"),
    ("dynamic_shared_memory_type", "mmap"),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_line_prefix", "%m [%p] %q%u@%d "),
    ("jit", "off"),
];

/// Where a stack's PostgreSQL lives.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// The programs: the installed tree, or a copy that an unprivileged user can reach.
    programs: PathBuf,
    data: PathBuf,
    log: PathBuf,
    port: u16,
    user: Option<u32>,
}

/// Creates the cluster in `folder` and returns its process, not yet started.
pub(crate) async fn prepare(
    installation: &Installation,
    project: &Project,
    folder: &Path,
    log: PathBuf,
    port: u16,
    reaper: &Arc<Reaper>,
) -> Result<(Cluster, Managed)> {
    let user = unprivileged_user();
    let installed = installation.postgres();
    let programs = if user.is_none() || is_open_to_all(&installed) {
        installed
    } else {
        let copy = folder.join("postgres-programs");
        copy_tree(&installed, &copy, None)?;
        copy
    };
    let cluster = Cluster {
        programs,
        data: folder.join("postgres"),
        log,
        port,
        user,
    };
    let managed = cluster.server(reaper);
    let templates = Templates::open(installation, project)?;
    if !templates.copy_to(&cluster.data, user).await? {
        let _building = templates.lock().await?;
        if !templates.copy_to_unlocked(&cluster.data, user)? {
            cluster.create(project, reaper, &managed).await?;
            templates.publish(&cluster.data)?;
        }
    }
    Ok((cluster, managed))
}

impl Cluster {
    /// How to connect as the superuser `postgres`.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new();
        config
            .host("127.0.0.1")
            .port(self.port)
            .user("postgres")
            .password(PASSWORD)
            .dbname("postgres");
        config
            .connect_timeout(std::time::Duration::from_secs(5))
            .application_name("ipelya-devstack");
        config
    }

    /// The same as a URL, for `role`.
    pub(crate) fn url(&self, role: &str) -> String {
        format!("postgresql://{role}:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    async fn create(&self, project: &Project, reaper: &Arc<Reaper>, server: &Managed) -> Result<()> {
        let password_file = self.data.with_extension("password");
        fs::create_dir(&self.data)?;
        fs::set_permissions(&self.data, fs::Permissions::from_mode(0o700))?;
        fs::write(&password_file, PASSWORD)?;
        for path in [&self.data, &password_file] {
            chown(path, self.user, self.user)
                .with_context(|| format!("cannot give {} away", path.display()))?;
        }
        self.initdb(&password_file, reaper).start().await?;
        fs::remove_file(&password_file)?;
        server.start().await?;
        let client = connect(&self.config()).await?;
        let outcome = migrate(&client, project).await;
        drop(client);
        // A checkpoint, so that copies start without recovery.
        server.stop_with(Signal::Interrupt).await;
        outcome
    }

    fn initdb(&self, password_file: &Path, reaper: &Arc<Reaper>) -> Managed {
        let mut args: Vec<String> = [
            "--username=postgres",
            "--encoding=UTF8",
            "--no-sync",
            "--wal-segsize=1",
        ]
        .into_iter()
        .chain([
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            "--no-instructions",
        ])
        .map(String::from)
        .collect();
        args.push(format!("--pwfile={}", password_file.display()));
        args.push(format!("--pgdata={}", self.data.display()));
        let spec = self.spec("initdb", args, Signal::Terminate);
        Managed::new(spec, Ready::Exit, Arc::clone(reaper), reqwest::Client::new())
    }

    fn server(&self, reaper: &Arc<Reaper>) -> Managed {
        let mut args = vec![
            "-D".into(),
            self.data.display().to_string(),
            "-p".into(),
            self.port.to_string(),
        ];
        for (name, value) in SETTINGS {
            args.extend(["-c".into(), format!("{name}={value}")]);
        }
        let spec = self.spec("postgres", args, Signal::Quit);
        Managed::new(
            spec,
            Ready::Postgres(self.config()),
            Arc::clone(reaper),
            reqwest::Client::new(),
        )
    }

    fn spec(&self, program: &str, args: Vec<String>, stop: Signal) -> Spec {
        Spec {
            name: Component::Postgres.name(),
            program: self.programs.join("bin").join(program),
            args,
            env: [("LC_ALL", "C"), ("TZ", "UTC")]
                .map(|(name, value)| (name.into(), value.into()))
                .to_vec(),
            folder: PathBuf::from("/"),
            user: self.user,
            log: self.log.clone(),
            stop,
        }
    }
}
