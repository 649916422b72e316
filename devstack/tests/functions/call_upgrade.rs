//! An answered call becomes a video call with the other one's consent, and an audio call without.

use ipelya_core::domain::ErrorCode::{CallEnded, Conflict, NotFound, RateLimited};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::media::{enter, sources};
use crate::races::at_once;
use crate::support::{Answer, Person, World, claims, eventually};
use crate::world;

const AUDIO: [&str; 1] = ["microphone"];
const VIDEO: [&str; 4] = ["camera", "microphone", "screen_share", "screen_share_audio"];

/// An answered call of two people.
struct Talk {
    id: String,
    caller: Person,
    callee: Person,
    /// What each was admitted to LiveKit with.
    livekit: [Value; 2],
}

impl Talk {
    async fn of(world: &World, call_type: &str) -> Self {
        let (caller, callee) = (world.person().await, world.person().await);
        let body = json!({ "callee_id": callee.id, "call_type": call_type });
        let dialed = world.call("initiate-call", &caller, body).await.granted();
        let id = dialed["call"]["id"].as_str().unwrap().to_owned();
        let accept = json!({ "call_id": id, "accept": true });
        let answered = world.call("answer-call", &callee, accept).await.granted();
        let livekit = [dialed["livekit"].clone(), answered["livekit"].clone()];
        Self {
            id,
            caller,
            callee,
            livekit,
        }
    }

    fn people(&self) -> [&Person; 2] {
        [&self.caller, &self.callee]
    }

    async fn change(&self, world: &World, person: &Person, action: &str) -> Answer {
        let body = json!({ "call_id": self.id, "action": action });
        world.call("change-call", person, body).await
    }

    /// What the row says, as its people read it.
    async fn read(&self, world: &World) -> Value {
        let query = format!("calls?id=eq.{}&select=call_type,video_request", self.id);
        world.rows(&query, &self.caller.token).await.1[0].clone()
    }

    /// Lets the time pass, which no trigger notices.
    async fn expire_request(&self, world: &World) {
        let expire = format!(
            "begin; set local session_replication_role = replica;
             update public.calls set video_request_expires_at = now() - interval '1 ms' where id = '{}'; commit",
            self.id
        );
        world.db.batch_execute(&expire).await.unwrap();
    }

    /// The calls that were broadcast to somebody, eldest first.
    async fn told(&self, world: &World, person: &Person) -> Vec<Value> {
        let query = "select payload -> 'call' from realtime.messages where topic = $1 order by inserted_at";
        let topic = format!("user:{}", person.id);
        let rows = world.db.query(query, &[&topic]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// What the next token of somebody lets publish.
    async fn token_sources(&self, world: &World, person: &Person) -> Value {
        let body = json!({ "call_id": self.id });
        let answer = world.call("get-livekit-token", person, body).await.granted();
        claims(&answer["livekit"])["video"]["canPublishSources"].clone()
    }
}

#[tokio::test]
async fn a_request_is_consented_to_and_both_publish_video_without_reconnecting() {
    let world = world().await;
    for asker in [0, 1] {
        let talk = Talk::of(&world, "audio_call").await;
        let room = format!("call_{}", talk.id);
        let _visits = [enter(&talk.livekit[0]).await, enter(&talk.livekit[1]).await];
        for person in talk.people() {
            assert_eq!(sources(&world, &room, person).await.unwrap(), AUDIO);
        }
        let (asks, other) = (talk.people()[asker], talk.people()[1 - asker]);
        let asked = talk.change(&world, asks, "request_video").await.granted()["call"].clone();
        assert_eq!(
            asked["call_type"], "audio_call",
            "nothing happens without consent"
        );
        assert_eq!(asked["video_request"]["user_id"], asks.id.to_string());
        let expires = asked["video_request"]["expires_at"].as_str().unwrap();
        let left = chrono::DateTime::parse_from_rfc3339(expires).unwrap().timestamp() - crate::support::now();
        assert!((25..=30).contains(&left), "{left}");
        let again = talk.change(&world, asks, "request_video").await.granted();
        assert_eq!(again["call"], asked, "one request, however often it is made");
        for person in talk.people() {
            assert_eq!(talk.told(&world, person).await.last(), Some(&asked));
            assert_eq!(sources(&world, &room, person).await.unwrap(), AUDIO);
        }
        assert_eq!(talk.read(&world).await["video_request"], asked["video_request"]);

        let accepted = talk.change(&world, other, "accept_video").await.granted()["call"].clone();
        assert_eq!(
            (&accepted["call_type"], &accepted["video_request"]),
            (&json!("video_call"), &Value::Null)
        );
        for person in talk.people() {
            // Delivered before the answer: nothing is waited for.
            assert_eq!(sources(&world, &room, person).await.unwrap(), VIDEO);
            assert_eq!(talk.told(&world, person).await.last(), Some(&accepted));
            assert_eq!(
                talk.token_sources(&world, person).await.as_array().unwrap().len(),
                4
            );
        }
    }
}

#[tokio::test]
async fn either_one_goes_back_to_audio_without_asking() {
    let world = world().await;
    for who in [0, 1] {
        let talk = Talk::of(&world, "video_call").await;
        let room = format!("call_{}", talk.id);
        let _visits = [enter(&talk.livekit[0]).await, enter(&talk.livekit[1]).await];
        let person = talk.people()[who];
        talk.change(&world, person, "request_video")
            .await
            .refused(Conflict);
        let changed = talk.change(&world, person, "to_audio").await.granted();
        assert_eq!(changed["call"]["call_type"], "audio_call");
        for person in talk.people() {
            assert_eq!(sources(&world, &room, person).await.unwrap(), AUDIO);
            assert_eq!(talk.token_sources(&world, person).await, json!(AUDIO));
        }
        let told = talk.told(&world, person).await.len();
        let again = talk.change(&world, person, "to_audio").await.granted();
        assert_eq!(again, changed, "an audio call already");
        assert_eq!(talk.told(&world, person).await.len(), told);
        // And there again.
        talk.change(&world, person, "request_video").await.granted();
        let other = talk.people()[1 - who];
        talk.change(&world, other, "accept_video").await.granted();
        assert_eq!(sources(&world, &room, other).await.unwrap(), VIDEO);
    }
}

#[tokio::test]
async fn a_request_is_declined_or_taken_back() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    for decliner in talk.people() {
        talk.change(&world, &talk.caller, "request_video").await.granted();
        let declined = talk.change(&world, decliner, "decline_video").await.granted()["call"].clone();
        assert_eq!(
            (&declined["call_type"], &declined["video_request"]),
            (&json!("audio_call"), &Value::Null)
        );
        assert_eq!(talk.told(&world, &talk.callee).await.last(), Some(&declined));
        talk.change(&world, &talk.callee, "accept_video")
            .await
            .refused(NotFound);
        talk.change(&world, decliner, "decline_video")
            .await
            .refused(NotFound);
    }
}

#[tokio::test]
async fn nobody_consents_to_the_own_request() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    talk.change(&world, &talk.callee, "request_video").await.granted();
    talk.change(&world, &talk.callee, "accept_video")
        .await
        .refused(NotFound);
    assert_eq!(talk.read(&world).await["call_type"], "audio_call");
}

