use ipelya_core::backend::{AnswerCall, Backend as _, InitiateCall};
use ipelya_core::domain::{CallEndReason, CallId, CallStatus, CallType, DeviceId, ErrorCode, Role};
use uuid::Uuid;

use super::people::{Person, key, refused, somebody};

fn to(callee: &Person) -> InitiateCall {
    InitiateCall {
        callee_id: callee.id,
        call_type: CallType::VideoCall,
    }
}

fn answer(call_id: CallId, accept: bool, device: &str) -> AnswerCall {
    AnswerCall {
        call_id,
        accept,
        device_id: Some(DeviceId::new(device).unwrap()),
    }
}

#[tokio::test]
async fn a_call_rings_is_answered_and_hung_up() {
    let (caller, callee, stranger) = (somebody().await, somebody().await, somebody().await);
    assert_eq!(callee.backend.live_call().await.unwrap(), None);
    let ringing = caller.backend.initiate_call(to(&callee), key()).await.unwrap();
    assert_eq!(ringing.call.status, CallStatus::Ringing);
    assert_eq!(ringing.call.peer_of(caller.id), callee.id);
    assert_eq!(
        callee.backend.live_call().await.unwrap(),
        Some(ringing.call.clone())
    );
    let id = ringing.call.id;

    refused(callee.backend.call_token(id).await, ErrorCode::Conflict);
    let answered = callee
        .backend
        .answer_call(answer(id, true, "phone"))
        .await
        .unwrap();
    assert_eq!(answered.call.status, CallStatus::Active);
    assert_eq!(answered.call.answered_device_id.as_deref(), Some("phone"));
    assert!(answered.livekit.is_some());
    refused(
        callee.backend.answer_call(answer(id, true, "tablet")).await,
        ErrorCode::AnsweredElsewhere,
    );
    assert_eq!(caller.backend.call_token(id).await.unwrap().role, Role::Host);
    assert_eq!(caller.backend.call(id).await.unwrap(), answered.call);
    refused(stranger.backend.call(id).await, ErrorCode::NotFound);
    refused(stranger.backend.end_call(id).await, ErrorCode::NotFound);

    let ended = caller.backend.end_call(id).await.unwrap();
    assert_eq!(ended.end_reason, Some(CallEndReason::HungUp));
    assert_eq!(
        callee.backend.end_call(id).await.unwrap(),
        ended,
        "hanging up twice is once"
    );
    assert_eq!(callee.backend.live_call().await.unwrap(), None);
    refused(caller.backend.call_token(id).await, ErrorCode::CallEnded);
}

#[tokio::test]
async fn a_declined_call_has_no_room() {
    let (caller, callee) = (somebody().await, somebody().await);
    let ringing = caller.backend.initiate_call(to(&callee), key()).await.unwrap();
    let declined = callee
        .backend
        .answer_call(answer(ringing.call.id, false, "phone"))
        .await
        .unwrap();
    assert_eq!(declined.call.end_reason, Some(CallEndReason::Declined));
    assert_eq!(declined.livekit, None);
}

#[tokio::test]
async fn a_tap_that_is_repeated_calls_once_and_a_third_person_finds_both_busy() {
    let (caller, callee, third) = (somebody().await, somebody().await, somebody().await);
    let tap = key();
    let first = caller
        .backend
        .initiate_call(to(&callee), tap.clone())
        .await
        .unwrap();
    let again = caller.backend.initiate_call(to(&callee), tap).await.unwrap();
    assert_eq!(first.call.id, again.call.id);
    refused(
        third.backend.initiate_call(to(&callee), key()).await,
        ErrorCode::Busy,
    );
    refused(
        caller.backend.call(CallId(Uuid::new_v4())).await,
        ErrorCode::NotFound,
    );

    let glare = callee.backend.initiate_call(to(&caller), key()).await.unwrap();
    assert_eq!(
        glare.call.id, first.call.id,
        "who calls back joins the call that rings"
    );
    assert_eq!(glare.call.status, CallStatus::Active);
}
