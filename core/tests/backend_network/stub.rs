//! A project whose every answer the test decides, and tokens that nobody signed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ipelya_core::backend::Answer;
use ipelya_core::backend::supabase::{AccessToken, SupabaseBackend, SupabaseConfig, TokenProvider};
use ipelya_core::domain::UserId;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(10);
pub const USER: UserId = UserId(Uuid::from_u128(7));

pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, what)
        .await
        .expect("it didn't come in time")
}

pub fn jwt(name: &str) -> String {
    let claims = json!({ "sub": USER, "exp": 4_000_000_000_i64, "name": name }).to_string();
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

/// Counts up: `token 0`, then `token 1` after a renewal or a `step`.
pub struct Tokens {
    number: AtomicU32,
    changes: watch::Sender<()>,
}

impl Tokens {
    pub fn new() -> Arc<Self> {
        let (changes, _) = watch::channel(());
        let number = AtomicU32::new(0);
        Arc::new(Self { number, changes })
    }

    pub fn step(&self) {
        self.number.fetch_add(1, Ordering::SeqCst);
        self.changes.send_replace(());
    }
}

impl TokenProvider for Tokens {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        let name = format!("token {}", self.number.load(Ordering::SeqCst));
        Box::pin(async move { AccessToken::parse(&jwt(&name)) })
    }

    fn renew<'a>(&'a self, _rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        self.step();
        self.access_token()
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

/// What a request was.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// An HTTP server that answers from a list, and at its end with 500.
#[derive(Clone, Default)]
pub struct Stub {
    answers: Arc<Mutex<VecDeque<Response>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    pub fn answer(&self, status: u16, headers: &[(&'static str, &'static str)], body: &str) {
        let status = StatusCode::from_u16(status).unwrap();
        let mut response = (status, body.to_owned()).into_response();
        for (name, value) in headers {
            response.headers_mut().insert(*name, value.parse().unwrap());
        }
        self.answers.lock().unwrap().push_back(response);
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub async fn serve(&self) -> SupabaseConfig {
        let (listener, config) = listen().await;
        let router = Router::new().fallback(respond).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        config
    }
}

async fn respond(State(stub): State<Stub>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    stub.seen.lock().unwrap().push(Seen {
        path: uri.to_string(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let answer = stub.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// A port of one's own, as a project.
pub async fn listen() -> (TcpListener, SupabaseConfig) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, SupabaseConfig::new(&url, "anon").unwrap())
}

pub fn backend(config: SupabaseConfig, tokens: &Arc<Tokens>) -> SupabaseBackend {
    let tokens: Arc<dyn TokenProvider> = Arc::clone(tokens) as _;
    SupabaseBackend::new(config, tokens).unwrap()
}
