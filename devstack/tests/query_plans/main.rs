//! Every hot statement finds its rows by an index, whatever there is of everything else.
//!
//! The functions themselves run, with their triggers and policies, in a transaction that is taken back; then
//! PostgreSQL is asked which tables were read from end to end. `IPELYA_PLAN_ROWS=1000000` fills the large tables
//! with a million rows and lets the planner choose; the short form has fewer, and asks for an index wherever there
//! is one that could be used.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod fill;
mod paths;

use std::collections::BTreeMap;

use fill::{Filled, LARGE, SMALL, fill};
use ipelya_devstack::{Component, Stack, StackOptions};
use paths::{Path, paths};
use tokio_postgres::{Client, NoTls};

/// Runs a path as its role, and says which large tables it read from end to end, with how many rows.
async fn scanned(db: &Client, filled: &Filled, path: &Path) -> BTreeMap<String, i64> {
    let setting = if filled.rows < LARGE {
        "set local enable_seqscan = off;"
    } else {
        ""
    };
    // What was counted before is handed over, so that the count begins with this path.
    db.batch_execute("select pg_stat_force_next_flush()")
        .await
        .unwrap();
    db.batch_execute(&format!("begin; {setting} {}", path.before))
        .await
        .unwrap();
    if let Err(error) = db.batch_execute(&path.statement).await {
        panic!("{}: {}\n{error:?}", path.name, path.statement);
    }
    let query = "select relname::text, seq_tup_read from pg_stat_xact_user_tables where seq_tup_read > $1";
    // A table of which a few rows exist is rightly read as a whole.
    let few = filled.rows / 100;
    let rows = db.query(query, &[&few]).await.unwrap();
    db.batch_execute("rollback").await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn no_hot_statement_reads_a_large_table_from_end_to_end() {
    let rows = std::env::var("IPELYA_PLAN_ROWS").map_or(SMALL, |rows| rows.parse().unwrap());
    let options = StackOptions::default().sweep_every(None);
    let stack = Stack::start(options.without(Component::Functions).without(Component::Livekit))
        .await
        .unwrap();
    let (db, connection) = tokio_postgres::connect(&stack.info().database_url, NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let filled = fill(&db, rows).await;
    let mut wrong = Vec::new();
    for path in paths(&filled) {
        let started = std::time::Instant::now();
        let scanned = scanned(&db, &filled, &path).await;
        println!(
            "{:32} {:>8.2} ms",
            path.name,
            started.elapsed().as_secs_f64() * 1000.0
        );
        if !scanned.is_empty() {
            wrong.push(format!("{} reads from end to end: {scanned:?}", path.name));
        }
    }
    stack.stop().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
