//! A started stack, people made for one test each, and the functions called as an app calls them.

use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use ipelya_core::domain::ErrorCode;
use ipelya_devstack::{StackInfo, sign_jwt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// Somebody with an account and a valid access token.
pub struct Person {
    pub id: Uuid,
    pub token: String,
}

/// What a function answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The answer of a request that was granted.
    #[track_caller]
    pub fn granted(self) -> Value {
        assert_eq!(self.status, 200, "refused: {}", self.body);
        self.body
    }

    /// The `error` object of a refusal, which has to carry this code, its status and its retryability.
    #[track_caller]
    pub fn refused(self, code: ErrorCode) -> Value {
        let error = self.body["error"].clone();
        assert_eq!(
            error["code"],
            code.as_str(),
            "status {}: {}",
            self.status,
            self.body
        );
        assert_eq!(self.status, code.http_status(), "{error}");
        assert_eq!(error["retryable"], code.retryable(), "{error}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty()),
            "{error}"
        );
        error
    }
}

/// A stack in use.
pub struct World {
    pub info: StackInfo,
    pub db: Client,
    pub http: reqwest::Client,
}

impl World {
    pub async fn of(info: &StackInfo) -> Self {
        let (db, connection) = tokio_postgres::connect(&info.database_url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self {
            info: info.clone(),
            db,
            http: reqwest::Client::new(),
        }
    }

    /// Somebody new.
    pub async fn person(&self) -> Person {
        let id = Uuid::new_v4();
        let email = format!("{id}@example.com");
        let users =
            "insert into auth.users (id, aud, role, email) values ($1, 'authenticated', 'authenticated', $2)";
        self.db.execute(users, &[&id, &email]).await.unwrap();
        let profiles = "insert into public.profiles (id, username, display_name) values ($1, $2, 'Somebody')";
        self.db.execute(profiles, &[&id, &email]).await.unwrap();
        Person {
            id,
            token: self.token(json!({ "sub": id })),
        }
    }

    /// Somebody new who may open sessions.
    pub async fn creator(&self) -> Person {
        let person = self.person().await;
        self.db
            .execute(
                "update public.profiles set is_creator = true where id = $1",
                &[&person.id],
            )
            .await
            .unwrap();
        person
    }

    /// Somebody new with so many coins.
    pub async fn rich(&self, coins: i64) -> Person {
        let person = self.person().await;
        let reference = format!("test:{}", person.id);
        self.db
            .execute(
                "select live.credit_coins($1, $2, $3)",
                &[&person.id, &coins, &reference],
            )
            .await
            .unwrap();
        person
    }

    /// An access token as Supabase Auth issues it, with some claims changed (`null` removes one).
    pub fn token(&self, claims: Value) -> String {
        self.token_signed(claims, &self.info.jwt_secret)
    }

    pub fn token_signed(&self, claims: Value, secret: &str) -> String {
        let mut all = json!({
            "aud": "authenticated", "role": "authenticated", "iss": format!("{}/auth/v1", self.info.supabase_url),
            "exp": now() + 3600,
        });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let all = all
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| !value.is_null());
        sign_jwt(
            &all.map(|(name, value)| (name.clone(), value.clone())).collect(),
            secret,
        )
        .unwrap()
    }

    /// Calls a function as a person.
    pub async fn call(&self, function: &str, person: &Person, body: Value) -> Answer {
        self.send(function, &person.token, None, body.to_string().into_bytes())
            .await
    }

    /// Calls a function as a person, with an idempotency key.
    pub async fn call_once(&self, function: &str, person: &Person, key: &str, body: Value) -> Answer {
        self.send(function, &person.token, Some(key), body.to_string().into_bytes())
            .await
    }

