//! What each track takes and loses, measured while somebody looks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::media::{MediaRoom, StatsSampler, TrackReport};

/// No measurement is closer to the one before: WebRTC's own counters move in tenths of a second.
const CLOSEST: Duration = Duration::from_millis(100);

/// Samples of a room's tracks, one after the other. Nothing is measured before the first [`StatsStream::next`], nor
/// once it is dropped.
pub struct StatsStream {
    room: watch::Receiver<Option<Arc<dyn MediaRoom>>>,
    ticks: Option<Interval>,
    interval: Duration,
    sampler: StatsSampler,
}

impl StatsStream {
    pub(in crate::runtime) fn new(
        room: watch::Receiver<Option<Arc<dyn MediaRoom>>>,
        interval: Duration,
    ) -> Self {
        Self {
            room,
            ticks: None,
            interval: interval.max(CLOSEST),
            sampler: StatsSampler::default(),
        }
    }

    /// The next sample: a row for each published and each subscribed track, with rates from the second on. Empty while
    /// no room is joined; `None` once the session or call is over. Cancel-safe.
    pub async fn next(&mut self) -> Option<Vec<TrackReport>> {
        let interval = self.interval;
        let ticks = self.ticks.get_or_insert_with(|| {
            let mut ticks = tokio::time::interval(interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        ticks.tick().await;
        // The sender is the actor's: gone, it is over.
        self.room.has_changed().ok()?;
        let room = self.room.borrow_and_update().clone();
        let sample = match room {
            Some(room) => room.stats().await.unwrap_or_default(),
            None => Vec::new(),
        };
        Some(self.sampler.sample(Instant::now().into_std(), sample))
    }
}
