//! What a room's tracks take and lose.

use std::sync::Arc;

use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::TrackReport;
use ipelya_core::runtime::StatsStream;
use tokio::sync::Mutex;

use crate::work::Work;

/// Measurements of a session or a call, one after the other; nothing is measured while nobody reads.
#[derive(uniffi::Object)]
pub struct Stats {
    core: Arc<Mutex<StatsStream>>,
    work: Arc<Work>,
}

impl Stats {
    pub(crate) fn new(core: StatsStream, work: &Arc<Work>) -> Self {
        Self {
            core: Arc::new(Mutex::new(core)),
            work: Arc::clone(work),
        }
    }
}

#[uniffi::export]
impl Stats {
    /// The next measurement: a row for each track that is published or received, with rates from its second row on. Empty while no
    /// room is joined; none once the session or call is over. For one reader at a time.
    pub async fn next(&self) -> Result<Option<Vec<TrackReport>>, LiveFailure> {
        let core = Arc::clone(&self.core);
        self.work
            .follow(async move { core.lock().await.next().await })
            .await
    }
}
