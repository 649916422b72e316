//! What is received, by what is seen and what the link carries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use ipelya_core::domain::limits;
use ipelya_core::media::{ConnectionQuality, TrackId, TrackSource, ViewSize};
use ipelya_core::viewing::{Effect, Input, Machine, Mode, ViewId};
use proptest::prelude::*;

use crate::support::user;

fn track(number: u128) -> TrackId {
    TrackId(format!("TR_{number}"))
}

/// The camera of that user can be read.
fn subscribed(number: u128) -> Input {
    Input::Subscribed {
        track: track(number),
        user: user(number),
        source: TrackSource::Camera,
    }
}

fn shown(view: &str, number: u128, size: Option<(u32, u32)>) -> Input {
    Input::Shown {
        view: ViewId(view.into()),
        user: user(number),
        source: TrackSource::Camera,
        size: size.map(|(width, height)| ViewSize { width, height }),
    }
}

fn asks(number: u128, size: Option<(u32, u32)>) -> Effect {
    Effect::SetView(
        track(number),
        size.map(|(width, height)| ViewSize { width, height }),
    )
}

fn closed(view: &str) -> Input {
    Input::Closed(ViewId(view.into()))
}

#[test]
fn the_largest_view_decides_and_what_nobody_sees_is_not_sent() {
    let mut machine = Machine::default();
    assert_eq!(machine.handle(subscribed(1)), [], "a program reads it");
    assert_eq!(
        machine.handle(shown("tile", 1, Some((320, 180)))),
        [asks(1, Some((320, 180)))]
    );
    assert_eq!(
        machine.handle(shown("full", 1, Some((1280, 720)))),
        [asks(1, Some((1280, 720)))]
    );
    assert_eq!(
        machine.handle(shown("tile", 1, Some((200, 100)))),
        [],
        "smaller than the largest"
    );
    assert_eq!(machine.handle(closed("full")), [asks(1, Some((200, 100)))]);
    assert_eq!(
        machine.handle(shown("tile", 1, None)),
        [asks(1, None)],
        "scrolled away"
    );
    assert_eq!(
        machine.handle(shown("tile", 1, Some((0, 90)))),
        [],
        "no width is out of sight"
    );
    assert_eq!(
        machine.handle(shown("tile", 1, Some((160, 90)))),
        [asks(1, Some((160, 90)))]
    );
    assert_eq!(machine.handle(closed("tile")), [asks(1, None)]);
}

#[test]
fn a_view_that_waits_for_its_track_is_asked_for_at_once() {
    let mut machine = Machine::default();
    assert_eq!(machine.handle(shown("tile", 1, Some((320, 180)))), []);
    assert_eq!(machine.handle(subscribed(1)), [asks(1, Some((320, 180)))]);
    machine.handle(Input::Reset);
    assert_eq!(
        machine.handle(subscribed(1)),
        [asks(1, Some((320, 180)))],
        "also on another connection"
    );
}

#[test]
fn a_track_that_comes_back_is_shown_although_it_was_hidden_when_it_went() {
    let mut machine = Machine::default();
    machine.handle(subscribed(1));
    assert_eq!(machine.handle(Input::AudioOnly(true)), [asks(1, None)]);
    machine.handle(Input::Unsubscribed(track(1)));
    assert_eq!(machine.handle(Input::AudioOnly(false)), []);
    let shown = Effect::SetView(track(1), Some(ViewSize::WHOLE));
    assert_eq!(
        machine.handle(subscribed(1)),
        [shown],
        "the engine remembers that it was hidden"
    );
}

#[test]
fn a_view_that_moves_to_somebody_else_frees_the_one_before() {
    let mut machine = Machine::default();
    for input in [subscribed(1), subscribed(2), shown("main", 1, Some((640, 360)))] {
        machine.handle(input);
    }
    assert_eq!(
        machine.handle(shown("main", 2, Some((640, 360)))),
        [asks(1, None), asks(2, Some((640, 360)))]
    );
}

