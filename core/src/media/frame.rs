//! Decoded pictures and sound.

use bytes::Bytes;

/// A picture in I420: a full-size luma plane, then two chroma planes of half its width and height,
/// rounded up. Planes are tightly packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct I420 {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Y, then U, then V.
    pub data: Bytes,
}

impl I420 {
    /// Bytes that a picture of that size takes.
    pub const fn size(width: u32, height: u32) -> usize {
        let (width, height) = (width as usize, height as usize);
        width * height + 2 * (width.div_ceil(2) * height.div_ceil(2))
    }

    /// The luma plane, one byte a pixel, row by row.
    pub fn luma(&self) -> &[u8] {
        &self.data[..(self.width as usize * self.height as usize).min(self.data.len())]
    }
}

/// A picture with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFrame {
    /// The picture.
    pub picture: I420,
    /// Microseconds, by the clock of whoever made the frame; only differences mean something.
    pub timestamp_us: i64,
}

/// Ten milliseconds of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFrame {
    /// Interleaved samples.
    pub samples: Vec<i16>,
    /// Samples a second of one channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u32,
}
