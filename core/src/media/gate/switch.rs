//! A device that runs while it should, whichever threads say so. Every interleaving of it is explored in `core/interleavings`.

use std::sync::PoisonError;

use super::sync::{Condvar, Mutex, MutexGuard};

/// A device that is started and stopped from any thread, and never runs twice.
pub struct Switch<Device> {
    state: Mutex<State<Device>>,
    changed: Condvar,
}

struct State<Device> {
    device: Option<Device>,
    is_wanted: bool,
    /// A thread starts or stops the device, outside of the lock.
    is_changing: bool,
}

impl<Device> Switch<Device> {
    /// Nothing runs yet.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                device: None,
                is_wanted: true,
                is_changing: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Starts or stops the device until it is as `should_run` says, or fails to start; dropping it stops it. One thread does: what
    /// another one settles meanwhile is seen by the first, so the device's own code may settle, too.
    ///
    /// # Errors
    /// What the start failed with; it is tried again when it is settled next.
    pub fn settle<Error>(
        &self,
        should_run: impl Fn() -> bool,
        start: impl Fn() -> Result<Device, Error>,
    ) -> Result<(), Error> {
        loop {
            let mut state = self.lock();
            let should_run = state.is_wanted && should_run();
            if state.is_changing || should_run == state.device.is_some() {
                return Ok(());
            }
            state.is_changing = true;
            let running = state.device.take();
            drop(state);
            let begun = match running {
                Some(device) => {
                    drop(device);
                    Ok(None)
                }
                None => start().map(Some),
            };
            let mut state = self.lock();
            state.is_changing = false;
            self.changed.notify_all();
            state.device = begun?;
        }
    }

    /// Nobody wants it any more; returns once the device is stopped. Not for the device's own code.
    pub fn end(&self) {
        let mut state = self.lock();
        state.is_wanted = false;
        while state.is_changing {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let device = state.device.take();
        drop(state);
        drop(device);
    }

    fn lock(&self) -> MutexGuard<'_, State<Device>> {
        // Every change is a single step, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
