//! A stack whose functions die on demand, and what has to hold whenever they did.

use ipelya_devstack::{Component, Stack, StackOptions};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::support::{Person, World, eventually};

static STACK: OnceCell<Stack> = OnceCell::const_new();
static ALONE: Mutex<()> = Mutex::const_new(());

/// The stack, for one test at a time; it is swept when a test says so.
pub struct Stand {
    pub world: World,
    pub stack: &'static Stack,
    _alone: MutexGuard<'static, ()>,
}

/// A request to try, and what its check needs to know.
pub struct Intent<Scene> {
    pub token: String,
    pub body: Value,
    pub scene: Scene,
}

impl<Scene> Intent<Scene> {
    pub fn new(person: &Person, body: Value, scene: Scene) -> Self {
        Self {
            token: person.token.clone(),
            body,
            scene,
        }
    }
}

impl Stand {
    pub async fn new() -> Self {
        let alone = ALONE.lock().await;
        let stack = STACK
            .get_or_try_init(|| Stack::start(StackOptions::default().sweep_every(None)))
            .await
            .unwrap();
        // A test that failed may have left them dead.
        stack.start_component(Component::Functions).await.unwrap();
        Self {
            world: World::of(stack.info()).await,
            stack,
            _alone: alone,
        }
    }

    /// Lets a function die at every one of its statements, each time with a new intent, until it gets through. After each
    /// death the sweeper comes, then the same request again, and then `check`.
    pub async fn die_everywhere<Scene>(
        &self,
        function: &str,
        intend: impl AsyncFn(&World) -> Intent<Scene>,
        check: impl AsyncFn(&World, &Scene, &Value),
    ) {
        for statement in 0.. {
            let Intent { token, body, scene } = intend(&self.world).await;
            let send = async || {
                let body = body.to_string().into_bytes();
                self.world.send(function, &token, Some("intent"), body).await
            };
            self.stack
                .crash_functions_at(Some((function, statement)))
                .await
                .unwrap();
            let first = send().await;
            match first.status {
                200 => assert!(statement >= 2, "{function} got through after {statement} deaths"),
                status => assert_eq!(status, 502, "{function} at {statement}: {}", first.body),
            }
            self.restart().await;
            self.sweep().await;
            self.nothing_is_left_undone().await;
            let again = send().await.granted();
            check(&self.world, &scene, &again).await;
            self.nothing_is_left_undone().await;
            if first.status == 200 {
                return;
            }
        }
    }

    /// Functions that are new, whether the old ones died or not.
    pub async fn restart(&self) {
        self.stack.kill_component(Component::Functions).await;
        self.stack.start_component(Component::Functions).await.unwrap();
    }

    /// Sweeps once all leases of whoever died have run out.
    pub async fn sweep(&self) {
        let due = "update public.livekit_outbox set next_attempt_at = now() where delivered_at is null;
                   update live.pushes set next_attempt_at = now() where settled_at is null";
        self.world.db.batch_execute(due).await.unwrap();
        let key = &self.world.info.service_role_key;
        let swept = self
            .world
            .send("sweep", key, None, b"{}".to_vec())
            .await
            .granted();
        assert_eq!(swept["failed"], 0, "{swept}");
    }

    async fn nothing_is_left_undone(&self) {
        let undone = "select count(*) from public.livekit_outbox where delivered_at is null";
        eventually("everything is out", async || {
            self.world
                .db
                .query_one(undone, &[])
                .await
                .unwrap()
                .get::<_, i64>(0)
                == 0
        })
        .await;
        self.world.assert_ledger_holds().await;
    }
}

/// A creator's request for a broadcast.
pub fn broadcast() -> Value {
    json!({ "session_type": "video_live", "title": "T", "access": "public" })
}
