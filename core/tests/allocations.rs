//! What the hot paths ask of the heap, counted: timings differ between machines, counts don't.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Instant;

use ipelya_core::Moment;
use ipelya_core::backend::{LiveKitAccess, SessionAdmission};
use ipelya_core::domain::{
    Access, Grants, IdempotencyKey, LiveSession, Role, SessionId, SessionStatus, SessionType, UserId,
};
use ipelya_core::media::{
    ConnectionQuality, MediaEvent, MediaParticipant, RemoteTrack, TrackId, TrackKind, TrackSource,
};
use ipelya_core::runtime::Members;
use ipelya_core::session::{Entry, Input, Machine};
use uuid::Uuid;

struct Counting;

thread_local! {
    /// Allocations of this thread, and the bytes it holds.
    static COUNTED: Cell<(usize, isize)> = const { Cell::new((0, 0)) };
}

fn count(allocations: usize, bytes: isize) {
    // A thread that ends has no counter any more, and nobody asks for it.
    let _ = COUNTED.try_with(|counted| {
        let (before, held) = counted.get();
        counted.set((before + allocations, held + bytes));
    });
}

// SAFETY: every call is the system allocator's own, with the caller's arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as isize);
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as isize));
        // SAFETY: the pointer came from the system allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations made, and bytes held more than before.
fn counted<T>(work: impl FnOnce() -> T) -> (usize, isize, T) {
    let before = COUNTED.get();
    let answer = work();
    let after = COUNTED.get();
    (after.0 - before.0, after.1 - before.1, answer)
}

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

/// Somebody who is in and may speak.
fn live() -> Machine {
    let admission = SessionAdmission {
        session: session(),
        role: Role::Speaker,
        livekit: LiveKitAccess {
            url: "ws://127.0.0.1:7880".into(),
            token: "token".into(),
        },
        charged_coins: 0,
    };
    let entry = Entry::Join {
        session_id: session().id,
        accept_price: None,
        key: IdempotencyKey::random(),
    };
    let mut machine = Machine::default();
    for input in [
        Input::Enter(entry),
        Input::Admission(Ok(Box::new(admission))),
        Input::Connected(Ok(())),
    ] {
        machine.handle(input, at());
    }
    assert!(machine.state().is_connected());
    machine
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

fn room_of(people: u128) -> Members {
    let mut members = Members::default();
    members.reset((0..people).map(participant).collect());
    members
}

#[test]
fn what_the_server_says_often_allocates_nothing() {
    let mut machine = live();
    let speaker = Grants {
        audio: true,
        video: false,
    };
    for (name, input) in [
        ("grants", Input::GrantsChanged(speaker)),
        ("role", Input::RoleChanged(Role::Speaker)),
        ("session", Input::SessionChanged(session())),
        ("published", Input::Published(TrackSource::Microphone, Ok(()))),
    ] {
        let (allocations, _, effects) = counted(|| machine.handle(input, at()));
        assert_eq!((allocations, effects.len()), (0, 0), "{name}");
    }
}

#[test]
fn a_tap_on_the_microphone_allocates_its_effect_and_nothing_else() {
    let mut machine = live();
    for on in [true, false, true] {
        let (allocations, _, effects) =
            counted(|| machine.handle(Input::Want(TrackSource::Microphone, on), at()));
        assert_eq!((allocations, effects.len()), (1, 1));
    }
}

#[test]
fn a_change_in_a_room_of_thousands_costs_what_one_in_a_small_room_does() {
    let change = |people: u128| {
        let mut members = room_of(people);
        let event = MediaEvent::QualityChanged {
            user: UserId(Uuid::from_u128(people / 2)),
            quality: ConnectionQuality::Good,
        };
        let snapshot = members.clone();
        let (allocations, _, ()) = counted(|| members.apply(&event));
        assert_ne!(snapshot, members);
        allocations
    };
    let (small, large) = (change(10), change(4_000));
    // One node for each level of the tree, whose height grows with the logarithm.
    assert!(
        large <= small + 40,
        "{small} allocations among 10, {large} among 4,000"
    );
}

#[test]
fn a_copy_for_a_snapshot_allocates_nothing() {
    let members = room_of(1_000);
    let (allocations, _, copy) = counted(|| members.clone());
    assert_eq!((allocations, copy.len()), (0, 1_000));
}

#[test]
fn a_participant_with_two_tracks_takes_less_than_two_kibibytes() {
    let people = 1_000;
    let (_, bytes, members) = counted(|| room_of(people));
    let each = bytes / people as isize;
    assert!(each < 2_048, "{each} bytes a participant");
    assert_eq!(members.len(), 1_000);
}
