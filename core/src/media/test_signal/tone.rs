//! A sine tone, and how to find it again.

use std::f64::consts::TAU;

use crate::media::AudioFrame;

/// A quarter of full scale: far from clipping, far above noise.
const AMPLITUDE: f64 = 0.25 * i16::MAX as f64;
/// Tens of milliseconds that one reading looks at.
const WINDOW_FRAMES: usize = 10;
/// Share of the power that the tone must have: Opus leaves it nearly all.
const LEAST_SHARE: f64 = 0.6;
/// Root mean square, of full scale, below which there is silence.
const SILENCE: f64 = 0.005;

/// An endless mono sine tone in frames of ten milliseconds, its phase continuous over frames.
#[derive(Clone, Debug)]
pub struct Tone {
    hz: f64,
    sample_rate: u32,
    /// In turns, from 0 to 1.
    phase: f64,
}

impl Tone {
    /// A tone of `hz` at `sample_rate` samples a second.
    pub fn new(hz: f64, sample_rate: u32) -> Self {
        Self {
            hz,
            sample_rate,
            phase: 0.0,
        }
    }

    /// The next ten milliseconds.
    pub fn next_frame(&mut self) -> AudioFrame {
        let step = self.hz / f64::from(self.sample_rate);
        let samples = (0..self.sample_rate / 100).map(|_| {
            let sample = (self.phase * TAU).sin() * AMPLITUDE;
            self.phase = (self.phase + step).fract();
            sample as i16
        });
        AudioFrame {
            samples: samples.collect(),
            sample_rate: self.sample_rate,
            channels: 1,
        }
    }
}

/// What a tenth of a second of sound holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToneReading {
    /// Root mean square, of full scale: from 0 to 1.
    pub level: f64,
    /// Share of the power that is the tone's: from 0 to 1.
    pub share: f64,
}

impl ToneReading {
    /// Whether the tone dominates.
    pub fn is_tone(self) -> bool {
        !self.is_silence() && self.share >= LEAST_SHARE
    }

    /// Whether there is nothing to hear.
    pub fn is_silence(self) -> bool {
        self.level < SILENCE
    }
}

/// Looks for one frequency (Goertzel's algorithm), a tenth of a second at a time.
#[derive(Clone, Debug)]
pub struct ToneDetector {
    hz: f64,
    window: Vec<f64>,
}

impl ToneDetector {
    /// Looks for `hz`.
    pub fn new(hz: f64) -> Self {
        Self {
            hz,
            window: Vec::new(),
        }
    }

    /// Takes ten milliseconds of sound, of any number of channels; a reading comes with every tenth frame.
    pub fn push(&mut self, frame: &AudioFrame) -> Option<ToneReading> {
        let channels = frame.channels.max(1) as usize;
        let mono = frame.samples.chunks_exact(channels).map(|samples| {
            let sum: f64 = samples.iter().map(|sample| f64::from(*sample)).sum();
            sum / channels as f64 / f64::from(i16::MAX)
        });
        self.window.extend(mono);
        let complete = frame.sample_rate as usize / 100 * WINDOW_FRAMES;
        if complete == 0 || self.window.len() < complete {
            return None;
        }
        let reading = read(&self.window, self.hz / f64::from(frame.sample_rate));
        self.window.clear();
        Some(reading)
    }
}

/// `turn` is the tone's frequency in turns a sample.
fn read(samples: &[f64], turn: f64) -> ToneReading {
    let coefficient = 2.0 * (turn * TAU).cos();
    let (last, before) = samples.iter().fold((0.0, 0.0), |(last, before), sample| {
        (sample + coefficient * last - before, last)
    });
    let count = samples.len() as f64;
    let tone = (last * last + before * before - coefficient * last * before) * 2.0 / (count * count);
    let power = samples.iter().map(|sample| sample * sample).sum::<f64>() / count;
    ToneReading {
        level: power.sqrt(),
        share: if power > 0.0 { (tone / power).min(1.0) } else { 0.0 },
    }
}
