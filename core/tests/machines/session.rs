use std::time::Duration;

use ipelya_core::Moment;
use ipelya_core::backend::RoomAccess;
use ipelya_core::domain::{
    ErrorCode, Grants, Role, SessionEndReason, SessionId, SessionStatus, SessionType, limits,
};
use ipelya_core::media::{DisconnectReason, TrackSource};
use ipelya_core::session::{Command, Effect, EndReason, Input, Lock, Machine, State, Timer};
use proptest::prelude::*;
use uuid::Uuid;

use crate::session_inputs::{admission, any_input, inside, join};
use crate::support::{access, at, error, session};

fn ended(reason: SessionEndReason) -> Input {
    let mut session = session(SessionType::VideoLive, SessionStatus::Ended);
    session.end_reason = Some(reason);
    Input::SessionChanged(session)
}

#[test]
fn a_host_waits_backstage_and_goes_live_by_the_servers_word() {
    let mut machine = inside(Role::Host, SessionType::VideoLive, SessionStatus::Preparing);
    assert_eq!(machine.state(), &State::Backstage);
    assert_eq!(machine.handle(Input::GoLive, at()), [Effect::StartSession]);
    assert_eq!(machine.state(), &State::Backstage, "a wish is no permission");
    let effects = machine.handle(
        Input::Started(Ok(session(SessionType::VideoLive, SessionStatus::Live))),
        at(),
    );
    assert_eq!(machine.state(), &State::Live);
    assert_eq!(effects, [Effect::Settle(Command::GoLive, Ok(()))]);
}

#[test]
fn nothing_is_published_backstage() {
    let mut machine = inside(Role::Host, SessionType::VideoLive, SessionStatus::Preparing);
    assert_eq!(machine.handle(Input::Want(TrackSource::Camera, true), at()), []);
    let effects = machine.handle(
        Input::SessionChanged(session(SessionType::VideoLive, SessionStatus::Live)),
        at(),
    );
    assert_eq!(effects, [Effect::Publish(TrackSource::Camera)]);
}

#[test]
fn a_camera_is_never_published_in_an_audio_room() {
    let mut machine = inside(Role::Host, SessionType::AudioRoom, SessionStatus::Live);
    assert_eq!(machine.handle(Input::Want(TrackSource::Camera, true), at()), []);
    assert_eq!(
        machine.handle(Input::Want(TrackSource::Microphone, true), at()),
        [Effect::Publish(TrackSource::Microphone)]
    );
}

#[test]
fn a_listener_publishes_only_after_the_server_grants_it_and_only_by_an_own_wish() {
    let mut machine = inside(Role::Listener, SessionType::AudioRoom, SessionStatus::Live);
    assert_eq!(
        machine.handle(Input::Want(TrackSource::Microphone, true), at()),
        []
    );
    let refused = machine
        .local_media()
        .microphone
        .last_error
        .map(|error| error.code);
    assert_eq!(
        refused,
        Some(ErrorCode::RoleNotAllowed),
        "it isn't kept for later"
    );
    let speak = Grants {
        audio: true,
        video: false,
    };
    assert_eq!(
        machine.handle(Input::GrantsChanged(speak), at()),
        [],
        "a promotion doesn't open a microphone"
    );
    assert_eq!(
        machine.handle(Input::Want(TrackSource::Microphone, true), at()),
        [Effect::Publish(TrackSource::Microphone)]
    );
}

#[test]
fn a_demotion_unpublishes_at_once_and_a_second_promotion_does_not_reopen_the_microphone() {
    let mut machine = inside(Role::Speaker, SessionType::AudioRoom, SessionStatus::Live);
    machine.handle(Input::Want(TrackSource::Microphone, true), at());
    let effects = machine.handle(Input::GrantsChanged(Grants::NONE), at());
    assert_eq!(effects, [Effect::Unpublish(TrackSource::Microphone)]);
    assert_eq!(
        machine.handle(
            Input::GrantsChanged(Grants {
                audio: true,
                video: false
            }),
            at()
        ),
        []
    );
}

#[test]
fn a_locked_door_says_why_and_opens_when_the_price_is_accepted() {
    let mut machine = Machine::default();
    machine.handle(join(None), at());
    let mut refusal = error(ErrorCode::PaymentRequired);
    refusal.details.price_coins = Some(120);
    let effects = machine.handle(Input::Admission(Err(refusal.clone())), at());
    assert_eq!(
        machine.state(),
        &State::Locked {
            lock: Lock::Purchase { price_coins: 120 }
        }
    );
    assert_eq!(effects, [Effect::Settle(Command::Enter, Err(refusal))]);
    assert!(matches!(
        machine.handle(join(Some(120)), at())[..],
        [Effect::Authorize(_)]
    ));
}