#[test]
fn voices_alone_by_the_users_wish_and_everything_back_after_it() {
    let mut machine = Machine::default();
    for input in [subscribed(1), subscribed(2), shown("tile", 1, Some((320, 180)))] {
        machine.handle(input);
    }
    assert_eq!(
        machine.handle(Input::AudioOnly(true)),
        [asks(1, None), asks(2, None)]
    );
    assert_eq!(machine.view().mode, Mode::AudioOnlyByUser);
    assert_eq!(machine.handle(shown("tile", 1, Some((640, 360)))), []);
    let back = machine.handle(Input::AudioOnly(false));
    assert_eq!(
        back,
        [
            asks(1, Some((640, 360))),
            Effect::SetView(track(2), Some(ViewSize::WHOLE))
        ]
    );
}

fn judged(quality: ConnectionQuality) -> Input {
    Input::Quality(quality)
}

#[test]
fn a_bad_moment_changes_nothing_and_a_bad_link_gives_pictures_up() {
    let mut machine = Machine::default();
    machine.handle(subscribed(1));
    let effects = machine.handle(judged(ConnectionQuality::Poor));
    assert_eq!(effects, [Effect::StartTimer(limits::AUDIO_ONLY_AFTER)]);
    assert_eq!(
        machine.handle(judged(ConnectionQuality::Lost)),
        [],
        "still bad: time goes on"
    );
    assert_eq!(
        machine.handle(judged(ConnectionQuality::Good)),
        [Effect::StopTimer]
    );
    machine.handle(judged(ConnectionQuality::Poor));
    assert_eq!(machine.handle(Input::Timer), [asks(1, None)]);
    assert_eq!(machine.view().mode, Mode::AudioOnlyByLink);
}

#[test]
fn pictures_come_back_later_with_every_relapse() {
    let mut machine = Machine::default();
    machine.handle(subscribed(1));
    let mut waited = Vec::new();
    for _ in 0..6 {
        machine.handle(judged(ConnectionQuality::Poor));
        machine.handle(Input::Timer);
        let effects = machine.handle(judged(ConnectionQuality::Excellent));
        let [Effect::StartTimer(after)] = effects[..] else {
            panic!("{effects:?}")
        };
        waited.push(after.as_secs());
        machine.handle(Input::Timer);
        assert_eq!(machine.view().mode, Mode::Video);
    }
    assert_eq!(waited, [10, 20, 40, 80, 120, 120]);
    machine.handle(Input::Reset);
    machine.handle(judged(ConnectionQuality::Poor));
    machine.handle(Input::Timer);
    let fresh = machine.handle(judged(ConnectionQuality::Good));
    assert_eq!(
        fresh,
        [Effect::StartTimer(limits::VIDEO_BACK_AFTER)],
        "another connection is judged anew"
    );
}

/// The states of the link by what an app sees of them and what ends them, walked and compared with the diagram.
#[test]
fn the_diagram_has_every_way_between_good_and_bad() {
    use ConnectionQuality::{Excellent, Good, Lost, Poor};
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/viewing/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let drawn: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| line.trim().split_once(" --> "))
        .filter_map(|(from, to)| Some((from.to_owned(), to.split_once(':')?.0.to_owned())))
        .collect();
    let bad = |quality| judged(quality);
    let ways: BTreeMap<&str, Vec<Input>> = BTreeMap::from([
        ("Video", vec![]),
        ("Doubting", vec![bad(Poor)]),
        ("AudioOnly", vec![bad(Poor), Input::Timer]),
        ("Trusting", vec![bad(Poor), Input::Timer, bad(Good)]),
    ]);
    let reach = |inputs: &[Input]| {
        let mut machine = Machine::default();
        for input in inputs {
            machine.handle(input.clone());
        }
        machine
    };
    // What is seen from outside: whether pictures pass, and whether good and bad news would start a timer.
    let name = |machine: &Machine| {
        let starts = |quality| {
            let effects = machine.clone().handle(judged(quality));
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::StartTimer(_)))
        };
        match (machine.view().mode, starts(Poor), starts(Good)) {
            (Mode::Video, true, false) => "Video",
            (Mode::Video, false, false) => "Doubting",
            (Mode::AudioOnlyByLink, false, true) => "AudioOnly",
            (Mode::AudioOnlyByLink, false, false) => "Trusting",
            seen => panic!("{seen:?}"),
        }
    };
    let mut found = BTreeSet::new();
    for (from, inputs) in &ways {
        assert_eq!(name(&reach(inputs)), *from);
        let started = matches!(*from, "Doubting" | "Trusting");
        let next = [Poor, Lost, Good, Excellent].map(judged).into_iter();
        for input in next.chain(started.then_some(Input::Timer)) {
            let mut machine = reach(inputs);
            machine.handle(input);
            let to = name(&machine);
            if to != *from {
                found.insert(((*from).to_owned(), to.to_owned()));
            }
        }
    }
    assert_eq!(drawn, found);
}

