//! Events of an object, read from another language.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipelya_core::foreign::LiveFailure;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::broadcast::{self, Receiver};

use crate::work::Work;

/// As many events as cross at once. Each crossing costs as much as many events do.
const BATCH: usize = 64;

/// Events of an object, for one reader at a time.
pub(crate) struct Events<Event>(Arc<Inbox<Event>>);

/// What a reader of events gets next.
pub(crate) enum Next<Event> {
    /// Something happened.
    Event(Event),
    /// So many events are lost to a reader that fell behind.
    Missed(u64),
}

struct Inbox<Event> {
    events: tokio::sync::Mutex<Receiver<Event>>,
    /// What was taken and not handed out yet: a reader that is cancelled leaves it to the next.
    taken: Mutex<VecDeque<Next<Event>>>,
}

impl<Event: Clone + Send + 'static> Events<Event> {
    pub(crate) fn new(events: broadcast::Receiver<Event>) -> Self {
        Self(Arc::new(Inbox {
            events: tokio::sync::Mutex::new(events),
            taken: Mutex::default(),
        }))
    }

    /// The next thing, in order; none once there is no other to come. Cancelling loses none.
    pub(crate) async fn next<Update: From<Next<Event>>>(
        &self,
        work: &Work,
    ) -> Result<Option<Update>, LiveFailure> {
        self.wait(work).await?;
        Ok(self.0.taken().pop_front().map(Update::from))
    }

    /// Everything that waits, in order, [`BATCH`] at most; nothing once there is nothing to come. Cancelling loses none.
    pub(crate) async fn batch<Update: From<Next<Event>>>(
        &self,
        work: &Work,
    ) -> Result<Vec<Update>, LiveFailure> {
        self.wait(work).await?;
        Ok(self.0.taken().drain(..).map(Update::from).collect())
    }

    async fn wait(&self, work: &Work) -> Result<(), LiveFailure> {
        let inbox = Arc::clone(&self.0);
        work.follow(async move { inbox.fill().await }).await
    }
}

impl<Event: Clone> Inbox<Event> {
    fn taken(&self) -> MutexGuard<'_, VecDeque<Next<Event>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what waits; waits where nothing does.
    async fn fill(&self) {
        let mut events = self.events.lock().await;
        if !self.taken().is_empty() {
            return;
        }
        let first = match events.recv().await {
            Ok(event) => Next::Event(event),
            Err(RecvError::Lagged(count)) => Next::Missed(count),
            Err(RecvError::Closed) => return,
        };
        let mut taken = self.taken();
        taken.push_back(first);
        while taken.len() < BATCH {
            taken.push_back(match events.try_recv() {
                Ok(event) => Next::Event(event),
                Err(TryRecvError::Lagged(count)) => Next::Missed(count),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event's number, or how many are missing.
    #[derive(Debug, PartialEq)]
    enum Read {
        Number(u32),
        Missed(u64),
    }

    impl From<Next<u32>> for Read {
        fn from(next: Next<u32>) -> Self {
            match next {
                Next::Event(number) => Self::Number(number),
                Next::Missed(count) => Self::Missed(count),
            }
        }
    }

    fn with<T>(capacity: usize, act: impl AsyncFnOnce(&Work, broadcast::Sender<u32>, Events<u32>) -> T) -> T {
        let work = Work::new().unwrap();
        let (sender, receiver) = broadcast::channel(capacity);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(act(&work, sender, Events::new(receiver)))
    }

    fn numbers(range: std::ops::Range<u32>) -> Vec<Read> {
        range.map(Read::Number).collect()
    }

    #[test]
    fn what_waits_crosses_at_once_and_in_order() {
        with(256, async |work, sender, events| {
            (0..100).for_each(|number| drop(sender.send(number)));
            assert_eq!(events.next::<Read>(work).await.unwrap(), Some(Read::Number(0)));
            assert_eq!(events.batch::<Read>(work).await.unwrap(), numbers(1..64));
            assert_eq!(events.batch::<Read>(work).await.unwrap(), numbers(64..100));
            drop(sender);
            assert_eq!(events.batch::<Read>(work).await.unwrap(), numbers(0..0));
            assert_eq!(events.next::<Read>(work).await.unwrap(), None);
        });
    }

    #[test]
    fn a_reader_that_fell_behind_learns_by_how_much() {
        with(4, async |work, sender, events| {
            (0..10).for_each(|number| drop(sender.send(number)));
            let mut expected = vec![Read::Missed(6)];
            expected.extend(numbers(6..10));
            assert_eq!(events.batch::<Read>(work).await.unwrap(), expected);
        });
    }

    #[test]
    fn a_reader_that_is_cancelled_leaves_everything_to_the_next() {
        with(256, async |work, sender, events| {
            (0..10).for_each(|number| drop(sender.send(number)));
            // The work has taken the events; whoever asked for it is gone.
            events.wait(work).await.unwrap();
            assert_eq!(events.batch::<Read>(work).await.unwrap(), numbers(0..10));
        });
    }
}
