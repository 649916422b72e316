//! The test card and the test tone: pictures that carry their capture time, and sound that is found
//! again, however they were encoded, scaled and decoded on the way. Pure code.

mod card;
mod code;
mod tone;

pub use card::{TestCard, decode};
pub use tone::{Tone, ToneDetector, ToneReading};
