use std::time::Duration;

/// What happens to one step of the setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepEvent {
    /// Another setup holds the folder; this one waits.
    Waiting,
    /// The step's result is there and matches its inputs.
    UpToDate,
    /// The step runs.
    Started,
    /// The step still runs, so long after it started.
    Running(Duration),
    /// The step is done, in this time.
    Finished(Duration),
    /// The step failed; the setup's error says why.
    Failed(Duration),
}

/// Receives the setup's progress; steps report from several threads.
pub trait Progress: Sync {
    /// `step` is a short name such as `LiveKit server`.
    fn report(&self, step: &str, event: StepEvent);
}

impl<F: Fn(&str, StepEvent) + Sync> Progress for F {
    fn report(&self, step: &str, event: StepEvent) {
        self(step, event);
    }
}