#[tokio::test]
async fn asking_the_one_who_asks_is_consent() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    talk.change(&world, &talk.caller, "request_video").await.granted();
    let merged = talk.change(&world, &talk.callee, "request_video").await.granted();
    assert_eq!(merged["call"]["call_type"], "video_call");
    assert_eq!(merged["call"]["video_request"], Value::Null);
}

#[tokio::test]
async fn both_asking_at_the_same_time_see_each_other() {
    let world = world().await;
    for _ in 0..15 {
        let talk = Talk::of(&world, "audio_call").await;
        let ask = json!({ "call_id": talk.id, "action": "request_video" });
        let requests = talk.people().map(|person| ("change-call", person, ask.clone()));
        let answers: Vec<Value> = at_once(&world, requests.into())
            .await
            .into_iter()
            .map(|answer| answer.granted()["call"].clone())
            .collect();
        let merged = answers
            .iter()
            .filter(|call| call["call_type"] == "video_call")
            .count();
        assert_eq!(merged, 1, "one of both came second: {answers:?}");
        let now = json!({ "call_type": "video_call", "video_request": null });
        assert_eq!(talk.read(&world).await, now);
    }
}

#[tokio::test]
async fn accepting_and_taking_back_at_the_same_time_agree() {
    let world = world().await;
    for _ in 0..10 {
        let talk = Talk::of(&world, "audio_call").await;
        talk.change(&world, &talk.caller, "request_video").await.granted();
        let body = |action: &str| json!({ "call_id": talk.id, "action": action });
        let requests = vec![
            ("change-call", &talk.callee, body("accept_video")),
            ("change-call", &talk.caller, body("decline_video")),
        ];
        let mut answers = at_once(&world, requests).await;
        let (taken_back, accepted) = (answers.pop().unwrap(), answers.pop().unwrap());
        let (winner, loser, call_type) = if accepted.status == 200 {
            (accepted, taken_back, "video_call")
        } else {
            (taken_back, accepted, "audio_call")
        };
        loser.refused(NotFound);
        assert_eq!(winner.granted()["call"]["call_type"], call_type);
        assert_eq!(
            talk.read(&world).await,
            json!({ "call_type": call_type, "video_request": null })
        );
    }
}

