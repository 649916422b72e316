//! Every table by every verb by every persona.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use crate::scene::{PERSONAS, Scene};
use crate::support::World;
use crate::tables_expected::{Of, TABLES, Table};
use crate::world;

/// What a table's rows of the scene have in the column by which they are found.
struct Keys {
    session: String,
    call: String,
    host: Uuid,
    viewer: Uuid,
    blocked: Uuid,
    wallet: Uuid,
}

impl Keys {
    async fn of(world: &World, scene: &Scene) -> Self {
        let viewer = scene.person("viewer").id;
        let wallet = "select id from public.coin_wallets where user_id = $1";
        let call = "select id::text from public.calls where callee_id = $1";
        Self {
            session: scene.session.clone(),
            call: world.db.query_one(call, &[&viewer]).await.unwrap().get(0),
            host: scene.person("host").id,
            viewer,
            blocked: scene.blocked.id,
            wallet: world.db.query_one(wallet, &[&viewer]).await.unwrap().get(0),
        }
    }

    fn of_table(&self, table: &Table) -> String {
        match table.of {
            Of::Session => self.session.clone(),
            Of::Room => format!("live_{}", self.session),
            Of::Call => self.call.clone(),
            Of::Host => self.host.to_string(),
            Of::Viewer => self.viewer.to_string(),
            Of::ViewersWallet => self.wallet.to_string(),
        }
    }

    /// A row as a client would insert it.
    fn new_row(&self, table: &Table) -> Value {
        match table.name {
            "live_messages" => json!({ "session_id": self.session, "body": "Selam" }),
            "user_blocks" => json!({ "blocked_id": self.blocked }),
            "reports" => json!({ "reported_id": self.blocked, "category": "spam" }),
            "session_chat_settings" => json!({ "session_id": self.session, "slow_mode_seconds": 3 }),
            "call_settings" => json!({ "do_not_disturb_until": "infinity" }),
            "live_reactions" => json!({ "session_id": self.session, "kind": "fire" }),
            _ => json!({ table.column: self.of_table(table) }),
        }
    }
}

#[derive(Clone, Copy)]
enum Verb {
    Insert,
    Update,
    Delete,
}

impl Verb {
    const ALL: [Self; 3] = [Self::Insert, Self::Update, Self::Delete];

    const fn expected(self, table: &Table) -> &'static str {
        match self {
            Self::Insert => table.insert,
            Self::Update => table.update,
            Self::Delete => table.delete,
        }
    }

    /// The statement that PostgREST makes of such a request.
    fn statement(self, table: &Table, keys: &Keys) -> String {
        let (name, column, key) = (table.name, table.column, keys.of_table(table));
        match self {
            Self::Insert => {
                let row = keys.new_row(table);
                let row = row.as_object().unwrap();
                let columns: Vec<&str> = row.keys().map(String::as_str).collect();
                let columns = columns.join(", ");
                let values = json!(row).to_string();
                format!(
                    "insert into public.{name} ({columns})
                     select {columns} from json_populate_record(null::public.{name}, '{values}')"
                )
            }
            Self::Update => {
                let changed = changeable(table);
                format!("update public.{name} set {changed} = {changed} where {column} = '{key}'")
            }
            Self::Delete => format!("delete from public.{name} where {column} = '{key}'"),
        }
    }

    fn request(self, world: &World, table: &Table, keys: &Keys) -> reqwest::RequestBuilder {
        let url = format!("{}/rest/v1/{}", world.info.supabase_url, table.name);
        let key = keys.of_table(table);
        let rows = format!("{url}?{}=eq.{key}", table.column);
        match self {
            Self::Insert => world.http.post(url).json(&keys.new_row(table)),
            Self::Update => world.http.patch(rows).json(&json!({ table.column: key })),
            Self::Delete => world.http.delete(rows),
        }
    }
}

/// A column that somebody may change, where there is one.
fn changeable(table: &Table) -> &'static str {
    match table.name {
        "call_settings" => "do_not_disturb_until",
        _ => table.column,
    }
}

fn sign(signs: &str, persona: usize) -> char {
    assert_eq!(signs.len(), PERSONAS.len(), "{signs}");
    signs.as_bytes()[persona] as char
}

