use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::super::protocol::ServerFrame;
use super::*;
use crate::backend::RealtimeEvent;
use crate::backend::supabase::test_token;
use crate::domain::UserId;

const INTERVAL: Duration = Duration::from_secs(25);
const SILENCE: Duration = Duration::from_secs(10);
const JOIN: Duration = Duration::from_secs(5);

/// The machine with a clock of its own; every pause is as long as it may be.
struct Bench {
    machine: Machine,
    now: Instant,
}

fn topic(user: u128) -> Topic {
    Topic::User(UserId(Uuid::from_u128(user)))
}

fn wire(user: u128) -> WireTopic {
    topic(user).into()
}

fn token(name: &str) -> AccessToken {
    test_token(name, 1_700_000_000)
}

fn error(code: ErrorCode) -> LiveError {
    LiveError::new(code, "test")
}

fn id(id: u64) -> SubscriberId {
    SubscriberId(id)
}

fn joining(user: u128, join_ref: Ref, with: &str) -> Effect {
    Effect::Send(ClientFrame::Join {
        topic: wire(user),
        join_ref,
        token: token(with),
    })
}

fn leaving(user: u128, join_ref: Ref, id: Ref) -> Effect {
    let topic = wire(user);
    Effect::Send(ClientFrame::Leave { topic, join_ref, id })
}

fn is_closed(effect: &Effect, subscriber: u64, expected: ErrorCode) -> bool {
    matches!(effect, Effect::Closed(who, error) if *who == id(subscriber) && error.code == expected)
}

impl Bench {
    fn new() -> Self {
        let timing = Timing {
            heartbeat_interval: INTERVAL,
            heartbeat_timeout: SILENCE,
            join_timeout: JOIN,
        };
        Self {
            machine: Machine::new(timing),
            now: Instant::now(),
        }
    }

    /// A bench whose subscriber 1 hears user 1's topic; the join was number 1.
    fn joined() -> Self {
        let mut bench = Self::new();
        bench.subscribe(1, 1);
        bench.open("one");
        bench.reply(1, 1, Ok(()));
        bench
    }

    fn give(&mut self, input: Input) -> Vec<Effect> {
        let at = Moment {
            now: self.now,
            jitter: 1.0,
        };
        self.machine.handle(input, at)
    }

    fn subscribe(&mut self, subscriber: u64, user: u128) -> Vec<Effect> {
        let topic = topic(user);
        self.give(Input::Subscribe {
            id: id(subscriber),
            topic,
        })
    }

    fn unsubscribe(&mut self, subscriber: u64) -> Vec<Effect> {
        self.give(Input::Unsubscribe { id: id(subscriber) })
    }

    fn open(&mut self, with: &str) -> Vec<Effect> {
        self.give(Input::Opened { token: token(with) })
    }

    fn reply(&mut self, user: u128, to: Ref, outcome: Result<(), &str>) -> Vec<Effect> {
        self.give(Input::Frame(ServerFrame::Reply {
            topic: wire(user).as_str().into(),
            id: to,
            outcome: outcome.map_err(str::to_owned),
        }))
    }

    fn ended(&mut self, user: u128, join_ref: Ref) -> Vec<Effect> {
        self.give(Input::Frame(ServerFrame::Ended {
            topic: wire(user).as_str().into(),
            join_ref: Some(join_ref),
        }))
    }

    /// Lets the machine's own deadline pass; answers how long that took.
    fn elapse(&mut self) -> (Duration, Vec<Effect>) {
        let deadline = self.machine.deadline().unwrap();
        let waited = deadline.saturating_duration_since(self.now);
        self.now = self.now.max(deadline);
        (waited, self.give(Input::Elapsed))
    }
}

#[test]
fn the_first_subscription_opens_the_socket_and_the_join_begins_it() {
    let mut bench = Bench::new();
    assert_eq!(bench.subscribe(1, 1), [Effect::Connect]);
    assert_eq!(bench.open("one"), [joining(1, 1, "one")]);
    assert_eq!(bench.reply(1, 1, Ok(())), [Effect::Subscribed(id(1))]);
}

