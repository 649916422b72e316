use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use anyhow::{Context, Result};

/// Copies a folder with its links and permissions; the copy belongs to `owner`.
pub(super) fn copy_tree(from: &Path, to: &Path, owner: Option<u32>) -> Result<()> {
    fs::create_dir(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (source, target, kind) = (entry.path(), to.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            copy_tree(&source, &target, owner)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else {
            fs::copy(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
            chown(&target, owner, owner)?;
        }
    }
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    chown(to, owner, owner).with_context(|| format!("cannot give {} away", to.display()))
}

/// Whether every user may enter all folders on the way to `path`.
pub(super) fn is_open_to_all(path: &Path) -> bool {
    const ENTER: u32 = 0o001;
    path.ancestors()
        .all(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & ENTER != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_content_links_and_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::write(from.join("inner/file"), "content").unwrap();
        symlink("inner/file", from.join("link")).unwrap();
        fs::set_permissions(&from, fs::Permissions::from_mode(0o700)).unwrap();
        copy_tree(&from, &to, None).unwrap();
        assert_eq!(fs::read_to_string(to.join("link")).unwrap(), "content");
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_private_folder_on_the_way_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!is_open_to_all(&folder.path().join("inner")));
        assert!(is_open_to_all(Path::new("/bin/sh")));
    }
}
