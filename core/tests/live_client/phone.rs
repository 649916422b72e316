//! From `initiate-call` to two voices: pushes by doubles of Apple's service, a real backend and LiveKit server, a phone whose
//! app isn't running, and no JavaScript anywhere.

use std::time::{Duration, Instant};

use ipelya_core::LiveClient;
use ipelya_core::domain::{CallEndReason, CallId, CallType};
use ipelya_core::media::test_signal::{TONE_HZ, TestCapture, ToneDetector, decode};
use ipelya_core::runtime::CallHandle;
use ipelya_core::telephony::{State, SystemAction, SystemEnd};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::calls::{close, end};
use crate::handset::Handset;
use crate::support::{Account, PATIENCE};

async fn person() -> LiveClient {
    let builder = Account::new(false).await.builder().await;
    builder.capture(TestCapture).connect().await.unwrap()
}

async fn hears(call: &CallHandle) {
    let listening = async {
        // Whoever comes back has another track.
        loop {
            let mut sound = call.audio().await.unwrap();
            let mut detector = ToneDetector::new(TONE_HZ);
            while let Some(frame) = sound.recv().await {
                if detector.push(&frame).is_some_and(|reading| reading.is_tone()) {
                    return;
                }
            }
        }
    };
    timeout(PATIENCE, listening).await.expect("no tone");
}

async fn sees(call: &CallHandle) {
    let watching = async {
        let mut pictures = call.video().await.unwrap();
        while decode(&pictures.recv().await.unwrap().picture.i420()).is_none() {}
    };
    timeout(PATIENCE, watching).await.expect("no picture");
}

fn call_of(payload: &str) -> CallId {
    let payload: Value = serde_json::from_str(payload).unwrap();
    serde_json::from_value(payload["call_id"].clone()).unwrap()
}

