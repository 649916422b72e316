//! A paid broadcast with everybody in it who may be in one, and everybody who may not.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, World};

/// Everybody who may ask for something, in the order of the tables of expectations.
pub const PERSONAS: [&str; 12] = [
    "anonymous",
    "stranger",
    "subscriber",
    "ticket_holder",
    "banned",
    "muted",
    "viewer",
    "speaker",
    "co_host",
    "host",
    "other_creator",
    "service_role",
];

pub const PRICE: i64 = 10;

pub struct Scene {
    /// Everybody but the first and the last of [`PERSONAS`], who are nobody in particular.
    people: Vec<Person>,
    /// Somebody whom the host has blocked.
    pub blocked: Person,
    pub session: String,
}

impl Scene {
    /// A live session: its holder of a ticket has left, everybody else who bought one is in the room.
    pub async fn of(world: &World) -> Self {
        let (host, session) = world.live("pay_per_view", PRICE).await;
        let mut people = Vec::new();
        for name in &PERSONAS[1..PERSONAS.len() - 1] {
            people.push(match *name {
                "stranger" | "subscriber" => world.person().await,
                "other_creator" => world.creator().await,
                "host" => Person {
                    id: host.id,
                    token: host.token.clone(),
                },
                _ => world.rich(PRICE + 15).await,
            });
        }
        let blocked = world.person().await;
        let scene = Self {
            people,
            blocked,
            session,
        };
        scene.fill(world).await;
        scene
    }

    async fn fill(&self, world: &World) {
        let id = &self.session;
        for name in ["ticket_holder", "banned", "muted", "viewer", "speaker", "co_host"] {
            let body = json!({ "session_id": id, "accept_price": PRICE });
            world
                .call("join-session", self.person(name), body)
                .await
                .granted();
        }
        let host = self.person("host");
        for role in ["speaker", "co_host"] {
            let body = json!({ "session_id": id, "action": "promote", "user_id": self.person(role).id, "role": role });
            world.call("manage-stage", host, body).await.granted();
        }
        for (name, action) in [("muted", "mute"), ("banned", "ban")] {
            let body = json!({ "session_id": id, "action": action, "user_id": self.person(name).id });
            world.call("moderate", host, body).await.granted();
        }
        let leave = json!({ "session_id": id });
        world
            .call("leave-session", self.person("ticket_holder"), leave)
            .await
            .granted();
        let enter = "update public.live_participants set status = 'joined', joined_at = now()
                     where session_id = $1 and status = 'admitted'";
        world.db.execute(enter, &[&self.uuid()]).await.unwrap();
        let subscribe =
            "insert into public.creator_subscriptions (creator_id, subscriber_id) values ($1, $2)";
        let subscriber = self.person("subscriber").id;
        world
            .db
            .execute(subscribe, &[&host.id, &subscriber])
            .await
            .unwrap();
    }

    /// A row in every table that a session and its people may have one in.
    pub async fn furnish(&self, world: &World) {
        let (id, viewer, host) = (&self.session, self.person("viewer"), self.person("host"));
        let hand = json!({ "session_id": id, "action": "request" });
        world.call("manage-stage", viewer, hand).await.granted();
        let gift = json!({ "session_id": id, "coins": 5 });
        world.call("send-gift", viewer, gift).await.granted();
        self.ring(world).await;
        self.recording(world).await;
        let (host, viewer, banned, blocked) = (host.id, viewer.id, self.person("banned").id, self.blocked.id);
        world
            .db
            .batch_execute(&format!(
                "insert into public.live_messages (session_id, user_id, body) values ('{id}', '{viewer}', 'hello');
                 insert into public.user_blocks (blocker_id, blocked_id) values ('{host}', '{blocked}');
                 insert into public.creator_bans (creator_id, user_id) values ('{host}', '{banned}');
                 insert into public.reports (session_id, reporter_id, reported_id, category)
                   values ('{id}', '{viewer}', '{host}', 'spam');
                 insert into public.session_chat_settings values ('{id}', 0);
                 insert into public.session_reactions values ('{id}', 'heart', 1);
                 insert into public.live_reactions (session_id, user_id, kind) values ('{id}', '{viewer}', 'heart');
                 insert into public.call_settings values ('{viewer}', now() - interval '1 hour');
                 insert into public.device_tokens (user_id, device_id, platform, kind, token)
                   values ('{viewer}', 'phone', 'android', 'fcm', '{viewer}')"
            ))
            .await
            .unwrap();
    }

    /// The host calls the viewer; the call's id.
    pub async fn ring(&self, world: &World) -> Value {
        let body = json!({ "callee_id": self.person("viewer").id, "call_type": "audio_call" });
        let dialed = world.call("initiate-call", self.person("host"), body).await;
        dialed.granted()["call"]["id"].clone()
    }

    /// And the viewer answers.
    pub async fn talk(&self, world: &World) -> Value {
        let call = self.ring(world).await;
        let body = json!({ "call_id": call, "accept": true });
        world
            .call("answer-call", self.person("viewer"), body)
            .await
            .granted();
        call
    }

    /// A recording of the session that is ready.
    pub async fn recording(&self, world: &World) -> String {
        let insert = "insert into public.recordings (session_id, started_by, status, ended_at)
                      values ($1, $2, 'complete', now()) returning id";
        let row = world
            .db
            .query_one(insert, &[&self.uuid(), &self.person("host").id])
            .await
            .unwrap();
        row.get::<_, Uuid>(0).to_string()
    }

    pub fn uuid(&self) -> Uuid {
        Uuid::parse_str(&self.session).unwrap()
    }

    #[track_caller]
    pub fn person(&self, name: &str) -> &Person {
        let at = PERSONAS.iter().position(|persona| *persona == name).unwrap();
        &self.people[at - 1]
    }

    /// What a persona shows instead of a password.
    pub fn token<'a>(&'a self, world: &'a World, persona: &str) -> &'a str {
        match persona {
            "anonymous" => &world.info.anon_key,
            "service_role" => &world.info.service_role_key,
            name => &self.person(name).token,
        }
    }
}
