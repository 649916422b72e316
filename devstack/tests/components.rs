//! Components that end and come back, and starts that cannot succeed.

mod support;

use std::time::Duration;

use ipelya_devstack::{Component, Stack, StackOptions};
use reqwest::{Client, StatusCode};
use serde_json::json;
use support::socket::Socket;
use support::{DEADLINE, database, sign_in, supabase_folder};
use tokio::time::{sleep, timeout};

/// A stack without the seed's functions, which is quicker to start.
fn bare() -> StackOptions {
    StackOptions::default().sweep_every(None)
}

async fn failure(options: StackOptions) -> String {
    match Stack::start(options).await {
        Ok(_) => panic!("the stack started"),
        Err(error) => format!("{error:#}"),
    }
}

async fn livekit_answers(stack: &Stack) -> bool {
    let url = stack.info().livekit_url.replacen("ws", "http", 1);
    Client::new()
        .get(url)
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}

#[tokio::test]
async fn livekit_stops_is_killed_and_comes_back_on_the_same_port() {
    let stack = Stack::start(bare().without(Component::Functions)).await.unwrap();
    assert!(livekit_answers(&stack).await);
    stack.stop_component(Component::Livekit).await;
    assert!(!livekit_answers(&stack).await);
    stack.start_component(Component::Livekit).await.unwrap();
    assert!(livekit_answers(&stack).await);
    stack.kill_component(Component::Livekit).await;
    assert!(!livekit_answers(&stack).await);
    stack.start_component(Component::Livekit).await.unwrap();
    assert!(livekit_answers(&stack).await);
    stack.stop().await;
}

