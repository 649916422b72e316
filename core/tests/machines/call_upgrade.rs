//! From a voice call to a video call and back.

use ipelya_core::backend::{AnsweredCall, CallChange, ChangeCall};
use ipelya_core::call::{Effect, Input, Machine, State};
use ipelya_core::domain::{
    Call, CallEndReason, CallStatus, CallType, DeviceId, ErrorCode, Grants, IdempotencyKey, VideoRequest,
};
use ipelya_core::media::TrackSource;
use std::time::Duration;

use crate::support::{access, at, call, error, user};

const VOICE: Grants = Grants {
    audio: true,
    video: false,
};
const PICTURE: Grants = Grants {
    audio: true,
    video: true,
};

/// The call in that version, with somebody's wish for a picture.
fn news(version: u32, call_type: CallType, wish: Option<u128>) -> Call {
    let mut call = call(CallStatus::Active);
    (call.version, call.call_type) = (version, call_type);
    call.answered_device_id = Some("phone".into());
    call.video_request = wish.map(|number| VideoRequest {
        user_id: user(number),
        expires_at: call.ring_expires_at,
    });
    call
}

/// A voice call of user 2, who was called, as far as both talk.
fn talking() -> Machine {
    let mut ringing = call(CallStatus::Ringing);
    ringing.call_type = CallType::AudioCall;
    let answered = AnsweredCall {
        call: news(2, CallType::AudioCall, None),
        livekit: Some(access()),
    };
    let mut machine = Machine::default();
    for input in [
        Input::Offered {
            call: ringing,
            rings_for: Duration::from_secs(45),
        },
        Input::Accept(DeviceId::new("phone").unwrap()),
        Input::Answered(Ok(answered)),
        Input::GrantsChanged(VOICE),
        Input::Connected(Ok(())),
    ] {
        machine.handle(input, at());
    }
    assert_eq!(machine.state(), State::Active);
    assert_eq!(machine.publishing(), VOICE);
    machine
}

fn change(action: CallChange) -> Input {
    Input::Change(action, IdempotencyKey::random())
}

fn is_asked(effects: &[Effect], wanted: CallChange) -> bool {
    matches!(effects, [Effect::Change(ChangeCall { action, .. }, _)] if *action == wanted)
}

#[test]
fn a_camera_opens_only_once_the_other_one_has_consented_and_livekit_permits_it() {
    let mut machine = talking();
    let effects = machine.handle(change(CallChange::RequestVideo), at());
    assert!(is_asked(&effects, CallChange::RequestVideo));
    assert!(machine.local_media().camera.pending);
    let wished = news(3, CallType::AudioCall, Some(2));
    let effects = machine.handle(Input::Changed(CallChange::RequestVideo, Ok(wished)), at());
    assert_eq!(effects, [Effect::Settle(CallChange::RequestVideo, Ok(()))]);
    assert!(machine.capabilities(user(2)).cancel_video_request);
    assert!(machine.capabilities(user(1)).answer_video);
    let consented = Input::CallChanged(news(4, CallType::VideoCall, None));
    assert_eq!(
        machine.handle(consented, at()),
        [],
        "not before LiveKit permits it"
    );
    let effects = machine.handle(Input::GrantsChanged(PICTURE), at());
    assert_eq!(effects, [Effect::Publish(TrackSource::Camera)]);
}

#[test]
fn whichever_of_livekit_and_the_database_is_first_the_camera_waits_for_the_other() {
    let mut machine = talking();
    machine.handle(change(CallChange::AcceptVideo), at());
    assert_eq!(machine.handle(Input::GrantsChanged(PICTURE), at()), []);
    let answer = Ok(news(4, CallType::VideoCall, None));
    let effects = machine.handle(Input::Changed(CallChange::AcceptVideo, answer), at());
    assert_eq!(
        effects,
        [
            Effect::Settle(CallChange::AcceptVideo, Ok(())),
            Effect::Publish(TrackSource::Camera)
        ]
    );
    // News from before the change take nothing back.
    machine.handle(Input::CallChanged(news(3, CallType::AudioCall, Some(1))), at());
    assert_eq!(machine.publishing(), PICTURE);
}

