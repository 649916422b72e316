//! What is in the database, to compare it with later.

use std::collections::BTreeMap;

use ipelya_core::domain::ErrorCode;

use crate::support::{Answer, World, eventually};

/// A digest of every row of every table, by table.
pub async fn digests(world: &World) -> BTreeMap<String, String> {
    let query = "select format('%I.%I', n.nspname, c.relname) from pg_class c
                 join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p') and n.nspname in ('public', 'live', 'realtime')
                   -- That a request was refused, or came to nothing, is counted.
                   and c.relname not in ('request_counts', 'counters', 'counted')";
    let mut parts = Vec::new();
    for row in world.db.query(query, &[]).await.unwrap() {
        let table: String = row.get(0);
        parts.push(format!(
            "select '{table}', coalesce(md5(string_agg(t::text, ';' order by t::text)), '') from {table} t"
        ));
    }
    let rows = world.db.query(&parts.join(" union all "), &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Compares all tables before and after each request.
pub struct Watch<'a> {
    world: &'a World,
    pub before: BTreeMap<String, String>,
    pub cases: usize,
}

impl<'a> Watch<'a> {
    /// Begins when LiveKit has told of every room that was made before.
    pub async fn new(world: &'a World) -> Self {
        let untold = "select count(*) from public.live_sessions where status <> 'ended' and room_sid is null";
        eventually("LiveKit tells of its rooms", async || {
            let rooms: i64 = world.db.query_one(untold, &[]).await.unwrap().get(0);
            rooms == 0
        })
        .await;
        Self {
            world,
            before: digests(world).await,
            cases: 0,
        }
    }

    /// The answer has to be this refusal, about this field if any, and nothing may have changed.
    pub async fn refused(&mut self, case: &str, answer: Answer, code: ErrorCode, field: Option<&str>) {
        assert_eq!(
            answer.body["error"]["code"],
            code.as_str(),
            "{case}: {}",
            answer.body
        );
        let error = answer.refused(code);
        if let Some(field) = field {
            assert_eq!(error["details"]["field"], field, "{case}: {error}");
        }
        let after = digests(self.world).await;
        let changed: Vec<_> = self
            .before
            .iter()
            .filter(|(table, rows)| after[*table] != **rows)
            .collect();
        assert!(changed.is_empty(), "{case} changed {changed:?}");
        self.cases += 1;
    }
}