#[tokio::test]
async fn a_crash_of_postgresql_is_survived_by_everything_above_it() {
    let stack = Stack::start(bare().without(Component::Livekit)).await.unwrap();
    let info = stack.info();
    let token = sign_in(&stack, "viewer").await;
    stack.kill_component(Component::Postgres).await;
    stack.start_component(Component::Postgres).await.unwrap();
    // Auth, on a new connection.
    let token_again = sign_in(&stack, "viewer").await;
    assert_ne!(token, token_again);
    // PostgREST, once it noticed.
    let read = async {
        loop {
            let request = Client::new().get(format!("{}/rest/v1/profiles", info.supabase_url));
            let answer = request
                .header("apikey", &info.anon_key)
                .bearer_auth(&token)
                .send()
                .await
                .unwrap();
            if answer.status() == StatusCode::OK {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(DEADLINE, read).await.expect("PostgREST never came back");
    // Realtime, once its listener is connected again: a message is sent until one arrives.
    let topic = format!("user:{}", info.user("viewer").unwrap().id);
    let mut socket = Socket::connect(info).await;
    assert_eq!(socket.join(&topic, &token).await["status"], "ok");
    let client = database(&stack).await;
    let heard = async {
        loop {
            client
                .execute("select realtime.send($1, 'again', $2)", &[&json!({}), &topic])
                .await
                .unwrap();
            if timeout(Duration::from_millis(200), socket.next()).await.is_ok() {
                break;
            }
        }
    };
    timeout(DEADLINE, heard).await.expect("Realtime never came back");
    stack.stop().await;
}

#[tokio::test]
async fn dropped_realtime_sockets_may_connect_again_at_once() {
    let stack = Stack::start(bare().without(Component::Livekit).without(Component::Functions))
        .await
        .unwrap();
    let mut socket = Socket::connect(stack.info()).await;
    socket.send("phoenix", "heartbeat", json!({})).await;
    assert!(socket.next().await.is_some());
    stack.drop_realtime_sockets();
    assert_eq!(socket.next().await, None);
    Socket::connect(stack.info()).await;
    stack.stop().await;
}

#[tokio::test]
async fn tokens_live_as_long_as_the_options_say() {
    let options = bare().without(Component::Livekit).without(Component::Functions);
    let stack = Stack::start(options.jwt_expiry(Duration::from_secs(1)))
        .await
        .unwrap();
    let (info, token) = (stack.info(), sign_in(&stack, "viewer").await);
    let refused = async {
        let status = || async {
            let request = Client::new().get(format!("{}/auth/v1/user", info.supabase_url));
            request
                .header("apikey", &info.anon_key)
                .bearer_auth(&token)
                .send()
                .await
                .unwrap()
                .status()
        };
        while status().await != StatusCode::FORBIDDEN {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(DEADLINE, refused).await.expect("the token never expired");
    stack.stop().await;
}

#[tokio::test]
async fn logs_stay_in_the_folder_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    Stack::start(bare().logs(&logs)).await.unwrap().stop().await;
    for component in ["postgres", "postgrest", "livekit", "functions"] {
        let text = std::fs::read_to_string(logs.join(format!("{component}.log"))).unwrap();
        assert!(!text.is_empty(), "{component}");
    }
}

#[tokio::test]
async fn a_function_that_cannot_be_loaded_is_named_with_its_reason() {
    let folder = supabase_folder(&[
        ("functions/fine/index.ts", "Deno.serve(() => new Response());"),
        ("functions/broken/index.ts", "throw new Error('no such setting');"),
    ]);
    let error = failure(bare().supabase(folder.path()).without(Component::Livekit)).await;
    assert!(
        error.contains("function broken could not be loaded: Error: no such setting"),
        "{error}"
    );
}

#[tokio::test]
async fn a_package_that_was_never_downloaded_names_the_setup() {
    let import = "import pad from 'npm:left-pad@1.3.0'; Deno.serve(() => new Response(pad('', 1)));";
    let folder = supabase_folder(&[("functions/padded/index.ts", import)]);
    let error = failure(bare().supabase(folder.path()).without(Component::Livekit)).await;
    assert!(
        error.contains("run `cargo xtask setup`") && error.contains("left-pad"),
        "{error}"
    );
}

#[tokio::test]
async fn a_function_without_a_handler_is_named() {
    let folder = supabase_folder(&[("functions/idle/index.ts", "export {};")]);
    let error = failure(bare().supabase(folder.path()).without(Component::Livekit)).await;
    assert!(
        error.contains("function idle could not be loaded") && error.contains("Deno.serve"),
        "{error}"
    );
}

#[tokio::test]
async fn a_broken_migration_is_named_with_its_line() {
    let folder = supabase_folder(&[
        ("migrations/1_fine.sql", "create table public.fine ();"),
        (
            "migrations/2_broken.sql",
            "select 1;\nselect nothing\nfrom nowhere;",
        ),
    ]);
    let error = failure(bare().supabase(folder.path()).without(Component::Livekit)).await;
    assert!(
        error.contains("2_broken.sql:3: relation \"nowhere\" does not exist (42P01)"),
        "{error}"
    );
}

#[tokio::test]
async fn wrong_livekit_credentials_are_one_clear_line_at_start() {
    let stack = Stack::start(bare().without(Component::Functions)).await.unwrap();
    let info = stack.info();
    let right = bare().external_livekit(&info.livekit_url, &info.livekit_api_key, &info.livekit_api_secret);
    let wrong = bare().external_livekit(&info.livekit_url, &info.livekit_api_key, &"x".repeat(40));
    let error = failure(wrong).await;
    assert!(
        error.starts_with("LIVEKIT_API_KEY or LIVEKIT_API_SECRET is refused"),
        "{error}"
    );
    assert!(!error.contains('\n') && !error.contains(&info.livekit_api_secret));
    let gateway = bare().external_livekit(
        &info.supabase_url,
        &info.livekit_api_key,
        &info.livekit_api_secret,
    );
    assert!(failure(gateway).await.contains("not as a LiveKit server"));
    let second = Stack::start(right.without(Component::Functions)).await.unwrap();
    assert_eq!(second.info().livekit_url, info.livekit_url);
    second.stop().await;
    stack.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = failure(bare().port(port)).await;
    assert!(
        error.contains(&format!("cannot listen on port {port}")),
        "{error}"
    );
}
