//! Pauses between tries: exponential, capped, with full jitter, so that a thousand clients that lost the same
//! server don't come back at the same instant.

use std::time::Duration;

use crate::domain::limits::{BACKOFF_BASE, BACKOFF_CAP};

/// The pause before the next try, after `attempt` earlier ones, for a `jitter` of at least 0 and less than 1:
/// any time up to base x 2^attempt, and never more than the cap.
pub fn full_jitter(attempt: u32, jitter: f64) -> Duration {
    let ceiling = BACKOFF_BASE
        .saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX))
        .min(BACKOFF_CAP);
    ceiling.mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_double_up_to_the_cap() {
        assert_eq!(full_jitter(0, 1.0), BACKOFF_BASE);
        assert_eq!(full_jitter(1, 1.0), BACKOFF_BASE * 2);
        assert_eq!(full_jitter(3, 0.5), BACKOFF_BASE * 4);
        assert_eq!(full_jitter(30, 1.0), BACKOFF_CAP);
    }

    proptest! {
        #[test]
        fn no_pause_is_longer_than_the_cap(attempt: u32, jitter in 0.0..1.0) {
            prop_assert!(full_jitter(attempt, jitter) <= BACKOFF_CAP);
        }
    }
}
