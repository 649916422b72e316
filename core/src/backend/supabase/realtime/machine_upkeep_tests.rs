//! Tokens, heartbeats and deadlines of a socket that is open.

use super::*;

#[test]
fn an_expired_token_is_renewed_once_for_a_join() {
    let mut bench = Bench::new();
    bench.subscribe(1, 1);
    bench.open("one");
    let expired = Err("InvalidJWTToken: Token has expired 3 seconds ago");
    assert_eq!(bench.reply(1, 1, expired), [Effect::RenewToken(token("one"))]);
    assert_eq!(
        bench.give(Input::Renewed(Ok(token("two")))),
        [joining(1, 2, "two")]
    );
    let effects = bench.reply(1, 2, expired);
    assert!(is_closed(&effects[0], 1, ErrorCode::NotAuthenticated));
}

#[test]
fn topics_that_are_refused_for_one_token_share_its_renewal() {
    let mut bench = Bench::new();
    bench.subscribe(1, 1);
    bench.subscribe(2, 2);
    bench.open("one");
    let expired = Err("InvalidJWTToken: Token has expired 3 seconds ago");
    assert_eq!(bench.reply(1, 1, expired), [Effect::RenewToken(token("one"))]);
    assert_eq!(bench.reply(2, 2, expired), []);
    assert_eq!(
        bench.give(Input::Renewed(Ok(token("two")))),
        [joining(1, 3, "two"), joining(2, 4, "two")]
    );
}

#[test]
fn the_late_answer_to_an_earlier_join_is_none_to_this_one() {
    let mut bench = Bench::joined();
    bench.ended(1, 1);
    bench.elapse();
    assert_eq!(bench.reply(1, 1, Err("Unauthorized: no")), []);
    assert_eq!(
        bench.reply(1, 2, Ok(())),
        [Effect::Event(id(1), RealtimeEvent::Resubscribed)]
    );
}

#[test]
fn a_refused_token_without_another_ends_the_subscription() {
    let mut bench = Bench::new();
    bench.subscribe(1, 1);
    bench.open("one");
    bench.reply(1, 1, Err("MalformedJWT: no"));
    let effects = bench.give(Input::Renewed(Ok(token("one"))));
    assert!(is_closed(&effects[0], 1, ErrorCode::NotAuthenticated));
}

#[test]
fn a_changed_token_is_told_to_every_topic_once() {
    let mut bench = Bench::joined();
    bench.subscribe(2, 2);
    let told = |user, join_ref, id| {
        Effect::Send(ClientFrame::AccessToken {
            topic: wire(user),
            join_ref,
            id,
            token: token("two"),
        })
    };
    assert_eq!(
        bench.give(Input::Token(token("two"))),
        [told(1, 1, 3), told(2, 2, 4)]
    );
    assert_eq!(bench.give(Input::Token(token("two"))), []);
    let overtaken = Input::Token(test_token("older", 1_600_000_000));
    assert_eq!(bench.give(overtaken), []);
}

#[test]
fn a_heartbeat_checks_the_token_and_a_silent_socket_is_given_up() {
    let mut bench = Bench::joined();
    let heartbeat = |id| [Effect::Send(ClientFrame::Heartbeat { id }), Effect::CheckToken];
    assert_eq!(bench.elapse(), (INTERVAL, heartbeat(2).into()));
    let alive = ServerFrame::Reply {
        topic: "phoenix".into(),
        id: 2,
        outcome: Ok(()),
    };
    assert_eq!(bench.give(Input::Frame(alive)), []);
    assert_eq!(bench.elapse(), (INTERVAL, heartbeat(3).into()));
    assert_eq!(bench.elapse(), (SILENCE, vec![Effect::Disconnect]));
    assert_eq!(
        bench.elapse(),
        (Duration::from_millis(250), vec![Effect::Connect])
    );
}

#[test]
fn a_join_that_is_not_answered_in_time_fails_the_newcomer_and_is_taken_back() {
    let mut bench = Bench::joined();
    bench.subscribe(2, 2);
    let (waited, effects) = bench.elapse();
    assert_eq!(waited, JOIN);
    assert_eq!(effects[0], leaving(2, 2, 3));
    assert!(is_closed(&effects[1], 2, ErrorCode::Internal));
    assert_eq!(bench.reply(2, 2, Ok(())), [], "too late");
}
