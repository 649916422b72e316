//! The test card and the test tone: pictures that carry their capture time, and sound that is found
//! again, however they were encoded, scaled and decoded on the way. Pure code, but for the devices that play them.

mod capture;
mod card;
mod code;
mod tone;

pub use capture::{CARD, SAMPLE_RATE, TONE_HZ, TestCapture, wall_clock_ms};
pub use card::{TestCard, decode};
pub use tone::{Tone, ToneDetector, ToneReading};
