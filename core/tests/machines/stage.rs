use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ipelya_core::domain::{
    ErrorCode, Role, SessionStatus, SessionType, StageRequestKind, StageRequestStatus,
};
use ipelya_core::session;
use ipelya_core::stage::{Board, Command, Effect, Input, Machine, State, Timer};
use proptest::prelude::*;

use crate::session_inputs::inside;
use crate::stage_support::{
    STATES, denied, explore, granted, hand, input_name, invitation, news, refusal, request, state_name,
};
use crate::support::{at, error, session as live_session, user};
use StageRequestStatus::{Accepted, Cancelled, Declined, Expired, Pending};

/// A machine of somebody in the audience, after these inputs.
fn after(inputs: impl IntoIterator<Item = Input>) -> Machine {
    let mut machine = Machine::default();
    machine.handle(Input::RoleChanged(Role::Listener));
    for input in inputs {
        machine.handle(input);
    }
    machine
}

#[test]
fn a_raised_hand_shows_at_once_and_counts_when_the_server_says_so() {
    let mut machine = after([]);
    assert_eq!(machine.handle(Input::Raise), [Effect::Ask(Command::Raise)]);
    assert_eq!(
        (machine.shown(), machine.state()),
        (State::HandRaised, State::Audience)
    );
    assert_eq!(machine.pending(), Some(Command::Raise));
    let effects = machine.handle(granted(Command::Raise, Some(hand(Pending))));
    assert!(effects.contains(&Effect::Settle(Command::Raise, Ok(()))));
    assert_eq!(machine.state(), State::HandRaised);
    assert_eq!(machine.pending(), None);
}

#[test]
fn a_hand_that_the_server_refuses_goes_down_again_and_says_why() {
    let mut machine = after([Input::Raise]);
    let effects = machine.handle(denied(Command::Raise, ErrorCode::RateLimited));
    assert_eq!(machine.shown(), State::Audience);
    assert_eq!(
        refusal(&effects, Command::Raise).unwrap().code,
        ErrorCode::RateLimited
    );
    assert_eq!(machine.view().last_error, Some(error(ErrorCode::RateLimited)));
}

#[test]
fn who_changes_their_mind_faster_than_the_server_answers_gets_the_last_wish() {
    let mut machine = after([Input::Raise, Input::Lower]);
    assert_eq!(machine.shown(), State::Audience);
    let effects = machine.handle(granted(Command::Raise, Some(hand(Pending))));
    assert!(effects.contains(&Effect::Ask(Command::Lower)), "{effects:?}");
    assert_eq!(machine.shown(), State::Audience);
    machine.handle(granted(Command::Lower, Some(hand(Cancelled))));
    assert_eq!(machine.state(), State::Audience);

    let mut wavering = after([Input::Raise, Input::Lower]);
    let effects = wavering.handle(Input::Raise);
    assert_eq!(
        refusal(&effects, Command::Lower).unwrap().code,
        ErrorCode::Conflict
    );
    let effects = wavering.handle(granted(Command::Raise, Some(hand(Pending))));
    assert!(!effects.contains(&Effect::Ask(Command::Lower)));
    assert_eq!(wavering.state(), State::HandRaised);
}

#[test]
fn an_invitation_gives_nothing_before_it_is_accepted_and_the_role_is_there() {
    let mut machine = after([news(invitation(Pending))]);
    assert!(machine.capabilities().answer_invitation);
    machine.handle(Input::Accept);
    assert!(
        matches!(machine.shown(), State::Invited { .. }),
        "a wish is no permission"
    );
    machine.handle(granted(Command::Accept, Some(invitation(Accepted))));
    assert!(
        matches!(machine.shown(), State::Invited { .. }),
        "the role is on its way"
    );
    machine.handle(Input::RoleChanged(Role::Speaker));
    assert_eq!(machine.state(), State::OnStage { role: Role::Speaker });
    assert!(machine.capabilities().step_down);
}

#[test]
fn a_declined_invitation_is_gone_from_the_screen_at_once_and_back_when_that_failed() {
    let mut machine = after([news(invitation(Pending)), Input::Decline]);
    assert_eq!(machine.shown(), State::Audience);
    machine.handle(denied(Command::Decline, ErrorCode::Internal));
    assert!(matches!(machine.shown(), State::Invited { .. }));
}

#[test]
fn an_invitation_lasts_as_long_as_the_server_gave_it_whatever_the_clock_here_says() {
    let mut machine = after([]);
    let effects = machine.handle(news(invitation(Pending)));
    assert!(effects.contains(&Effect::StartTimer(Timer::Invitation, Duration::from_secs(60))));
    let effects = machine.handle(Input::Timer(Timer::Invitation));
    assert_eq!(machine.state(), State::Audience);
    assert!(effects.contains(&Effect::Fetch), "the database has the last word");
    machine.handle(news(invitation(Pending)));
    assert_eq!(machine.state(), State::Audience, "it doesn't come back");
}

