//! The gateway's checks, where the official client wouldn't show them.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod support;

use ipelya_devstack::{Component, Stack, StackOptions, sign_jwt};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use support::supabase_folder;
use tokio::sync::OnceCell;

const ECHO: &str = "Deno.serve(async (request) => Response.json({
  method: request.method, path: new URL(request.url).pathname, search: new URL(request.url).search,
  body: await request.text(), env: Object.keys(Deno.env.toObject()).sort(),
}));";

const FILES: [(&str, &str); 5] = [
    (
        "migrations/1_notes.sql",
        "create table public.notes (id int primary key); insert into public.notes values (1);",
    ),
    ("functions/checked/index.ts", ECHO),
    ("functions/open/index.ts", ECHO),
    (
        "functions/exported/index.ts",
        "export default { fetch: () => new Response('exported') };",
    ),
    (
        "functions/failing/index.ts",
        "Deno.serve(() => { setTimeout(() => { throw new Error('late'); }); throw new Error('at once'); });",
    ),
];

const SETTINGS: &str = "[functions.open]\nverify_jwt = false";

async fn stack() -> &'static Stack {
    static STACK: OnceCell<Stack> = OnceCell::const_new();
    STACK
        .get_or_init(|| async {
            let files = [&FILES[..], &[("config.toml", SETTINGS)]].concat();
            let folder = supabase_folder(&files);
            let options = StackOptions::default()
                .supabase(folder.path())
                .without(Component::Livekit);
            Stack::start(options).await.unwrap()
        })
        .await
}

async fn call(stack: &Stack, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = Client::new().request(method, format!("{}{path}", stack.info().supabase_url));
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_key_may_be_a_header_or_a_parameter_and_nothing_else() {
    let stack = stack().await;
    let key = stack.info().anon_key.as_str();
    let notes = "/rest/v1/notes?select=id";
    let by_header = call(stack, Method::GET, notes, &[("apikey", key)]).await;
    assert_eq!(by_header.status(), StatusCode::OK);
    let by_parameter = call(stack, Method::GET, &format!("{notes}&apikey={key}"), &[]).await;
    assert_eq!(by_parameter.json::<Value>().await.unwrap(), json!([{ "id": 1 }]));
    for headers in [&[][..], &[("apikey", "wrong")], &[("authorization", key)]] {
        assert_eq!(
            call(stack, Method::GET, notes, headers).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn browsers_of_every_origin_are_let_in() {
    let stack = stack().await;
    let headers = [
        ("origin", "http://app.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "apikey,authorization"),
    ];
    for path in ["/rest/v1/notes", "/auth/v1/user"] {
        let answer = call(stack, Method::OPTIONS, path, &headers).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        assert_eq!(
            answer.headers()["access-control-allow-headers"],
            "apikey,authorization"
        );
    }
}

#[tokio::test]
async fn a_function_is_guarded_unless_its_settings_open_it() {
    let stack = stack().await;
    let info = stack.info();
    let claims = json!({ "role": "authenticated", "exp": 4_000_000_000_u32 });
    let forged = sign_jwt(claims.as_object().unwrap(), "another-secret-with-32-characters!!").unwrap();
    let bearer = |token: &str| format!("Bearer {token}");
    let (valid, forged) = (bearer(&info.anon_key), bearer(&forged));
    let checked = "/functions/v1/checked";
    for (headers, message) in [
        (&[][..], "Missing authorization header"),
        (&[("authorization", forged.as_str())], "Invalid JWT"),
        (&[("authorization", "Basic abc")], "Missing authorization header"),
    ] {
        let answer = call(stack, Method::POST, checked, headers).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({ "code": 401, "message": message })
        );
    }
    let let_in = call(stack, Method::POST, checked, &[("authorization", &valid)]).await;
    assert_eq!(let_in.status(), StatusCode::OK);
    assert_eq!(
        call(stack, Method::OPTIONS, checked, &[]).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        call(stack, Method::POST, "/functions/v1/open", &[])
            .await
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_function_sees_its_path_query_and_environment_as_at_supabase() {
    let stack = stack().await;
    let answer = call(stack, Method::GET, "/functions/v1/open/deep/er?a=b%20c", &[]).await;
    let seen: Value = answer.json().await.unwrap();
    assert_eq!(
        (&seen["path"], &seen["search"]),
        (&json!("/open/deep/er"), &json!("?a=b%20c"))
    );
    let expected = [
        "APNS_BUNDLE_ID",
        "APNS_KEY_ID",
        "APNS_PRIVATE_KEY",
        "APNS_TEAM_ID",
        "APNS_URL",
        "FCM_SERVICE_ACCOUNT",
        "FCM_URL",
        "JWT_SECRET",
        "LIVEKIT_API_KEY",
        "LIVEKIT_API_SECRET",
        "LIVEKIT_EGRESS_URL",
        "LIVEKIT_URL",
        "METRICS_TOKEN",
        "RECORDING_S3_ACCESS_KEY",
        "RECORDING_S3_BUCKET",
        "RECORDING_S3_ENDPOINT",
        "RECORDING_S3_REGION",
        "RECORDING_S3_SECRET",
        "SUPABASE_ANON_KEY",
        "SUPABASE_DB_URL",
        "SUPABASE_SERVICE_ROLE_KEY",
        "SUPABASE_URL",
    ];
    assert_eq!(seen["env"], json!(expected));
}

#[tokio::test]
async fn a_function_that_throws_answers_500_and_harms_nobody() {
    let stack = stack().await;
    let bearer = format!("Bearer {}", stack.info().anon_key);
    for _ in 0..2 {
        let answer = call(
            stack,
            Method::POST,
            "/functions/v1/failing",
            &[("authorization", &bearer)],
        )
        .await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
    let answer = call(
        stack,
        Method::GET,
        "/functions/v1/exported",
        &[("authorization", &bearer)],
    )
    .await;
    assert_eq!(answer.text().await.unwrap(), "exported");
}

#[tokio::test]
async fn unknown_paths_and_functions_are_not_found() {
    let stack = stack().await;
    for path in [
        "/",
        "/storage/v1/object",
        "/functions/v1/unknown",
        "/functions/v1/_ready",
        "/functions/v1/_fault",
    ] {
        assert_eq!(
            call(stack, Method::GET, path, &[]).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