#[test]
fn two_subscriptions_to_one_topic_share_one_join() {
    let mut bench = Bench::new();
    assert_eq!(bench.subscribe(1, 1), [Effect::Connect]);
    assert_eq!(bench.subscribe(2, 1), []);
    assert_eq!(bench.open("one"), [joining(1, 1, "one")]);
    assert_eq!(
        bench.reply(1, 1, Ok(())),
        [Effect::Subscribed(id(1)), Effect::Subscribed(id(2))]
    );
    assert_eq!(bench.subscribe(3, 1), [Effect::Subscribed(id(3))]);
    assert_eq!(bench.unsubscribe(1), []);
    assert_eq!(bench.unsubscribe(2), []);
    assert_eq!(bench.unsubscribe(3), [leaving(1, 1, 2), Effect::Disconnect]);
}

#[test]
fn a_dropped_subscription_leaves_its_topic_and_the_last_one_closes_the_socket() {
    let mut bench = Bench::joined();
    assert_eq!(bench.subscribe(2, 2), [joining(2, 2, "one")]);
    assert_eq!(bench.unsubscribe(1), [leaving(1, 1, 3)]);
    assert_eq!(bench.unsubscribe(2), [leaving(2, 2, 4), Effect::Disconnect]);
    assert_eq!(bench.machine.deadline(), None, "nothing is left to do");
    assert_eq!(bench.subscribe(3, 1), [Effect::Connect], "and it can begin anew");
}

#[test]
fn giving_up_while_connecting_gives_up_the_connection() {
    let mut bench = Bench::new();
    bench.subscribe(1, 1);
    assert_eq!(bench.unsubscribe(1), [Effect::Disconnect]);
    assert_eq!(bench.open("one"), [], "too late");
}

#[test]
fn messages_reach_every_subscriber_of_their_topic_alone() {
    let mut bench = Bench::joined();
    bench.subscribe(2, 1);
    bench.subscribe(3, 2);
    let call = json!({
        "id": Uuid::nil(), "status": "ringing", "call_type": "audio_call", "caller_id": Uuid::nil(),
        "callee_id": Uuid::nil(), "ring_expires_at": "2026-01-01T00:00:00+00:00", "end_reason": null,
    });
    let broadcast = |event: &str| {
        Input::Frame(ServerFrame::Broadcast {
            topic: wire(1).as_str().into(),
            event: event.into(),
            payload: json!({ "call": call }),
        })
    };
    let effects = bench.give(broadcast("call_changed"));
    let heard = |effect: &Effect, by: u64| matches!(effect, Effect::Event(to, RealtimeEvent::CallChanged(_)) if *to == id(by));
    assert_eq!(effects.len(), 2);
    assert!(heard(&effects[0], 1) && heard(&effects[1], 2), "{effects:?}");
    assert_eq!(bench.give(broadcast("unheard_of")), []);
}

#[test]
fn a_refused_topic_is_closed_for_good() {
    let mut bench = Bench::new();
    bench.subscribe(1, 1);
    bench.open("one");
    let effects = bench.reply(1, 1, Err("Unauthorized: You do not have permissions to read"));
    assert!(is_closed(&effects[0], 1, ErrorCode::Forbidden));
    assert_eq!(effects[1..], [Effect::Disconnect]);
}

#[test]
fn a_lost_socket_comes_back_and_says_that_something_may_have_been_missed() {
    let mut bench = Bench::joined();
    assert_eq!(bench.give(Input::Lost), []);
    let (waited, effects) = bench.elapse();
    assert_eq!(
        (waited, effects),
        (Duration::from_millis(250), vec![Effect::Connect])
    );
    assert_eq!(bench.open("two"), [joining(1, 2, "two")]);
    assert_eq!(
        bench.reply(1, 2, Ok(())),
        [Effect::Event(id(1), RealtimeEvent::Resubscribed)]
    );
}

