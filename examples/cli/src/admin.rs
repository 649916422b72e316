//! What only the operator can see: LiveKit's rooms and the database's rows.

use anyhow::{Context, Result};
use ipelya_core::domain::{SessionId, UserId};
use ipelya_devstack::{StackInfo, sign_jwt};
use serde_json::{Value, json};
use tokio_postgres::NoTls;

use ipelya_core::media::test_signal::wall_clock_ms;

/// The operator of the stack.
pub struct Admin {
    http: reqwest::Client,
    livekit: String,
    api_key: String,
    api_secret: String,
    database: tokio_postgres::Client,
}

impl Admin {
    /// Connects to the stack's database.
    ///
    /// # Errors
    /// When it can't be reached.
    pub async fn connect(info: &StackInfo) -> Result<Self> {
        let (database, connection) = tokio_postgres::connect(&info.database_url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self {
            http: reqwest::Client::new(),
            livekit: info.livekit_url.replacen("ws", "http", 1),
            api_key: info.livekit_api_key.clone(),
            api_secret: info.livekit_api_secret.clone(),
            database,
        })
    }

    /// Names of the rooms that LiveKit has.
    ///
    /// # Errors
    /// When LiveKit doesn't answer.
    pub async fn rooms(&self) -> Result<Vec<String>> {
        let expires = wall_clock_ms() / 1_000 + 60;
        let claims = json!({ "iss": self.api_key, "exp": expires, "video": { "roomList": true } });
        let claims = claims.as_object().cloned().unwrap_or_default();
        let answer: Value = self
            .http
            .post(format!("{}/twirp/livekit.RoomService/ListRooms", self.livekit))
            .bearer_auth(sign_jwt(&claims, &self.api_secret)?)
            .json(&json!({}))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let rooms = answer["rooms"].as_array().cloned().unwrap_or_default();
        Ok(rooms
            .iter()
            .filter_map(|room| room["name"].as_str().map(str::to_owned))
            .collect())
    }

    /// Coins in somebody's wallet.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub async fn balance(&self, user: UserId) -> Result<i64> {
        let row = self
            .database
            .query_opt(
                "select balance::bigint from public.coin_wallets where user_id = $1",
                &[&user.0],
            )
            .await?;
        Ok(row.map_or(0, |row| row.get(0)))
    }

    /// The sum of all entries of the ledger, which is zero.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub async fn ledger_sum(&self) -> Result<i64> {
        let row = self
            .database
            .query_one(
                "select coalesce(sum(amount), 0)::bigint from public.coin_entries",
                &[],
            )
            .await?;
        Ok(row.get(0))
    }

    /// People watching, as the database counts them.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub async fn viewer_count(&self, session: SessionId) -> Result<i64> {
        let row = self
            .database
            .query_one(
                "select viewer_count::bigint from public.live_sessions where id = $1",
                &[&session.0],
            )
            .await?;
        Ok(row.get(0))
    }

    /// Sessions and calls that aren't over.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub async fn open_rows(&self) -> Result<i64> {
        let sql = "select (select count(*) from public.live_sessions where status <> 'ended')
                        + (select count(*) from public.calls where status <> 'ended')";
        Ok(self.database.query_one(sql, &[]).await?.get(0))
    }

    /// Changes a row of `live.settings`, and returns what it was.
    ///
    /// # Errors
    /// When there is no such setting, or the database doesn't answer.
    pub async fn set(&self, setting: &str, value: i64) -> Result<i64> {
        let sql = "update live.settings s set value = $2 from live.settings old
                   where s.name = $1 and old.name = $1 returning old.value";
        let row = self.database.query_opt(sql, &[&setting, &value]).await?;
        Ok(row
            .with_context(|| format!("live.settings has no {setting}"))?
            .get(0))
    }
}

/// Asks again until the answer satisfies, or patience is over; the last answer either way.
///
/// # Errors
/// When asking fails.
pub async fn eventually<T, F>(mut ask: impl FnMut() -> F, satisfies: impl Fn(&T) -> bool) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let until = tokio::time::Instant::now() + crate::measure::PATIENCE;
    loop {
        let answer = ask().await.context("the operator's question")?;
        if satisfies(&answer) || tokio::time::Instant::now() >= until {
            return Ok(answer);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
