//! People of a test: new ones, so that tests don't meet in one another's sessions and calls.

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::backend::supabase::{PasswordSession, SupabaseBackend, SupabaseConfig, TokenProvider};
use ipelya_core::domain::{ErrorCode, IdempotencyKey, LiveError, LiveResult, UserId};
use ipelya_devstack::{Stack, shared_stack};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row};
use uuid::Uuid;

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(10);

pub struct Person {
    pub id: UserId,
    pub session: Arc<PasswordSession>,
    pub backend: SupabaseBackend,
}

pub async fn stack() -> &'static Stack {
    shared_stack().await.unwrap()
}

pub async fn config() -> SupabaseConfig {
    let info = stack().await.info();
    SupabaseConfig::new(&info.supabase_url, &info.anon_key).unwrap()
}

fn person(config: SupabaseConfig, session: PasswordSession) -> Person {
    let session = Arc::new(session);
    let tokens: Arc<dyn TokenProvider> = Arc::clone(&session) as _;
    Person {
        id: session.user_id(),
        session,
        backend: SupabaseBackend::new(config, tokens).unwrap(),
    }
}

/// Somebody who just signed up.
pub async fn somebody() -> Person {
    let config = config().await;
    let email = format!("{}@example.test", Uuid::new_v4());
    let session = PasswordSession::sign_up(&config, &email, "correct horse")
        .await
        .unwrap();
    person(config, session)
}

/// Somebody new who may open sessions.
pub async fn creator() -> Person {
    let creator = somebody().await;
    sql(
        "insert into public.profiles (id, is_creator, role) values ($1, true, 'creator')
         on conflict (id) do update set is_creator = true",
        &[&creator.id.0],
    )
    .await;
    creator
}

/// Somebody new with that many coins.
pub async fn somebody_with(coins: i64) -> Person {
    let person = somebody().await;
    let purchase = format!("test:{}", person.id);
    sql(
        "select live.credit_coins($1, $2, $3)",
        &[&person.id.0, &coins, &purchase],
    )
    .await;
    person
}

pub async fn balance(person: &Person) -> i64 {
    let statement = "select balance::bigint from public.coin_wallets where user_id = $1";
    sql(statement, &[&person.id.0]).await[0].get(0)
}

pub async fn sql(statement: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
    database().await.query(statement, parameters).await.unwrap()
}

async fn database() -> Client {
    let (client, connection) = tokio_postgres::connect(&stack().await.info().database_url, NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

pub fn key() -> IdempotencyKey {
    IdempotencyKey::random()
}

pub fn refused<T: std::fmt::Debug>(outcome: LiveResult<T>, code: ErrorCode) -> LiveError {
    let error = outcome.unwrap_err();
    assert_eq!(error.code, code, "{error}");
    error
}

pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, what)
        .await
        .expect("it didn't come in time")
}
