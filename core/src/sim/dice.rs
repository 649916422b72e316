//! Chance that repeats: everything random in a simulation comes from its seed.

use std::cell::Cell;

thread_local! {
    /// A paused clock needs a runtime of one thread, so the dice of a simulation belong to its thread.
    static DICE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Takes this thread's dice for a simulation until the guard is dropped.
pub(super) fn seed(seed: u64) -> Guard {
    DICE.set(Some(mix(seed)));
    Guard
}

/// Gives the thread its real dice back.
pub(super) struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        DICE.set(None);
    }
}

/// A number of at least 0 and less than 1; `None` outside of simulations.
pub(crate) fn throw() -> Option<f64> {
    let state = mix(DICE.get()?);
    DICE.set(Some(state));
    // The upper 53 bits are what fits an f64.
    Some((state >> 11) as f64 / (1_u64 << 53) as f64)
}

/// Steele, Lea and Flood's SplitMix64: every bit of the answer depends on every bit of the question.
pub(super) const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
