//! How fast the backend is on this machine: `cargo xtask bench` prints it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

#[path = "../../tests/support/mod.rs"]
mod stack_support;
#[expect(dead_code, reason = "the other binary uses the rest")]
#[path = "../../tests/functions/support.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ipelya_devstack::{Stack, StackOptions};
use serde_json::json;
use stack_support::socket::Socket;
use support::{Person, World};
use uuid::Uuid;

const CLIENTS: usize = 50;
const REQUESTS: usize = 12;
const HEARERS: usize = 1_000;
const SESSIONS: i64 = 10_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    joins_beside_an_empty_function().await;
    a_sweep_over_ten_thousand_open_sessions().await;
    a_chat_message_to_a_thousand_people().await;
}

/// The yardstick: a function that checks the caller and asks the database for next to nothing.
const EMPTY: &str = r#"
import { z } from "zod";
import { user } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { serve } from "../_shared/serve.ts";

serve("empty", {
  auth: user,
  input: z.strictObject({ session_id: z.string() }),
  handle: ({ config }) => decide(config, "uuid_or_null", { p_text: "1" }),
});
"#;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// The product with one function more.
async fn stack(folder: &Path) -> Stack {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../supabase"), folder);
    fs::create_dir(folder.join("functions/empty")).unwrap();
    fs::write(folder.join("functions/empty/index.ts"), EMPTY).unwrap();
    let config = folder.join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{text}\n[functions.empty]\nverify_jwt = false\n"),
    )
    .unwrap();
    Stack::start(StackOptions::default().supabase(folder).sweep_every(None))
        .await
        .unwrap()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        "{what:44} n {:5}  p50 {:7.1} ms  p95 {:7.1} ms  max {:7.1} ms",
        times.len(),
        at(50),
        at(95),
        at(100)
    );
}

/// So many clients at the same time, each with one request after the other.
async fn load(world: &World, people: &[Person], function: &str, session: &str) -> Vec<Duration> {
    let clients = people.iter().map(|person| async move {
        let mut times = Vec::new();
        for _ in 0..REQUESTS {
            let started = Instant::now();
            let body = json!({ "session_id": session });
            world.call(function, person, body).await.granted();
            times.push(started.elapsed());
        }
        times
    });
    join_all(clients).await.concat()
}

async fn joins_beside_an_empty_function() {
    let folder = tempfile::tempdir().unwrap();
    let stack = stack(&folder.path().join("supabase")).await;
    let world = World::of(stack.info()).await;
    let (_, id) = world.live("public", 0).await;
    let mut people = Vec::new();
    for _ in 0..CLIENTS {
        people.push(world.person().await);
    }
    // The room has told of itself, as it has whenever a session goes on.
    let told = "select room_sid is not null from public.live_sessions where id = $1";
    support::eventually("the room is open", async || world.value(told, &id).await == true).await;
    // Each connection to the database plans what it is asked for the first time.
    for function in ["empty", "join-session"] {
        load(&world, &people, function, &id).await;
    }
    for round in 1..=3 {
        report(
            &format!("empty function, round {round}"),
            load(&world, &people, "empty", &id).await,
        );
        report(
            &format!("join-session, round {round}"),
            load(&world, &people, "join-session", &id).await,
        );
    }
    stack.stop().await;
}

async fn a_sweep_over_ten_thousand_open_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let stack = stack(&folder.path().join("supabase")).await;
    let world = World::of(stack.info()).await;
    let fill = format!(
        "create temporary table hosts as select gen_random_uuid() as id from generate_series(1, {SESSIONS});
         insert into auth.users (id, aud, role, email) select id, 'authenticated', 'authenticated', id || '@example.com' from hosts;
         set session_replication_role = replica;
         insert into public.live_sessions (session_type, title, host_id, access, status, started_at, ends_at)
           select 'video_live', 'T', id, 'public', 'live', now(), now() + interval '1 hour' from hosts;
         set session_replication_role = origin; analyze"
    );
    world.db.batch_execute(&fill).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        world
            .send("sweep", &world.info.service_role_key, None, b"{}".to_vec())
            .await
            .granted();
        times.push(started.elapsed());
    }
    report("sweep over 10,000 open sessions", times);
    stack.stop().await;
}

async fn a_chat_message_to_a_thousand_people() {
    let folder = tempfile::tempdir().unwrap();
    let stack = stack(&folder.path().join("supabase")).await;
    let world = World::of(stack.info()).await;
    let (_, id) = world.live("public", 0).await;
    let writer = world.person().await;
    world
        .call("join-session", &writer, json!({ "session_id": id }))
        .await
        .granted();
    let enter = "update public.live_participants set status = 'joined' where user_id = $1";
    world.db.execute(enter, &[&writer.id]).await.unwrap();
    let mut hearers = Vec::new();
    for _ in 0..HEARERS {
        let mut socket = Socket::connect(stack.info()).await;
        let joined = socket.join(&format!("session:{id}"), &writer.token).await;
        assert_eq!(joined["status"], "ok");
        hearers.push(socket);
    }
    let mut times = Vec::new();
    for _ in 0..5 {
        let body = Uuid::new_v4().to_string();
        let started = Instant::now();
        let hear = hearers.iter_mut().map(|socket| async {
            loop {
                let message = socket.next().await.unwrap();
                if message.to_string().contains(&body) {
                    return started.elapsed();
                }
            }
        });
        let write = world.write(
            &writer,
            "live_messages",
            json!({ "session_id": id, "body": body }),
        );
        let (written, heard) = tokio::join!(write, join_all(hear));
        assert_eq!(written.status, 201);
        times.extend(heard);
    }
    report("chat message to 1,000 subscribers (double)", times);
    stack.stop().await;
}
