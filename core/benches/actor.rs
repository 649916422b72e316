//! A session's actor under a storm: ten thousand participant events, from the engine's channel to the snapshot.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::BoxFuture;
use ipelya_core::LiveClient;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::UserId;
use ipelya_core::media::{
    ConnectRequest, ConnectionQuality, MediaConnection, MediaEngine, MediaError, MediaEvent, MediaParticipant,
};
use ipelya_core::sim::{Sim, SimEngine};
use tokio::sync::mpsc;
use uuid::Uuid;

const PEOPLE: u128 = 1_000;
const EVENTS: u128 = 10_000;

type Storm = Arc<Mutex<Option<mpsc::UnboundedSender<MediaEvent>>>>;

/// A room as the simulation has it, with events from outside and a thousand people.
struct Stormy {
    engine: SimEngine,
    storm: Storm,
}

impl MediaEngine for Stormy {
    fn connect(&self, request: ConnectRequest) -> BoxFuture<'_, Result<MediaConnection, MediaError>> {
        Box::pin(async move {
            let joined = self.engine.connect(request).await?;
            let (events, reader) = mpsc::unbounded_channel();
            *self.storm.lock().unwrap() = Some(events);
            let person = |number| MediaParticipant {
                user: UserId(Uuid::from_u128(number)),
                role: None,
                tracks: Vec::new(),
            };
            Ok(MediaConnection {
                participants: (0..PEOPLE).map(person).collect(),
                events: reader,
                ..joined
            })
        })
    }
}

fn storm(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let sim = Sim::new(1);
    let storm = Storm::default();
    let (client, session) = runtime.block_on(async {
        let (anna, bora) = (sim.creator("Anna"), sim.person("Bora"));
        let id = anna.goes_live(NewSession::broadcast("Storm")).unwrap();
        let engine = Stormy {
            engine: bora.engine(),
            storm: Arc::clone(&storm),
        };
        let client = LiveClient::builder(bora.backend(), Arc::new(engine))
            .connect()
            .await
            .unwrap();
        let session = client.join_session(id).await.unwrap();
        (client, session)
    });
    let events = storm.lock().unwrap().clone().unwrap();
    let last = UserId(Uuid::from_u128((EVENTS - 1) % PEOPLE));
    let mut good = false;
    let mut group = criterion.benchmark_group("actor, room of 1,000");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("10,000 participant events", |bench| {
        bench.iter_custom(|rounds| {
            let mut took = Duration::ZERO;
            for _ in 0..rounds {
                good = !good;
                let quality = if good {
                    ConnectionQuality::Good
                } else {
                    ConnectionQuality::Poor
                };
                for number in 0..EVENTS {
                    let user = UserId(Uuid::from_u128(number % PEOPLE));
                    events.send(MediaEvent::QualityChanged { user, quality }).unwrap();
                }
                let began = Instant::now();
                let taken = session.wait_for(|now| now.members[&last].quality == Some(quality));
                runtime.block_on(taken).unwrap();
                took += began.elapsed();
            }
            took
        });
    });
    group.finish();
    drop(session);
    runtime.block_on(client.close()).unwrap();
}

criterion_group!(benches, storm);
criterion_main!(benches);