#[test]
fn an_answer_on_its_way_is_not_cut_off_by_the_timer() {
    let mut machine = after([news(invitation(Pending)), Input::Accept]);
    let effects = machine.handle(Input::Timer(Timer::Invitation));
    assert!(matches!(effects[..], [Effect::StartTimer(Timer::Invitation, _)]));
    assert!(matches!(machine.state(), State::Invited { .. }));
}

#[test]
fn a_full_stage_leaves_the_invitation_open() {
    let mut machine = after([news(invitation(Pending)), Input::Accept]);
    machine.handle(denied(Command::Accept, ErrorCode::SessionFull));
    assert!(machine.capabilities().answer_invitation);
}

#[test]
fn who_was_accepted_but_never_got_the_role_is_audience_again() {
    let mut machine = after([news(hand(Pending))]);
    let effects = machine.handle(news(hand(Accepted)));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::StartTimer(Timer::Arrival, _)))
    );
    assert_eq!(machine.state(), State::HandRaised);
    assert!(!machine.capabilities().lower_hand, "too late to lower it");
    machine.handle(Input::Timer(Timer::Arrival));
    assert_eq!(machine.state(), State::Audience);
}

#[test]
fn old_news_raises_no_hand() {
    let mut machine = after([news(hand(Pending)), news(hand(Declined)), news(hand(Pending))]);
    assert_eq!(machine.state(), State::Audience);
    machine.handle(news(invitation(Expired)));
    machine.handle(news(hand(Pending)));
    assert_eq!(machine.state(), State::Audience);
}

#[test]
fn a_demotion_brings_back_what_was_asked_since() {
    let mut machine = after([Input::RoleChanged(Role::Speaker), news(invitation(Pending))]);
    assert_eq!(machine.state(), State::OnStage { role: Role::Speaker });
    let effects = machine.handle(Input::RoleChanged(Role::Listener));
    assert!(matches!(machine.state(), State::Invited { .. }));
    assert!(effects.contains(&Effect::Fetch));
}

#[test]
fn a_co_host_who_becomes_speaker_leads_no_more() {
    let mut machine = after([Input::RoleChanged(Role::CoHost)]);
    assert!(machine.capabilities().lead);
    machine.handle(Input::RoleChanged(Role::Speaker));
    assert!(!machine.capabilities().lead);
}

#[test]
fn the_end_settles_whoever_waits_and_nothing_follows() {
    let mut machine = after([Input::Raise, Input::Lower]);
    let effects = machine.handle(Input::Left);
    for command in [Command::Raise, Command::Lower] {
        assert_eq!(refusal(&effects, command).unwrap().code, ErrorCode::SessionEnded);
    }
    assert_eq!(machine.handle(granted(Command::Raise, Some(hand(Pending)))), []);
    assert_eq!(machine.state(), State::Removed);
}

#[test]
fn nobody_raises_a_hand_before_entering() {
    let effects = Machine::default().handle(Input::Raise);
    assert_eq!(
        refusal(&effects, Command::Raise).unwrap().code,
        ErrorCode::Conflict
    );
}

#[test]
fn a_co_host_ends_the_session_only_while_standing_in_for_the_host() {
    let mut machine = inside(Role::CoHost, SessionType::AudioRoom, SessionStatus::Live);
    let refused = machine.handle(session::Input::End, at());
    assert!(
        matches!(&refused[..], [session::Effect::Settle(_, Err(error))] if error.code == ErrorCode::RoleNotAllowed)
    );
    let mut news = live_session(SessionType::AudioRoom, SessionStatus::Live);
    news.acting_host_id = Some(user(2));
    machine.handle(session::Input::SessionChanged(news), at());
    let effects = machine.handle(session::Input::End, at());
    assert_eq!(effects, [session::Effect::EndSession]);
}

#[test]
fn the_board_shows_each_open_request_once_and_the_eldest_first() {
    let mut board = Board::default();
    let mut other = invitation(Pending);
    other.user_id = user(7);
    assert!(board.learn(other.clone()));
    assert!(board.learn(hand(Pending)));
    assert!(!board.learn(hand(Pending)));
    assert_eq!(board.snapshot()[..], [hand(Pending), other.clone()]);
    board.learn(hand(Cancelled));
    assert!(!board.learn(hand(Pending)), "late news");
    assert_eq!(board.snapshot()[..], [other]);
}

#[test]
fn a_refetched_board_drops_what_was_decided_unheard_and_keeps_what_came_meanwhile() {
    let mut board = Board::default();
    board.learn(hand(Pending));
    let asked = board.open_ids();
    let mut meanwhile = invitation(Pending);
    meanwhile.user_id = user(7);
    board.learn(meanwhile.clone());
    board.replace(&asked, vec![]);
    assert_eq!(board.snapshot()[..], [meanwhile]);
    assert!(!board.learn(hand(Pending)), "it doesn't come back");
}

