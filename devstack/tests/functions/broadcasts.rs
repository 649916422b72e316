//! What is told over Realtime, on which topic. That it arrives there is tested with the official client.

use serde_json::{Value, json};

use crate::support::World;
use crate::world;

/// Everything that was sent to a topic, eldest first: event and payload.
async fn sent(world: &World, topic: &str) -> Vec<(String, Value)> {
    let query = "select event, payload, private from realtime.messages where topic = $1 order by inserted_at";
    let rows = world.db.query(query, &[&topic]).await.unwrap();
    assert!(
        rows.iter().all(|row| row.get::<_, bool>(2)),
        "everything is private"
    );
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What an event carried last, without what Realtime adds to it.
fn last(sent: &[(String, Value)], event: &str, object: &str) -> Value {
    sent.iter()
        .rfind(|(name, _)| name == event)
        .map_or(Value::Null, |(_, payload)| payload[object].clone())
}

#[tokio::test]
async fn a_session_and_its_people_are_told_as_the_functions_answer() {
    let world = world().await;
    let (host, id) = world.live("public", 0).await;
    let topic = format!("session:{id}");
    let viewer = world.person().await;
    let joined = world
        .call("join-session", &viewer, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(
        last(&sent(&world, &topic).await, "session_changed", "session"),
        joined["session"]
    );
    let body = json!({ "session_id": id, "action": "promote", "user_id": viewer.id });
    let promoted = world.call("manage-stage", &host, body).await.granted();
    assert_eq!(
        last(&sent(&world, &topic).await, "participant_changed", "participant"),
        promoted["participant"]
    );

    let changes = async || {
        sent(&world, &topic)
            .await
            .iter()
            .filter(|(event, _)| event == "session_changed")
            .count()
    };
    let before = changes().await;
    world
        .call("leave-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(
        changes().await,
        before,
        "the host's lease is the server's business"
    );

    let ended = world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    let all = sent(&world, &topic).await;
    assert_eq!(last(&all, "session_changed", "session"), ended["session"]);
    assert_eq!(
        all.last().unwrap().0,
        "session_changed",
        "the end says it for everybody at once"
    );
    world
        .call("end-session", &host, json!({ "session_id": id }))
        .await
        .granted();
    assert_eq!(
        sent(&world, &topic).await.len(),
        all.len(),
        "nothing changed, nothing is told"
    );
}

#[tokio::test]
async fn both_people_are_told_of_every_step_of_a_call() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let id = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
    world
        .call("answer-call", &callee, json!({ "call_id": id, "accept": true }))
        .await
        .granted();
    let ended = world
        .call("end-call", &caller, json!({ "call_id": id }))
        .await
        .granted();
    for person in [&caller, &callee] {
        let all = sent(&world, &format!("user:{}", person.id)).await;
        let steps: Vec<&Value> = all
            .iter()
            .map(|(_, payload)| &payload["call"]["status"])
            .collect();
        assert_eq!(steps, ["ringing", "active", "ended"]);
        assert_eq!(last(&all, "call_changed", "call"), ended["call"]);
    }
}
