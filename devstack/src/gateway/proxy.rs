use std::sync::Arc;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::form_urlencoded;

use super::Gateway;

/// Belong to one connection, not to the message.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// `/rest/v1/*` is PostgREST's root.
pub(super) async fn rest(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let path = request
        .uri()
        .path()
        .strip_prefix("/rest/v1")
        .unwrap_or_default()
        .to_owned();
    // PostgREST would take the key for a filter on a column.
    let query = request
        .uri()
        .query()
        .map(without_key)
        .filter(|query| !query.is_empty());
    forward(
        &gateway.http,
        gateway.postgrest_port,
        &path,
        query.as_deref(),
        request,
    )
    .await
}

fn without_key(query: &str) -> String {
    let is_key = |pair: &&str| form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| name == "apikey");
    query
        .split('&')
        .filter(|pair| !is_key(pair))
        .collect::<Vec<_>>()
        .join("&")
}

/// Sends `request` to `path` of the component on `port` and streams its answer back.
pub(super) async fn forward(
    http: &reqwest::Client,
    port: u16,
    path: &str,
    query: Option<&str>,
    request: Request,
) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("http://127.0.0.1:{port}{path}{query}");
    let (parts, body) = request.into_parts();
    let mut forwarded = http.request(parts.method, url).headers(passed_on(parts.headers));
    // A stream of unknown length would give a GET a chunked body.
    if body.size_hint().exact() != Some(0) {
        forwarded = forwarded.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }
    match forwarded.send().await {
        Ok(answer) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = answer.status();
            *response.headers_mut() = passed_on(answer.headers().clone());
            *response.body_mut() = Body::from_stream(answer.bytes_stream());
            response
        }
        Err(error) => {
            tracing::debug!(%error, "a component didn't answer");
            let message = "An invalid response was received from the upstream server";
            (StatusCode::BAD_GATEWAY, Json(json!({ "message": message }))).into_response()
        }
    }
}

fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_taken_out_of_the_query_and_the_rest_stays_as_it_was() {
        assert_eq!(
            without_key("select=*&apikey=abc&id=eq.%20x"),
            "select=*&id=eq.%20x"
        );
        assert_eq!(without_key("apikey=abc"), "");
    }

    #[test]
    fn headers_of_the_connection_stay_behind() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "here".parse().unwrap());
        headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        let headers = passed_on(headers);
        assert!(!headers.contains_key(header::HOST));
        assert!(headers.contains_key(header::CONTENT_TYPE));
    }
}