#[tokio::test]
async fn a_request_that_ran_out_is_none_and_the_sweeper_tells() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    talk.change(&world, &talk.caller, "request_video").await.granted();
    talk.expire_request(&world).await;
    // Whether or not the sweeper has been here already.
    assert_eq!(talk.read(&world).await["video_request"], Value::Null);
    talk.change(&world, &talk.callee, "accept_video")
        .await
        .refused(NotFound);
    talk.change(&world, &talk.callee, "decline_video")
        .await
        .refused(NotFound);
    let open = "select video_request_by is null from public.calls where id = $1";
    eventually("the request is swept", async || {
        world.value(open, &talk.id).await == true
    })
    .await;
    for person in talk.people() {
        let told = talk.told(&world, person).await;
        assert!(told[told.len() - 2]["video_request"].is_object());
        assert_eq!(told[told.len() - 1]["video_request"], Value::Null);
    }
    // The other one's request is a request now, and no consent to what ran out.
    let asked = talk.change(&world, &talk.callee, "request_video").await.granted();
    assert_eq!(
        asked["call"]["video_request"]["user_id"],
        talk.callee.id.to_string()
    );
    assert_eq!(asked["call"]["call_type"], "audio_call");
}

#[tokio::test]
async fn a_call_that_rings_or_is_over_does_not_change() {
    let world = world().await;
    let (caller, callee) = (world.person().await, world.person().await);
    let body = json!({ "callee_id": callee.id, "call_type": "audio_call" });
    let id = world.call("initiate-call", &caller, body).await.granted()["call"]["id"].clone();
    let actions = ["request_video", "accept_video", "decline_video", "to_audio"];
    let change = async |person: &Person, action: &str| {
        let body = json!({ "call_id": id, "action": action });
        world.call("change-call", person, body).await
    };
    let stranger = world.person().await;
    for action in actions {
        change(&caller, action).await.refused(Conflict);
        change(&callee, action).await.refused(Conflict);
        change(&stranger, action).await.refused(NotFound);
    }
    let end = json!({ "call_id": id });
    world.call("end-call", &caller, end).await.granted();
    for action in actions {
        let error = change(&callee, action).await.refused(CallEnded);
        assert_eq!(error["details"]["end_reason"], "cancelled");
        change(&stranger, action).await.refused(NotFound);
    }
}

#[tokio::test]
async fn the_end_of_a_call_ends_its_request() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    talk.change(&world, &talk.caller, "request_video").await.granted();
    let body = json!({ "call_id": talk.id });
    let ended = world.call("end-call", &talk.callee, body).await.granted();
    assert_eq!(ended["call"]["video_request"], Value::Null);
    talk.change(&world, &talk.callee, "accept_video")
        .await
        .refused(CallEnded);
}

#[tokio::test]
async fn one_intent_changes_a_call_once() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    let ask = json!({ "call_id": talk.id, "action": "request_video" });
    let send = async || {
        world
            .call_once("change-call", &talk.caller, "tap", ask.clone())
            .await
    };
    send().await.granted();
    talk.change(&world, &talk.callee, "decline_video").await.granted();
    let late = send().await.granted();
    assert_eq!(
        late["call"]["video_request"],
        Value::Null,
        "a late retry asks nothing again"
    );
    let other = json!({ "call_id": talk.id, "action": "to_audio" });
    let answer = world.call_once("change-call", &talk.caller, "tap", other).await;
    assert_eq!(answer.refused(Conflict)["details"]["field"], "idempotency_key");
}

#[tokio::test]
async fn a_token_from_before_the_change_admits_to_the_call_as_it_is() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    let room = format!("call_{}", talk.id);
    talk.change(&world, &talk.caller, "request_video").await.granted();
    talk.change(&world, &talk.callee, "accept_video").await.granted();
    let _visit = enter(&talk.livekit[0]).await;
    let event = json!({
        "event": "participant_joined", "id": format!("EV_{}", Uuid::new_v4()),
        "createdAt": crate::support::now().to_string(), "room": { "name": room, "sid": "RM_late" },
        "participant": { "identity": talk.caller.id, "sid": format!("PA_{}", talk.caller.id), "attributes": { "role": "host" } },
    });
    world.livekit_tells(event).await.granted();
    assert_eq!(sources(&world, &room, &talk.caller).await.unwrap(), VIDEO);
}

#[tokio::test]
async fn nobody_is_asked_for_video_without_end() {
    let world = world().await;
    let talk = Talk::of(&world, "audio_call").await;
    for _ in 0..6 {
        talk.change(&world, &talk.caller, "request_video").await.granted();
        talk.change(&world, &talk.callee, "decline_video").await.granted();
    }
    let error = talk
        .change(&world, &talk.caller, "request_video")
        .await
        .refused(RateLimited);
    assert_eq!(error["details"], json!({ "limit": "video_request" }));
    talk.change(&world, &talk.callee, "request_video").await.granted();
    talk.change(&world, &talk.caller, "accept_video").await.granted();
}
