//! Pictures and sound, decoded or about to be encoded.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

#[cfg(all(feature = "native", target_vendor = "apple"))]
use super::native::PixelBuffer;

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

    /// Whether it has a size, and as many bytes as that takes.
    pub fn is_whole(&self) -> bool {
        self.width > 0 && self.height > 0 && self.data.len() == Self::size(self.width, self.height)
    }

    /// The luma plane, one byte a pixel, row by row.
    pub fn luma(&self) -> &[u8] {
        &self.data[..(self.width as usize * self.height as usize).min(self.data.len())]
    }
}

/// A picture, wherever it lies.
#[derive(Clone)]
pub enum Picture {
    /// In this process's memory.
    I420(I420),
    /// In a `CVPixelBuffer`, which Apple's systems show and encode without a copy.
    #[cfg(all(feature = "native", target_vendor = "apple"))]
    PixelBuffer(PixelBuffer),
}

impl Picture {
    /// Pixels, before the frame's rotation.
    pub fn width(&self) -> u32 {
        match self {
            Self::I420(picture) => picture.width,
            #[cfg(all(feature = "native", target_vendor = "apple"))]
            Self::PixelBuffer(picture) => picture.width(),
        }
    }

    /// Pixels, before the frame's rotation.
    pub fn height(&self) -> u32 {
        match self {
            Self::I420(picture) => picture.height,
            #[cfg(all(feature = "native", target_vendor = "apple"))]
            Self::PixelBuffer(picture) => picture.height(),
        }
    }

    /// Its planes; a copy where they lie elsewhere.
    pub fn i420(&self) -> Cow<'_, I420> {
        match self {
            Self::I420(picture) => Cow::Borrowed(picture),
            #[cfg(all(feature = "native", target_vendor = "apple"))]
            Self::PixelBuffer(picture) => Cow::Owned(picture.to_i420()),
        }
    }
}

impl From<I420> for Picture {
    fn from(picture: I420) -> Self {
        Self::I420(picture)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::I420(_) => "I420",
            #[cfg(all(feature = "native", target_vendor = "apple"))]
            Self::PixelBuffer(_) => "PixelBuffer",
        };
        write!(f, "{kind}({}x{})", self.width(), self.height())
    }
}

/// How far a picture is turned clockwise before it is shown: a phone's camera films as it is built in, whichever way the phone
/// is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum Rotation {
    /// As it is.
    #[default]
    Deg0,
    /// A quarter.
    Deg90,
    /// Upside down.
    Deg180,
    /// Three quarters.
    Deg270,
}

impl Rotation {
    /// Whether width and height change places.
    pub const fn is_sideways(self) -> bool {
        match self {
            Self::Deg90 | Self::Deg270 => true,
            Self::Deg0 | Self::Deg180 => false,
        }
    }
}

/// A picture with its time.
#[derive(Clone, Debug)]
pub struct VideoFrame {
    /// The picture.
    pub picture: Picture,
    /// How it is meant to be seen.
    pub rotation: Rotation,
    /// Microseconds, by the clock of whoever made the frame; only differences mean something.
    pub timestamp_us: i64,
}

impl VideoFrame {
    /// A frame that isn't turned.
    pub fn upright(picture: impl Into<Picture>, timestamp_us: i64) -> Self {
        Self {
            picture: picture.into(),
            rotation: Rotation::Deg0,
            timestamp_us,
        }
    }
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