#[test]
fn an_answer_that_a_decline_or_the_way_back_has_overtaken_leaves_no_wish() {
    for (asked, late, known) in [
        (CallChange::RequestVideo, news(3, CallType::AudioCall, Some(2)), 4),
        (CallChange::AcceptVideo, news(4, CallType::VideoCall, None), 5),
    ] {
        let mut machine = talking();
        machine.handle(change(asked), at());
        machine.handle(Input::CallChanged(news(known, CallType::AudioCall, None)), at());
        machine.handle(Input::Changed(asked, Ok(late)), at());
        machine.handle(Input::GrantsChanged(PICTURE), at());
        assert!(!machine.local_media().camera.pending, "{asked:?}");
        assert_eq!(machine.publishing(), VOICE, "{asked:?}");
    }
}

#[test]
fn a_call_that_went_back_and_forth_before_livekit_followed_films_again() {
    let mut machine = talking();
    machine.handle(change(CallChange::AcceptVideo), at());
    let answer = Ok(news(4, CallType::VideoCall, None));
    machine.handle(Input::Changed(CallChange::AcceptVideo, answer), at());
    machine.handle(Input::GrantsChanged(PICTURE), at());
    machine.handle(Input::CallChanged(news(5, CallType::AudioCall, None)), at());
    assert_eq!(machine.publishing(), VOICE);
    machine.handle(change(CallChange::RequestVideo), at());
    let answer = Ok(news(7, CallType::VideoCall, None));
    machine.handle(Input::Changed(CallChange::RequestVideo, answer), at());
    assert_eq!(machine.publishing(), PICTURE, "LiveKit had nothing to change");
}

#[test]
fn a_second_tap_waits_for_the_same_answer() {
    let mut machine = talking();
    machine.handle(change(CallChange::RequestVideo), at());
    assert_eq!(machine.handle(change(CallChange::RequestVideo), at()), []);
    machine.handle(Input::ConnectionLost, at());
    assert_eq!(machine.handle(change(CallChange::RequestVideo), at()), []);
}

#[test]
fn a_picture_in_a_voice_call_is_refused_and_opens_nothing_later() {
    let mut machine = talking();
    for source in [TrackSource::Camera, TrackSource::ScreenShare] {
        assert_eq!(machine.handle(Input::Want(source, true), at()), []);
    }
    let local = machine.local_media();
    for toggle in [local.camera, local.screen_share] {
        assert_eq!(
            toggle.last_error.map(|error| error.code),
            Some(ErrorCode::Conflict)
        );
    }
    machine.handle(Input::CallChanged(news(4, CallType::VideoCall, None)), at());
    assert_eq!(machine.handle(Input::GrantsChanged(PICTURE), at()), []);
}

#[test]
fn a_microphone_whose_answer_the_outage_swallowed_is_on_again_after_it() {
    let mut machine = talking();
    machine.handle(Input::Want(TrackSource::Microphone, false), at());
    machine.handle(Input::Want(TrackSource::Microphone, true), at());
    machine.handle(Input::ConnectionLost, at());
    let silence = Err(error(ErrorCode::MediaUnavailable));
    machine.handle(Input::Published(TrackSource::Microphone, silence), at());
    let effects = machine.handle(Input::ConnectionResumed, at());
    assert!(
        effects.contains(&Effect::Publish(TrackSource::Microphone)),
        "{effects:?}"
    );
}

#[test]
fn nobody_is_filmed_who_did_not_ask_or_consent() {
    let mut machine = talking();
    machine.handle(Input::CallChanged(news(4, CallType::VideoCall, None)), at());
    assert_eq!(machine.handle(Input::GrantsChanged(PICTURE), at()), []);
    let effects = machine.handle(Input::Want(TrackSource::Camera, true), at());
    assert_eq!(effects, [Effect::Publish(TrackSource::Camera)], "by an own wish");
}

#[test]
fn a_wish_that_is_declined_or_runs_out_leaves_the_camera_off_for_good() {
    let mut machine = talking();
    machine.handle(change(CallChange::RequestVideo), at());
    let wished = news(3, CallType::AudioCall, Some(2));
    machine.handle(Input::Changed(CallChange::RequestVideo, Ok(wished)), at());
    machine.handle(Input::CallChanged(news(4, CallType::AudioCall, None)), at());
    assert!(!machine.local_media().camera.pending);
    assert!(
        machine.capabilities(user(2)).request_video,
        "it may be asked again"
    );
    machine.handle(Input::CallChanged(news(5, CallType::VideoCall, None)), at());
    assert_eq!(machine.handle(Input::GrantsChanged(PICTURE), at()), []);
}

