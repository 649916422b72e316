use ipelya_core::backend::NewSession;
use ipelya_core::sim::{self, Sim};
use serde_json::json;

use crate::Outcome;
use crate::host::Host;

#[test]
fn a_malformed_request_is_refused_by_naming_the_field() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let host = Host::of(&sim.person("Bora")).await;
        for (command, fields, field) in [
            ("dance", json!({}), "command"),
            ("go_live", json!({}), "session"),
            ("go_live", json!({ "session": "one" }), "session"),
            ("go_live", json!({ "session": 1, "when": "now" }), "when"),
            (
                "promote",
                json!({ "session": 1, "user_id": "me", "role": "host" }),
                "user_id",
            ),
            (
                "set_view",
                json!({ "room": { "call": 1 }, "view": "v", "user_id": uuid(), "source": "camera", "size": { "width": 4 } }),
                "size.height",
            ),
            (
                "set_camera",
                json!({ "room": { "house": 1 }, "on": true }),
                "room",
            ),
        ] {
            let reply = host.ask(command, fields.clone()).await;
            assert_eq!(reply["outcome"], "refused", "{command} {fields}");
            assert_eq!(reply["error"]["code"], "invalid_argument", "{command} {fields}");
            assert_eq!(reply["error"]["details"]["field"], field, "{reply}");
        }
        Ok(())
    });
}

fn uuid() -> &'static str {
    "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10"
}

#[test]
fn a_request_without_a_number_to_answer_under_fails_at_once() {
    sim::run(1, async |sim: Sim| -> Outcome {
        let host = Host::of(&sim.person("Bora")).await;
        for text in [
            "",
            "[]",
            "{",
            r#"{"command":"balance"}"#,
            r#"{"id":-1,"command":"balance"}"#,
        ] {
            let error = host.send_text(text).expect_err(text);
            assert_eq!(error.code.as_str(), "invalid_argument");
        }
        Ok(())
    });
}

#[test]
fn what_a_session_refuses_is_the_error_of_the_reply() {
    sim::run_seeds(0..5, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening").pay_per_view(50))?;
        bora.gets_coins(80);
        let host = Host::of(&bora).await;
        let session = host.ask("open_session", json!({})).await["session"].clone();
        let join = json!({ "session": session, "session_id": id });
        let refused = host.ask("join_session", join).await;
        assert_eq!(refused["error"]["code"], "payment_required");
        assert_eq!(refused["error"]["details"]["price_coins"], 50);
        let pay =
            json!({ "session": session, "session_id": id, "accept_price": 50, "idempotency_key": "tap-1" });
        assert_eq!(host.ask("join_session", pay).await["outcome"], "done");
        assert_eq!(host.ask("balance", json!({})).await["coins"], 30);
        let unknown = host.ask("go_live", json!({ "session": 99 })).await;
        assert_eq!(unknown["error"]["code"], "not_found");
        Ok(())
    });
}

#[test]
fn a_way_in_that_is_cancelled_is_left_and_answered_no_more() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Evening"))?;
        let host = Host::of(&bora).await;
        let session = host.ask("open_session", json!({})).await["session"].clone();
        let join = host.send("join_session", json!({ "session": session, "session_id": id }));
        host.session_is("authorizing").await;
        host.ask("cancel", json!({ "request": join })).await;
        host.session_is("ended").await;
        host.until(|update| update["change"] == "closed").await;
        assert_eq!(host.ask("close", json!({})).await["outcome"], "done");
        while host.next().await.is_some() {}
        let answered = host
            .read
            .borrow()
            .iter()
            .any(|update| update["update"] == "reply" && update["id"] == join);
        assert!(!answered, "a cancelled request is answered");
        Ok(())
    });
}

#[test]
fn a_call_that_is_cancelled_while_it_is_dialled_rings_nobody_for_long() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (caller, callee) = (Host::of(&anna).await, Host::of(&bora).await);
        callee.ask("attach", json!({})).await;
        let dial = caller.send(
            "start_call",
            json!({ "user_id": bora.id(), "call_type": "audio_call" }),
        );
        caller
            .until(|update| update["update"] == "call" && update["value"]["state"] == "dialing")
            .await;
        caller.ask("cancel", json!({ "request": dial })).await;
        caller
            .until(|update| update["update"] == "call" && update["change"] == "closed")
            .await;
        Ok(())
    });
}

#[test]
fn two_people_call_and_hang_up() {
    sim::run_seeds(0..10, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (caller, callee) = (Host::of(&anna).await, Host::of(&bora).await);
        callee.ask("attach", json!({})).await;
        let dialled = caller
            .ask(
                "start_call",
                json!({ "user_id": bora.id(), "call_type": "video_call" }),
            )
            .await;
        let ring = callee
            .until(|update| update["change"] == "state" && update["value"]["state"] == "ringing")
            .await;
        assert_eq!(ring["value"]["direction"], "in");
        assert_eq!(
            callee.ask("accept", json!({ "call": ring["call"] })).await["outcome"],
            "done"
        );
        caller
            .until(|update| update["change"] == "state" && update["value"]["state"] == "active")
            .await;
        caller.ask("hang_up", json!({ "call": dialled["call"] })).await;
        let end = callee.session_is("ended").await;
        assert_eq!(end["value"]["reason"], "hung_up");
        Ok(())
    });
}
