//! What the benches of other languages measure: a full room's snapshot, and a busy room's events, without the room.

use std::sync::Arc;
use std::time::Duration;

use ipelya_core::domain::{Grants, Role, UserId};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{ConnectionQuality, MediaEvent, RemoteTrack, TrackId, TrackKind, TrackSource};
use ipelya_core::publisher::LocalMedia;
use ipelya_core::runtime::{EVENT_BUFFER, Member, SessionEvent};
use ipelya_core::session::{Capabilities, State};
use ipelya_core::stage::{self, Stage};
use ipelya_core::viewing::Viewing;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::events::Events;
use crate::session::{SessionSnapshot, SessionUpdate};
use crate::work::Work;

/// How often a busy room says what happened since.
const TICK: Duration = Duration::from_millis(1);

/// A snapshot as it stands in a room full of people.
#[derive(uniffi::Object)]
pub struct FullRoom(SessionSnapshot);

#[uniffi::export]
impl FullRoom {
    /// So many others, each with a camera and a microphone that are watched.
    #[uniffi::constructor]
    pub fn new(people: u32) -> Self {
        Self(SessionSnapshot {
            seq: 1,
            state: State::Live,
            session: None,
            role: Some(Role::Viewer),
            grants: Grants::default(),
            publishing: Grants::default(),
            local: LocalMedia::default(),
            viewing: Viewing::default(),
            can: Capabilities::default(),
            charged_coins: 0,
            stage: Stage {
                state: stage::State::Audience,
                pending: None,
                can: stage::Capabilities::default(),
                last_error: None,
                request: None,
            },
            stage_requests: Vec::new(),
            recording: None,
            funnel: Vec::new(),
            members: (0..people).map(|number| member(user(number))).collect(),
        })
    }

    /// As `LiveSession.snapshot`.
    pub fn snapshot(&self) -> SessionSnapshot {
        self.0.clone()
    }
}

fn user(number: u32) -> UserId {
    UserId(Uuid::from_u128(number.into()))
}

fn member(user: UserId) -> Member {
    let track = |name: &str, kind, source| RemoteTrack {
        id: TrackId(format!("TR_{name}{user}")),
        kind,
        source,
        muted: false,
    };
    let tracks = vec![
        track("VC", TrackKind::Video, TrackSource::Camera),
        track("AM", TrackKind::Audio, TrackSource::Microphone),
    ];
    Member {
        user,
        role: Some(Role::Speaker),
        is_speaking: false,
        quality: Some(ConnectionQuality::Excellent),
        subscribed: tracks.iter().map(|track| track.id.clone()).collect(),
        tracks,
    }
}

/// Events as a session tells them, as many as are asked for.
#[derive(uniffi::Object)]
pub struct BusyRoom {
    events: Events<SessionEvent>,
    work: Arc<Work>,
}

#[uniffi::export]
impl BusyRoom {
    /// `total` events, `per_second` of them a second, beginning now.
    #[uniffi::constructor]
    pub fn new(per_second: u32, total: u32) -> Result<Self, LiveFailure> {
        let work = Arc::new(Work::new()?);
        let (events, reader) = broadcast::channel(EVENT_BUFFER);
        work.handle().spawn(async move {
            let mut ticks = tokio::time::interval(TICK);
            let started = tokio::time::Instant::now();
            let mut told = 0;
            while told < total {
                ticks.tick().await;
                let due = started.elapsed().as_secs_f64() * f64::from(per_second);
                while f64::from(told) < due && told < total {
                    let quality = ConnectionQuality::Good;
                    // Nobody who reads any more is the end of the bench.
                    let _ = events.send(SessionEvent::Room(MediaEvent::QualityChanged {
                        user: user(0),
                        quality,
                    }));
                    told += 1;
                }
            }
        });
        Ok(Self {
            events: Events::new(reader),
            work,
        })
    }

    /// As `LiveSession.next_events`.
    pub async fn next_events(&self) -> Result<Vec<SessionUpdate>, LiveFailure> {
        self.events.batch(&self.work).await
    }
}
