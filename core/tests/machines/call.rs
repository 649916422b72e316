use ipelya_core::call::{Direction, Effect, Input, Machine, State, Timer};
use ipelya_core::domain::{CallEndReason, CallStatus, ErrorCode, limits};
use ipelya_core::media::TrackSource;
use proptest::prelude::*;

use crate::call_inputs::{
    accept, active_elsewhere, after, answered, any_input, dial, ended, initiated, offered, over,
};
use crate::support::{access, at, call, error};

#[test]
fn a_call_that_is_taken_connects_and_publishes() {
    let mut machine = after([dial(), initiated(CallStatus::Ringing)]);
    assert_eq!(
        machine.state(),
        State::Ringing {
            direction: Direction::Out
        }
    );
    let effects = machine.handle(Input::CallChanged(call(CallStatus::Active)), at());
    assert!(effects.contains(&Effect::Connect(access())));
    let effects = machine.handle(Input::Connected(Ok(())), at());
    assert_eq!(machine.state(), State::Active);
    assert!(effects.contains(&Effect::Publish(TrackSource::Microphone)));
    assert!(effects.contains(&Effect::Publish(TrackSource::Camera)));
}

#[test]
fn nothing_is_published_while_it_rings() {
    for mut machine in [
        after([dial(), initiated(CallStatus::Ringing)]),
        after([offered()]),
    ] {
        assert_eq!(
            machine.handle(Input::Want(TrackSource::Microphone, true), at()),
            []
        );
        assert_eq!(machine.handle(Input::Want(TrackSource::Camera, true), at()), []);
    }
}

#[test]
fn when_both_call_each_other_the_second_joins_the_first_call() {
    let mut dialling = after([dial()]);
    let effects = dialling.handle(initiated(CallStatus::Active), at());
    assert!(effects.contains(&Effect::Connect(access())));
    let mut ring = after([offered()]);
    ring.handle(Input::Merged, at());
    assert_eq!(ring.state(), over(CallEndReason::GlareMerged));
    assert_eq!(ring.handle(ended(CallEndReason::HungUp), at()), []);
    assert_eq!(
        ring.state(),
        over(CallEndReason::GlareMerged),
        "the call went on without this ring"
    );
}

#[test]
fn a_hang_up_that_overtakes_the_dialling_takes_the_ring_back() {
    let mut machine = after([dial(), Input::HangUp]);
    assert_eq!(machine.state(), over(CallEndReason::Cancelled));
    let effects = machine.handle(initiated(CallStatus::Ringing), at());
    assert!(effects.contains(&Effect::EndCall(call(CallStatus::Ringing).id)));
}

#[test]
fn a_cancel_that_lost_against_the_answer_ends_with_the_servers_reason() {
    let mut machine = after([dial(), initiated(CallStatus::Ringing), Input::HangUp]);
    assert_eq!(machine.state(), over(CallEndReason::Cancelled));
    machine.handle(ended(CallEndReason::HungUp), at());
    assert_eq!(machine.state(), over(CallEndReason::HungUp));
}

#[test]
fn a_ring_stops_when_another_device_answers() {
    let mut machine = after([offered()]);
    machine.handle(active_elsewhere(), at());
    assert_eq!(machine.state(), over(CallEndReason::AnsweredElsewhere));
    let mut late = after([offered(), accept()]);
    late.handle(Input::Answered(Err(error(ErrorCode::AnsweredElsewhere))), at());
    assert_eq!(late.state(), over(CallEndReason::AnsweredElsewhere));
}

#[test]
fn a_ring_asks_at_once_whether_it_is_still_true() {
    let effects = Machine::default().handle(offered(), at());
    assert!(effects.contains(&Effect::Fetch(call(CallStatus::Ringing).id)));
}

#[test]
fn a_ring_that_was_cancelled_does_not_go_on() {
    let mut machine = after([offered()]);
    machine.handle(ended(CallEndReason::Cancelled), at());
    assert_eq!(machine.state(), over(CallEndReason::Cancelled));
}

#[test]
fn no_ring_outlives_its_time_on_either_side() {
    let mut here = after([offered(), Input::Timer(Timer::Ring), Input::Timer(Timer::Ring)]);
    assert_eq!(here.state(), over(CallEndReason::Unanswered));
    here.handle(ended(CallEndReason::Cancelled), at());
    assert_eq!(
        here.state(),
        over(CallEndReason::Cancelled),
        "the server knows better"
    );
    let mut there = after([dial(), initiated(CallStatus::Ringing), Input::Timer(Timer::Ring)]);
    let effects = there.handle(Input::Timer(Timer::Ring), at());
    assert_eq!(there.state(), over(CallEndReason::Unanswered));
    assert!(effects.contains(&Effect::EndCall(call(CallStatus::Ringing).id)));
}