#[tokio::test]
async fn everybody_reads_what_concerns_them() {
    let world = world().await;
    let scene = Scene::of(&world).await;
    scene.furnish(&world).await;
    let keys = Keys::of(&world, &scene).await;
    let mut wrong = Vec::new();
    for table in &TABLES {
        // Some columns stay with the server, so those that are shown have to be named.
        let columns = match table.name {
            "device_tokens" => "select=device_id&",
            "recordings" => "select=id,status&",
            _ => "",
        };
        let query = format!(
            "{}?{columns}{}=eq.{}",
            table.name,
            table.column,
            keys.of_table(table)
        );
        for (number, persona) in PERSONAS.iter().enumerate() {
            let (status, rows) = world.rows(&query, scene.token(&world, persona)).await;
            let seen = match (status, rows.as_array()) {
                (401 | 403, _) => '.',
                (200, Some(rows)) => char::from_digit(u32::try_from(rows.len()).unwrap(), 10).unwrap(),
                _ => '?',
            };
            let expected = sign(table.select, number);
            if seen != expected && !(expected == '+' && seen.is_ascii_digit()) {
                wrong.push(format!(
                    "{persona} reads {}: {expected} expected, {seen} seen",
                    table.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn nobody_writes_but_what_is_theirs() {
    let world = world().await;
    let scene = Scene::of(&world).await;
    scene.furnish(&world).await;
    let keys = Keys::of(&world, &scene).await;
    let mut wrong = Vec::new();
    for table in &TABLES {
        // Of this scene alone: other tests have theirs in the same tables.
        let rows = format!(
            "select md5(string_agg(t::text, ';' order by t::text)) from public.{} t where {}::text = '{}'",
            table.name,
            table.column,
            keys.of_table(table)
        );
        let before: Option<String> = world.db.query_one(&rows, &[]).await.unwrap().get(0);
        for verb in Verb::ALL {
            for (number, persona) in PERSONAS.iter().enumerate() {
                let expected = sign(verb.expected(table), number);
                let statement = verb.statement(table, &keys);
                let mut seen = try_in_sql(&world, &scene, persona, &statement).await;
                if seen == '.' && expected == '.' {
                    // And over HTTP, as an attacker would.
                    let request = verb
                        .request(&world, table, &keys)
                        .header("apikey", &world.info.anon_key);
                    let answer = request
                        .bearer_auth(scene.token(&world, persona))
                        .send()
                        .await
                        .unwrap();
                    // PostgreSQL itself can't write to a view that adds up.
                    let is_impossible = table.name == "creator_earnings" && answer.status() == 500;
                    if !matches!(answer.status().as_u16(), 401 | 403) && !is_impossible {
                        seen = '!';
                    }
                }
                if seen != expected && !(expected == '+' && seen != '.') {
                    wrong.push(format!(
                        "{persona}: {statement}: {expected} expected, {seen} seen"
                    ));
                }
            }
        }
        let after: Option<String> = world.db.query_one(&rows, &[]).await.unwrap().get(0);
        assert_eq!(before, after, "{}", table.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Does what PostgREST does with a persona's request, and takes it back.
async fn try_in_sql(world: &World, scene: &Scene, persona: &str, statement: &str) -> char {
    let (role, claims) = match persona {
        "anonymous" => ("anon", json!({ "role": "anon" })),
        "service_role" => ("service_role", json!({ "role": "service_role" })),
        name => (
            "authenticated",
            json!({ "role": "authenticated", "sub": scene.person(name).id }),
        ),
    };
    let claims = format!("begin; set local role {role}; set local request.jwt.claims = '{claims}'");
    world.db.batch_execute(&claims).await.unwrap();
    let outcome = world.db.execute(statement, &[]).await;
    world.db.batch_execute("rollback").await.unwrap();
    match outcome {
        Ok(0) => '0',
        Ok(_) => 'y',
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => '.',
        Err(error) if error.code() == Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE) => '.',
        // It got past every check of permission: a constraint, such as that of a row that is there already.
        Err(_) => 'y',
    }
}

#[tokio::test]
async fn every_table_has_row_level_security_and_its_row_of_expectations() {
    let world = world().await;
    // A view counts as secured when it asks the policies of its tables in the reader's name.
    let query = "select c.relname::text, n.nspname::text,
                        c.relrowsecurity or c.reloptions @> '{security_invoker=true}',
                        c.relkind = 'v' or exists (select from pg_policy where polrelid = c.oid)
                 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p', 'v', 'm') and n.nspname in ('public', 'live')";
    let mut public = BTreeSet::new();
    for row in world.db.query(query, &[]).await.unwrap() {
        let (table, schema): (String, String) = (row.get(0), row.get(1));
        assert!(
            row.get::<_, Option<bool>>(2) == Some(true) && row.get::<_, bool>(3),
            "{schema}.{table} has no security or no policy"
        );
        if schema == "public" {
            public.insert(table);
        }
    }
    assert_eq!(public, TABLES.iter().map(|table| table.name.to_owned()).collect());
}

/// Nobody but the service role gets into schema `live`, whatever is in it.
#[tokio::test]
async fn the_servers_own_tables_are_out_of_reach() {
    let world = world().await;
    let scene = Scene::of(&world).await;
    let tables = "select relname::text from pg_class where relnamespace = 'live'::regnamespace and relkind in ('r', 'v')";
    let tables = world.db.query(tables, &[]).await.unwrap();
    assert!(tables.len() >= 11);
    for table in tables {
        let table: String = table.get(0);
        for statement in [
            format!("select from live.{table}"),
            format!("insert into live.{table} default values"),
            format!("delete from live.{table}"),
        ] {
            for persona in &PERSONAS[..PERSONAS.len() - 1] {
                let seen = try_in_sql(&world, &scene, persona, &statement).await;
                assert_eq!(seen, '.', "{persona}: {statement}");
            }
        }
        for persona in &PERSONAS[..PERSONAS.len() - 1] {
            let url = format!("{}/rest/v1/{table}", world.info.supabase_url);
            let request = world.http.get(url).header("apikey", &world.info.anon_key);
            let request = request
                .header("accept-profile", "live")
                .bearer_auth(scene.token(&world, persona));
            let status = request.send().await.unwrap().status().as_u16();
            assert!(
                matches!(status, 401 | 403),
                "{persona} reads live.{table}: {status}"
            );
        }
    }
}