fn with(payload: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut payload: Value = serde_json::from_str(payload).unwrap();
    change(&mut payload);
    payload.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_phone_answers_by_its_push_alone_and_both_see_and_hear() {
    let (annas, mut boras) = (
        person().await,
        Handset::of(&Account::new(false).await, "phone").await,
    );
    let began = Instant::now();
    let out = annas.start_call(boras.user, CallType::VideoCall).await.unwrap();
    let dialled = began.elapsed();
    let payload = boras.pushed().await;
    let pushed = began.elapsed();
    let reported = boras.takes(&payload);
    let call = call_of(&payload);
    assert_eq!(boras.shown, [call.into()]);

    let tapped = Instant::now();
    boras.performs(SystemAction::Answer { call: call.into() });
    let here = boras.talks().await;
    let talking = tapped.elapsed();
    tokio::join!(hears(&here), hears(&out));
    let heard = tapped.elapsed();
    tokio::join!(sees(&here), sees(&out));
    println!(
        "initiate-call {dialled:?}, until the push arrived {pushed:?}, push to report {reported:?}, \
         tap to both connected {talking:?}, to both heard {heard:?}, to both seen {:?}",
        tapped.elapsed()
    );
    boras.until(Handset::keeps_a_call).await;

    // The caller hangs up: the phone learns it from the room, and asks why.
    out.hang_up();
    assert_eq!(boras.ends(call).await, SystemEnd::RemoteEnded);
    assert_eq!(end(&here).await, CallEndReason::HungUp);
    boras.until(|here| !here.keeps_a_call()).await;
    close([annas]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_cancelled_while_its_push_was_in_flight_is_no_ghost() {
    let (annas, mut boras) = (
        person().await,
        Handset::of(&Account::new(false).await, "phone").await,
    );
    let out = annas.start_call(boras.user, CallType::AudioCall).await.unwrap();
    let payload = boras.pushed().await;
    out.hang_up();
    assert_eq!(end(&out).await, CallEndReason::Cancelled);
    let began = Instant::now();
    boras.takes(&payload);
    assert_eq!(boras.ends(call_of(&payload)).await, SystemEnd::RemoteEnded);
    println!("woken to the end of the ring {:?}", began.elapsed());
    // Once more, as a service that doesn't know whether it delivered does.
    boras.takes(&payload);
    assert_eq!(boras.shown, []);
    close([annas]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_phone_stops_ringing_when_the_first_one_answers() {
    let bora = Account::new(false).await;
    let annas = person().await;
    let (mut first, mut second) = (
        Handset::of(&bora, "phone").await,
        Handset::of(&bora, "tablet").await,
    );
    let out = annas.start_call(first.user, CallType::AudioCall).await.unwrap();
    let (payload, other) = (first.pushed().await, second.pushed().await);
    let call = call_of(&payload);
    first.takes(&payload);
    second.takes(&other);
    first.performs(SystemAction::Answer { call: call.into() });
    let here = first.talks().await;
    let answered = Instant::now();
    assert_eq!(second.ends(call).await, SystemEnd::AnsweredElsewhere);
    println!("connected here to silent there {:?}", answered.elapsed());
    assert_eq!(first.phone.state(), State::Active { call: call.into() });
    first.performs(SystemAction::End { call: call.into() });
    assert_eq!(end(&out).await, CallEndReason::HungUp);
    assert_eq!(end(&here).await, CallEndReason::HungUp);
    close([annas]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_declines_by_its_push_and_another_one_is_told() {
    let (annas, mut boras) = (
        person().await,
        Handset::of(&Account::new(false).await, "phone").await,
    );
    let out = annas.start_call(boras.user, CallType::AudioCall).await.unwrap();
    let payload = boras.pushed().await;
    boras.takes(&payload);
    boras.performs(SystemAction::End {
        call: call_of(&payload).into(),
    });
    assert_eq!(end(&out).await, CallEndReason::Declined);
    close([annas]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_died_in_a_call_is_followed_by_one_that_goes_back_into_it() {
    let (annas, mut boras) = (
        person().await,
        Handset::of(&Account::new(false).await, "phone").await,
    );
    let out = annas.start_call(boras.user, CallType::AudioCall).await.unwrap();
    let payload = boras.pushed().await;
    let call = call_of(&payload);
    boras.takes(&payload);
    boras.performs(SystemAction::Answer { call: call.into() });
    boras.talks().await;
    boras.until(Handset::keeps_a_call).await;

    let died = Instant::now();
    boras.dies();
    let here = boras.talks().await;
    tokio::join!(hears(&here), hears(&out));
    println!("process gone to both heard again {:?}", died.elapsed());
    boras.performs(SystemAction::End { call: call.into() });
    assert_eq!(end(&out).await, CallEndReason::HungUp);

    // And one that comes when the call is over says so.
    boras.dies();
    assert_eq!(boras.phone.state(), State::Idle);
    close([annas]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stolen_forged_and_expired_pushes_are_reported_and_over() {
    let bora = Account::new(false).await;
    let (annas, mut boras) = (person().await, Handset::of(&bora, "phone").await);
    let mut cems = Handset::of(&Account::new(false).await, "phone").await;
    let out = annas.start_call(boras.user, CallType::AudioCall).await.unwrap();
    let payload = boras.pushed().await;
    let call = call_of(&payload);
    let past = chrono::Utc::now() - chrono::TimeDelta::seconds(1);

    // On another user's phone.
    cems.takes(&payload);
    assert_eq!(cems.shown, []);
    // The same, made to look like that user's: the server knows whose ticket it is.
    let cem = cems.user;
    cems.takes(&with(&payload, |push| push["callee_id"] = json!(cem)));
    assert_eq!(cems.shown, []);
    // A ring that ran out.
    boras.takes(&with(&payload, |push| {
        push["ring_expires_at"] = json!(past);
        push["call_id"] = json!(uuid::Uuid::new_v4());
    }));
    // A call that isn't the ticket's.
    let forged = CallId(uuid::Uuid::new_v4());
    boras.takes(&with(&payload, |push| push["call_id"] = json!(forged)));
    boras.performs(SystemAction::Answer { call: forged.into() });
    assert_eq!(boras.ends(forged).await, SystemEnd::Failed);
    // No ticket at all, and one that is none.
    for ticket in [json!(null), json!("none"), json!("a.b.c")] {
        let forged = CallId(uuid::Uuid::new_v4());
        boras.takes(&with(&payload, |push| {
            push["call_id"] = json!(forged);
            push["answer_ticket"] = ticket;
        }));
        assert_eq!(boras.ends(forged).await, SystemEnd::Failed);
    }
    assert_eq!(boras.shown, []);

    // The real one rings all the same.
    boras.takes(&payload);
    boras.performs(SystemAction::Answer { call: call.into() });
    boras.talks().await;
    boras.performs(SystemAction::End { call: call.into() });
    assert_eq!(end(&out).await, CallEndReason::HungUp);
    // Replayed, once the call was had.
    boras.takes(&payload);
    assert_eq!(boras.shown, []);
    timeout(Duration::from_secs(1), annas.close())
        .await
        .unwrap()
        .unwrap();
}
