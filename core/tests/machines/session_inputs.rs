//! Inputs of the session machine: one by one, and at random.

use ipelya_core::backend::{NewSession, RoomAccess, SessionAdmission};
use ipelya_core::domain::{
    ErrorCode, IdempotencyKey, LiveError, Role, SessionId, SessionStatus, SessionType, grants,
};
use ipelya_core::media::{DisconnectReason, Facing, TrackSource};
use ipelya_core::session::{Entry, Input, Machine, Timer};
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::{access, at, error, session};

pub fn join(accept_price: Option<u32>) -> Input {
    let session_id = SessionId(Uuid::from_u128(1));
    Input::Enter(Entry::Join {
        session_id,
        accept_price,
        key: IdempotencyKey::random(),
    })
}

pub fn admission(role: Role, session_type: SessionType, status: SessionStatus) -> Input {
    let session = session(session_type, status);
    Input::Admission(Ok(Box::new(SessionAdmission {
        session,
        role,
        livekit: access(),
        charged_coins: 0,
    })))
}

/// A machine of that role, in the room of a session of that status.
pub fn inside(role: Role, session_type: SessionType, status: SessionStatus) -> Machine {
    let mut machine = Machine::default();
    for input in [
        join(None),
        admission(role, session_type, status),
        Input::Connected(Ok(())),
    ] {
        machine.handle(input, at());
    }
    machine
}

pub fn any_role() -> impl Strategy<Value = Role> {
    proptest::sample::select(&Role::ALL[..])
}

pub fn any_status() -> impl Strategy<Value = SessionStatus> {
    proptest::sample::select(vec![
        SessionStatus::Preparing,
        SessionStatus::Live,
        SessionStatus::Ended,
    ])
}

pub fn any_error() -> impl Strategy<Value = LiveError> {
    proptest::sample::select(ErrorCode::ALL).prop_map(error)
}

pub fn any_reason() -> impl Strategy<Value = DisconnectReason> {
    proptest::sample::select(vec![
        DisconnectReason::ClientInitiated,
        DisconnectReason::DuplicateIdentity,
        DisconnectReason::ServerShutdown,
        DisconnectReason::ParticipantRemoved,
        DisconnectReason::RoomDeleted,
        DisconnectReason::Migration,
        DisconnectReason::ConnectionLost,
    ])
}

pub fn any_input() -> impl Strategy<Value = Input> {
    let live = |status| session(SessionType::VideoLive, status);
    let granted = |role| grants(role, SessionType::VideoLive);
    prop_oneof![
        Just(Input::GoLive),
        Just(Input::End),
        Just(Input::Leave),
        Just(join(None)),
        Just(Input::Enter(Entry::Create {
            session: NewSession::broadcast("x"),
            key: IdempotencyKey::random()
        })),
        any::<bool>().prop_map(|on| Input::Want(TrackSource::Microphone, on)),
        any::<bool>().prop_map(|on| Input::Want(TrackSource::Camera, on)),
        Just(Input::FlipCamera),
        any_error().prop_map(|error| Input::Flipped(Err(error))),
        Just(Input::Flipped(Ok(Facing::Environment))),
        (any_role(), any_status()).prop_map(|(role, status)| admission(role, SessionType::VideoLive, status)),
        any_error().prop_map(|error| Input::Admission(Err(error))),
        any_role().prop_map(|role| Input::Token(Ok(RoomAccess {
            role,
            livekit: access()
        }))),
        any_error().prop_map(|error| Input::Token(Err(error))),
        any_status().prop_map(move |status| Input::Started(Ok(live(status)))),
        any_error().prop_map(|error| Input::Started(Err(error))),
        any_status().prop_map(move |status| Input::EndAnswered(Ok(live(status)))),
        any_status().prop_map(move |status| Input::SessionChanged(live(status))),
        Just(Input::Over(None)),
        Just(Input::Connected(Ok(()))),
        any_error().prop_map(|error| Input::Connected(Err(error))),
        Just(Input::ConnectionLost),
        Just(Input::ConnectionResumed),
        any_reason().prop_map(Input::Disconnected),
        any_role().prop_map(Input::RoleChanged),
        any_role().prop_map(move |role| Input::GrantsChanged(granted(role))),
        any_error().prop_map(|error| Input::Published(TrackSource::Camera, Err(error))),
        Just(Input::Published(TrackSource::Camera, Ok(()))),
        Just(Input::Unpublished(TrackSource::Microphone)),
        Just(Input::NetworkChanged),
        Just(Input::Timer(Timer::Retry)),
        Just(Input::Timer(Timer::Budget)),
    ]
}
