//! Every function with every kind of bad input.

use std::collections::BTreeSet;
use std::path::Path;

use ipelya_core::domain::ErrorCode::{InvalidArgument, NotAuthenticated, NotFound};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoints::{ENDPOINTS, Kind};
use crate::support::now;
use crate::tables::Watch;
use crate::world;

#[test]
fn every_function_is_held_to_its_input() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../supabase/functions");
    let served: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("index.ts").is_file())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let tried = ENDPOINTS.iter().map(|endpoint| endpoint.name);
    let machinery = ["livekit-webhook", "metrics", "sweep"];
    assert_eq!(served, tried.chain(machinery).map(str::to_owned).collect());
}

#[tokio::test]
async fn without_a_valid_token_nothing_is_done() {
    let (world, _, _alone) = world().await;
    let person = world.person().await;
    let me = json!(person.id);
    let tokens = [
        ("no token", String::new()),
        ("no JWT", "abc".into()),
        (
            "an expired token",
            world.token(json!({ "sub": me, "exp": now() - 3600 })),
        ),
        (
            "a token without an end",
            world.token(json!({ "sub": me, "exp": null })),
        ),
        (
            "a forged token",
            world.token_signed(json!({ "sub": me }), &"f".repeat(40)),
        ),
        (
            "another project's token",
            world.token(json!({ "sub": me, "iss": "https://other.supabase.co/auth/v1" })),
        ),
        (
            "another audience",
            world.token(json!({ "sub": me, "aud": "other" })),
        ),
        ("a token of nobody", world.token(json!({}))),
        (
            "an account that is gone",
            world.token(json!({ "sub": Uuid::new_v4() })),
        ),
        ("the anonymous key", world.info.anon_key.clone()),
        ("the service role key", world.info.service_role_key.clone()),
        (
            "a forged service role",
            world.token(json!({ "sub": me, "role": "service_role" })),
        ),
    ];
    let mut watch = Watch::new(&world).await;
    for endpoint in ENDPOINTS {
        for (name, token) in &tokens {
            let answer = world
                .send(
                    endpoint.name,
                    token,
                    None,
                    endpoint.body().to_string().into_bytes(),
                )
                .await;
            watch
                .refused(
                    &format!("{} with {name}", endpoint.name),
                    answer,
                    NotAuthenticated,
                    None,
                )
                .await;
        }
    }
    for token in [&String::new(), &person.token, &world.info.anon_key] {
        let answer = world.send("sweep", token, None, b"{}".to_vec()).await;
        watch.refused("sweep", answer, NotAuthenticated, None).await;
    }
    assert_eq!(watch.cases, ENDPOINTS.len() * tokens.len() + 3);
}

#[tokio::test]
async fn a_malformed_request_is_refused_by_the_name_of_the_field() {
    let (world, _, _alone) = world().await;
    let creator = world.creator().await;
    let mut watch = Watch::new(&world).await;
    let bodies: [(&str, Vec<u8>); 6] = [
        ("an empty body", Vec::new()),
        ("half a body", b"{\"session_id\":".to_vec()),
        ("a list", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("no UTF-8", vec![b'"', 0xff, b'"']),
        (
            "more than 16 KiB",
            format!("{{\"a\":\"{}\"}}", "a".repeat(17_000)).into_bytes(),
        ),
    ];
    for endpoint in ENDPOINTS {
        let name = endpoint.name;
        for (case, body) in &bodies {
            let answer = world.send(name, &creator.token, None, body.clone()).await;
            watch
                .refused(
                    &format!("{name} with {case}"),
                    answer,
                    InvalidArgument,
                    Some("body"),
                )
                .await;
        }
        let mut wrong: Vec<(String, Value, &str)> = Vec::new();
        for field in endpoint.fields {
            if field.required {
                let mut body = endpoint.body();
                body.as_object_mut().unwrap().remove(field.name);
                wrong.push((format!("{name} without {}", field.name), body, field.name));
            }
            for value in field.kind.wrong() {
                let mut body = endpoint.body();
                body[field.name] = value;
                wrong.push((format!("{name} with {body}"), body, field.name));
            }
        }
        let mut extra = endpoint.body();
        extra["is_admin"] = json!(true);
        wrong.push((format!("{name} with one field more"), extra, "is_admin"));
        for (case, body, field) in wrong {
            let answer = world.call(name, &creator, body).await;
            watch.refused(&case, answer, InvalidArgument, Some(field)).await;
        }
        for key in ["", "with space", &"k".repeat(256)] {
            let answer = world.call_once(name, &creator, key, endpoint.body()).await;
            watch
                .refused(
                    &format!("{name} with the key {key:?}"),
                    answer,
                    InvalidArgument,
                    Some("idempotency_key"),
                )
                .await;
        }
    }
    assert!(watch.cases > 200, "{}", watch.cases);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let (world, _, _alone) = world().await;
    let person = world.person().await;
    let mut watch = Watch::new(&world).await;
    for endpoint in ENDPOINTS.iter().filter(|endpoint| {
        endpoint
            .fields
            .iter()
            .any(|field| field.kind == Kind::Id && field.required)
    }) {
        let answer = world.call(endpoint.name, &person, endpoint.body()).await;
        watch.refused(endpoint.name, answer, NotFound, None).await;
    }
    let answer = world
        .call("get-livekit-token", &person, json!({ "call_id": Uuid::new_v4() }))
        .await;
    watch
        .refused("get-livekit-token for a call", answer, NotFound, None)
        .await;
    let both = json!({ "call_id": Uuid::new_v4(), "session_id": Uuid::new_v4() });
    let answer = world.call("get-livekit-token", &person, both).await;
    watch
        .refused(
            "get-livekit-token for both",
            answer,
            InvalidArgument,
            Some("session_id"),
        )
        .await;
}
