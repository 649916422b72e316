//! Two processes that know JSON alone, on the real stack: a broadcast and a call.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Stdio;
use std::time::Duration;

use ipelya_devstack::install::Installation;
use ipelya_devstack::{Stack, StackInfo, StackOptions};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long anything may take to happen.
const PATIENCE: Duration = Duration::from_secs(20);

struct Host {
    id: String,
    jwt: String,
    process: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    last: u32,
}

impl Host {
    async fn start(info: &StackInfo, name: &str) -> Self {
        let user = info.user(name).unwrap();
        let signed_in: Value = reqwest::Client::new()
            .post(format!("{}/auth/v1/token?grant_type=password", info.supabase_url))
            .header("apikey", &info.anon_key)
            .json(&json!({ "email": user.email, "password": user.password }))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_ipelya-bridge-host"))
            .env("IPELYA_LIVEKIT_FFI", Installation::locate().livekit_ffi())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut host = Self {
            id: signed_in["user"]["id"].as_str().unwrap().to_owned(),
            jwt: signed_in["access_token"].as_str().unwrap().to_owned(),
            input: process.stdin.take(),
            process,
            output,
            last: 0,
        };
        host.write(&json!({ "supabase_url": info.supabase_url, "anon_key": info.anon_key }))
            .await;
        host.ask("attach", json!({})).await;
        host
    }

    async fn write(&mut self, line: &Value) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn send(&mut self, command: &str, mut fields: Value) -> u32 {
        self.last += 1;
        fields["id"] = json!(self.last);
        fields["command"] = json!(command);
        self.write(&fields).await;
        self.last
    }

    async fn ask(&mut self, command: &str, fields: Value) -> Value {
        let id = self.send(command, fields).await;
        let reply = self
            .until(|update| update["update"] == "reply" && update["id"] == id)
            .await;
        assert_ne!(reply["outcome"], "refused", "{command}: {reply}");
        reply
    }

    /// Reads on, answers for the token as an app does, and returns the first update that is wanted.
    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let reading = async {
            loop {
                let line = self.output.next_line().await.unwrap().expect("the host goes on");
                let update: Value = serde_json::from_str(&line).unwrap();
                if update["update"] == "token_wanted" {
                    let jwt = self.jwt.clone();
                    self.send("token", json!({ "jwt": jwt })).await;
                }
                if wanted(&update) {
                    return update;
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("in time")
    }

    async fn state(&mut self, of: &str, state: &str) -> Value {
        self.until(|update| {
            update["update"] == of && update["change"] == "state" && update["value"]["state"] == state
        })
        .await
    }

    /// Closes the input; the program ends by itself.
    async fn end(mut self) {
        drop(self.input.take());
        let mut rest = self.output;
        tokio::time::timeout(PATIENCE, async {
            while rest.next_line().await.unwrap().is_some() {}
            assert!(self.process.wait().await.unwrap().success());
        })
        .await
        .expect("the program ends");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_broadcast_watch_and_call_over_json() {
    let stack = Stack::start(StackOptions::default()).await.unwrap();
    let mut creator = Host::start(stack.info(), "creator").await;
    let mut viewer = Host::start(stack.info(), "viewer").await;

    let session = creator.ask("open_session", json!({})).await["session"].clone();
    let create =
        json!({ "session": session, "session_type": "video_live", "title": "Over JSON", "access": "public" });
    creator.ask("create_session", create).await;
    creator.ask("go_live", json!({ "session": session })).await;
    let room = json!({ "session": session });
    creator
        .send("set_camera", json!({ "room": room, "on": true }))
        .await;
    creator
        .until(|update| {
            update["value"]["room"] == "local" && update["value"]["value"]["camera"]["enabled"] == true
        })
        .await;

    let id = broadcast_of(&mut creator, &session).await;
    let watching = viewer.ask("open_session", json!({})).await["session"].clone();
    viewer
        .send("join_session", json!({ "session": watching, "session_id": id }))
        .await;
    let host = creator.id.clone();
    viewer
        .until(|update| {
            let member = &update["value"]["value"]["changed"][0];
            update["value"]["room"] == "members"
                && member["user"] == host
                && member["tracks"][0]["subscribed"] == true
        })
        .await;
    // The backend knows of the viewer, who may write from then on.
    creator
        .until(|update| update["change"] == "viewer_count" && update["value"] == 1)
        .await;
    viewer
        .ask("send_message", json!({ "session": watching, "body": "hello" }))
        .await;
    creator
        .until(|update| update["change"] == "chat" && update["value"]["added"][0]["body"] == "hello")
        .await;
    creator.ask("end_session", json!({ "session": session })).await;
    viewer.state("session", "ended").await;

    let callee = creator.id.clone();
    viewer
        .send(
            "start_call",
            json!({ "user_id": callee, "call_type": "audio_call" }),
        )
        .await;
    let ring = creator.state("call", "ringing").await;
    creator.ask("accept", json!({ "call": ring["call"] })).await;
    let active = viewer.state("call", "active").await;
    viewer.ask("hang_up", json!({ "call": active["call"] })).await;
    assert_eq!(creator.state("call", "ended").await["value"]["reason"], "hung_up");

    viewer.end().await;
    creator.end().await;
    stack.stop().await;
}

/// The id of a session that its host is in, as a host that attaches anew is told it.
async fn broadcast_of(host: &mut Host, session: &Value) -> Value {
    host.send("attach", json!({})).await;
    let told = host
        .until(|update| {
            update["change"] == "session" && update["session"] == *session && update["flushed"] == true
        })
        .await;
    told["value"]["id"].clone()
}
