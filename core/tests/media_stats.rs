//! Rates between samples: what holds whatever the counters do.

use std::time::{Duration, Instant};

use ipelya_core::domain::UserId;
use ipelya_core::media::{StatsSampler, TrackDirection, TrackId, TrackRates, TrackSource, TrackStats};
use proptest::prelude::*;
use uuid::Uuid;

const SENT: TrackDirection = TrackDirection::Sent;
const RECEIVED: TrackDirection = TrackDirection::Received;

/// Bytes, packets, lost packets.
type Counters = (u64, u64, u64);

fn row(track: &str, direction: TrackDirection, (bytes, packets, packets_lost): Counters) -> TrackStats {
    TrackStats {
        track: TrackId(track.into()),
        user: UserId(Uuid::from_u128(1)),
        source: TrackSource::Camera,
        direction,
        bytes,
        packets,
        packets_lost,
        jitter_ms: None,
        round_trip_ms: None,
        width: None,
        height: None,
        frames_per_second: None,
        layers: Vec::new(),
    }
}

/// The rates of each sample of one track, taken that many milliseconds after the one before.
fn rates(direction: TrackDirection, samples: &[(u64, Counters)]) -> Vec<Option<TrackRates>> {
    let (mut sampler, mut now) = (StatsSampler::default(), Instant::now());
    let reports = samples.iter().map(|(after, counters)| {
        now += Duration::from_millis(*after);
        sampler.sample(now, vec![row("TR_1", direction, *counters)])
    });
    reports.flatten().map(|report| report.rates).collect()
}

fn direction() -> impl Strategy<Value = TrackDirection> {
    prop_oneof![Just(SENT), Just(RECEIVED)]
}

fn counters() -> impl Strategy<Value = Counters> {
    prop_oneof![
        (0..10_000_000_u64, 0..10_000_u64, 0..10_000_u64),
        (any::<u64>(), any::<u64>(), any::<u64>()),
    ]
}

proptest! {
    #[test]
    fn no_counters_whatsoever_make_a_rate_negative_or_a_share_more_than_all(
        direction in direction(),
        samples in prop::collection::vec((0..5_000_u64, counters()), 1..20),
    ) {
        for rates in rates(direction, &samples).into_iter().flatten() {
            prop_assert!(rates.kbps.is_finite() && rates.kbps >= 0.0, "{rates:?}");
            prop_assert!((0.0..=1.0).contains(&rates.loss), "{rates:?}");
        }
    }

    #[test]
    fn a_steady_stream_has_its_bitrate_however_unevenly_it_is_sampled(
        kbps in 1..10_000_u64,
        pauses in prop::collection::vec(1..5_000_u64, 1..20),
    ) {
        let mut passed = 0;
        let samples: Vec<_> = pauses.iter().map(|pause| {
            passed += pause;
            // Kilobits a second are bits a millisecond; eighths are left to the last.
            (*pause, (kbps * passed / 8, passed, 0))
        }).collect();
        for rates in rates(RECEIVED, &samples).into_iter().skip(1) {
            let Some(rates) = rates else { return Err(TestCaseError::fail("time has passed")) };
            // A byte more or less in the shortest pause of a millisecond.
            prop_assert!((rates.kbps - kbps as f64).abs() <= 8.0, "{rates:?} of {kbps}");
        }
    }

    #[test]
    fn a_counter_that_begins_anew_counts_from_zero(
        before in (1_000..u64::MAX, 1_000..u64::MAX, any::<u64>()),
        (bytes, packets, lost) in (0..1_000_u64, 0..1_000_u64, 0..1_000_u64),
        after in 1..5_000_u64,
    ) {
        let anew = rates(RECEIVED, &[(0, before), (after, (bytes, packets, lost))]);
        let from_zero = rates(RECEIVED, &[(0, (0, 0, 0)), (after, (bytes, packets, lost))]);
        prop_assert_eq!(anew, from_zero);
    }
}

#[test]
fn the_first_sample_and_one_of_the_same_moment_have_no_rates() {
    let counted = (1_000, 10, 0);
    assert_eq!(rates(SENT, &[(0, counted), (0, (2_000, 20, 0))]), [None, None]);
}

#[test]
fn loss_is_the_share_of_what_was_sent_in_the_interval() {
    let of = |direction, counters| {
        let all = rates(direction, &[(0, (0, 1_000, 50)), (1_000, counters)]);
        all[1].unwrap_or_else(|| panic!("time has passed")).loss
    };
    assert_eq!(of(RECEIVED, (0, 1_075, 75)), 0.25, "75 came, 25 didn't");
    assert_eq!(of(SENT, (0, 1_100, 75)), 0.25, "25 of 100");
    assert_eq!(of(RECEIVED, (0, 1_000, 50)), 0.0, "nothing was sent");
    assert_eq!(of(RECEIVED, (0, 1_100, 40)), 0.0, "what was late wasn't lost");
}

#[test]
fn a_track_that_was_away_for_a_sample_begins_anew() {
    let (mut sampler, start) = (StatsSampler::default(), Instant::now());
    let at = |seconds| start + Duration::from_secs(seconds);
    let here = || vec![row("TR_1", RECEIVED, (1_000, 10, 0))];
    sampler.sample(at(0), here());
    assert!(sampler.sample(at(1), Vec::new()).is_empty());
    assert_eq!(sampler.sample(at(2), here())[0].rates, None);
}

#[test]
fn the_two_ways_of_a_track_and_two_tracks_are_told_apart() {
    let (mut sampler, start) = (StatsSampler::default(), Instant::now());
    let rows = |one: u64, other: u64, third: u64| {
        vec![
            row("TR_1", SENT, (one, 1, 0)),
            row("TR_1", RECEIVED, (other, 1, 0)),
            row("TR_2", SENT, (third, 1, 0)),
        ]
    };
    sampler.sample(start, rows(0, 0, 0));
    let reports = sampler.sample(start + Duration::from_secs(1), rows(125, 250, 375));
    let kbps: Vec<_> = reports
        .iter()
        .filter_map(|report| report.rates)
        .map(|rates| rates.kbps)
        .collect();
    assert_eq!(kbps, [1.0, 2.0, 3.0]);
}