#[test]
fn a_clock_that_is_ahead_does_not_cut_a_ring_short() {
    let mut machine = after([offered()]);
    let effects = machine.handle(Input::Timer(Timer::Ring), at());
    assert!(
        effects.contains(&Effect::Fetch(call(CallStatus::Ringing).id)),
        "the server is asked"
    );
    let effects = machine.handle(Input::CallChanged(call(CallStatus::Ringing)), at());
    assert!(matches!(effects[..], [Effect::StartTimer(Timer::Ring, left)] if left <= limits::RING));
    assert_eq!(
        machine.handle(Input::CallChanged(call(CallStatus::Ringing)), at()),
        [],
        "once"
    );
    machine.handle(Input::Timer(Timer::Ring), at());
    assert_eq!(machine.state(), over(CallEndReason::Unanswered));
}

#[test]
fn an_answer_at_the_last_moment_is_not_hung_up() {
    let mut machine = after([dial(), initiated(CallStatus::Ringing), Input::Timer(Timer::Ring)]);
    let effects = machine.handle(Input::CallChanged(call(CallStatus::Active)), at());
    assert!(effects.contains(&Effect::Connect(access())));
}

#[test]
fn a_decline_that_lost_against_another_device_says_so() {
    let mut machine = after([offered(), Input::Decline]);
    machine.handle(Input::Answered(Err(error(ErrorCode::AnsweredElsewhere))), at());
    assert_eq!(machine.state(), over(CallEndReason::AnsweredElsewhere));
}

#[test]
fn a_decline_that_lost_against_the_time_learns_the_reason() {
    let mut machine = after([offered(), Input::Decline]);
    let effects = machine.handle(Input::Answered(Err(error(ErrorCode::CallEnded))), at());
    assert_eq!(effects, [Effect::EndCall(call(CallStatus::Ringing).id)]);
    machine.handle(ended(CallEndReason::Unanswered), at());
    assert_eq!(machine.state(), over(CallEndReason::Unanswered));
}

#[test]
fn a_ring_that_was_taken_gives_way_to_the_same_call_dialled_here_and_does_not_end_it() {
    let mut ring = after([offered(), accept()]);
    ring.handle(Input::Merged, at());
    assert_eq!(ring.state(), over(CallEndReason::GlareMerged));
    assert_eq!(ring.handle(answered(), at()), [], "the call goes on");
}

#[test]
fn a_call_on_hold_comes_back_on_hold_after_an_outage() {
    let mut machine = after([
        offered(),
        accept(),
        answered(),
        Input::Connected(Ok(())),
        Input::Hold(true),
    ]);
    machine.handle(Input::ConnectionLost, at());
    let effects = machine.handle(Input::ConnectionResumed, at());
    assert_eq!(machine.state(), State::Held);
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::Publish(_))),
        "{effects:?}"
    );
}

#[test]
fn news_that_was_overtaken_changes_nothing() {
    let mut machine = after([offered(), accept(), answered()]);
    machine.handle(Input::CallChanged(call(CallStatus::Ringing)), at());
    assert_eq!(machine.call().map(|call| call.status), Some(CallStatus::Active));
}

#[test]
fn an_answer_is_not_tried_for_ever() {
    let mut machine = after([offered()]);
    let effects = machine.handle(accept(), at());
    assert!(effects.contains(&Effect::StartTimer(Timer::Budget, limits::RECONNECT_BUDGET)));
    machine.handle(Input::Timer(Timer::Budget), at());
    assert_eq!(machine.state(), over(CallEndReason::Failed));
}

#[test]
fn an_answer_that_got_lost_is_given_again() {
    let mut machine = after([offered(), accept()]);
    machine.handle(Input::Answered(Err(error(ErrorCode::Internal))), at());
    assert_eq!(machine.state(), State::Connecting);
    assert!(matches!(
        machine.handle(Input::Timer(Timer::Retry), at())[..],
        [Effect::Answer(_)]
    ));
}

#[test]
fn hold_sends_nothing_and_unhold_sends_again() {
    let mut machine = after([offered(), accept(), answered(), Input::Connected(Ok(()))]);
    let effects = machine.handle(Input::Hold(true), at());
    assert_eq!(
        effects,
        [
            Effect::Unpublish(TrackSource::Microphone),
            Effect::Unpublish(TrackSource::Camera)
        ]
    );
    assert_eq!(machine.state(), State::Held);
    machine.handle(Input::Hold(false), at());
    assert!(machine.publishing().audio);
}