#[test]
fn leaving_while_the_backend_decides_gives_the_place_back() {
    let mut machine = Machine::default();
    machine.handle(join(None), at());
    machine.handle(Input::Leave, at());
    assert_eq!(
        machine.state(),
        &State::Ended {
            reason: EndReason::Left
        }
    );
    let effects = machine.handle(
        admission(Role::Viewer, SessionType::VideoLive, SessionStatus::Live),
        at(),
    );
    assert_eq!(
        effects,
        [Effect::Withdraw(SessionId(Uuid::from_u128(1)), Role::Viewer)]
    );
}

#[test]
fn an_end_is_told_with_the_servers_reason() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(ended(SessionEndReason::HostAway), at());
    assert_eq!(
        machine.state(),
        &State::Ended {
            reason: EndReason::HostAway
        }
    );
}

#[test]
fn old_news_never_takes_a_session_off_the_air() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    let old = session(SessionType::VideoLive, SessionStatus::Preparing);
    machine.handle(Input::SessionChanged(old), at());
    assert_eq!(machine.state(), &State::Live);
}

#[test]
fn a_lost_room_is_had_back_with_a_fresh_token() {
    let mut machine = inside(Role::Host, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::Want(TrackSource::Camera, true), at());
    machine.handle(Input::Disconnected(DisconnectReason::ConnectionLost), at());
    assert_eq!(machine.state(), &State::Reconnecting { attempt: 1 });
    assert_eq!(
        machine.handle(Input::Timer(Timer::Retry), at()),
        [Effect::RefreshToken]
    );
    let token = RoomAccess {
        role: Role::Host,
        livekit: access(),
    };
    assert_eq!(
        machine.handle(Input::Token(Ok(token)), at()),
        [Effect::Connect(access())]
    );
    let effects = machine.handle(Input::Connected(Ok(())), at());
    assert_eq!(machine.state(), &State::Live);
    assert!(
        effects.contains(&Effect::Publish(TrackSource::Camera)),
        "the picture comes back: {effects:?}"
    );
}

#[test]
fn a_deleted_room_of_an_ended_session_is_an_end_and_not_a_failure() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::Disconnected(DisconnectReason::RoomDeleted), at());
    machine.handle(Input::Timer(Timer::Retry), at());
    assert_eq!(
        machine.handle(Input::Token(Err(error(ErrorCode::SessionEnded))), at()),
        [Effect::LearnEnd]
    );
    machine.handle(Input::Over(Some(SessionEndReason::HostEnded)), at());
    assert_eq!(
        machine.state(),
        &State::Ended {
            reason: EndReason::HostEnded
        }
    );
}

#[test]
fn reconnecting_is_given_up_when_the_budget_is_spent() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::ConnectionLost, at());
    let effects = machine.handle(Input::Timer(Timer::Budget), at());
    assert!(matches!(machine.state(), State::Failed { error } if error.code == ErrorCode::MediaUnavailable));
    assert_eq!(
        effects
            .iter()
            .filter(|effect| **effect == Effect::Disconnect)
            .count(),
        1
    );
}

#[test]
fn a_connection_that_the_engine_does_not_resume_is_had_anew_and_the_picture_with_it() {
    let mut machine = inside(Role::Host, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::Want(TrackSource::Camera, true), at());
    let effects = machine.handle(Input::ConnectionLost, at());
    assert!(
        matches!(effects[..], [.., Effect::StartTimer(Timer::Retry, _)]),
        "{effects:?}"
    );
    assert_eq!(
        machine.handle(Input::Timer(Timer::Retry), at()),
        [Effect::RefreshToken]
    );
    let token = RoomAccess {
        role: Role::Host,
        livekit: access(),
    };
    machine.handle(Input::Token(Ok(token)), at());
    let effects = machine.handle(Input::Connected(Ok(())), at());
    assert!(
        effects.contains(&Effect::Publish(TrackSource::Camera)),
        "{effects:?}"
    );
}

#[test]
fn another_network_is_taken_at_once() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    assert_eq!(machine.handle(Input::NetworkChanged, at()), [Effect::Resume]);
    assert_eq!(machine.state(), &State::Live);
    machine.handle(Input::Disconnected(DisconnectReason::ConnectionLost), at());
    assert_eq!(
        machine.handle(Input::NetworkChanged, at()),
        [Effect::StartTimer(Timer::Retry, Duration::ZERO)]
    );
}

