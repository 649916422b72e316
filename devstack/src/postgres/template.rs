use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use super::migrate::PLATFORM;
use super::tree::copy_tree;
use crate::install::{Fingerprint, Installation};
use crate::project::Project;

/// Several branches share the install folder, each with its own migrations.
const KEPT: usize = 12;

/// Raised when what [`super::cluster`] puts into a cluster changes in another way than by its SQL.
const FORMAT: &str = "1";

/// Migrated clusters to copy, because copying takes a tenth of the time of creating.
pub(super) struct Templates {
    folder: PathBuf,
    key: String,
}

impl Templates {
    pub(super) fn open(installation: &Installation, project: &Project) -> Result<Self> {
        let folder = installation.templates();
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let mut key = Fingerprint::default()
            .text(FORMAT)
            .file(&installation.postgres().join("../package.json"))?
            .text(PLATFORM);
        for path in project.sql_files()? {
            key = key.text(&super::migrate::name(&path)).file(&path)?;
        }
        Ok(Self {
            folder,
            key: key.finish(),
        })
    }

    /// Keeps others from building and pruning until dropped.
    pub(super) async fn lock(&self) -> Result<File> {
        self.locked(File::lock).await
    }

    /// Copies the template to `data`; `false` when there is none yet.
    pub(super) async fn copy_to(&self, data: &Path, owner: Option<u32>) -> Result<bool> {
        let _reading = self.locked(File::lock_shared).await?;
        self.copy_to_unlocked(data, owner)
    }

    pub(super) fn copy_to_unlocked(&self, data: &Path, owner: Option<u32>) -> Result<bool> {
        let template = self.folder.join(&self.key);
        if !template.is_dir() {
            return Ok(false);
        }
        copy_tree(&template, data, owner)?;
        File::open(&template)?
            .set_modified(SystemTime::now())
            .context("cannot mark the template as used")?;
        Ok(true)
    }

    /// Makes the stopped cluster in `data` the template; the caller holds [`Self::lock`].
    pub(super) fn publish(&self, data: &Path) -> Result<()> {
        let building = self.folder.join("building");
        if building.is_dir() {
            fs::remove_dir_all(&building)?;
        }
        copy_tree(data, &building, None)?;
        fs::rename(&building, self.folder.join(&self.key)).context("cannot move the template into place")?;
        self.prune()
    }

    fn prune(&self) -> Result<()> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                found.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        found.sort();
        let surplus = found.len().saturating_sub(KEPT);
        found
            .into_iter()
            .take(surplus)
            .try_for_each(|(_, path)| fs::remove_dir_all(path))
            .map_err(Into::into)
    }

    async fn locked(&self, lock: fn(&File) -> std::io::Result<()>) -> Result<File> {
        let path = self.folder.join("lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let locking = tokio::task::spawn_blocking(move || lock(&file).map(|()| file));
        locking.await?.context("cannot lock the templates")
    }
}