#[test]
fn a_dial_that_finds_the_other_one_busy_says_so() {
    let mut machine = after([dial()]);
    let effects = machine.handle(Input::Initiated(Err(error(ErrorCode::Busy))), at());
    assert_eq!(machine.state(), over(CallEndReason::Busy));
    assert!(effects.contains(&Effect::Report(error(ErrorCode::Busy))));
}

#[test]
fn a_device_that_gives_up_its_answer_leaves_a_call_that_another_one_took() {
    let taken_back = |mut machine: Machine, why: Input| {
        let effects = machine.handle(why, at());
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Answer(answer) if !answer.accept)),
            "{effects:?}"
        );
        assert!(
            !effects.contains(&Effect::EndCall(call(CallStatus::Ringing).id)),
            "{effects:?}"
        );
        machine
    };
    let mut hung_up = taken_back(after([offered(), accept()]), Input::HangUp);
    let mut too_late = taken_back(after([offered(), accept()]), Input::Timer(Timer::Budget));
    for machine in [&mut hung_up, &mut too_late] {
        let refused = Input::Answered(Err(error(ErrorCode::AnsweredElsewhere)));
        assert_eq!(machine.handle(refused, at()), []);
        assert_eq!(machine.state(), over(CallEndReason::AnsweredElsewhere));
    }
}

#[test]
fn an_answer_that_was_quicker_than_being_taken_back_is_ended() {
    let mut machine = after([offered(), accept(), Input::HangUp]);
    let effects = machine.handle(Input::Answered(Err(error(ErrorCode::Conflict))), at());
    assert_eq!(effects, [Effect::EndCall(call(CallStatus::Ringing).id)]);
    machine.handle(ended(CallEndReason::HungUp), at());
    assert_eq!(machine.state(), over(CallEndReason::HungUp));
}

#[test]
fn a_decline_that_lost_against_the_same_call_dialled_on_another_device_says_so() {
    let mut machine = after([offered(), Input::Decline]);
    assert_eq!(
        machine.handle(Input::Answered(Err(error(ErrorCode::Conflict))), at()),
        []
    );
    assert_eq!(machine.state(), over(CallEndReason::AnsweredElsewhere));
}

#[test]
fn a_dial_that_was_hung_up_and_over_before_its_answer_ends_with_the_servers_reason() {
    let mut machine = after([dial(), Input::HangUp]);
    let mut refusal = error(ErrorCode::CallEnded);
    refusal.details.end_reason = Some(CallEndReason::Declined);
    assert_eq!(machine.handle(Input::Initiated(Err(refusal)), at()), []);
    assert_eq!(machine.state(), over(CallEndReason::Declined));
}

#[test]
fn a_call_that_is_dialled_twice_goes_on_in_the_later_machine() {
    let mut ringing = after([dial(), initiated(CallStatus::Ringing)]);
    let effects = ringing.handle(Input::Merged, at());
    assert_eq!(
        effects,
        [Effect::Disconnect],
        "and the backend isn't told of an end"
    );
    assert_eq!(ringing.state(), over(CallEndReason::GlareMerged));
    let mut talking = after([dial(), initiated(CallStatus::Active), Input::Connected(Ok(()))]);
    assert_eq!(talking.handle(Input::Merged, at()), [Effect::Disconnect]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_no_rule_is_broken(inputs in proptest::collection::vec(any_input(), 0..40)) {
        let mut machine = Machine::default();
        for input in inputs {
            let was_over = machine.state().is_terminal();
            for effect in machine.handle(input.clone(), at()) {
                if matches!(effect, Effect::Publish(_)) {
                    prop_assert_eq!(machine.state(), State::Active);
                }
                if was_over {
                    let farewell = matches!(effect, Effect::EndCall(_) | Effect::Fetch(_) | Effect::Settle(_, Err(_)));
                    prop_assert!(farewell, "after the end {:?} caused {:?}", input, effect);
                }
            }
            if was_over {
                prop_assert!(machine.state().is_terminal());
            }
        }
    }

    #[test]
    fn a_hang_up_is_accepted_in_every_state_and_twice(inputs in proptest::collection::vec(any_input(), 0..20)) {
        let mut machine = Machine::default();
        for input in inputs {
            machine.handle(input, at());
        }
        machine.handle(Input::HangUp, at());
        prop_assert!(machine.state().is_terminal());
        prop_assert_eq!(machine.handle(Input::HangUp, at()), []);
    }
}
