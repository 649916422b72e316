use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rand::Rng;
use rand::distr::Alphanumeric;
use serde_json::json;
use url::Url;

use crate::component::{Component, Managed, Ready};
use crate::install::Installation;
use crate::jwt::{now, sign_jwt};
use crate::options::ExternalLivekit;
use crate::ports::free_port;
use crate::process::{Reaper, Signal, Spec};

const ASK_WITHIN: Duration = Duration::from_secs(10);

/// What the functions and clients need to reach LiveKit.
#[derive(Clone)]
pub(crate) struct Livekit {
    pub(crate) url: String,
    pub(crate) api_key: String,
    pub(crate) api_secret: String,
}

impl Livekit {
    /// A server of our own on `port`, with new credentials.
    pub(crate) fn local(port: u16) -> Self {
        Self {
            url: format!("ws://127.0.0.1:{port}"),
            api_key: format!("API{}", random_text(12)),
            api_secret: random_text(43),
        }
    }

    /// A server that runs elsewhere, once it has accepted the credentials.
    pub(crate) async fn external(given: &ExternalLivekit, http: &reqwest::Client) -> Result<Self> {
        let livekit = Self {
            url: given.url.clone(),
            api_key: given.api_key.clone(),
            api_secret: given.api_secret.clone(),
        };
        livekit.check(http).await?;
        Ok(livekit)
    }

    /// Lists the rooms: the cheapest call of the server API that needs valid credentials.
    async fn check(&self, http: &reqwest::Client) -> Result<()> {
        let claims = json!({
            "iss": self.api_key, "nbf": now() - 60, "exp": now() + 60, "video": { "roomList": true }
        });
        let token = sign_jwt(
            claims.as_object().context("the claims are no object")?,
            &self.api_secret,
        )?;
        let base = self
            .url
            .replacen("ws", "http", usize::from(self.url.starts_with("ws")));
        let url = Url::parse(&base)?.join("/twirp/livekit.RoomService/ListRooms")?;
        let answer = http
            .post(url)
            .bearer_auth(token)
            .json(&json!({}))
            .timeout(ASK_WITHIN)
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) if answer.status() == reqwest::StatusCode::UNAUTHORIZED => {
                bail!(
                    "LIVEKIT_API_KEY or LIVEKIT_API_SECRET is refused by the LiveKit server at {}",
                    self.url
                )
            }
            Ok(answer) => bail!(
                "LIVEKIT_URL {} answers {}, not as a LiveKit server",
                self.url,
                answer.status()
            ),
            Err(error) => bail!(
                "LIVEKIT_URL {} can't be reached: {}",
                self.url,
                error.without_url()
            ),
        }
    }

    /// The server on `port`, not yet started. It reports to `webhook`.
    pub(crate) fn prepare(
        &self,
        installation: &Installation,
        port: u16,
        webhook: &str,
        folder: &Path,
        log: PathBuf,
        reaper: &Arc<Reaper>,
    ) -> Result<Managed> {
        let config = folder.join("livekit.json");
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&config)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(self.config(port, webhook)?.to_string().as_bytes())?;
        let spec = Spec {
            name: Component::Livekit.name(),
            program: installation.livekit_server(),
            args: vec!["--config".into(), config.display().to_string()],
            env: vec![("TZ".into(), "UTC".into())],
            folder: folder.into(),
            user: None,
            log,
            stop: Signal::Kill,
        };
        let ready = Ready::Http(format!("http://127.0.0.1:{port}/").parse()?);
        Ok(Managed::new(
            spec,
            ready,
            Arc::clone(reaper),
            reqwest::Client::new(),
        ))
    }

    /// JSON is YAML, which the server reads.
    fn config(&self, port: u16, webhook: &str) -> Result<serde_json::Value> {
        Ok(json!({
            "port": port,
            "bind_addresses": ["127.0.0.1"],
            "keys": { &self.api_key: &self.api_secret },
            "logging": { "level": "info", "json": false },
            "rtc": {
                "node_ip": "127.0.0.1",
                "use_external_ip": false,
                "enable_loopback_candidate": true,
                "ips": { "includes": ["127.0.0.1/32"] },
                "tcp_port": free_port()?,
                "udp_port": free_port()?,
            },
            // Only the functions open rooms; one that nobody joins goes after five minutes.
            "room": { "auto_create": false, "empty_timeout": 300, "departure_timeout": 20 },
            "webhook": { "api_key": &self.api_key, "urls": [webhook] },
        }))
    }
}

fn random_text(length: usize) -> String {
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(length)
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_gets_credentials_of_its_own_that_are_long_enough() {
        let (one, other) = (Livekit::local(1), Livekit::local(1));
        assert!(one.api_secret.len() >= 32);
        assert_ne!(one.api_secret, other.api_secret);
        assert_ne!(one.api_key, other.api_key);
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_one_clear_line() {
        let given = ExternalLivekit {
            url: format!("ws://127.0.0.1:{}", free_port().unwrap()),
            api_key: "key".into(),
            api_secret: "x".repeat(32),
        };
        let error = Livekit::external(&given, &reqwest::Client::new())
            .await
            .err()
            .unwrap()
            .to_string();
        assert!(
            error.starts_with("LIVEKIT_URL ws://127.0.0.1:") && error.contains("can't be reached"),
            "{error}"
        );
        assert!(!error.contains('\n'));
    }
}