#[test]
fn pauses_grow_until_a_join_succeeds() {
    let mut bench = Bench::joined();
    bench.give(Input::Lost);
    let mut pauses = Vec::new();
    for _ in 0..7 {
        let (waited, effects) = bench.elapse();
        pauses.push(waited.as_millis());
        assert_eq!(effects, [Effect::Connect]);
        assert_eq!(bench.give(Input::OpenFailed(error(ErrorCode::Internal))), []);
    }
    assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 7_000, 7_000]);
    bench.elapse();
    bench.open("one");
    bench.give(Input::Lost);
    assert_eq!(
        bench.elapse().0,
        Duration::from_secs(7),
        "an open socket alone proves nothing"
    );
    bench.open("one");
    bench.reply(1, 3, Ok(()));
    bench.give(Input::Lost);
    assert_eq!(bench.elapse().0, Duration::from_millis(250));
}

#[test]
fn subscribing_is_one_try_but_what_has_begun_is_kept_up() {
    let mut bench = Bench::joined();
    bench.subscribe(2, 2);
    let effects = bench.give(Input::Lost);
    assert_eq!(effects.len(), 1);
    assert!(is_closed(&effects[0], 2, ErrorCode::Internal));
    bench.elapse();
    assert_eq!(bench.open("one"), [joining(1, 3, "one")]);
}

#[test]
fn a_socket_that_cannot_be_had_fails_the_newcomer() {
    let mut bench = Bench::new();
    bench.subscribe(1, 1);
    let effects = bench.give(Input::OpenFailed(error(ErrorCode::Internal)));
    assert!(is_closed(&effects[0], 1, ErrorCode::Internal));
    assert_eq!(bench.machine.deadline(), None);
}

#[test]
fn nobody_signed_in_ends_every_subscription() {
    let mut bench = Bench::joined();
    bench.give(Input::Lost);
    bench.elapse();
    let effects = bench.give(Input::OpenFailed(error(ErrorCode::NotAuthenticated)));
    assert!(is_closed(&effects[0], 1, ErrorCode::NotAuthenticated));
    assert_eq!(bench.machine.deadline(), None);
}

#[test]
fn a_topic_that_the_server_ends_is_joined_again_with_growing_pauses() {
    let mut bench = Bench::joined();
    assert_eq!(bench.ended(1, 1), []);
    let (waited, effects) = bench.elapse();
    assert_eq!(
        (waited, effects),
        (Duration::from_millis(250), vec![joining(1, 2, "one")])
    );
    assert_eq!(bench.reply(1, 2, Err("InitializingProjectConnection: wait")), []);
    let (waited, effects) = bench.elapse();
    assert_eq!(
        (waited, effects),
        (Duration::from_millis(500), vec![joining(1, 3, "one")])
    );
    assert_eq!(
        bench.reply(1, 3, Ok(())),
        [Effect::Event(id(1), RealtimeEvent::Resubscribed)]
    );
}

#[test]
fn the_end_of_an_earlier_join_is_no_end_of_this_one() {
    let mut bench = Bench::joined();
    bench.ended(1, 1);
    bench.elapse();
    bench.reply(1, 2, Ok(()));
    assert_eq!(bench.ended(1, 1), []);
    assert_eq!(
        bench.elapse().1[1],
        Effect::CheckToken,
        "nothing is due but the heartbeat"
    );
}

#[test]
fn a_ban_shows_when_the_topic_is_joined_again() {
    let mut bench = Bench::joined();
    bench.ended(1, 1);
    bench.elapse();
    let effects = bench.reply(1, 2, Err("Unauthorized: no"));
    assert!(is_closed(&effects[0], 1, ErrorCode::Forbidden));
}

#[path = "machine_upkeep_tests.rs"]
mod upkeep;

#[path = "machine_property_tests.rs"]
mod property;
