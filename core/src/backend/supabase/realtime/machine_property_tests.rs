use proptest::prelude::*;

use super::*;

/// Any input, in an order that no server would keep to.
fn input() -> impl Strategy<Value = Input> {
    let reason = prop_oneof![
        Just(Ok(())),
        Just(Err("Unauthorized: no".to_owned())),
        Just(Err("InvalidJWTToken: expired".to_owned())),
        Just(Err(String::new())),
    ];
    let user = 1_u128..4;
    let name = |user: u128| wire(user).as_str().to_owned();
    prop_oneof![
        4 => (1_u64..6, user.clone()).prop_map(|(who, user)| Input::Subscribe { id: id(who), topic: topic(user) }),
        2 => (1_u64..6).prop_map(|who| Input::Unsubscribe { id: id(who) }),
        4 => any::<bool>().prop_map(|one| Input::Opened { token: token(if one { "one" } else { "two" }) }),
        1 => Just(Input::OpenFailed(error(ErrorCode::Internal))),
        1 => Just(Input::OpenFailed(error(ErrorCode::NotAuthenticated))),
        1 => Just(Input::Lost),
        1 => any::<bool>().prop_map(|one| Input::Token(token(if one { "one" } else { "two" }))),
        1 => any::<bool>().prop_map(|one| Input::Renewed(Ok(token(if one { "one" } else { "two" })))),
        1 => Just(Input::Renewed(Err(error(ErrorCode::Internal)))),
        4 => Just(Input::Elapsed),
        6 => (user.clone(), 1_u64..12, reason).prop_map(move |(user, id, outcome)| {
            Input::Frame(ServerFrame::Reply { topic: name(user), id, outcome })
        }),
        2 => (user, prop::option::of(1_u64..12)).prop_map(move |(user, join_ref)| {
            Input::Frame(ServerFrame::Ended { topic: name(user), join_ref })
        }),
    ]
}

proptest! {
    /// Nothing is told to who isn't subscribed, a subscription begins once and ends once, frames are sent over an
    /// open socket alone, and who still listens is waited for by somebody: a socket, a deadline or the provider.
    #[test]
    fn whatever_comes_every_subscription_is_begun_kept_or_closed(
        inputs in prop::collection::vec((input(), 0.0..1.0), 0..80),
    ) {
        let mut bench = Bench::new();
        let mut live = BTreeMap::new();
        let (mut connecting, mut open, mut renewing) = (false, false, false);
        for (input, jitter) in inputs {
            match &input {
                // The actor numbers subscriptions, so an id comes once.
                Input::Subscribe { id, .. } if live.contains_key(id) => continue,
                Input::Subscribe { id, .. } => { live.insert(*id, false); }
                Input::Unsubscribe { id } => { live.remove(id); }
                // The socket answers what was asked of it.
                Input::Opened { .. } | Input::OpenFailed(_) if !connecting => continue,
                Input::Opened { .. } => (connecting, open) = (false, true),
                Input::OpenFailed(_) => connecting = false,
                Input::Lost | Input::Frame(_) if !open => continue,
                Input::Lost => open = false,
                Input::Renewed(_) if !renewing => continue,
                Input::Renewed(_) => renewing = false,
                Input::Frame(_) | Input::Token(_) => {}
                Input::Elapsed => bench.now = bench.machine.deadline().unwrap_or(bench.now),
            }
            for effect in bench.machine.handle(input, Moment { now: bench.now, jitter }) {
                match effect {
                    Effect::Connect => {
                        prop_assert!(!connecting && !open, "one socket at a time");
                        connecting = true;
                    }
                    Effect::Disconnect => {
                        prop_assert!(connecting || open);
                        (connecting, open) = (false, false);
                    }
                    Effect::Send(_) => prop_assert!(open),
                    Effect::CheckToken => {}
                    Effect::RenewToken(_) => renewing = true,
                    Effect::Subscribed(id) => prop_assert_eq!(live.insert(id, true), Some(false)),
                    Effect::Event(id, _) => prop_assert_eq!(live.get(&id), Some(&true)),
                    Effect::Closed(id, _) => prop_assert!(live.remove(&id).is_some()),
                }
            }
            prop_assert_eq!(live.is_empty(), !connecting && !open && bench.machine.deadline().is_none());
        }
    }
}
