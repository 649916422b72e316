#![allow(clippy::unwrap_used, reason = "tests panic")]

use proptest::prelude::*;

use super::*;

const ALL: Grants = Grants {
    audio: true,
    video: true,
};

fn changes(publisher: &mut Publisher, gate: Gate, grants: Grants) -> Vec<Change> {
    let mut changes = Vec::new();
    publisher.settle(gate, grants, |change| changes.push(change));
    changes
}

fn refusal() -> LiveError {
    LiveError::new(ErrorCode::RoleNotAllowed, "for the test")
}

/// A publisher whose camera the server has taken.
fn filming() -> Publisher {
    let mut publisher = Publisher::default();
    publisher.want(TrackSource::Camera, true);
    changes(&mut publisher, Gate::Open, ALL);
    publisher.published(TrackSource::Camera, Ok(()));
    publisher
}

#[test]
fn a_wish_is_pending_until_the_server_has_taken_the_track() {
    let mut publisher = Publisher::default();
    publisher.want(TrackSource::Microphone, true);
    let waiting = Toggle {
        pending: true,
        ..Toggle::default()
    };
    assert_eq!(changes(&mut publisher, Gate::Shut, ALL), []);
    assert_eq!(publisher.view().microphone, waiting, "before the air");
    let asked = changes(&mut publisher, Gate::Open, ALL);
    assert_eq!(asked, [Change::Publish(TrackSource::Microphone)]);
    assert_eq!(publisher.view().microphone, waiting, "on its way");
    publisher.published(TrackSource::Microphone, Ok(()));
    let on = Toggle {
        enabled: true,
        ..Toggle::default()
    };
    assert_eq!(publisher.view().microphone, on);
}

#[test]
fn a_refusal_takes_the_wish_back_and_says_why_until_the_next_wish() {
    let mut publisher = Publisher::default();
    publisher.want(TrackSource::Camera, true);
    changes(&mut publisher, Gate::Open, ALL);
    publisher.published(TrackSource::Camera, Err(refusal()));
    let refused = Toggle {
        last_error: Some(refusal()),
        ..Toggle::default()
    };
    assert_eq!(publisher.view().camera, refused);
    assert_eq!(
        changes(&mut publisher, Gate::Open, ALL),
        [],
        "not tried again by itself"
    );
    publisher.want(TrackSource::Camera, true);
    assert_eq!(publisher.view().camera.last_error, None);
    assert_eq!(
        changes(&mut publisher, Gate::Open, ALL),
        [Change::Publish(TrackSource::Camera)]
    );
}

#[test]
fn an_answer_that_a_second_tap_overtook_does_not_show_the_device_as_on() {
    let mut publisher = filming();
    publisher.want(TrackSource::Microphone, true);
    changes(&mut publisher, Gate::Open, ALL);
    publisher.want(TrackSource::Microphone, false);
    changes(&mut publisher, Gate::Open, ALL);
    publisher.published(TrackSource::Microphone, Ok(()));
    assert_eq!(publisher.view().microphone, Toggle::default());
}

#[test]
fn what_was_taken_away_stays_off_when_it_is_granted_again() {
    let mut publisher = filming();
    publisher.limit(Grants::NONE);
    let gone = changes(&mut publisher, Gate::Open, Grants::NONE);
    assert_eq!(gone, [Change::Unpublish(TrackSource::Camera)]);
    assert_eq!(changes(&mut publisher, Gate::Open, ALL), []);
}

#[test]
fn after_a_lost_connection_everything_wished_is_published_again() {
    let mut publisher = filming();
    assert_eq!(
        changes(&mut publisher, Gate::Keep, ALL),
        [],
        "the engine may resume"
    );
    publisher.lose_connection();
    assert!(publisher.view().camera.pending);
    assert_eq!(
        changes(&mut publisher, Gate::Keep, ALL),
        [],
        "nothing new meanwhile"
    );
    assert_eq!(
        changes(&mut publisher, Gate::Open, ALL),
        [Change::Publish(TrackSource::Camera)]
    );
}

#[test]
fn an_answer_that_the_outage_swallowed_is_asked_for_again_after_it() {
    let mut publisher = Publisher::default();
    publisher.want(TrackSource::Microphone, true);
    changes(&mut publisher, Gate::Open, ALL);
    publisher.deferred(TrackSource::Microphone);
    assert!(publisher.view().microphone.pending);
    assert_eq!(changes(&mut publisher, Gate::Keep, ALL), []);
    assert_eq!(
        changes(&mut publisher, Gate::Open, ALL),
        [Change::Publish(TrackSource::Microphone)]
    );
}