    pub async fn send(&self, function: &str, token: &str, key: Option<&str>, body: Vec<u8>) -> Answer {
        let url = format!("{}/functions/v1/{function}", self.info.supabase_url);
        let mut request = self
            .http
            .post(url)
            .header("apikey", &self.info.anon_key)
            .bearer_auth(token)
            .body(body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        answer(request).await
    }

    /// Reads a table through PostgREST: the status and the rows, or the error.
    pub async fn rows(&self, query: &str, token: &str) -> (u16, Value) {
        let url = format!("{}/rest/v1/{query}", self.info.supabase_url);
        let request = self
            .http
            .get(url)
            .header("apikey", &self.info.anon_key)
            .bearer_auth(token);
        let Answer { status, body } = answer(request).await;
        (status, body)
    }

    /// Inserts a row through PostgREST.
    pub async fn write(&self, person: &Person, table: &str, row: Value) -> Answer {
        let url = format!("{}/rest/v1/{table}", self.info.supabase_url);
        let request = self.http.post(url).header("apikey", &self.info.anon_key);
        answer(request.bearer_auth(&person.token).json(&row)).await
    }

    /// Deletes rows through PostgREST: those of them that the person may.
    pub async fn erase(&self, person: &Person, query: &str) -> Answer {
        let url = format!("{}/rest/v1/{query}", self.info.supabase_url);
        let request = self.http.delete(url).header("apikey", &self.info.anon_key);
        answer(request.bearer_auth(&person.token)).await
    }

    /// A live session of a new host: the host and the session's id.
    pub async fn live(&self, access: &str, price: i64) -> (Person, String) {
        let host = self.creator().await;
        let body =
            json!({ "session_type": "video_live", "title": "Live", "access": access, "price_coins": price });
        let session = self.call("create-session", &host, body).await.granted()["session"]["id"].clone();
        let id = session.as_str().unwrap().to_owned();
        self.call("start-session", &host, json!({ "session_id": id }))
            .await
            .granted();
        (host, id)
    }

    /// An event as LiveKit sends it, signed.
    pub async fn livekit_tells(&self, event: Value) -> Answer {
        let body = event.to_string();
        self.webhook(&body, Some(&self.signature(&body, &self.info.livekit_api_secret)))
            .await
    }

    pub async fn webhook(&self, body: &str, signature: Option<&str>) -> Answer {
        let url = format!("{}/functions/v1/livekit-webhook", self.info.supabase_url);
        let request = self
            .http
            .post(url)
            .header("content-type", "application/webhook+json")
            .body(body.to_owned());
        answer(match signature {
            Some(signature) => request.header("authorization", signature),
            None => request,
        })
        .await
    }

    pub fn signature(&self, body: &str, secret: &str) -> String {
        let sha256 = BASE64_STANDARD.encode(Sha256::digest(body));
        let claims = json!({ "iss": self.info.livekit_api_key, "exp": now() + 60, "sha256": sha256 });
        sign_jwt(claims.as_object().unwrap(), secret).unwrap()
    }

    /// Whether LiveKit itself has a room of that name.
    pub async fn room_exists(&self, name: &str) -> bool {
        let claims =
            json!({ "iss": self.info.livekit_api_key, "exp": now() + 60, "video": { "roomList": true } });
        let token = sign_jwt(claims.as_object().unwrap(), &self.info.livekit_api_secret).unwrap();
        let url = format!(
            "{}/twirp/livekit.RoomService/ListRooms",
            self.info.livekit_url.replacen("ws", "http", 1)
        );
        let request = self
            .http
            .post(url)
            .bearer_auth(token)
            .json(&json!({ "names": [name] }));
        let rooms = answer(request).await.granted();
        rooms["rooms"].as_array().is_some_and(|rooms| !rooms.is_empty())
    }

    /// One value out of the database, as JSON.
    pub async fn value(&self, query: &str, id: &str) -> Value {
        let query = format!("select to_jsonb(({query}))");
        let row = self
            .db
            .query_one(&query, &[&Uuid::parse_str(id).unwrap()])
            .await
            .unwrap();
        row.get::<_, Option<Value>>(0).unwrap_or(Value::Null)
    }

    pub async fn balance(&self, person: &Person) -> i64 {
        let query = "select balance from public.coin_wallets where user_id = $1";
        self.value(query, &person.id.to_string())
            .await
            .as_i64()
            .unwrap_or(0)
    }

    /// Every coin that was ever moved came from somewhere.
    pub async fn assert_ledger_holds(&self) {
        let query = "select (select count(*) from (select from public.coin_entries group by transaction_id
                             having sum(amount) <> 0) t)
                        + (select count(*) from public.coin_wallets w where kind = 'user' and balance <> coalesce(
                             (select sum(amount) from public.coin_entries where wallet_id = w.id), 0))";
        let wrong: i64 = self.db.query_one(query, &[]).await.unwrap().get(0);
        assert_eq!(
            wrong, 0,
            "transactions that don't sum to zero, or wallets that don't match their entries"
        );
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Answer {
        status,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

/// The claims of a LiveKit token.
pub fn claims(livekit: &Value) -> Value {
    let token = livekit["token"].as_str().unwrap();
    let payload = BASE64_URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    serde_json::from_slice(&payload).unwrap()
}

/// Seconds since 1970.
pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// Waits until something has come true, for ten seconds at most.
pub async fn eventually(what: &str, check: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !check().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
