//! Renewing a session, where time and rivals matter.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod support;

use futures_util::future::join_all;
use ipelya_devstack::{Stack, StackInfo, shared_stack};
use reqwest::Client;
use serde_json::{Value, json};
use support::database;

async fn post(info: &StackInfo, path: &str, body: Value) -> (u16, Value) {
    let request = Client::new().post(format!("{}/auth/v1/{path}", info.supabase_url));
    let answer = request
        .header("apikey", &info.anon_key)
        .json(&body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn refresh_token(stack: &Stack) -> String {
    let user = stack.info().user("viewer").unwrap();
    let body = json!({ "email": user.email, "password": user.password });
    let (_, session) = post(stack.info(), "token?grant_type=password", body).await;
    session["refresh_token"].as_str().unwrap().into()
}

async fn renew(stack: &Stack, token: &str) -> (u16, Value) {
    post(
        stack.info(),
        "token?grant_type=refresh_token",
        json!({ "refresh_token": token }),
    )
    .await
}

/// Lets an hour pass for every refresh token.
async fn an_hour_later(stack: &Stack) {
    let query = "update auth.refresh_tokens set updated_at = updated_at - interval '1 hour'";
    database(stack).await.execute(query, &[]).await.unwrap();
}

#[tokio::test]
async fn an_old_token_that_comes_back_revokes_the_session() {
    let stack = shared_stack().await.unwrap();
    let first = refresh_token(stack).await;
    let second = renew(stack, &first).await.1["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let third = renew(stack, &second).await.1["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    an_hour_later(stack).await;
    // The successor is what a client whose answer was lost asks for again: it gets the active token.
    assert_eq!(renew(stack, &second).await.1["refresh_token"], third);
    let refusal = json!({
        "code": 400, "error_code": "refresh_token_already_used", "msg": "Invalid Refresh Token: Already Used",
    });
    assert_eq!(renew(stack, &first).await, (400, refusal.clone()));
    assert_eq!(renew(stack, &third).await, (400, refusal));
}

#[tokio::test]
async fn rivals_with_one_token_end_up_with_one_successor() {
    let stack = shared_stack().await.unwrap();
    let token = refresh_token(stack).await;
    let answers = join_all((0..8).map(|_| renew(stack, &token))).await;
    let successors: std::collections::BTreeSet<String> = answers
        .iter()
        .map(|(_, session)| session["refresh_token"].as_str().unwrap().into())
        .collect();
    assert_eq!(successors.len(), 1, "{answers:?}");
}

#[tokio::test]
async fn bodies_that_cannot_be_right_are_refused_and_change_nothing() {
    let stack = shared_stack().await.unwrap();
    let wrong = [
        ("signup", json!([]), 400),
        ("signup", json!({ "email": 7, "password": "long enough" }), 400),
        ("signup", json!({ "password": "long enough" }), 422),
        (
            "signup",
            json!({ "email": "a@b.test' or 1=1 --", "password": "long enough" }),
            400,
        ),
        (
            "signup",
            json!({ "email": format!("{}@b.test", "x".repeat(300)), "password": "long enough" }),
            400,
        ),
        (
            "signup",
            json!({ "email": "a@b.test", "password": "x".repeat(73) }),
            400,
        ),
        ("token?grant_type=password", json!({}), 400),
        ("token?grant_type=refresh_token", json!({}), 400),
        ("token?grant_type=id_token", json!({}), 400),
        ("token", json!({}), 400),
    ];
    let users = "select count(*) from auth.users";
    let before: i64 = database(stack).await.query_one(users, &[]).await.unwrap().get(0);
    for (path, body, status) in wrong {
        let (found, answer) = post(stack.info(), path, body.clone()).await;
        assert_eq!(found, status, "{path} {body}: {answer}");
        assert!(
            answer["error_code"].is_string() && answer["msg"].is_string(),
            "{answer}"
        );
    }
    let after: i64 = database(stack).await.query_one(users, &[]).await.unwrap().get(0);
    assert_eq!(before, after);
}