#[test]
fn going_back_to_voices_closes_the_camera_at_once_on_both_sides() {
    let filming = || {
        let mut machine = talking();
        machine.handle(change(CallChange::AcceptVideo), at());
        let answer = Ok(news(4, CallType::VideoCall, None));
        machine.handle(Input::Changed(CallChange::AcceptVideo, answer), at());
        machine.handle(Input::GrantsChanged(PICTURE), at());
        assert_eq!(machine.publishing(), PICTURE);
        machine
    };
    let mut asking = filming();
    let effects = asking.handle(change(CallChange::ToAudio), at());
    assert!(
        effects.contains(&Effect::Unpublish(TrackSource::Camera)),
        "before any answer"
    );
    let mut other = filming();
    let effects = other.handle(Input::CallChanged(news(5, CallType::AudioCall, None)), at());
    assert_eq!(effects, [Effect::Unpublish(TrackSource::Camera)]);
    other.handle(Input::GrantsChanged(VOICE), at());
    assert_eq!(
        other.handle(Input::GrantsChanged(PICTURE), at()),
        [],
        "and stays closed"
    );
}

#[test]
fn news_of_an_older_version_changes_nothing() {
    let mut machine = talking();
    machine.handle(Input::CallChanged(news(7, CallType::VideoCall, None)), at());
    machine.handle(Input::CallChanged(news(5, CallType::AudioCall, Some(1))), at());
    let known = machine.call().unwrap();
    assert_eq!((known.version, known.call_type), (7, CallType::VideoCall));
}

#[test]
fn one_change_at_a_time_and_a_refusal_gives_the_wish_up() {
    let mut machine = talking();
    machine.handle(change(CallChange::RequestVideo), at());
    let effects = machine.handle(change(CallChange::ToAudio), at());
    assert!(
        matches!(&effects[..], [Effect::Settle(CallChange::ToAudio, Err(error))] if error.code == ErrorCode::Conflict)
    );
    let refused = Err(error(ErrorCode::NotFound));
    let effects = machine.handle(Input::Changed(CallChange::RequestVideo, refused), at());
    assert!(matches!(
        effects[..],
        [Effect::Fetch(_), Effect::Settle(CallChange::RequestVideo, Err(_))]
    ));
    assert!(!machine.local_media().camera.pending);
}

#[test]
fn a_call_that_ends_settles_what_was_asked() {
    let mut machine = talking();
    machine.handle(change(CallChange::RequestVideo), at());
    let effects = machine.handle(Input::HangUp, at());
    assert_eq!(
        machine.state(),
        State::Ended {
            reason: CallEndReason::HungUp
        }
    );
    let settled = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Settle(_, Err(error)) if error.code == ErrorCode::CallEnded));
    assert!(settled, "{effects:?}");
    let effects = machine.handle(change(CallChange::RequestVideo), at());
    assert!(matches!(effects[..], [Effect::Settle(_, Err(_))]));
}

#[test]
fn each_side_may_ask_only_for_what_is_possible() {
    let can = |machine: &Machine| {
        let can = machine.capabilities(user(2));
        (
            can.request_video,
            can.answer_video,
            can.cancel_video_request,
            can.to_audio,
        )
    };
    let mut machine = talking();
    assert_eq!(can(&machine), (true, false, false, false));
    machine.handle(Input::CallChanged(news(3, CallType::AudioCall, Some(1))), at());
    assert_eq!(can(&machine), (false, true, false, false));
    machine.handle(Input::CallChanged(news(4, CallType::AudioCall, Some(2))), at());
    assert_eq!(can(&machine), (false, false, true, false));
    machine.handle(Input::CallChanged(news(5, CallType::VideoCall, None)), at());
    assert_eq!(can(&machine), (false, false, false, true));
    machine.handle(Input::ConnectionLost, at());
    assert_eq!(can(&machine), (false, false, false, false));
}
