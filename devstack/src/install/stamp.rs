use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A digest of a step's inputs.
#[derive(Default)]
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
        self
    }

    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        self.0.update((content.len() as u64).to_le_bytes());
        self.0.update(content);
        Ok(self)
    }

    /// The first 16 bytes in hexadecimal: enough to tell states apart, short enough for a folder's name.
    pub(crate) fn finish(self) -> String {
        self.0
            .finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The record that a step was completed for certain inputs.
pub(super) struct Stamp(PathBuf);

impl Stamp {
    pub(super) fn new(root: &Path, name: &str) -> Self {
        Self(root.join("stamps").join(name))
    }

    pub(super) fn matches(&self, fingerprint: &str) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|found| found == fingerprint)
    }

    pub(super) fn write(&self, fingerprint: &str) -> Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.0, fingerprint).with_context(|| format!("cannot write {}", self.0.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_join_to_the_same_bytes_differ() {
        let one = Fingerprint::default().text("ab").text("c").finish();
        let other = Fingerprint::default().text("a").text("bc").finish();
        assert_ne!(one, other);
    }

    #[test]
    fn a_stamp_matches_only_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = Stamp::new(folder.path(), "npm");
        assert!(!stamp.matches("one"));
        stamp.write("one").unwrap();
        assert!(stamp.matches("one"));
        assert!(!stamp.matches("two"));
    }
}
