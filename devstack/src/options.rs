use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use url::Url;

use crate::component::Component;

/// LiveKit and Supabase refuse or warn about shorter secrets.
const SHORTEST_SECRET: usize = 32;

/// A LiveKit server that runs elsewhere, for example in LiveKit Cloud.
#[derive(Clone)]
pub(crate) struct ExternalLivekit {
    pub(crate) url: String,
    pub(crate) api_key: String,
    pub(crate) api_secret: String,
}

/// How a stack is started. The default is the whole product with its seed.
#[derive(Clone)]
pub struct StackOptions {
    pub(crate) supabase: Option<PathBuf>,
    pub(crate) without: Vec<Component>,
    pub(crate) sweep_every: Option<Duration>,
    pub(crate) jwt_expiry: Option<Duration>,
    pub(crate) jwt_secret: Option<String>,
    pub(crate) logs: Option<PathBuf>,
    pub(crate) port: Option<u16>,
    pub(crate) livekit: Option<ExternalLivekit>,
    pub(crate) function_env: Vec<(String, String)>,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            supabase: None,
            without: Vec::new(),
            sweep_every: Some(Duration::from_secs(1)),
            jwt_expiry: None,
            jwt_secret: None,
            logs: None,
            port: None,
            livekit: None,
            function_env: Vec::new(),
        }
    }
}

impl StackOptions {
    /// Uses another folder than the repository's `supabase/`: its settings, migrations, seed and functions.
    #[must_use]
    pub fn supabase(mut self, folder: impl AsRef<Path>) -> Self {
        self.supabase = Some(folder.as_ref().into());
        self
    }

    /// Leaves a component out. Without PostgreSQL, PostgREST, Auth and Realtime don't work either.
    #[must_use]
    pub fn without(mut self, component: Component) -> Self {
        self.without.push(component);
        self
    }

    /// How often the function `sweep` is called; `None`: never. The default is every second.
    #[must_use]
    pub fn sweep_every(mut self, interval: Option<Duration>) -> Self {
        self.sweep_every = interval;
        self
    }

    /// Lifetime of the access tokens that Auth issues, in whole seconds. The default is `config.toml`'s.
    #[must_use]
    pub fn jwt_expiry(mut self, expiry: Duration) -> Self {
        self.jwt_expiry = Some(expiry);
        self
    }

    /// The HS256 secret, at least 32 characters. The default is a new random one.
    #[must_use]
    pub fn jwt_secret(mut self, secret: impl Into<String>) -> Self {
        self.jwt_secret = Some(secret.into());
        self
    }

    /// Writes the components' logs to this folder, where they stay. The default is the stack's own temporary
    /// folder.
    #[must_use]
    pub fn logs(mut self, folder: impl AsRef<Path>) -> Self {
        self.logs = Some(folder.as_ref().into());
        self
    }

    /// The gateway's port. The default is a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Uses a LiveKit server that runs elsewhere; it is asked once at start whether it knows the credentials.
    #[must_use]
    pub fn external_livekit(mut self, url: &str, api_key: &str, api_secret: &str) -> Self {
        self.livekit = Some(ExternalLivekit {
            url: url.into(),
            api_key: api_key.into(),
            api_secret: api_secret.into(),
        });
        self
    }

    /// Sets or overrides a variable of the functions' environment.
    #[must_use]
    pub fn function_env(mut self, name: &str, value: &str) -> Self {
        self.function_env.push((name.into(), value.into()));
        self
    }

    pub(crate) fn has(&self, component: Component) -> bool {
        let is_external = component == Component::Livekit && self.livekit.is_some();
        !is_external && !self.without.contains(&component)
    }

    /// Fails with one line about the first setting that cannot work.
    pub(crate) fn validate(&self) -> Result<()> {
        if let Some(secret) = &self.jwt_secret {
            ensure!(
                secret.len() >= SHORTEST_SECRET,
                "JWT_SECRET must have at least {SHORTEST_SECRET} characters"
            );
        }
        if let Some(expiry) = self.jwt_expiry {
            ensure!(
                expiry.as_secs() >= 1,
                "the JWT expiry must be at least one second"
            );
        }
        if self.sweep_every.is_some_and(|interval| interval.is_zero()) {
            bail!("the sweep interval must not be zero");
        }
        if let Some(livekit) = &self.livekit {
            check_livekit_url(&livekit.url)?;
            ensure!(!livekit.api_key.is_empty(), "LIVEKIT_API_KEY is empty");
            ensure!(
                livekit.api_secret.len() >= SHORTEST_SECRET,
                "LIVEKIT_API_SECRET must have at least {SHORTEST_SECRET} characters"
            );
        }
        self.function_env
            .iter()
            .try_for_each(|(name, value)| check_function_variable(name, value))
    }
}

fn check_function_variable(name: &str, value: &str) -> Result<()> {
    match name {
        "LIVEKIT_URL" => check_livekit_url(value),
        "SUPABASE_URL" => check_url(name, value, &["http", "https"]),
        "SUPABASE_DB_URL" => check_url(name, value, &["postgres", "postgresql"]),
        _ if name.is_empty() || name.contains(['=', '\0']) => bail!("{name:?} is no name of a variable"),
        _ => Ok(()),
    }
}

fn check_livekit_url(value: &str) -> Result<()> {
    check_url("LIVEKIT_URL", value, &["ws", "wss", "http", "https"])
}

fn check_url(name: &str, value: &str, schemes: &[&str]) -> Result<()> {
    let expected = schemes
        .iter()
        .map(|scheme| format!("{scheme}://"))
        .collect::<Vec<_>>()
        .join(" or ");
    match Url::parse(value) {
        Ok(url) if schemes.contains(&url.scheme()) && url.has_host() => Ok(()),
        Ok(_) | Err(_) => bail!("{name} is {value:?}, which doesn't begin with {expected} and a host"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(options: StackOptions) -> String {
        options.validate().unwrap_err().to_string()
    }

    #[test]
    fn the_default_is_valid() {
        StackOptions::default().validate().unwrap();
    }

    #[test]
    fn each_wrong_setting_is_one_line_that_names_it() {
        let secret = "x".repeat(32);
        let wrong = [
            (StackOptions::default().jwt_secret("short"), "JWT_SECRET"),
            (
                StackOptions::default().external_livekit("livekit.example.com", "key", &secret),
                "LIVEKIT_URL",
            ),
            (
                StackOptions::default().external_livekit("wss://example.com", "", &secret),
                "LIVEKIT_API_KEY",
            ),
            (
                StackOptions::default().external_livekit("wss://example.com", "key", "short"),
                "LIVEKIT_API_SECRET",
            ),
            (
                StackOptions::default().function_env("LIVEKIT_URL", "nowhere"),
                "LIVEKIT_URL",
            ),
            (
                StackOptions::default().function_env("SUPABASE_URL", "ftp://example.com"),
                "SUPABASE_URL",
            ),
            (
                StackOptions::default().function_env("SUPABASE_DB_URL", "localhost"),
                "SUPABASE_DB_URL",
            ),
            (
                StackOptions::default().jwt_expiry(Duration::from_millis(10)),
                "JWT expiry",
            ),
            (
                StackOptions::default().sweep_every(Some(Duration::ZERO)),
                "sweep interval",
            ),
        ];
        for (options, name) in wrong {
            let message = refusal(options);
            assert!(message.contains(name) && !message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn a_secret_is_never_quoted() {
        assert!(!refusal(StackOptions::default().jwt_secret("tiny-secret")).contains("tiny-secret"));
    }
}
