//! Inputs of the call machine: one by one, and at random.

use std::time::Duration;

use ipelya_core::backend::{AnsweredCall, CallAdmission, CallChange, InitiateCall, RoomAccess};
use ipelya_core::call::{Input, Machine, State, Timer};
use ipelya_core::domain::{
    CallEndReason, CallStatus, CallType, DeviceId, ErrorCode, Grants, IdempotencyKey, LiveError, Role,
    VideoRequest,
};
use ipelya_core::media::{DisconnectReason, Facing, TrackSource};
use proptest::prelude::*;

use crate::support::{access, at, call, error, user};

pub fn dial() -> Input {
    let request = InitiateCall {
        callee_id: user(2),
        call_type: CallType::VideoCall,
    };
    Input::Dial(request, IdempotencyKey::random())
}

pub fn initiated(status: CallStatus) -> Input {
    Input::Initiated(Ok(CallAdmission {
        call: call(status),
        livekit: access(),
    }))
}

pub fn offered() -> Input {
    Input::Offered {
        call: call(CallStatus::Ringing),
        rings_for: Duration::from_secs(45),
    }
}

/// The process before died in this call.
pub fn rejoin() -> Input {
    let mut call = call(CallStatus::Active);
    call.answered_device_id = Some("phone".into());
    Input::Rejoin(call, DeviceId::new("phone").unwrap())
}

pub fn answered() -> Input {
    let mut call = call(CallStatus::Active);
    call.answered_device_id = Some("phone".into());
    Input::Answered(Ok(AnsweredCall {
        call,
        livekit: Some(access()),
    }))
}

pub fn ended(reason: CallEndReason) -> Input {
    let mut call = call(CallStatus::Ended);
    call.end_reason = Some(reason);
    Input::CallChanged(call)
}

pub fn active_elsewhere() -> Input {
    let mut call = call(CallStatus::Active);
    call.answered_device_id = Some("tablet".into());
    Input::CallChanged(call)
}

pub fn accept() -> Input {
    Input::Accept(DeviceId::new("phone").unwrap())
}

pub fn after(inputs: impl IntoIterator<Item = Input>) -> Machine {
    let mut machine = Machine::default();
    for input in inputs {
        machine.handle(input, at());
    }
    machine
}

pub fn over(reason: CallEndReason) -> State {
    State::Ended { reason }
}

fn any_error() -> impl Strategy<Value = LiveError> {
    proptest::sample::select(ErrorCode::ALL).prop_map(error)
}

/// Anything but what changes the type of the call.
pub fn any_call_input() -> impl Strategy<Value = Input> {
    let any_status =
        || proptest::sample::select(vec![CallStatus::Ringing, CallStatus::Active, CallStatus::Ended]);
    let token = RoomAccess {
        role: Role::Host,
        livekit: access(),
    };
    prop_oneof![
        Just(dial()),
        Just(offered()),
        Just(accept()),
        Just(Input::Decline),
        Just(Input::HangUp),
        any::<bool>().prop_map(Input::Hold),
        any::<bool>().prop_map(|on| Input::Want(TrackSource::Microphone, on)),
        any::<bool>().prop_map(|on| Input::Want(TrackSource::Camera, on)),
        Just(Input::FlipCamera),
        any_error().prop_map(|error| Input::Flipped(Err(error))),
        Just(Input::Flipped(Ok(Facing::Environment))),
        Just(Input::Merged),
        any_status().prop_map(initiated),
        any_error().prop_map(|error| Input::Initiated(Err(error))),
        Just(answered()),
        any_error().prop_map(|error| Input::Answered(Err(error))),
        Just(Input::Token(Ok(token))),
        any_error().prop_map(|error| Input::Token(Err(error))),
        any_status().prop_map(|status| Input::CallChanged(call(status))),
        Just(active_elsewhere()),
        Just(Input::Connected(Ok(()))),
        any_error().prop_map(|error| Input::Connected(Err(error))),
        Just(Input::ConnectionLost),
        Just(Input::ConnectionResumed),
        Just(Input::Disconnected(DisconnectReason::ConnectionLost)),
        Just(Input::Disconnected(DisconnectReason::DuplicateIdentity)),
        any_error().prop_map(|error| Input::Published(TrackSource::Microphone, Err(error))),
        Just(Input::Published(TrackSource::Microphone, Ok(()))),
        Just(Input::Unpublished(TrackSource::Camera)),
        (any::<bool>(), any::<bool>())
            .prop_map(|(audio, video)| Input::GrantsChanged(Grants { audio, video })),
        Just(Input::NetworkChanged),
        proptest::sample::select(vec![Timer::Ring, Timer::Retry, Timer::Budget]).prop_map(Input::Timer),
    ]
}

fn any_change_of_type() -> impl Strategy<Value = Input> {
    let any_change = || {
        proptest::sample::select(vec![
            CallChange::RequestVideo,
            CallChange::AcceptVideo,
            CallChange::DeclineVideo,
            CallChange::ToAudio,
        ])
    };
    let voices = |wish: bool| {
        let mut voices = call(CallStatus::Active);
        (voices.call_type, voices.version) = (CallType::AudioCall, 3);
        voices.video_request = wish.then(|| VideoRequest {
            user_id: user(1),
            expires_at: voices.ring_expires_at,
        });
        voices
    };
    prop_oneof![
        any::<bool>().prop_map(move |wish| Input::CallChanged(voices(wish))),
        any_change().prop_map(|change| Input::Change(change, IdempotencyKey::random())),
        any_change().prop_map(|change| Input::Changed(change, Ok(call(CallStatus::Active)))),
        (any_change(), any_error()).prop_map(|(change, error)| Input::Changed(change, Err(error))),
    ]
}

pub fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![6 => any_call_input(), 1 => any_change_of_type()]
}
