//! One truth for each thing: SQL and TypeScript say what the core's types say.

use std::collections::BTreeSet;
use std::path::Path;

use ipelya_core::domain::{CallEndReason, ErrorCode, Role, SessionEndReason, SessionType, grants, limits};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::world;

#[tokio::test]
async fn role_grants_are_the_cores() {
    let world = world().await;
    let query =
        "select role::text, session_type::text, can_publish_audio, can_publish_video from live.role_grants";
    let mut seen = 0;
    for row in world.db.query(query, &[]).await.unwrap() {
        let role = Role::parse(row.get(0)).unwrap();
        let session_type = SessionType::ALL
            .into_iter()
            .find(|t| t.as_str() == row.get::<_, &str>(1))
            .unwrap();
        let core = grants(role, session_type);
        assert_eq!(
            (row.get(2), row.get(3)),
            (core.audio, core.video),
            "{role:?} in {session_type:?}"
        );
        seen += 1;
    }
    assert_eq!(seen, Role::ALL.len() * SessionType::ALL.len());
}

#[tokio::test]
async fn who_may_moderate_whom_is_the_cores() {
    let world = world().await;
    for (me, them) in Role::ALL
        .into_iter()
        .flat_map(|me| Role::ALL.map(|them| (me, them)))
    {
        let query = format!("select live.may_moderate('{}', '{}')", me.as_str(), them.as_str());
        let may: bool = world.db.query_one(&query, &[]).await.unwrap().get(0);
        assert_eq!(may, me.may_moderate(them), "{me:?} {them:?}");
    }
}

#[tokio::test]
async fn the_audience_of_each_type_is_the_cores() {
    let world = world().await;
    for session_type in SessionType::ALL {
        let query = format!("select live.audience_role('{}')::text", session_type.as_str());
        let role: String = world.db.query_one(&query, &[]).await.unwrap().get(0);
        assert_eq!(role, session_type.audience_role().as_str());
    }
}

/// The texts between `before` and the next quote, in every function of schema `live`.
async fn literals(before: &str) -> BTreeSet<String> {
    let query = "select pg_get_functiondef(p.oid) from pg_proc p
                 where p.pronamespace = 'live'::regnamespace and p.prokind = 'f'";
    let rows = world().await.db.query(query, &[]).await.unwrap();
    let sources: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let found = sources.iter().flat_map(|source| source.split(before).skip(1));
    found
        .map(|rest| rest.split('\'').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn sql_refuses_with_the_cores_codes_only() {
    let codes = literals("live.fail('").await;
    assert!(codes.len() >= 15, "{codes:?}");
    for code in codes {
        assert!(ErrorCode::parse(&code).is_some(), "{code} is no code of the core");
    }
}

#[tokio::test]
async fn the_functions_codes_are_the_cores() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../supabase/functions/_shared/generated/errors.ts");
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("status:"))
        .map(str::trim)
        .collect();
    let core: Vec<String> = ErrorCode::ALL
        .iter()
        .map(|code| {
            format!(
                "{code}: {{ status: {}, retryable: {} }},",
                code.http_status(),
                code.retryable()
            )
        })
        .collect();
    assert_eq!(lines, core);
}

#[tokio::test]
async fn the_limits_that_a_client_knows_are_the_servers() {
    let world = world().await;
    for (name, core) in [
        ("ring_seconds", limits::RING),
        ("host_grace_seconds", limits::HOST_GRACE),
    ] {
        let server: i64 = world
            .db
            .query_one("select live.setting($1)", &[&name])
            .await
            .unwrap()
            .get(0);
        assert_eq!(u64::try_from(server).unwrap(), core.as_secs(), "{name}");
    }
}

fn known<Reason: DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, other: &Reason) {
    let reason: Reason = serde_json::from_value(Value::String(name.to_owned())).unwrap();
    assert_ne!(&reason, other, "{name} is no reason of the core");
}

#[tokio::test]
async fn the_reasons_of_an_end_are_the_cores() {
    for reason in literals("live.close_call(p_call_id, '").await {
        known(&reason, &CallEndReason::Other);
    }
    let world = world().await;
    for (due, is_call) in [("live.calls_due", true), ("live.sessions_due", false)] {
        let query = format!("select pg_get_function_sqlbody('{due}'::regproc)");
        let body: String = world.db.query_one(&query, &[]).await.unwrap().get(0);
        let reasons: Vec<&str> = body.split("'::text AS reason").collect();
        for before in &reasons[..reasons.len() - 1] {
            let reason = before.rsplit('\'').next().unwrap();
            if is_call {
                known(reason, &CallEndReason::Other)
            } else {
                known(reason, &SessionEndReason::Other)
            }
        }
    }
    for reason in ["hung_up", "cancelled", "declined", "unanswered"] {
        known(reason, &CallEndReason::Other);
    }
    known("host_ended", &SessionEndReason::Other);
}
