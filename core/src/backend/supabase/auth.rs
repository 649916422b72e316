//! Signing in with e-mail and password, for command-line programs, bots and tests.
//!
//! An app brings its own Supabase session instead: refresh tokens rotate, so only one party may hold them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::auth_reply::{Grant, Step, read_grant};
use super::config::SupabaseConfig;
use super::http::{Http, within};
use super::token::{AccessToken, TokenProvider};
use crate::backend::Answer;
use crate::backoff::full_jitter;
use crate::domain::{ErrorCode, LiveError, LiveResult, UserId};

/// How long before its end a token is renewed, unless it lives for less than four times as long.
const RENEWAL_MARGIN: Duration = Duration::from_secs(90);
/// How often a renewal is tried while the network is in trouble.
const RENEWAL_TRIES: u32 = 4;

/// A signed-in user. Renews its tokens when they are asked for: in the background while the old one is good,
/// and never twice at the same time.
pub struct PasswordSession {
    account: Arc<Account>,
}

struct Account {
    http: Http,
    changes: watch::Sender<()>,
    state: Mutex<State>,
}

struct State {
    access_token: AccessToken,
    refresh_token: String,
    renew_at: Instant,
    expires_at: Instant,
    renewal: Option<Renewal>,
    /// Why nobody is signed in any more.
    signed_out: Option<LiveError>,
}

type Renewal = Shared<BoxFuture<'static, LiveResult<AccessToken>>>;

impl PasswordSession {
    /// Signs an existing user in.
    ///
    /// # Errors
    /// `not_authenticated` for wrong credentials or an unconfirmed address, `rate_limited`, `internal`.
    pub async fn sign_in(config: &SupabaseConfig, email: &str, password: &str) -> LiveResult<Self> {
        Self::begin(config, Step::SignIn, email, password).await
    }

    /// Creates a user and signs in.
    ///
    /// # Errors
    /// `conflict` when the address is taken, `invalid_argument` naming `email` or `password`,
    /// `not_authenticated` when the project wants the address confirmed first, `rate_limited`, `internal`.
    pub async fn sign_up(config: &SupabaseConfig, email: &str, password: &str) -> LiveResult<Self> {
        Self::begin(config, Step::SignUp, email, password).await
    }

    async fn begin(config: &SupabaseConfig, step: Step, email: &str, password: &str) -> LiveResult<Self> {
        let http = Http::new(config.clone())?;
        let body = json!({ "email": email, "password": password });
        let grant = request(&http, step, &body).await?;
        let (changes, _) = watch::channel(());
        let state = Mutex::new(State::new(grant));
        let account = Account { http, changes, state };
        Ok(Self {
            account: Arc::new(account),
        })
    }

    /// Who is signed in.
    pub fn user_id(&self) -> UserId {
        self.account.state().access_token.user_id()
    }
}

impl TokenProvider for PasswordSession {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        let now = Instant::now();
        let renewal = {
            let mut state = self.account.state();
            if let Some(error) = &state.signed_out {
                return Box::pin(std::future::ready(Err(error.clone())));
            }
            let token = state.access_token.clone();
            if now < state.renew_at {
                return Box::pin(std::future::ready(Ok(token)));
            }
            let renewal = self.account.renewal(&mut state);
            if now < state.expires_at {
                return Box::pin(std::future::ready(Ok(token)));
            }
            renewal
        };
        Box::pin(renewal)
    }

    fn renew<'a>(&'a self, rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        let mut state = self.account.state();
        if let Some(error) = &state.signed_out {
            return Box::pin(std::future::ready(Err(error.clone())));
        }
        if state.access_token != *rejected {
            return Box::pin(std::future::ready(Ok(state.access_token.clone())));
        }
        Box::pin(self.account.renewal(&mut state))
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.account.changes.subscribe()
    }
}

impl State {
    fn new(grant: Grant) -> Self {
        // By the monotonic clock: a wrong wall clock must not make a good token look expired.
        let now = Instant::now();
        let margin = RENEWAL_MARGIN.min(grant.lifetime / 4);
        Self {
            access_token: grant.access_token,
            refresh_token: grant.refresh_token,
            renew_at: now + grant.lifetime.saturating_sub(margin),
            expires_at: now + grant.lifetime,
            renewal: None,
            signed_out: None,
        }
    }
}

impl Account {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The renewal that is under way, or a new one. It runs in a task of its own: a caller that gives up must
    /// not lose the rotated refresh token.
    fn renewal(self: &Arc<Self>, state: &mut State) -> Renewal {
        match &state.renewal {
            Some(renewal) if renewal.peek().is_none() => renewal.clone(),
            _ => {
                let task = tokio::spawn(Arc::clone(self).renew(state.refresh_token.clone()));
                let renewal = task.map(|outcome| {
                    outcome.unwrap_or_else(|_| {
                        Err(LiveError::new(ErrorCode::Internal, "the renewal was interrupted"))
                    })
                });
                let renewal = renewal.boxed().shared();
                state.renewal = Some(renewal.clone());
                renewal
            }
        }
    }

    async fn renew(self: Arc<Self>, refresh_token: String) -> LiveResult<AccessToken> {
        let outcome = self.try_renewal(&refresh_token).await;
        let mut state = self.state();
        match outcome {
            Ok(grant) => {
                *state = State::new(grant);
                self.changes.send_replace(());
                Ok(state.access_token.clone())
            }
            Err(error) => {
                tracing::warn!(code = %error.code, "the session couldn't be renewed");
                state.renewal = None;
                if error.code == ErrorCode::NotAuthenticated {
                    state.signed_out = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    async fn try_renewal(&self, refresh_token: &str) -> LiveResult<Grant> {
        let body = json!({ "refresh_token": refresh_token });
        let mut failed_tries = 0;
        loop {
            let error = match request(&self.http, Step::Renew, &body).await {
                Ok(grant) => return Ok(grant),
                Err(error) => error,
            };
            if !error.retryable || failed_tries + 1 == RENEWAL_TRIES {
                return Err(error);
            }
            let pause = full_jitter(failed_tries, rand::random());
            tokio::time::sleep(pause.max(error.retry_after().unwrap_or_default())).await;
            failed_tries += 1;
        }
    }
}

async fn request(http: &Http, step: Step, body: &Value) -> LiveResult<Grant> {
    let name = step.name();
    within(http.timeout(), name, async {
        let reply = http.post(name, step.path(), None, None, body).await?;
        read_grant(step, &reply)
    })
    .await
}
