//! A phone that a push woke takes the call with what the push carried: no session of the app, no Realtime.

use std::time::Instant;

use ipelya_core::backend::supabase::{SupabaseBackend, SupabaseConfig};
use ipelya_core::backend::{Platform, PushKind};
use ipelya_core::call::{CallPush, Push};
use ipelya_core::domain::{CallEndReason, CallType, DeviceId, ErrorCode, UserId};
use ipelya_core::media::test_signal::{TONE_HZ, TestCapture, ToneDetector, decode};
use ipelya_core::runtime::CallHandle;
use ipelya_core::telephony::{Effect, Input, Machine, Pushed, State, System, SystemAction, SystemCallId};
use ipelya_core::{LiveClient, telephony};
use serde_json::Value;
use tokio::time::timeout;

use crate::calls::{close, end, next};
use crate::support::{Account, PATIENCE, engine, stack};

/// A phone that is registered for pushes, and asleep.
struct Asleep {
    user: UserId,
    token: String,
}

impl Asleep {
    async fn new() -> Self {
        let account = Account::new(false).await;
        let token = uuid::Uuid::new_v4().simple().to_string().repeat(2);
        let builder = account.builder().await.device(DeviceId::new("phone").unwrap());
        let app = builder.connect().await.unwrap();
        app.register_device(Platform::Ios, PushKind::ApnsVoip, token.clone())
            .await
            .unwrap();
        let user = app.user_id();
        app.close().await.unwrap();
        Self { user, token }
    }

    /// The push that woke it, as APNs delivered it.
    async fn woken(&self) -> String {
        let pushed = async {
            loop {
                if let Some(push) = stack().await.pushes().sent_to(&self.token).first() {
                    let mut payload: Value = push.payload.clone();
                    payload.as_object_mut().unwrap().remove("aps");
                    return payload.to_string();
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, pushed).await.expect("no push")
    }

    async fn client(&self, payload: &str) -> LiveClient {
        let info = stack().await.info();
        let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key).unwrap();
        let (backend, device) =
            SupabaseBackend::by_ticket(config, &ring(payload).answer_ticket.unwrap()).unwrap();
        assert_eq!(device.as_str(), "phone");
        let client = LiveClient::builder(backend, engine())
            .capture(TestCapture)
            .device(device);
        client.connect().await.unwrap()
    }
}

fn ring(payload: &str) -> CallPush {
    match Push::parse(payload).unwrap() {
        Push::Ring(push) => push,
        Push::StopRinging(_) => panic!("not a ring"),
    }
}

async fn person() -> LiveClient {
    let builder = Account::new(false).await.builder().await;
    builder.capture(TestCapture).connect().await.unwrap()
}

/// Until the other one's test card and tone are there.
async fn sees_and_hears(call: &CallHandle) {
    let watching = async {
        let mut pictures = call.video().await.unwrap();
        while decode(&pictures.recv().await.unwrap().picture.i420()).is_none() {}
        let mut sound = call.audio().await.unwrap();
        let mut detector = ToneDetector::new(TONE_HZ);
        loop {
            let frame = sound.recv().await.unwrap();
            if detector.push(&frame).is_some_and(|reading| reading.is_tone()) {
                return;
            }
        }
    };
    timeout(PATIENCE, watching).await.expect("no picture and tone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_phone_answers_by_its_push_alone_and_both_see_and_hear() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let began = Instant::now();
    let out = annas.start_call(callee, CallType::VideoCall).await.unwrap();
    let payload = bora.woken().await;
    let pushed = began.elapsed();

    // What the phone's system is told, in the turn of the push.
    let push = ring(&payload);
    let call = SystemCallId::from(push.call_id);
    let arrived = Instant::now();
    let mut phone = Machine::new(System::CallKit, Some(callee));
    let spare = SystemCallId(uuid::Uuid::new_v4());
    let rings_for = (push.ring_expires_at - chrono::Utc::now()).to_std().unwrap();
    let ringing = Pushed::Ring { push, rings_for };
    let effects = phone.handle(Input::Pushed { push: ringing, spare });
    assert!(matches!(&effects[0], Effect::ReportIncoming(report) if report.call == call));
    let reported = arrived.elapsed();

    let client = bora.client(&payload).await;
    let mut rings = client.incoming_calls();
    client.handle_push(&payload).unwrap();
    let here = next(&mut rings).await;
    let action = telephony::ActionId(uuid::Uuid::new_v4());
    let answer = phone.handle(Input::Perform(action, SystemAction::Answer(call)));
    assert!(answer.contains(&Effect::Fulfill(action)));
    let tapped = Instant::now();
    here.set_microphone(true);
    here.set_camera(true);
    out.set_microphone(true);
    out.set_camera(true);
    here.accept().await.unwrap();
    let answered = tapped.elapsed();
    timeout(PATIENCE, here.active()).await.unwrap().unwrap();
    phone.handle(Input::Connected(call));
    assert_eq!(phone.state(), State::Active { call });
    tokio::join!(sees_and_hears(&here), sees_and_hears(&out));
    println!(
        "call to push {pushed:?}, push to report {reported:?}, tap to answer {answered:?}, tap to both seen and heard {:?}",
        tapped.elapsed()
    );

    // The caller hangs up: the phone learns it from the room, and asks why.
    out.hang_up();
    assert_eq!(end(&here).await, CallEndReason::HungUp);
    phone.handle(Input::Ended(call, CallEndReason::HungUp));
    assert_eq!(phone.state(), State::Idle);
    close([annas, client]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_hangs_up_what_it_answered_by_its_push() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let out = annas.start_call(callee, CallType::AudioCall).await.unwrap();
    let payload = bora.woken().await;
    let client = bora.client(&payload).await;
    let mut rings = client.incoming_calls();
    client.handle_push(&payload).unwrap();
    let here = next(&mut rings).await;
    here.accept().await.unwrap();
    here.hang_up();
    assert_eq!(end(&out).await, CallEndReason::HungUp);
    close([annas, client]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_woken_after_the_cancel_stops_by_itself() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let out = annas.start_call(callee, CallType::AudioCall).await.unwrap();
    let payload = bora.woken().await;
    out.hang_up();
    assert_eq!(end(&out).await, CallEndReason::Cancelled);
    let client = bora.client(&payload).await;
    let mut rings = client.incoming_calls();
    client.handle_push(&payload).unwrap();
    let here = next(&mut rings).await;
    assert_eq!(end(&here).await, CallEndReason::Cancelled, "it asked");
    close([annas, client]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_nothing_but_its_call() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let out = annas.start_call(callee, CallType::AudioCall).await.unwrap();
    let client = bora.client(&bora.woken().await).await;
    let refused = client.start_call(annas.user_id(), CallType::AudioCall).await;
    assert_eq!(refused.err().unwrap().code, ErrorCode::NotAuthenticated);
    assert_eq!(
        client.balance().await.unwrap_err().code,
        ErrorCode::NotAuthenticated
    );
    out.hang_up();
    close([annas, client]).await;
    let info = stack().await.info();
    let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key).unwrap();
    let error = SupabaseBackend::by_ticket(config, &info.anon_key).err().unwrap();
    assert_eq!(error.details.field.as_deref(), Some("answer_ticket"));
}
