use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result};

use super::progress::{Progress, StepEvent};

/// Holds the install folder until dropped, so that two setups never write it at once.
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub(super) fn acquire(root: &Path, progress: &dyn Progress) -> Result<Self> {
        let path = root.join("setup.lock");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.report("install folder", StepEvent::Waiting);
                file.lock().context("cannot lock the install folder")?;
            }
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the install folder"),
        }
        Ok(Self { _file: file })
    }
}
