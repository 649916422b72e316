//! What the exporter sends, read with OpenTelemetry's own messages at the other end of a real HTTP connection.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::ErrorCode;
use ipelya_core::sim;
use ipelya_core::telemetry::otlp::{self, OtlpConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tracing_subscriber::layer::SubscriberExt as _;

/// A collector that hands on what it is sent.
fn collector() -> (String, mpsc::Receiver<(HeaderMap, ExportTraceServiceRequest)>) {
    let (received, inbox) = mpsc::channel();
    let (listening, address) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(async move {
            let take = post(async move |headers: HeaderMap, body: Bytes| {
                let request = ExportTraceServiceRequest::decode(body).unwrap();
                received.send((headers, request)).unwrap();
            });
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            listening.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, Router::new().route("/v1/traces", take))
                .await
                .unwrap();
        });
    });
    let address = address.recv_timeout(Duration::from_secs(10)).unwrap();
    (format!("http://{address}/v1/traces"), inbox)
}

fn text(span: &Span, key: &str) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let found = span.attributes.iter().find(|attribute| attribute.key == key)?;
    let value = found.value.as_ref()?.value.as_ref()?;
    let Value::StringValue(text) = value else {
        return Some(format!("{value:?}"));
    };
    Some(text.clone())
}

#[test]
fn a_join_arrives_as_a_span_around_one_for_each_step_and_a_refusal_with_its_code() {
    let (endpoint, inbox) = collector();
    let config = OtlpConfig::new(&endpoint)
        .unwrap()
        .service_name("my-app")
        .header("x-api-key", "secret");
    assert!(!format!("{config:?}").contains("secret"));
    let (layer, exporter) = otlp::layer(config).unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        sim::run(1, |sim| async move {
            let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
            let session = anna.goes_live(NewSession::broadcast("Evening"))?;
            anna.publishes(session, ipelya_core::media::TrackSource::Camera)?;
            let app = bora.client().await?;
            let watching = app.join_session(session).await?;
            let mut picture = watching.video_of(anna.id()).await?;
            picture.recv().await.expect("a picture");
            let gated = sim
                .creator("Cem")
                .goes_live(NewSession::broadcast("Gated").subscribers_only())?;
            let refused = app.join_session(gated).await.err().expect("refused");
            assert_eq!(refused.code, ErrorCode::SubscriptionRequired);
            app.close().await
        });
        tracing::info_span!("of something else").in_scope(|| {});
    });
    exporter.flush().unwrap();
    let (headers, request) = inbox.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(headers["x-api-key"], "secret");
    let spans: Vec<Span> = request
        .resource_spans
        .into_iter()
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect();
    let joins: Vec<&Span> = spans.iter().filter(|span| span.name == "join").collect();
    assert_eq!(joins.len(), 2, "{spans:#?}");
    let steps = |join: &Span| -> BTreeMap<String, Span> {
        let inside = spans.iter().filter(|span| span.parent_span_id == join.span_id);
        inside.map(|span| (span.name.clone(), span.clone())).collect()
    };
    let refusal = joins.iter().find(|join| text(join, "error").is_some()).unwrap();
    assert_eq!(text(refusal, "error").as_deref(), Some("subscription_required"));
    assert_eq!(steps(refusal).into_keys().collect::<Vec<_>>(), ["authorize"]);
    let joined = joins.iter().find(|join| text(join, "error").is_none()).unwrap();
    assert!(text(joined, "id").is_some());
    let taken = steps(joined);
    assert_eq!(
        taken.keys().map(String::as_str).collect::<Vec<_>>(),
        ["authorize", "connect", "first_frame", "subscribe"]
    );
    assert!(taken["authorize"].end_time_unix_nano <= taken["connect"].end_time_unix_nano);
    assert!(
        spans.iter().all(|span| span.name != "of something else"),
        "the funnel alone"
    );
}

#[test]
fn an_address_that_is_none_is_refused_by_name() {
    for nonsense in ["", "collector:4318", "ftp://collector/v1/traces"] {
        let refused = OtlpConfig::new(nonsense).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidArgument, "{nonsense}");
        assert_eq!(refused.details.field.as_deref(), Some("endpoint"));
    }
}

#[test]
fn a_collector_that_is_away_is_an_error_of_the_flush_and_nothing_else() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", free.local_addr().unwrap());
    drop(free);
    let (layer, exporter) = otlp::layer(OtlpConfig::new(&endpoint).unwrap()).unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info_span!(target: "ipelya::funnel", "join").in_scope(|| {});
    });
    assert_eq!(exporter.flush().unwrap_err().code, ErrorCode::Internal);
}