#[test]
fn the_servers_word_on_when_to_come_back_counts_more_than_a_guess() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::Disconnected(DisconnectReason::ServerShutdown), at());
    machine.handle(Input::Timer(Timer::Retry), at());
    let mut refusal = error(ErrorCode::RateLimited);
    refusal.retry_after_ms = Some(12_345);
    assert_eq!(
        machine.handle(Input::Token(Err(refusal)), at()),
        [Effect::StartTimer(Timer::Retry, Duration::from_millis(12_345))]
    );
}

#[test]
fn a_right_that_lapsed_during_an_outage_locks_the_door_until_it_is_had_again() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::Disconnected(DisconnectReason::ConnectionLost), at());
    machine.handle(Input::Timer(Timer::Retry), at());
    let effects = machine.handle(Input::Token(Err(error(ErrorCode::SubscriptionRequired))), at());
    assert_eq!(
        machine.state(),
        &State::Locked {
            lock: Lock::Subscribe
        }
    );
    assert!(effects.contains(&Effect::Disconnect));
    assert!(
        effects.contains(&Effect::StopTimer(Timer::Budget)),
        "nothing gives up behind a lock"
    );
    assert!(matches!(
        machine.handle(join(None), at())[..],
        [Effect::Authorize(_)]
    ));
}

#[test]
fn an_app_that_was_suspended_for_minutes_has_its_tries_when_it_wakes_up() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Live);
    machine.handle(Input::ConnectionLost, at());
    let woken = Moment {
        now: at().now + Duration::from_secs(600),
        jitter: 0.5,
    };
    let effects = machine.handle(Input::Timer(Timer::Budget), woken);
    assert!(
        effects.contains(&Effect::StartTimer(Timer::Retry, Duration::ZERO)),
        "{effects:?}"
    );
    assert!(matches!(machine.state(), State::Reconnecting { .. }));
    let given_up = Moment {
        now: woken.now + limits::RECONNECT_BUDGET,
        jitter: 0.5,
    };
    machine.handle(Input::Timer(Timer::Budget), given_up);
    assert!(
        matches!(machine.state(), State::Failed { .. }),
        "once, and not for ever"
    );
}

#[test]
fn only_a_host_goes_live_or_ends() {
    let mut machine = inside(Role::Viewer, SessionType::VideoLive, SessionStatus::Preparing);
    for (input, command) in [(Input::GoLive, Command::GoLive), (Input::End, Command::End)] {
        let effects = machine.handle(input, at());
        let [Effect::Settle(settled, Err(refusal))] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!((*settled, refusal.code), (command, ErrorCode::RoleNotAllowed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_no_rule_is_broken(inputs in proptest::collection::vec(any_input(), 0..40)) {
        let mut machine = Machine::default();
        let mut disconnects = 0;
        for input in inputs {
            let was_over = machine.state().is_terminal();
            let effects = machine.handle(input.clone(), at());
            for effect in &effects {
                if let Effect::Publish(source) = effect {
                    let granted = match source {
                        TrackSource::Microphone | TrackSource::ScreenShareAudio => machine.grants().audio,
                        TrackSource::Camera | TrackSource::ScreenShare => machine.grants().video,
                    };
                    prop_assert!(granted, "{:?} without a grant", source);
                }
                disconnects += usize::from(*effect == Effect::Disconnect);
                if let Effect::Connect(_) = effect {
                    disconnects = 0;
                }
                if was_over {
                    let farewell = matches!(effect, Effect::Withdraw(..) | Effect::Settle(..));
                    prop_assert!(farewell, "after the end {:?} caused {:?}", input, effect);
                }
            }
            if was_over {
                prop_assert!(machine.state().is_terminal());
            }
            prop_assert!(disconnects <= 1, "one connection is left once");
            let published = machine.publishing();
            prop_assert_eq!(published, published.intersect(machine.grants()));
        }
    }

    #[test]
    fn a_leave_is_accepted_in_every_state_and_twice(inputs in proptest::collection::vec(any_input(), 0..20)) {
        let mut machine = Machine::default();
        for input in inputs {
            machine.handle(input, at());
        }
        machine.handle(Input::Leave, at());
        prop_assert!(machine.state().is_terminal());
        prop_assert_eq!(machine.handle(Input::Leave, at()), []);
    }
}
