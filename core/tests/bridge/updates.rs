use ipelya_core::backend::NewSession;
use ipelya_core::media::TrackSource;
use ipelya_core::sim::{self, Sim};
use serde_json::{Value, json};

use crate::Outcome;
use crate::host::Host;

/// Watches a broadcast, up to when it is seen.
async fn watch(host: &Host, id: ipelya_core::domain::SessionId) -> Value {
    let session = host.ask("open_session", json!({})).await["session"].clone();
    host.send("join_session", json!({ "session": session, "session_id": id }));
    host.session_is("live").await;
    session
}

#[test]
fn updates_are_numbered_without_a_gap_and_tell_the_way_in_in_order() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let host = Host::of(&bora).await;
        host.ask("attach", json!({})).await;
        watch(&host, id).await;
        let read = host.read.borrow();
        let numbers: Vec<_> = read
            .iter()
            .map(|update| update["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(
            numbers,
            (1..=u64::try_from(read.len()).unwrap()).collect::<Vec<_>>()
        );
        let states: Vec<_> = read
            .iter()
            .filter(|update| update["change"] == "state")
            .map(|update| update["value"]["state"].as_str().unwrap())
            .collect();
        assert!(
            states.ends_with(&["authorizing", "connecting", "live"]),
            "{states:?}"
        );
        assert!(read.iter().all(|update| update["flushed"] == false));
        Ok(())
    });
}

#[test]
fn a_change_of_one_fact_is_one_update() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let host = Host::of(&bora).await;
        host.ask("attach", json!({})).await;
        let session = watch(&host, id).await;
        anna.says(id, "welcome")?;
        let said = host
            .until(|update| update["change"] == "chat" && update["value"]["added"][0]["body"] == "welcome")
            .await;
        assert_eq!(said["value"]["added"].as_array().unwrap().len(), 1);
        anna.says(id, "again")?;
        let said = host.until(|update| update["change"] == "chat").await;
        assert_eq!(
            said["value"]["added"][0]["body"], "again",
            "only what is new is told"
        );
        anna.publishes(id, TrackSource::Camera)?;
        let members = host
            .until(|update| {
                update["change"] == "room"
                    && update["value"]["room"] == "members"
                    && update["session"] == session
            })
            .await;
        assert_eq!(members["value"]["value"]["changed"][0]["user"], json!(anna.id()));
        Ok(())
    });
}

#[test]
fn what_came_before_anybody_listened_is_replayed_in_order() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let host = Host::of(&bora).await;
        let session = host.send("open_session", json!({}));
        let attach = host.send("attach", json!({}));
        host.until(|update| update["id"] == attach).await;
        for update in host.read.borrow().iter().filter(|update| update["id"] == session) {
            assert_eq!(update["flushed"], true, "{update}");
        }
        let session = host
            .read
            .borrow()
            .iter()
            .find(|update| update["id"] == session)
            .unwrap()["session"]
            .clone();
        host.send("join_session", json!({ "session": session, "session_id": id }));
        let live = host.session_is("live").await;
        assert_eq!(live["flushed"], false);
        Ok(())
    });
}

#[test]
fn a_second_host_is_told_again_what_stands() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let host = Host::of(&bora).await;
        host.ask("attach", json!({})).await;
        let session = watch(&host, id).await;
        host.send("attach", json!({}));
        host.until(|update| update["update"] == "resync").await;
        host.read.borrow_mut().clear();
        let live = host.session_is("live").await;
        assert_eq!((&live["flushed"], &live["session"]), (&json!(true), &session));
        let read = host.read.borrow();
        let told = read.iter().find(|update| update["change"] == "session").unwrap();
        assert_eq!(told["value"]["title"], "Evening");
        Ok(())
    });
}

#[test]
fn a_host_that_reads_nothing_for_long_loses_no_reply_and_is_told_what_stands() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let host = Host::of(&bora).await;
        host.ask("attach", json!({})).await;
        let session = watch(&host, id).await;
        let balance = host.send("balance", json!({}));
        let room = json!({ "session": session });
        for number in 0..5_000 {
            host.send("set_audio_only", json!({ "room": room, "on": number % 2 == 0 }));
            // The change is made, and told.
            for _ in 0..4 {
                tokio::task::yield_now().await;
            }
        }
        host.until(|update| update["update"] == "resync").await;
        host.session_is("live").await;
        host.until(|update| update["update"] == "reply" && update["id"] == balance)
            .await;
        Ok(())
    });
}
