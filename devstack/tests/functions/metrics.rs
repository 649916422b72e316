//! What Prometheus reads, and that alerts and dashboard speak of what is there.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{World, eventually};
use crate::world;

const TOKEN: &str = "ipelya-devstack-metrics";

async fn scrape(world: &World, token: &str) -> (u16, String, String) {
    let url = format!("{}/functions/v1/metrics", world.info.supabase_url);
    let answer = world.http.get(url).bearer_auth(token).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

/// The value of a sample by its whole name.
fn sample(text: &str, name: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

/// Every name of a metric of ours in a text, without the suffixes of histograms.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    text.split("ipelya_")
        .skip(1)
        .map(|rest| rest.split(|c: char| !is_part(c)).next().unwrap())
        .map(|name| {
            name.trim_end_matches("_bucket")
                .trim_end_matches("_sum")
                .trim_end_matches("_count")
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn what_goes_on_is_shown_to_who_watches_and_nobody_else() {
    let world = world().await;
    let (_, id) = world.live("public", 0).await;
    let viewer = world.person().await;
    let join = json!({ "session_id": id });
    world.call("join-session", &viewer, join).await.granted();
    for token in [
        "wrong",
        &viewer.token,
        &world.info.service_role_key,
        &world.info.anon_key,
    ] {
        assert_eq!(scrape(&world, token).await.0, 401);
    }
    let (status, kind, text) = scrape(&world, TOKEN).await;
    assert_eq!(
        (status, kind.as_str()),
        (200, "text/plain; version=0.0.4; charset=utf-8")
    );
    let open = sample(
        &text,
        r#"ipelya_sessions_open{status="live",session_type="video_live"}"#,
    );
    assert!(open.is_some_and(|open| open >= 1.0), "{text}");
    assert_eq!(sample(&text, "ipelya_ledger_unbalanced"), Some(0.0));
    assert!(sample(&text, "ipelya_sweep_age_seconds").is_some_and(|age| age < 30.0));
    eventually("the join is counted", async || {
        let (_, _, text) = scrape(&world, TOKEN).await;
        sample(
            &text,
            r#"ipelya_request_duration_seconds_bucket{le="+Inf",code="ok",function="join-session"}"#,
        )
        .is_some()
    })
    .await;
}

#[tokio::test]
async fn alerts_and_dashboard_speak_of_metrics_that_there_are() {
    let world = world().await;
    let source = "select pg_get_function_sqlbody('live.metrics'::regproc)";
    let source: String = world.db.query_one(source, &[]).await.unwrap().get(0);
    let shown = names(&source);
    assert!(shown.len() >= 18, "{shown:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let (alerts, dashboard) = (
        read("monitoring/alerts.yml"),
        read("monitoring/grafana-dashboard.json"),
    );
    for text in [&alerts, &dashboard] {
        let unknown: Vec<_> = names(text).difference(&shown).cloned().collect();
        assert_eq!(unknown, Vec::<String>::new());
    }
    assert_eq!(names(&dashboard), shown, "what is measured is looked at");
    let _: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    let monitoring = names(&read("docs/monitoring.md"));
    assert_eq!(monitoring, shown, "docs/monitoring.md explains every metric");
    // Whoever is woken finds what to do.
    let runbook = read("docs/runbook.md");
    for alert in alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
    {
        assert!(
            runbook.contains(&format!("## {alert}")),
            "docs/runbook.md says nothing about {alert}"
        );
    }
}

/// Runs promtool, where there is one.
#[allow(clippy::print_stderr, reason = "a skipped check says so")]
fn promtool(arguments: &[&str], input: &str) {
    let Some(program) = ipelya_devstack::install::promtool().unwrap() else {
        eprintln!("SKIPPED: the check by promtool, which isn't installed");
        return;
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

#[tokio::test]
async fn prometheus_takes_the_metrics_and_the_alerts() {
    let world = world().await;
    let (_, _, text) = scrape(&world, TOKEN).await;
    promtool(&["check", "metrics"], &text);
    let alerts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../monitoring/alerts.yml");
    promtool(&["check", "rules", alerts.to_str().unwrap()], "");
}

/// The runbook's SQL, each block in a transaction that is taken back, about a scene of its own.
#[tokio::test]
async fn every_command_of_the_runbook_works() {
    let world = world().await;
    let (host, session) = world.live("public", 0).await;
    let viewer = world.rich(50).await;
    let join = json!({ "session_id": session });
    world.call("join-session", &viewer, join).await.granted();
    let dial = json!({ "callee_id": host.id, "call_type": "audio_call" });
    let call = world.call("initiate-call", &viewer, dial).await.granted()["call"]["id"].clone();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let runbook = std::fs::read_to_string(root.join("docs/runbook.md")).unwrap();
    let blocks: Vec<&str> = runbook
        .split("```sql")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() >= 8);
    for block in blocks {
        let statement = block
            .replace(":session", &format!("'{session}'"))
            .replace(":call", &format!("'{}'", call.as_str().unwrap()))
            .replace(":user", &format!("'{}'", viewer.id))
            .replace(":host", &format!("'{}'", host.id));
        let own = World::of(&world.info).await;
        own.db.batch_execute("begin").await.unwrap();
        if let Err(error) = own.db.batch_execute(&statement).await {
            panic!("{statement}\n{error:?}");
        }
        own.db.batch_execute("rollback").await.unwrap();
    }
}