#[test]
fn a_track_that_got_lost_says_so_and_one_that_was_revoked_needs_no_words() {
    let mut publisher = filming();
    publisher.unpublished(TrackSource::Camera);
    let lost = publisher.view().camera.last_error.map(|error| error.code);
    assert_eq!(lost, Some(ErrorCode::MediaUnavailable));
    let mut publisher = filming();
    publisher.limit(Grants::NONE);
    publisher.unpublished(TrackSource::Camera);
    assert_eq!(publisher.view().camera, Toggle::default());
}

#[test]
fn only_a_camera_that_films_can_be_turned_and_once_at_a_time() {
    let mut publisher = Publisher::default();
    assert!(!publisher.flip());
    assert_eq!(
        publisher.view().flip.last_error.map(|error| error.code),
        Some(ErrorCode::Conflict)
    );
    let mut publisher = filming();
    assert!(publisher.flip());
    assert!(!publisher.flip(), "it is being turned");
    publisher.flipped(Ok(Facing::Environment));
    let turned = Flip {
        facing: Facing::Environment,
        ..Flip::default()
    };
    assert_eq!(publisher.view().flip, turned);
    assert!(publisher.flip());
    publisher.flipped(Err(refusal()));
    assert_eq!(publisher.view().flip.last_error, Some(refusal()));
    assert_eq!(publisher.view().flip.facing, Facing::Environment);
}

#[test]
fn a_camera_that_is_refused_is_not_being_turned() {
    let mut publisher = filming();
    assert!(publisher.flip());
    publisher.published(TrackSource::Camera, Err(refusal()));
    assert!(!publisher.view().flip.pending);
}

#[derive(Clone, Debug)]
enum Step {
    Want(TrackSource, bool),
    Grant(Grants),
    Settle(Gate),
    Published(TrackSource, bool),
    Unpublished(TrackSource),
    Lost,
    Stop,
    Flip,
    Flipped(bool),
}

fn any_step() -> impl Strategy<Value = Step> {
    let source = || proptest::sample::select(&SOURCES[..]);
    let gate = proptest::sample::select(vec![Gate::Open, Gate::Keep, Gate::Shut]);
    prop_oneof![
        1 => (source(), any::<bool>()).prop_map(|(source, on)| Step::Want(source, on)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(audio, video)| Step::Grant(Grants { audio, video })),
        3 => gate.prop_map(Step::Settle),
        1 => (source(), any::<bool>()).prop_map(|(source, ok)| Step::Published(source, ok)),
        1 => source().prop_map(Step::Unpublished),
        1 => Just(Step::Lost),
        1 => Just(Step::Stop),
        1 => Just(Step::Flip),
        1 => any::<bool>().prop_map(Step::Flipped),
    ]
}

proptest! {
    #[test]
    fn nothing_is_sent_without_a_wish_and_a_grant_and_every_wish_ends_somewhere(
        steps in proptest::collection::vec(any_step(), 0..60),
    ) {
        let mut publisher = Publisher::default();
        let mut grants = ALL;
        let mut wished = std::collections::BTreeSet::new();
        for step in steps {
            match step {
                Step::Want(source, on) => {
                    if on { wished.insert(source); } else { wished.remove(&source); }
                    publisher.want(source, on);
                }
                Step::Grant(now) => { grants = now; publisher.limit(now); wished.retain(|source| is_granted(now, *source)); }
                Step::Settle(gate) => {
                    let may = |source| is_granted(grants, source) && wished.contains(&source);
                    for change in changes(&mut publisher, gate, grants) {
                        if let Change::Publish(source) = change {
                            prop_assert_eq!(gate, Gate::Open);
                            prop_assert!(may(source));
                        }
                    }
                    let sending = publisher.sending();
                    prop_assert!(!sending.audio || may(TrackSource::Microphone));
                    prop_assert!(!sending.video || may(TrackSource::Camera) || may(TrackSource::ScreenShare));
                }
                Step::Published(source, true) => publisher.published(source, Ok(())),
                Step::Published(source, false) => { publisher.published(source, Err(refusal())); wished.remove(&source); }
                Step::Unpublished(source) => { publisher.unpublished(source); wished.remove(&source); }
                Step::Lost => publisher.lose_connection(),
                Step::Stop => { publisher.stop(); wished.clear(); }
                Step::Flip => { publisher.flip(); }
                Step::Flipped(ok) => publisher.flipped(ok.then_some(Facing::User).ok_or_else(refusal)),
            }
            let settled = changes(&mut publisher.clone(), Gate::Shut, grants);
            prop_assert_eq!(settled.is_empty(), !publisher.sending().any(), "a shut gate stops everything");
            let view = publisher.view();
            prop_assert!(!view.flip.pending || view.camera.enabled || view.camera.pending);
            for toggle in [view.microphone, view.camera, view.screen_share] {
                prop_assert!(!(toggle.pending && toggle.last_error.is_some()), "a refused wish isn't pending");
            }
        }
    }
}
