use std::time::Duration;

use ipelya_core::domain::{Role, UserId};
use ipelya_devstack::{Component, Stack, StackOptions};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use uuid::Uuid;

static SHARED: OnceCell<Livekit> = OnceCell::const_new();

/// A LiveKit server.
pub struct Livekit {
    pub stack: Stack,
    http: reqwest::Client,
}

/// A room of it, with a name of its own.
pub struct Room {
    pub server: &'static Livekit,
    pub name: String,
}

impl Livekit {
    /// A server of one's own, to be stopped or killed.
    pub async fn start() -> Self {
        let without = [Component::Postgres, Component::Postgrest, Component::Functions];
        let options = without
            .into_iter()
            .fold(StackOptions::default(), StackOptions::without);
        let stack = Stack::start(options)
            .await
            .unwrap_or_else(|error| panic!("{error:#}"));
        Self {
            stack,
            http: reqwest::Client::new(),
        }
    }

    /// One server for all tests of a binary.
    pub async fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start).await
    }

    pub fn url(&self) -> &str {
        &self.stack.info().livekit_url
    }

    /// A token: `sources` is what may be published, `None` nothing.
    pub fn token(&self, identity: &str, room: &str, role: Role, sources: Option<&[&str]>) -> String {
        self.sign(json!({
            "sub": identity,
            "attributes": { "role": role.as_str() },
            "video": {
                "room": room, "roomJoin": true, "canSubscribe": true,
                "canPublish": sources.is_some(), "canPublishSources": sources.unwrap_or_default(),
            },
        }))
    }

    /// Signs claims that are valid for ten minutes unless they say otherwise.
    pub fn sign(&self, mut claims: Value) -> String {
        let now = jsonwebtoken::get_current_timestamp();
        let info = self.stack.info();
        claims["iss"] = json!(info.livekit_api_key);
        claims["nbf"] = json!(now - 3_600);
        if claims.get("exp").is_none() {
            claims["exp"] = json!(now + 600);
        }
        let key = jsonwebtoken::EncodingKey::from_secret(info.livekit_api_secret.as_bytes());
        match jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key) {
            Ok(token) => token,
            Err(error) => panic!("{error}"),
        }
    }

    /// Calls the server's API as its administrator.
    pub async fn admin(&self, method: &str, room: &str, body: Value) -> Value {
        let token = self.sign(json!({ "video": { "room": room, "roomAdmin": true, "roomCreate": true } }));
        let url = format!(
            "{}/twirp/livekit.RoomService/{method}",
            self.url().replacen("ws", "http", 1)
        );
        let request = self
            .http
            .post(url)
            .bearer_auth(token)
            .json(&body)
            .timeout(Duration::from_secs(10));
        let answer = async { request.send().await?.error_for_status()?.json().await };
        answer.await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}

impl Room {
    /// A new room on the shared server.
    pub async fn create() -> Self {
        Self::create_on(Livekit::shared().await).await
    }

    /// A new room on that server.
    pub async fn create_on(server: &'static Livekit) -> Self {
        let name = format!("live_{}", Uuid::new_v4());
        server.admin("CreateRoom", &name, json!({ "name": name })).await;
        Self { server, name }
    }

    async fn admin(&self, method: &str, mut body: Value) -> Value {
        body["room"] = json!(self.name);
        self.server.admin(method, &self.name, body).await
    }

    /// Says what somebody may publish, and the role that goes with it.
    pub async fn permit(&self, user: UserId, role: Role, sources: Option<&[&str]>) {
        let sources_now: Vec<_> = sources
            .unwrap_or_default()
            .iter()
            .map(|source| source.to_uppercase())
            .collect();
        let body = json!({
            "identity": user,
            "attributes": { "role": role.as_str() },
            "permission": { "canSubscribe": true, "canPublish": sources.is_some(), "canPublishSources": sources_now },
        });
        self.admin("UpdateParticipant", body).await;
    }

    pub async fn remove(&self, user: UserId) {
        self.admin("RemoveParticipant", json!({ "identity": user })).await;
    }

    pub async fn delete(&self) {
        self.admin("DeleteRoom", json!({})).await;
    }

    /// Who is in the room, with the sources each publishes, as the server sees it.
    pub async fn people(&self) -> Vec<(String, Vec<String>)> {
        let answer = self.admin("ListParticipants", json!({})).await;
        let list = answer["participants"].as_array().cloned().unwrap_or_default();
        let sources = |tracks: &Value| {
            let tracks = tracks.as_array().cloned().unwrap_or_default();
            tracks
                .iter()
                .map(|track| track["source"].as_str().unwrap_or_default().to_lowercase())
                .collect()
        };
        list.iter()
            .map(|one| {
                (
                    one["identity"].as_str().unwrap_or_default().to_owned(),
                    sources(&one["tracks"]),
                )
            })
            .collect()
    }

    /// What somebody publishes, as the server sees it.
    pub async fn published_by(&self, user: UserId) -> Vec<String> {
        let people = self.people().await.into_iter();
        people
            .filter(|(identity, _)| *identity == user.to_string())
            .flat_map(|(_, sources)| sources)
            .collect()
    }
}
