//! Where the project is, and how patient to be with it.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::domain::{ErrorCode, LiveError, LiveResult, limits};

/// A Supabase project.
#[derive(Clone)]
pub struct SupabaseConfig {
    url: Url,
    anon_key: String,
    pub(super) request_timeout: Duration,
    pub(super) heartbeat_interval: Duration,
    pub(super) heartbeat_timeout: Duration,
}

impl SupabaseConfig {
    /// The project at `url` (`https://<ref>.supabase.co`, or one's own gateway) with its public `anon_key`
    /// (the anon JWT or a publishable key; never the service role's).
    ///
    /// # Errors
    /// `invalid_argument` naming `url` or `anon_key`.
    pub fn new(url: &str, anon_key: impl Into<String>) -> LiveResult<Self> {
        let anon_key = anon_key.into();
        if anon_key.is_empty() || !anon_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid(
                "anon_key",
                "must be visible ASCII characters, at least one",
            ));
        }
        Ok(Self {
            url: base_url(url)?,
            anon_key,
            request_timeout: limits::REQUEST_TIMEOUT,
            heartbeat_interval: Duration::from_secs(25),
            heartbeat_timeout: Duration::from_secs(10),
        })
    }

    /// How long one request, and one join of a topic, may take; [`limits::REQUEST_TIMEOUT`] unless set.
    #[must_use]
    pub fn with_request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// How often Realtime's socket is checked (25 s unless set), and how long it may stay silent after a
    /// check (10 s unless set).
    #[must_use]
    pub fn with_heartbeat(mut self, interval: Duration, timeout: Duration) -> Self {
        self.heartbeat_interval = interval;
        self.heartbeat_timeout = timeout;
        self
    }

    /// The project's URL, without credentials, query or fragment.
    pub fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn anon_key(&self) -> &str {
        &self.anon_key
    }

    /// `path` below the project's URL: `functions/v1/join-session`.
    pub(super) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Realtime's socket. Carries the anon key, so it is never logged.
    pub(super) fn realtime_url(&self) -> String {
        let mut url = self.url.clone();
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_path(&format!("{}realtime/v1/websocket", self.url.path()));
        url.query_pairs_mut()
            .append_pair("apikey", &self.anon_key)
            .append_pair("vsn", "2.0.0");
        // `Url` refuses to change the scheme of some URLs; replacing the text can't fail.
        url.as_str().replacen(url.scheme(), scheme, 1)
    }
}

impl fmt::Debug for SupabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupabaseConfig")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

fn base_url(text: &str) -> LiveResult<Url> {
    let mut url = Url::parse(text).map_err(|_| invalid("url", "is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("url", "must start with https:// or http://"));
    }
    let extra = [
        !url.username().is_empty(),
        url.password().is_some(),
        url.query().is_some(),
        url.fragment().is_some(),
    ];
    if extra.contains(&true) {
        return Err(invalid("url", "must have no credentials, query or fragment"));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn invalid(field: &str, why: &str) -> LiveError {
    LiveError::new(ErrorCode::InvalidArgument, format!("{field} {why}")).with_field(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_field(url: &str, key: &str) -> String {
        let error = SupabaseConfig::new(url, key).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        error.details.field.unwrap()
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for url in [
            "",
            "supabase.co",
            "ftp://supabase.co",
            "https://",
            "https://user:pw@supabase.co",
            "https://supabase.co?apikey=1",
            "https://supabase.co#x",
        ] {
            assert_eq!(refused_field(url, "key"), "url", "{url:?}");
        }
        for key in ["", "two words", "line\nbreak", "şifre"] {
            assert_eq!(refused_field("https://supabase.co", key), "anon_key", "{key:?}");
        }
    }

    #[test]
    fn endpoints_lie_below_the_url_with_and_without_a_path() {
        let project = SupabaseConfig::new("https://abc.supabase.co", "key").unwrap();
        assert_eq!(project.endpoint("rest/v1"), "https://abc.supabase.co/rest/v1");
        let gateway = SupabaseConfig::new("http://localhost:8000/live", "k&y").unwrap();
        assert_eq!(
            gateway.endpoint("auth/v1/token"),
            "http://localhost:8000/live/auth/v1/token"
        );
        assert_eq!(
            gateway.realtime_url(),
            "ws://localhost:8000/live/realtime/v1/websocket?apikey=k%26y&vsn=2.0.0"
        );
        assert!(
            project
                .realtime_url()
                .starts_with("wss://abc.supabase.co/realtime/v1/websocket?")
        );
    }

    #[test]
    fn the_key_is_not_shown() {
        let config = SupabaseConfig::new("https://abc.supabase.co", "s3cret").unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
    }
}
