use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Calls the function `sweep` on a timer, as pg_cron does in production. Ends when its task is aborted.
pub(crate) async fn run(supabase_url: String, service_role_key: String, every: Duration) {
    let client = reqwest::Client::new();
    let url = format!("{supabase_url}/functions/v1/sweep");
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let request = client
            .post(&url)
            .bearer_auth(&service_role_key)
            .timeout(ANSWER_WITHIN);
        match request.json(&serde_json::json!({})).send().await {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => tracing::warn!(status = %answer.status(), "the sweep was refused"),
            Err(error) => tracing::warn!(%error, "the sweep failed"),
        }
    }
}