fn any_input() -> impl Strategy<Value = Input> {
    let size = proptest::option::of((0_u32..4, 0_u32..4));
    let view = proptest::sample::select(vec!["a", "b"]);
    let qualities = vec![
        ConnectionQuality::Lost,
        ConnectionQuality::Poor,
        ConnectionQuality::Good,
        ConnectionQuality::Excellent,
    ];
    prop_oneof![
        3 => (view.clone(), 1_u128..3, size).prop_map(|(view, number, size)| shown(view, number, size)),
        1 => view.prop_map(closed),
        1 => any::<bool>().prop_map(Input::AudioOnly),
        2 => (1_u128..3).prop_map(subscribed),
        1 => (1_u128..3).prop_map(|number| Input::Unsubscribed(track(number))),
        1 => (1_u128..3).prop_map(|number| Input::Left(user(number))),
        2 => proptest::sample::select(qualities).prop_map(Input::Quality),
        1 => Just(Input::Reset),
        2 => Just(Input::Timer),
    ]
}

proptest! {
    #[test]
    fn what_the_server_was_asked_for_is_what_is_seen(inputs in proptest::collection::vec(any_input(), 0..60)) {
        let mut machine = Machine::default();
        let mut views: BTreeMap<ViewId, (u128, Option<ViewSize>)> = BTreeMap::new();
        let mut managed = BTreeSet::new();
        let mut sent: BTreeMap<TrackId, Option<ViewSize>> = BTreeMap::new();
        let mut readable = BTreeSet::new();
        for input in inputs {
            match &input {
                Input::Shown { view, user: of, size, .. } => {
                    let number = if *of == user(1) { 1 } else { 2 };
                    managed.insert(number);
                    views.insert(view.clone(), (number, *size));
                }
                Input::Closed(view) => { views.remove(view); }
                // The engine remembers what it was asked, whatever becomes of the subscription.
                Input::Subscribed { track, .. } => {
                    sent.entry(track.clone()).or_insert(Some(ViewSize::WHOLE));
                    readable.insert(track.clone());
                }
                Input::Unsubscribed(track) => { readable.remove(track); }
                Input::Left(who) => { readable.remove(&track(if *who == user(1) { 1 } else { 2 })); }
                Input::Reset => { sent.clear(); readable.clear(); }
                Input::AudioOnly(_) | Input::Quality(_) | Input::Timer => {}
            }
            for effect in machine.handle(input.clone()) {
                match effect {
                    Effect::SetView(track, view) => {
                        prop_assert!(readable.contains(&track), "no such track");
                        sent.insert(track, view);
                    }
                    Effect::StartTimer(after) => prop_assert!(after > Duration::ZERO && after <= limits::VIDEO_BACK_CAP),
                    Effect::StopTimer => {}
                }
            }
            for number in [1, 2] {
                let Some(asked) = sent.get(&track(number)).filter(|_| readable.contains(&track(number))) else { continue };
                let seen = views.values().filter(|(of, _)| *of == number).filter_map(|(_, size)| *size);
                let seen = seen.filter(|size| size.width > 0 && size.height > 0).reduce(ViewSize::union);
                let expected = match machine.view().mode {
                    Mode::AudioOnlyByLink | Mode::AudioOnlyByUser => None,
                    Mode::Video if managed.contains(&number) => seen,
                    Mode::Video => Some(ViewSize::WHOLE),
                };
                prop_assert_eq!(*asked, expected);
            }
        }
    }
}
