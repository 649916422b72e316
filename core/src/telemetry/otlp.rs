//! The steps of joins and calls as spans in an OpenTelemetry collector: OTLP over HTTP.
//!
//! ```no_run
//! use ipelya_core::telemetry::otlp::{self, OtlpConfig};
//! use tracing_subscriber::layer::SubscriberExt as _;
//! use tracing_subscriber::util::SubscriberInitExt as _;
//!
//! fn main() -> ipelya_core::domain::LiveResult<()> {
//!     let (layer, exporter) = otlp::layer(OtlpConfig::new("http://127.0.0.1:4318/v1/traces")?)?;
//!     tracing_subscriber::registry().with(layer).init();
//!     // …
//!     exporter.flush()
//! }
//! ```

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::domain::{ErrorCode, LiveError, LiveResult};

/// Where spans go.
#[derive(Clone)]
pub struct OtlpConfig {
    endpoint: url::Url,
    service_name: String,
    headers: HashMap<String, String>,
    timeout: Duration,
}

impl fmt::Debug for OtlpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers carry keys.
        f.debug_struct("OtlpConfig")
            .field("endpoint", &self.endpoint.as_str())
            .field("service_name", &self.service_name)
            .finish_non_exhaustive()
    }
}

impl OtlpConfig {
    /// Spans go to that URL: a collector's `…/v1/traces`.
    ///
    /// # Errors
    /// `invalid_argument` naming `endpoint` when it is no `http` or `https` URL.
    pub fn new(endpoint: &str) -> LiveResult<Self> {
        let refused = |why: String| LiveError::new(ErrorCode::InvalidArgument, why).with_field("endpoint");
        let endpoint = url::Url::parse(endpoint).map_err(|error| refused(error.to_string()))?;
        if !matches!(endpoint.scheme(), "http" | "https") {
            return Err(refused("not an http or https URL".into()));
        }
        Ok(Self {
            endpoint,
            service_name: "ipelya-live".into(),
            headers: HashMap::new(),
            timeout: Duration::from_secs(4),
        })
    }

    /// The service's name in traces; `ipelya-live` by default.
    #[must_use]
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = name.into();
        self
    }

    /// A header of every request: the collector's key, where it wants one. A secret.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }
}

/// Sends what was gathered, in a thread of its own. Dropping it sends the rest and stops, which blocks the thread for up to
/// five seconds where the collector is away: not on a runtime's worker.
#[derive(Debug)]
pub struct OtlpExporter(SdkTracerProvider);

impl OtlpExporter {
    /// Sends everything gathered so far, and waits for the collector, for five seconds at most. Blocks the thread.
    ///
    /// # Errors
    /// `internal` when the collector can't be reached in time.
    pub fn flush(&self) -> LiveResult<()> {
        self.0.force_flush().map_err(unsent)
    }
}

impl Drop for OtlpExporter {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans couldn't be sent");
        }
    }
}

/// A layer for any `tracing` subscriber that takes the funnel's spans alone, and what sends them in the background.
///
/// # Errors
/// `internal` when the exporter can't be built.
pub fn layer<S>(config: OtlpConfig) -> LiveResult<(impl Layer<S> + use<S>, OtlpExporter)>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(config.endpoint.as_str())
        .with_headers(config.headers)
        .with_http_client(Client::build(config.timeout)?)
        .build()
        .map_err(unsent)?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name(config.service_name).build())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("ipelya::funnel"))
        .with_filter(Targets::new().with_target("ipelya::funnel", tracing::Level::DEBUG));
    Ok((layer, OtlpExporter(provider)))
}

/// The HTTP client of the exporter's own thread: the one that the backend's requests use, made for threads that wait.
#[derive(Debug)]
struct Client(reqwest::blocking::Client);

impl Client {
    fn build(timeout: Duration) -> LiveResult<Self> {
        // A client that waits can't be made where a runtime runs.
        let made = std::thread::spawn(move || reqwest::blocking::Client::builder().timeout(timeout).build());
        let made = made.join().map_err(|_| unsent("its client couldn't be made"))?;
        made.map(Self).map_err(unsent)
    }
}

impl HttpClient for Client {
    fn send_bytes<'this, 'answer>(
        &'this self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'answer>>
    where
        'this: 'answer,
        Self: 'answer,
    {
        Box::pin(async move {
            let answer = self.0.execute(request.try_into()?)?;
            let mut response = Response::builder().status(answer.status());
            if let Some(headers) = response.headers_mut() {
                *headers = answer.headers().clone();
            }
            Ok(response.body(answer.bytes()?)?)
        })
    }
}

fn unsent(error: impl fmt::Display) -> LiveError {
    LiveError::new(ErrorCode::Internal, format!("the collector: {error}"))
}
