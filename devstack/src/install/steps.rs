use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::paths::{Installation, node_platform};
use super::run::run;
use super::stamp::Fingerprint;
use crate::project::Project;

/// One thing to install. `run` works in a scratch folder and moves its result into place at the end.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) fingerprint: String,
    /// What must exist for the step to count as done.
    pub(super) results: Vec<PathBuf>,
    /// Needs no other step, so it may run beside them.
    pub(super) independent: bool,
    pub(super) needs_pip: bool,
    /// Its results add up, so each state of its inputs has a stamp of its own.
    additive: bool,
    pub(super) run: fn(&Installation, &Path) -> Result<()>,
}

impl Step {
    pub(super) fn stamp_name(&self) -> String {
        let name = self.name.to_lowercase().replace(' ', "-");
        if self.additive {
            format!("{name}-{}", self.fingerprint)
        } else {
            name
        }
    }
}

/// Every step, in an order in which each finds what it needs.
pub(super) fn all(installation: &Installation) -> Result<Vec<Step>> {
    let manifests = installation.manifests();
    let (tools, livekit) = (manifests.join("tools"), manifests.join("livekit"));
    let fingerprint = || Fingerprint::default().text(&node_platform());
    let functions = Project::open(&installation.repository().join("supabase"))?.function_sources()?;
    let mut functions_fingerprint = fingerprint();
    for source in &functions {
        functions_fingerprint = functions_fingerprint.file(source)?;
    }
    let mut steps = vec![
        Step {
            name: "LiveKit server",
            fingerprint: fingerprint()
                .file(&livekit.join("go.mod"))?
                .file(&livekit.join("go.sum"))?
                .finish(),
            results: vec![installation.livekit_server()],
            independent: true,
            needs_pip: false,
            additive: false,
            run: build_livekit_server,
        },
        Step {
            name: "npm packages",
            fingerprint: fingerprint()
                .file(&tools.join("package.json"))?
                .file(&tools.join("package-lock.json"))?
                .finish(),
            results: npm_programs(installation),
            independent: false,
            needs_pip: false,
            additive: false,
            run: install_npm_packages,
        },
        Step {
            name: "LiveKit client library",
            fingerprint: fingerprint().file(&tools.join("requirements.txt"))?.finish(),
            results: vec![installation.livekit_ffi(), installation.livekit_ffi_descriptors()],
            independent: false,
            needs_pip: true,
            additive: false,
            run: install_livekit_ffi,
        },
    ];
    if !functions.is_empty() {
        steps.push(Step {
            name: "edge function packages",
            fingerprint: functions_fingerprint.finish(),
            results: vec![installation.deno_cache()],
            independent: false,
            needs_pip: false,
            additive: true,
            run: cache_function_packages,
        });
    }
    Ok(steps)
}

fn npm_programs(installation: &Installation) -> Vec<PathBuf> {
    vec![
        installation.postgres().join("bin/postgres"),
        installation.postgrest(),
        installation.deno(),
    ]
}

fn build_livekit_server(installation: &Installation, scratch: &Path) -> Result<()> {
    let binary = scratch.join("livekit-server");
    run(Command::new("go")
        .current_dir(installation.manifests().join("livekit"))
        .args(["build", "-trimpath", "-mod=readonly", "-ldflags=-s -w", "-o"])
        .arg(&binary)
        .arg("github.com/livekit/livekit-server/cmd/server"))?;
    replace(&binary, &installation.livekit_server())
}

fn install_npm_packages(installation: &Installation, scratch: &Path) -> Result<()> {
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(
            installation.manifests().join("tools").join(file),
            scratch.join(file),
        )?;
    }
    // No package's own script runs: the programs are used from where npm unpacks them.
    run(Command::new("npm").current_dir(scratch).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))?;
    replace(scratch, &installation.root().join("npm"))?;
    if let Some(program) = npm_programs(installation)
        .into_iter()
        .find(|path| !path.is_file())
    {
        bail!(
            "devstack/tools/package-lock.json has no build for {}: {}",
            node_platform(),
            program.display()
        );
    }
    link_postgres_libraries(&installation.postgres())
}

/// npm packages cannot carry symbolic links: PostgreSQL's are listed in a file and made here.
fn link_postgres_libraries(tree: &Path) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Link {
        source: PathBuf,
        target: PathBuf,
    }
    let package = tree.parent().context("PostgreSQL's tree has no parent")?;
    let links: Vec<Link> = serde_json::from_slice(&fs::read(tree.join("pg-symlinks.json"))?)?;
    for link in links {
        let target = package.join(&link.target);
        let name = link.source.file_name().context("a listed link names no file")?;
        if !target.exists() {
            std::os::unix::fs::symlink(name, &target)
                .with_context(|| format!("cannot link {}", target.display()))?;
        }
    }
    Ok(())
}

fn install_livekit_ffi(installation: &Installation, scratch: &Path) -> Result<()> {
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.current_dir(scratch).args(arguments);
        command
    };
    let requirements = installation.manifests().join("tools/requirements.txt");
    run(python(&[
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ])
    .args([
        "--only-binary",
        ":all:",
        "--require-hashes",
        "--dest",
        ".",
        "--requirement",
    ])
    .arg(requirements))?;
    let wheel = fs::read_dir(scratch)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .context("pip downloaded no wheel")?;
    run(python(&["-m", "zipfile", "-e"]).arg(wheel).arg("wheel"))?;
    let package = scratch.join("wheel/livekit/rtc");
    let library = installation.livekit_ffi();
    let name = library.file_name().context("the library has no name")?;
    let result = scratch.join("result");
    fs::create_dir(&result)?;
    fs::rename(package.join("resources").join(name), result.join(name))?;
    fs::rename(package.join("resources/LICENSE.md"), result.join("LICENSE.md"))?;
    fs::rename(package.join("_proto"), result.join("proto"))?;
    replace(&result, &installation.root().join("ffi"))
}

fn cache_function_packages(installation: &Installation, _scratch: &Path) -> Result<()> {
    let project = Project::open(&installation.repository().join("supabase"))?;
    let modules: Vec<PathBuf> = project
        .function_sources()?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "ts"))
        .collect();
    let mut command = Command::new(installation.deno());
    command
        .env("DENO_DIR", installation.deno_cache())
        .env("DENO_NO_UPDATE_CHECK", "1")
        .arg("cache")
        .arg("--quiet");
    if let Some(config) = project.deno_config() {
        command.arg("--config").arg(config);
    }
    if project.functions_folder().join("deno.lock").is_file() {
        command.arg("--frozen");
    }
    run(command.args(modules))
}

/// Moves `from` to `to`, out of the way of whatever is there.
fn replace(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    let old = from.with_extension("replaced");
    if to.exists() {
        fs::rename(to, &old).with_context(|| format!("cannot move {} away", to.display()))?;
    }
    fs::rename(from, to).with_context(|| format!("cannot move {} into place", to.display()))?;
    if old.is_dir() {
        fs::remove_dir_all(&old)?
    } else if old.exists() {
        fs::remove_file(&old)?
    }
    Ok(())
}
