//! The timers of one actor.

use std::time::Duration;

use tokio::time::Instant;

/// Named timers; starting a running one moves it.
#[derive(Debug)]
pub(super) struct Timers<T> {
    deadlines: Vec<(T, Instant)>,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Self {
            deadlines: Vec::new(),
        }
    }
}

impl<T: Copy + Eq> Timers<T> {
    pub(super) fn start(&mut self, timer: T, after: Duration) {
        self.stop(timer);
        self.deadlines.push((timer, Instant::now() + after));
    }

    pub(super) fn stop(&mut self, timer: T) {
        self.deadlines.retain(|(name, _)| *name != timer);
    }

    pub(super) fn stop_all(&mut self) {
        self.deadlines.clear();
    }

    /// The next timer to run out; waits for ever while none runs. Cancel-safe.
    pub(super) async fn next(&mut self) -> T {
        match self
            .deadlines
            .iter()
            .copied()
            .min_by_key(|(_, deadline)| *deadline)
        {
            Some((timer, deadline)) => {
                tokio::time::sleep_until(deadline).await;
                self.stop(timer);
                timer
            }
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn timers_run_out_in_their_order_and_a_restart_moves_them() {
        let mut timers = Timers::default();
        timers.start('a', Duration::from_secs(1));
        timers.start('b', Duration::from_secs(2));
        timers.start('a', Duration::from_secs(3));
        timers.start('c', Duration::from_secs(1));
        timers.stop('c');
        assert_eq!(timers.next().await, 'b');
        assert_eq!(timers.next().await, 'a');
    }
}