#[test]
fn every_input_in_every_state_is_decided() {
    let mut table: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut steps = 0_usize;
    let worlds = explore(|step| {
        steps += 1;
        let (from, to) = (step.before.machine.state(), step.after.machine.state());
        table
            .entry((state_name(from), input_name(step.input)))
            .or_default()
            .insert(state_name(to));
    });
    println!("{worlds} worlds, {steps} steps");
    for ((state, input), next) in &table {
        println!(
            "{state:<11} {input:<15} -> {}",
            Vec::from_iter(next.iter().copied()).join(" | ")
        );
    }
    let inputs: BTreeSet<&str> = table.keys().map(|(_, input)| *input).collect();
    assert_eq!(inputs.len(), 9);
    for state in STATES {
        for input in &inputs {
            assert!(
                table.contains_key(&(state, *input)),
                "{input} never came in {state}"
            );
        }
    }
}

#[test]
fn no_rule_is_broken_on_any_way_through_the_small_world() {
    explore(|step| {
        let (before, after) = (&step.before.machine, &step.after.machine);
        let context = || format!("{before:?}\n{:?}\n{:?}\n{after:?}", step.input, step.effects);
        let asks = step
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Ask(_)));
        assert!(asks.count() <= 1, "one question at a time: {}", context());
        assert!(
            step.after.questions.len() <= 1,
            "one question at a time: {}",
            context()
        );
        for waiting in &step.after.waiting {
            let owed = [after.asked(), after.pending()].into_iter().flatten();
            let owed: Vec<String> = owed.map(|command| format!("{command:?}")).collect();
            assert!(
                owed.contains(waiting),
                "{waiting} waits for nothing: {}",
                context()
            );
        }
        if before.state() == State::Removed {
            assert_eq!(after.state(), State::Removed, "{}", context());
            let silent = step
                .effects
                .iter()
                .all(|effect| matches!(effect, Effect::Settle(..)));
            assert!(silent, "after the end: {}", context());
        }
        let on_stage = |machine: &Machine| matches!(machine.shown(), State::OnStage { .. });
        if on_stage(after) && !on_stage(before) {
            assert!(
                matches!(step.input, Input::RoleChanged(_)),
                "the stage without a role: {}",
                context()
            );
        }
        if let State::Invited { .. } = after.state() {
            assert_eq!(after.state().times_out(), Some(Timer::Invitation));
        }
    });
}

/// What the server did about one user: the requests in order, each with its outcome.
fn histories() -> impl Strategy<Value = Vec<(StageRequestKind, StageRequestStatus)>> {
    let kind = prop_oneof![Just(StageRequestKind::Request), Just(StageRequestKind::Invite)];
    let status = proptest::sample::select(vec![Accepted, Declined, Cancelled, Expired]);
    proptest::collection::vec((kind, status), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn both_ends_agree_after_a_fetch_whatever_was_lost_doubled_or_late(
        history in histories(),
        last_is_open in any::<bool>(),
        deliveries in proptest::collection::vec((0_usize..6, any::<bool>()), 0..40),
    ) {
        let count = history.len();
        let truth = |index: usize| {
            let (kind, outcome) = history[index];
            let open = last_is_open && index + 1 == count;
            request(index as u32 + 1, kind, if open { Pending } else { outcome })
        };
        let mut machine = after([]);
        for (index, early) in deliveries.into_iter().filter(|(index, _)| *index < count) {
            let mut told = truth(index);
            if early {
                told.status = Pending;
            }
            machine.handle(news(told));
        }
        // The refetch after a gap, and the time that an accepted one has to get the role.
        if count > 0 {
            machine.handle(news(truth(count - 1)));
        }
        machine.handle(Input::Timer(Timer::Arrival));
        let expected = match count.checked_sub(1).map(truth) {
            Some(last) if last.is_open() => match last.kind {
                StageRequestKind::Request => "HandRaised",
                StageRequestKind::Invite => "Invited",
            },
            Some(_) | None => "Audience",
        };
        prop_assert_eq!(state_name(machine.state()), expected);
    }

    #[test]
    fn the_end_is_accepted_after_anything(picks in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40)) {
        let inputs = crate::stage_support::inputs();
        let mut machine = Machine::default();
        for pick in picks {
            machine.handle(inputs[pick.index(inputs.len())].clone());
        }
        machine.handle(Input::Left);
        prop_assert_eq!(machine.state(), State::Removed);
        prop_assert_eq!(machine.handle(Input::Left), []);
        prop_assert_eq!(machine.asked(), None);
    }
}
