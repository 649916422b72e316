//! Time and chance, as arguments.

use std::time::Instant;

/// The moment in which an input is handled: a machine has no clock and no dice of its own.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Monotonic time.
    pub now: Instant,
    /// A random number, at least 0 and less than 1.
    pub jitter: f64,
}
