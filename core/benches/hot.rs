//! What happens often: transitions, and changes in a room with a thousand people.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Instant;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use ipelya_core::Moment;
use ipelya_core::backend::{LiveKitAccess, SessionAdmission};
use ipelya_core::domain::{Access, Grants, LiveSession, Role, SessionId, SessionStatus, SessionType, UserId};
use ipelya_core::media::{
    ConnectionQuality, MediaEvent, MediaParticipant, RemoteTrack, TrackId, TrackKind, TrackSource,
};
use ipelya_core::runtime::Members;
use ipelya_core::session::{Entry, Input, Machine};
use uuid::Uuid;

const PEOPLE: u128 = 1_000;

fn at() -> Moment {
    Moment {
        now: Instant::now(),
        jitter: 0.5,
    }
}

fn session() -> LiveSession {
    LiveSession {
        id: SessionId(Uuid::from_u128(1)),
        room_name: "live_00000000-0000-0000-0000-000000000001".into(),
        session_type: SessionType::VideoLive,
        title: "Evening".into(),
        host_id: UserId(Uuid::from_u128(1)),
        acting_host_id: None,
        access: Access::Public,
        price_coins: 0,
        status: SessionStatus::Live,
        viewer_count: 0,
        started_at: None,
        ended_at: None,
        end_reason: None,
    }
}

/// A viewer who is in.
fn live() -> Machine {
    let mut machine = Machine::default();
    let livekit = LiveKitAccess {
        url: "ws://127.0.0.1:7880".into(),
        token: "token".into(),
    };
    let admission = SessionAdmission {
        session: session(),
        role: Role::Viewer,
        livekit,
        charged_coins: 0,
    };
    let entry = Entry::Join {
        session_id: session().id,
        accept_price: None,
        key: ipelya_core::domain::IdempotencyKey::random(),
    };
    for input in [
        Input::Enter(entry),
        Input::Admission(Ok(Box::new(admission))),
        Input::Connected(Ok(())),
    ] {
        machine.handle(input, at());
    }
    machine
}

fn transitions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transition");
    let moment = at();
    let mut machine = live();
    let speaker = Grants {
        audio: true,
        video: false,
    };
    machine.handle(Input::GrantsChanged(speaker), moment);
    let mut on = false;
    group.bench_function("microphone on or off", |bench| {
        bench.iter(|| {
            on = !on;
            black_box(machine.handle(Input::Want(TrackSource::Microphone, on), moment))
        });
    });
    group.bench_function("grants changed", |bench| {
        bench.iter(|| black_box(machine.handle(Input::GrantsChanged(speaker), moment)));
    });
    group.bench_function("role changed", |bench| {
        bench.iter(|| black_box(machine.handle(Input::RoleChanged(Role::Speaker), moment)));
    });
    group.bench_function("session changed", |bench| {
        bench.iter_batched(
            || Input::SessionChanged(session()),
            |news| black_box(machine.handle(news, moment)),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn participant(number: u128) -> MediaParticipant {
    let track = |kind, source| RemoteTrack {
        id: TrackId(format!("TR_{source:?}{number}")),
        kind,
        source,
        muted: false,
    };
    MediaParticipant {
        user: UserId(Uuid::from_u128(number)),
        role: Some(Role::Speaker),
        tracks: vec![
            track(TrackKind::Audio, TrackSource::Microphone),
            track(TrackKind::Video, TrackSource::Camera),
        ],
    }
}

fn room(criterion: &mut Criterion) {
    let mut members = Members::default();
    members.reset((0..PEOPLE).map(participant).collect());
    let mut group = criterion.benchmark_group("room of 1,000");
    let mut number = 0;
    let mut next = || {
        number = (number + 7) % PEOPLE;
        UserId(Uuid::from_u128(number))
    };
    group.bench_function("one change and a snapshot", |bench| {
        bench.iter(|| {
            let snapshot = members.clone();
            members.apply(&MediaEvent::QualityChanged {
                user: next(),
                quality: ConnectionQuality::Good,
            });
            black_box(snapshot)
        });
    });
    let (snapshots, _reader) = tokio::sync::watch::channel(members.clone());
    group.bench_function("10,000 events, each with a snapshot", |bench| {
        bench.iter(|| {
            for _ in 0..10_000 {
                members.apply(&MediaEvent::QualityChanged {
                    user: next(),
                    quality: ConnectionQuality::Poor,
                });
                snapshots.send_replace(members.clone());
            }
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = transitions, room
}
criterion_main!(benches);
