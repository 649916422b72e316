//! Every pair of a state and an input, with what comes of it: the table beside the machine, and its diagram.

use std::collections::BTreeSet;

use ipelya_core::backend::{CallChange, RoomAccess};
use ipelya_core::call::{Direction, Effect, Input, Machine, State, Timer};
use ipelya_core::domain::{
    CallEndReason, CallStatus, CallType, ErrorCode, Grants, IdempotencyKey, Role, VideoRequest,
};
use ipelya_core::media::{DisconnectReason, Facing, TrackSource};

use crate::call_inputs::{
    accept, active_elsewhere, after, answered, dial, ended, initiated, offered, rejoin,
};
use crate::diagrams::drawn;
use crate::support::{access, at, call, error, user};
use crate::table::Table;

/// A video call of the callee, who takes it on this device; of the caller until both talk.
fn states() -> Vec<(&'static str, Machine)> {
    let picture = Input::GrantsChanged(Grants {
        audio: true,
        video: true,
    });
    let active = after([offered(), accept(), answered(), picture, Input::Connected(Ok(()))]);
    let then = |input: Input| {
        let mut machine = active.clone();
        machine.handle(input, at());
        machine
    };
    let mut lost_on_hold = then(Input::Hold(true));
    lost_on_hold.handle(Input::ConnectionLost, at());
    vec![
        ("Idle", Machine::default()),
        ("Dialing", after([dial()])),
        ("RingingOut", after([dial(), initiated(CallStatus::Ringing)])),
        ("RingingIn", after([offered()])),
        ("Connecting, the answer on its way", after([offered(), accept()])),
        (
            "Connecting, to the room",
            after([dial(), initiated(CallStatus::Active)]),
        ),
        (
            "Connecting, on hold",
            after([dial(), initiated(CallStatus::Active), Input::Hold(true)]),
        ),
        ("Active", active.clone()),
        ("Held", then(Input::Hold(true))),
        ("Reconnecting", then(Input::ConnectionLost)),
        ("Reconnecting, on hold", lost_on_hold),
        ("Ended", then(Input::HangUp)),
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    let retryable = || error(ErrorCode::MediaUnavailable);
    let final_word = || error(ErrorCode::Forbidden);
    let change = |change| Input::Change(change, IdempotencyKey::random());
    let news = |status| {
        let mut call = call(status);
        (call.version, call.answered_device_id) = (2, Some("phone".into()));
        Input::CallChanged(call)
    };
    let voices = |wish: bool| {
        let mut call = call(CallStatus::Active);
        (call.version, call.call_type) = (3, CallType::AudioCall);
        call.answered_device_id = Some("phone".into());
        call.video_request = wish.then(|| VideoRequest {
            user_id: user(1),
            expires_at: call.ring_expires_at,
        });
        call
    };
    let declined = {
        let mut refusal = error(ErrorCode::CallEnded);
        refusal.details.end_reason = Some(CallEndReason::Declined);
        refusal
    };
    vec![
        ("Dial", dial()),
        ("Offered", offered()),
        ("Rejoin", rejoin()),
        ("Accept", accept()),
        ("Decline", Input::Decline),
        ("HangUp", Input::HangUp),
        ("Hold(on)", Input::Hold(true)),
        ("Hold(off)", Input::Hold(false)),
        (
            "Want(microphone off)",
            Input::Want(TrackSource::Microphone, false),
        ),
        ("Want(camera off)", Input::Want(TrackSource::Camera, false)),
        ("Want(screen on)", Input::Want(TrackSource::ScreenShare, true)),
        ("FlipCamera", Input::FlipCamera),
        ("Change(to voices)", change(CallChange::ToAudio)),
        ("Change(ask for video)", change(CallChange::RequestVideo)),
        ("Merged", Input::Merged),
        ("Initiated: ringing", initiated(CallStatus::Ringing)),
        ("Initiated: active", initiated(CallStatus::Active)),
        ("Initiated: busy", Input::Initiated(Err(error(ErrorCode::Busy)))),
        ("Initiated: declined by now", Input::Initiated(Err(declined))),
        ("Answered", answered()),
        ("Answered: try again", Input::Answered(Err(retryable()))),
        (
            "Answered: answered elsewhere",
            Input::Answered(Err(error(ErrorCode::AnsweredElsewhere))),
        ),
        (
            "Answered: call ended",
            Input::Answered(Err(error(ErrorCode::CallEnded))),
        ),
        (
            "Answered: conflict",
            Input::Answered(Err(error(ErrorCode::Conflict))),
        ),
        ("Answered: forbidden", Input::Answered(Err(final_word()))),
        (
            "Token",
            Input::Token(Ok(RoomAccess {
                role: Role::Host,
                livekit: access(),
            })),
        ),
        ("Token: try again", Input::Token(Err(retryable()))),
        (
            "Token: call ended",
            Input::Token(Err(error(ErrorCode::CallEnded))),
        ),
        ("Token: forbidden", Input::Token(Err(final_word()))),
        (
            "Changed: to voices",
            Input::Changed(CallChange::ToAudio, Ok(voices(false))),
        ),
        (
            "Changed: refused",
            Input::Changed(CallChange::RequestVideo, Err(error(ErrorCode::Conflict))),
        ),
        ("CallChanged: ringing", news(CallStatus::Ringing)),
        ("CallChanged: active", news(CallStatus::Active)),
        ("CallChanged: active elsewhere", newest(active_elsewhere())),
        (
            "CallChanged: voices, video asked for",
            Input::CallChanged(voices(true)),
        ),
        ("CallChanged: ended", newest(ended(CallEndReason::HungUp))),
        ("Connected", Input::Connected(Ok(()))),
        ("Connected: try again", Input::Connected(Err(retryable()))),
        ("Connected: forbidden", Input::Connected(Err(final_word()))),
        ("ConnectionLost", Input::ConnectionLost),
        ("ConnectionResumed", Input::ConnectionResumed),
        (
            "Disconnected: connection lost",
            Input::Disconnected(DisconnectReason::ConnectionLost),
        ),
        (
            "Disconnected: room deleted",
            Input::Disconnected(DisconnectReason::RoomDeleted),
        ),
        (
            "Disconnected: duplicate identity",
            Input::Disconnected(DisconnectReason::DuplicateIdentity),
        ),
        ("GrantsChanged(none)", Input::GrantsChanged(Grants::NONE)),
        ("Published(camera)", Input::Published(TrackSource::Camera, Ok(()))),
        (
            "Published(camera): failed",
            Input::Published(TrackSource::Camera, Err(final_word())),
        ),
        ("Unpublished(camera)", Input::Unpublished(TrackSource::Camera)),
        ("Flipped", Input::Flipped(Ok(Facing::Environment))),
        ("NetworkChanged", Input::NetworkChanged),
        ("Timer(Ring)", Input::Timer(Timer::Ring)),
        ("Timer(Retry)", Input::Timer(Timer::Retry)),
        ("Timer(Budget)", Input::Timer(Timer::Budget)),
    ]
}

/// The same news, and newer than anything known.
fn newest(mut news: Input) -> Input {
    if let Input::CallChanged(call) = &mut news {
        call.version = 9;
    }
    news
}

fn state(state: State) -> String {
    match state {
        State::Ringing {
            direction: Direction::Out,
        } => "RingingOut".into(),
        State::Ringing {
            direction: Direction::In,
        } => "RingingIn".into(),
        State::Reconnecting { .. } => "Reconnecting".into(),
        State::Ended { reason } => format!("Ended({reason:?})"),
        State::Idle | State::Dialing | State::Connecting | State::Active | State::Held => {
            format!("{state:?}")
        }
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Initiate(..) => "Initiate".into(),
        Effect::Answer(answer) if answer.accept => "Answer(accept)".into(),
        Effect::Answer(_) => "Answer(decline)".into(),
        Effect::EndCall(_) => "EndCall".into(),
        Effect::Fetch(_) => "Fetch".into(),
        Effect::RefreshToken(_) => "RefreshToken".into(),
        Effect::Connect(_) => "Connect".into(),
        Effect::Publish(source) => format!("Publish({source:?})"),
        Effect::Unpublish(source) => format!("Unpublish({source:?})"),
        Effect::StartTimer(timer, _) => format!("StartTimer({timer:?})"),
        Effect::StopTimer(timer) => format!("StopTimer({timer:?})"),
        Effect::Change(request, _) => format!("Change({:?})", request.action),
        Effect::Settle(change, outcome) => {
            let outcome = if outcome.is_ok() { "ok" } else { "error" };
            format!("Settle({change:?}, {outcome})")
        }
        Effect::Report(error) => format!("Report({:?})", error.code),
        Effect::Resume | Effect::FlipCamera | Effect::Disconnect => format!("{effect:?}"),
    }
}

fn table() -> Table<Machine, Input, Effect> {
    Table {
        machine: "call",
        view: "For the callee of a video call, on the device that takes it; for the caller until both talk.",
        states: states(),
        inputs: inputs(),
        handle: |machine, input| machine.handle(input, at()),
        state: |machine| state(machine.state()),
        effect,
    }
}

#[test]
fn every_state_has_an_outcome_for_every_input() {
    table().hold();
}

#[test]
fn the_diagram_has_every_change_of_state_and_no_other() {
    let changes = table().changes();
    let drawn = drawn("call");
    let drawn: BTreeSet<_> = drawn
        .keys()
        .map(|(from, to)| (from.as_str(), to.as_str()))
        .collect();
    for (from, to, said) in &changes {
        let is_drawn = drawn.contains(&(from.as_str(), to.as_str()));
        assert!(is_drawn, "{from} --> {to} by {said} isn't drawn");
    }
    for edge in drawn {
        let happens = changes
            .iter()
            .any(|(from, to, _)| (from.as_str(), to.as_str()) == edge);
        assert!(happens, "{} --> {} never happens", edge.0, edge.1);
    }
}
