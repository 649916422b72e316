use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A `supabase/` folder: its settings, migrations, seed and edge functions. Every part may be absent.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    folder: PathBuf,
    pub(crate) settings: Settings,
}

/// The parts of `config.toml` that the stack honours.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) api: Api,
    pub(crate) auth: Auth,
    db: Database,
    functions: BTreeMap<String, FunctionSettings>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Api {
    pub(crate) schemas: Vec<String>,
    pub(crate) extra_search_path: Vec<String>,
    pub(crate) max_rows: u32,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            schemas: vec!["public".into()],
            extra_search_path: vec!["public".into(), "extensions".into()],
            max_rows: 1000,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Auth {
    /// Lifetime of an access token in seconds.
    pub(crate) jwt_expiry: u64,
    pub(crate) minimum_password_length: usize,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            jwt_expiry: 3600,
            minimum_password_length: 6,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Database {
    seed: Seed,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
struct Seed {
    enabled: bool,
    sql_paths: Vec<String>,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            enabled: true,
            sql_paths: vec!["./seed.sql".into()],
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
struct FunctionSettings {
    enabled: bool,
    verify_jwt: bool,
}

impl Default for FunctionSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            verify_jwt: true,
        }
    }
}

/// An edge function to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) entrypoint: PathBuf,
    /// Whether the gateway refuses a request without a valid JWT.
    pub(crate) verify_jwt: bool,
}

impl Project {
    /// Reads `config.toml` when there is one.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("config.toml");
        let settings = match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Settings::default(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Ok(Self {
            folder: folder.to_path_buf(),
            settings,
        })
    }

    /// The migrations in the order of their names, then the seed.
    pub(crate) fn sql_files(&self) -> Result<Vec<PathBuf>> {
        let mut files = list(&self.folder.join("migrations"), |path| has_extension(path, "sql"))?;
        if self.settings.db.seed.enabled {
            let seeds = self
                .settings
                .db
                .seed
                .sql_paths
                .iter()
                .map(|path| self.folder.join(path));
            files.extend(seeds.filter(|path| path.is_file()));
        }
        Ok(files)
    }

    pub(crate) fn functions_folder(&self) -> PathBuf {
        self.folder.join("functions")
    }

    /// Deno's configuration for all functions together.
    pub(crate) fn deno_config(&self) -> Option<PathBuf> {
        ["deno.json", "deno.jsonc"]
            .into_iter()
            .map(|name| self.functions_folder().join(name))
            .find(|path| path.is_file())
    }

    /// The enabled functions, by name. A folder that starts with `_` or `.` holds shared code or tests.
    pub(crate) fn functions(&self) -> Result<Vec<Function>> {
        let folders = list(&self.functions_folder(), Path::is_dir)?;
        let mut functions = Vec::new();
        for folder in folders {
            let Some(name) = folder.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            let settings = self.settings.functions.get(name).cloned().unwrap_or_default();
            let entrypoint = folder.join("index.ts");
            if name.starts_with(['_', '.']) || !settings.enabled || !entrypoint.is_file() {
                continue;
            }
            functions.push(Function {
                name: name.into(),
                entrypoint,
                verify_jwt: settings.verify_jwt,
            });
        }
        let known = |name: &String| functions.iter().any(|function| &function.name == name);
        let stray = self
            .settings
            .functions
            .iter()
            .find(|(name, settings)| settings.enabled && !known(name));
        if let Some((name, _)) = stray {
            bail!("config.toml configures [functions.{name}], but functions/{name}/index.ts is not there");
        }
        Ok(functions)
    }

    /// Every file that decides which packages the functions need.
    pub(crate) fn function_sources(&self) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut folders = vec![self.functions_folder()];
        while let Some(folder) = folders.pop() {
            for path in list(&folder, |_| true)? {
                if path.is_dir() && !path.ends_with("node_modules") {
                    folders.push(path);
                } else if has_extension(&path, "ts")
                    || has_extension(&path, "json")
                    || path.ends_with("deno.lock")
                {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The sorted entries of `folder` that `keep` wants; none when there is no such folder.
fn list(folder: &Path, keep: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", folder.display())),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if keep(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Project>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let project = Project::open(folder.path());
        (folder, project)
    }

    #[test]
    fn an_absent_folder_is_an_empty_project() {
        let project = Project::open(Path::new("/nonexistent/supabase")).unwrap();
        assert!(project.sql_files().unwrap().is_empty());
        assert!(project.functions().unwrap().is_empty());
        assert_eq!(project.settings.api.schemas, ["public"]);
    }

    #[test]
    fn migrations_come_in_order_and_the_seed_last() {
        let (folder, project) = project(&[
            ("migrations/2_b.sql", ""),
            ("migrations/1_a.sql", ""),
            ("seed.sql", ""),
            ("other.sql", ""),
        ]);
        let files = project.unwrap().sql_files().unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap())
            .collect();
        assert_eq!(
            names,
            [
                Path::new("migrations/1_a.sql"),
                Path::new("migrations/2_b.sql"),
                Path::new("seed.sql")
            ]
        );
    }

    #[test]
    fn a_function_checks_jwts_unless_the_settings_say_otherwise() {
        let (_folder, project) = project(&[
            ("functions/_shared/index.ts", ""),
            ("functions/join-session/index.ts", ""),
            ("functions/livekit-webhook/index.ts", ""),
            ("config.toml", "[functions.livekit-webhook]\nverify_jwt = false"),
        ]);
        let functions = project.unwrap().functions().unwrap();
        let verified: Vec<_> = functions
            .iter()
            .map(|f| (f.name.as_str(), f.verify_jwt))
            .collect();
        assert_eq!(verified, [("join-session", true), ("livekit-webhook", false)]);
    }

    #[test]
    fn settings_for_a_function_that_is_not_there_are_refused() {
        let (_folder, project) = project(&[("config.toml", "[functions.gone]\nverify_jwt = false")]);
        let error = project.unwrap().functions().unwrap_err().to_string();
        assert!(error.contains("[functions.gone]"), "{error}");
    }

    #[test]
    fn broken_settings_name_the_file() {
        let (_folder, project) = project(&[("config.toml", "[api]\nschemas = 7")]);
        assert!(format!("{:#}", project.unwrap_err()).contains("config.toml is not valid"));
    }
}
