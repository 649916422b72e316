//! Every pair of a state and an input, with what comes of it: the table beside the machine.

use ipelya_core::backend::RoomAccess;
use ipelya_core::domain::{ErrorCode, Grants, Role, SessionEndReason, SessionStatus, SessionType};
use ipelya_core::media::{DisconnectReason, Facing, TrackSource};
use ipelya_core::session::{Effect, Input, Machine, State, Timer};

use crate::diagrams::drawn;
use crate::session_inputs::{admission, inside, join};
use crate::support::{access, at, error, session};
use crate::table::Table;

/// A host with an open camera, in each state.
fn states() -> Vec<(&'static str, Machine)> {
    let host = |inputs: Vec<Input>| {
        let mut machine = Machine::default();
        for input in inputs {
            machine.handle(input, at());
        }
        machine
    };
    let admitted = || admission(Role::Host, SessionType::VideoLive, SessionStatus::Live);
    let mut live = inside(Role::Host, SessionType::VideoLive, SessionStatus::Live);
    live.handle(Input::Want(TrackSource::Camera, true), at());
    let after = |input: Input| {
        let mut machine = live.clone();
        machine.handle(input, at());
        machine
    };
    let refused = Input::Admission(Err(error(ErrorCode::SubscriptionRequired)));
    let mut failed = after(Input::ConnectionLost);
    failed.handle(Input::Timer(Timer::Budget), at());
    vec![
        ("Idle", Machine::default()),
        ("Authorizing", host(vec![join(None)])),
        ("Locked", host(vec![join(None), refused])),
        ("Connecting", host(vec![join(None), admitted()])),
        (
            "Backstage",
            inside(Role::Host, SessionType::VideoLive, SessionStatus::Preparing),
        ),
        ("Live", live.clone()),
        ("Reconnecting", after(Input::ConnectionLost)),
        ("Ended", after(Input::Leave)),
        ("Failed", failed),
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    let news = |status| session(SessionType::VideoLive, status);
    let mut over = news(SessionStatus::Ended);
    over.end_reason = Some(SessionEndReason::HostEnded);
    let retryable = || error(ErrorCode::MediaUnavailable);
    let final_word = || error(ErrorCode::Forbidden);
    let token = RoomAccess {
        role: Role::Host,
        livekit: access(),
    };
    let lost = |reason| Input::Disconnected(reason);
    vec![
        ("Enter", join(None)),
        ("GoLive", Input::GoLive),
        ("End", Input::End),
        ("Leave", Input::Leave),
        ("Want(microphone, on)", Input::Want(TrackSource::Microphone, true)),
        ("Want(camera, off)", Input::Want(TrackSource::Camera, false)),
        ("Want(screen, on)", Input::Want(TrackSource::ScreenShare, true)),
        ("FlipCamera", Input::FlipCamera),
        ("Flipped", Input::Flipped(Ok(Facing::Environment))),
        ("Flipped: failed", Input::Flipped(Err(final_word()))),
        (
            "Admission",
            admission(Role::Host, SessionType::VideoLive, SessionStatus::Live),
        ),
        (
            "Admission: subscribe first",
            Input::Admission(Err(error(ErrorCode::SubscriptionRequired))),
        ),
        ("Admission: forbidden", Input::Admission(Err(final_word()))),
        ("Token", Input::Token(Ok(token))),
        ("Token: try again", Input::Token(Err(retryable()))),
        (
            "Token: subscribe first",
            Input::Token(Err(error(ErrorCode::SubscriptionRequired))),
        ),
        (
            "Token: session ended",
            Input::Token(Err(error(ErrorCode::SessionEnded))),
        ),
        ("Token: banned", Input::Token(Err(error(ErrorCode::Banned)))),
        ("Started", Input::Started(Ok(news(SessionStatus::Live)))),
        ("Started: refused", Input::Started(Err(final_word()))),
        ("EndAnswered", Input::EndAnswered(Ok(over.clone()))),
        ("EndAnswered: refused", Input::EndAnswered(Err(final_word()))),
        (
            "SessionChanged: live",
            Input::SessionChanged(news(SessionStatus::Live)),
        ),
        ("SessionChanged: ended", Input::SessionChanged(over)),
        ("Over", Input::Over(Some(SessionEndReason::HostEnded))),
        ("Connected", Input::Connected(Ok(()))),
        ("Connected: try again", Input::Connected(Err(retryable()))),
        ("Connected: forbidden", Input::Connected(Err(final_word()))),
        ("ConnectionLost", Input::ConnectionLost),
        ("ConnectionResumed", Input::ConnectionResumed),
        (
            "Disconnected: connection lost",
            lost(DisconnectReason::ConnectionLost),
        ),
        ("Disconnected: room deleted", lost(DisconnectReason::RoomDeleted)),
        (
            "Disconnected: server shutdown",
            lost(DisconnectReason::ServerShutdown),
        ),
        ("Disconnected: migration", lost(DisconnectReason::Migration)),
        (
            "Disconnected: removed",
            lost(DisconnectReason::ParticipantRemoved),
        ),
        (
            "Disconnected: duplicate identity",
            lost(DisconnectReason::DuplicateIdentity),
        ),
        ("RoleChanged(viewer)", Input::RoleChanged(Role::Viewer)),
        ("GrantsChanged(none)", Input::GrantsChanged(Grants::NONE)),
        ("Published(camera)", Input::Published(TrackSource::Camera, Ok(()))),
        (
            "Published(camera): failed",
            Input::Published(TrackSource::Camera, Err(final_word())),
        ),
        ("Unpublished(camera)", Input::Unpublished(TrackSource::Camera)),
        ("NetworkChanged", Input::NetworkChanged),
        ("Timer(Retry)", Input::Timer(Timer::Retry)),
        ("Timer(Budget)", Input::Timer(Timer::Budget)),
    ]
}

fn state(state: &State) -> String {
    let text = format!("{state:?}");
    let name = text.split([' ', '{']).next().unwrap_or_default();
    match state {
        State::Ended { reason } => format!("{name}({reason:?})"),
        State::Idle
        | State::Authorizing
        | State::Locked { .. }
        | State::Connecting
        | State::Backstage
        | State::Live
        | State::Reconnecting { .. }
        | State::Failed { .. } => name.to_owned(),
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Publish(source) => format!("Publish({source:?})"),
        Effect::Unpublish(source) => format!("Unpublish({source:?})"),
        Effect::StartTimer(timer, _) => format!("StartTimer({timer:?})"),
        Effect::StopTimer(timer) => format!("StopTimer({timer:?})"),
        Effect::Settle(command, outcome) => {
            format!(
                "Settle({command:?}, {})",
                if outcome.is_ok() { "ok" } else { "error" }
            )
        }
        Effect::Authorize(_) => "Authorize".into(),
        Effect::Listen(_) => "Listen".into(),
        Effect::Connect(_) => "Connect".into(),
        Effect::Withdraw(..) => "Withdraw".into(),
        Effect::LearnEnd
        | Effect::FlipCamera
        | Effect::Resume
        | Effect::RefreshToken
        | Effect::StartSession
        | Effect::EndSession
        | Effect::Disconnect => format!("{effect:?}"),
    }
}

fn table() -> Table<Machine, Input, Effect> {
    Table {
        machine: "session",
        view: "For a host with an open camera.",
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
fn every_change_of_state_is_in_the_diagram() {
    let drawn = drawn("session");
    for (from, to, said) in table().changes() {
        // The diagram shows the ways to the end once.
        let is_drawn = to == "Ended" || drawn.contains_key(&(from.clone(), to.clone()));
        assert!(is_drawn, "{from} --> {to} by {said} isn't drawn");
    }
}
