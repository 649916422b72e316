//! Who takes part, and how they are waited for.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use ipelya::{
    ClientConfig, LiveClient, LiveSession, MediaCapture, SessionSnapshot, TokenFailure, TokenProvider,
};
use ipelya_core::backend::NewSession;
use ipelya_core::backend::supabase::{PasswordSession, SupabaseConfig, TokenProvider as _};
use ipelya_core::domain::SessionId;
use ipelya_devstack::install::Installation;
use ipelya_devstack::{StackInfo, shared_stack};
use tokio::runtime::Runtime;

/// The backend of all tests.
pub struct World(&'static StackInfo);

/// Outlives the tests: the stack's servers run on it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
/// The same people take part in every test, so one runs at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Runs a test in the world.
pub fn story(act: impl AsyncFnOnce(&World)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    RUNTIME.block_on(async {
        let stack = shared_stack().await.unwrap();
        act(&World(stack.info())).await;
    });
}

/// What it answers within 20 seconds.
pub async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work)
        .await
        .expect("in time")
}

impl World {
    fn info(&self) -> &'static StackInfo {
        self.0
    }

    /// How this world is reached.
    pub fn config(&self) -> ClientConfig {
        ClientConfig {
            supabase_url: self.info().supabase_url.clone(),
            anon_key: self.info().anon_key.clone(),
            device_id: None,
            request_timeout_ms: None,
            media_library: Some(Installation::locate().livekit_ffi().display().to_string()),
        }
    }

    /// Somebody's client, with a test card for a camera.
    pub async fn client(&self, name: &str) -> LiveClient {
        let person = Arc::new(Person::of(self, name));
        LiveClient::connect_with_test_signal(self.config(), person)
            .await
            .unwrap()
    }

    /// A token of somebody's that was good an hour ago.
    pub fn expired_token(&self, name: &str) -> String {
        let user = self.info().user(name).expect("the stack has that user");
        user.expired_token(&self.info().jwt_secret).unwrap()
    }

    /// Somebody's client, with devices of the app.
    pub async fn client_with(&self, name: &str, devices: Arc<dyn MediaCapture>) -> LiveClient {
        let person = Arc::new(Person::of(self, name));
        LiveClient::connect(self.config(), person, Some(devices))
            .await
            .unwrap()
    }
}

/// How often whole clients come and go: a few times, or `IPELYA_CYCLES` times.
pub fn cycles() -> usize {
    std::env::var("IPELYA_CYCLES").map_or(10, |count| count.parse().unwrap())
}

/// Somebody of the stack's, signed in by the app.
pub struct Person {
    url: String,
    anon_key: String,
    email: String,
    password: String,
}

impl Person {
    pub fn of(world: &World, name: &str) -> Self {
        let user = world.info().user(name).expect("the stack has that user");
        Self {
            url: world.info().supabase_url.clone(),
            anon_key: world.info().anon_key.clone(),
            email: user.email.clone(),
            password: user.password.clone(),
        }
    }
}

impl Person {
    /// A token that is good now.
    pub async fn token(&self) -> String {
        let config = SupabaseConfig::new(&self.url, &self.anon_key).unwrap();
        let session = PasswordSession::sign_in(&config, &self.email, &self.password)
            .await
            .unwrap();
        session.access_token().await.unwrap().expose().to_owned()
    }
}

#[async_trait::async_trait]
impl TokenProvider for Person {
    async fn access_token(&self, _rejected: Option<String>) -> Result<String, TokenFailure> {
        Ok(self.token().await)
    }
}

/// A broadcast that is live.
pub async fn on_air(creator: &LiveClient, title: &str) -> LiveSession {
    let session = creator
        .create_session(NewSession::broadcast(title))
        .await
        .unwrap();
    session.go_live().await.unwrap();
    session
}

pub fn id(session: &LiveSession) -> SessionId {
    session.snapshot().session.expect("it was entered").id
}

/// The first snapshot that is so.
pub async fn until(session: &LiveSession, condition: impl Fn(&SessionSnapshot) -> bool) -> SessionSnapshot {
    within(async {
        let mut last = 0;
        loop {
            let now = session.next_snapshot(last).await.unwrap().expect("it goes on");
            last = now.seq;
            if condition(&now) {
                return now;
            }
        }
    })
    .await
}
