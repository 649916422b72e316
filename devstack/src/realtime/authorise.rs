use anyhow::{Context, Result};
use serde_json::Value;
use tokio_postgres::Transaction;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::database::Database;
use crate::jwt::Claims;

/// Who asks, and about which topic.
pub(super) struct Asker<'a> {
    pub(super) claims: &'a Claims,
    pub(super) topic: &'a str,
}

/// Whether the policies on `realtime.messages` let the asker receive broadcasts: a row of the topic is put
/// in, looked for as the asker, and rolled back.
pub(super) async fn may_read(database: &Database, asker: &Asker<'_>) -> Result<bool> {
    let mut client = database.get().await?;
    let transaction = client.transaction().await?;
    let id = Uuid::new_v4();
    transaction
        .execute(
            "insert into realtime.messages (id, topic, extension) values ($1, $2, 'broadcast')",
            &[&id, &asker.topic],
        )
        .await?;
    let seen = match become_asker(&transaction, asker).await {
        Ok(()) => {
            transaction
                .query_opt("select 1 from realtime.messages where id = $1", &[&id])
                .await
        }
        Err(error) => Err(error),
    };
    transaction.rollback().await?;
    // A policy that fails lets nobody in.
    Ok(match seen {
        Ok(row) => row.is_some(),
        Err(error) => {
            tracing::warn!(error = %describe(&error), topic = asker.topic, "a policy on realtime.messages failed");
            false
        }
    })
}

/// Whether the policies let the asker send broadcasts: a row is inserted as the asker, and rolled back.
pub(super) async fn may_write(database: &Database, asker: &Asker<'_>) -> Result<bool> {
    let mut client = database.get().await?;
    let transaction = client.transaction().await?;
    let inserted = match become_asker(&transaction, asker).await {
        Ok(()) => {
            let query = "insert into realtime.messages (topic, extension) values ($1, 'broadcast')";
            transaction.execute(query, &[&asker.topic]).await
        }
        Err(error) => Err(error),
    };
    transaction.rollback().await?;
    Ok(match inserted {
        Ok(_) => true,
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => false,
        Err(error) => {
            tracing::warn!(error = %describe(&error), topic = asker.topic, "a policy on realtime.messages failed");
            false
        }
    })
}

async fn become_asker(transaction: &Transaction<'_>, asker: &Asker<'_>) -> Result<(), tokio_postgres::Error> {
    let text = |name: &str| asker.claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let claims = Value::Object(asker.claims.clone()).to_string();
    transaction
        .execute(
            "select set_config('role', $1, true), set_config('realtime.topic', $2, true),
                    set_config('request.jwt.claims', $3, true), set_config('request.jwt.claim.sub', $4, true),
                    set_config('request.jwt.claim.role', $1, true), set_config('request.headers', '{}', true)",
            &[&text("role"), &asker.topic, &claims, &text("sub")],
        )
        .await
        .map(|_| ())
}

fn describe(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |cause| cause.message().to_owned())
}

/// Claims without which nobody is authorised.
pub(super) fn has_required_claims(claims: &Claims) -> bool {
    claims.get("role").is_some_and(Value::is_string) && claims.get("exp").is_some_and(Value::is_i64)
}

/// When the claims expire, in seconds since 1970.
pub(super) fn expiry(claims: &Claims) -> Result<i64> {
    claims
        .get("exp")
        .and_then(Value::as_i64)
        .context("the claims have no expiry")
}
