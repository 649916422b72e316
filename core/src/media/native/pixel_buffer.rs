//! Pictures in `CVPixelBuffer`s: out of the decoder and into the encoder without a copy.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::Arc;

use livekit::webrtc::video_frame::native::NativeBuffer;
use livekit::webrtc::video_frame::{BoxVideoBuffer, VideoBuffer};

use super::frames;
use crate::media::I420;

#[link(name = "CoreVideo", kind = "framework")]
unsafe extern "C" {
    fn CVPixelBufferRetain(buffer: *mut c_void) -> *mut c_void;
}

/// A picture in a `CVPixelBuffer` that lives as long as this does. Cheap to clone.
#[derive(Clone)]
pub struct PixelBuffer(Arc<BoxVideoBuffer>);

impl PixelBuffer {
    /// A picture of the camera. What is in the buffer must not change any more.
    ///
    /// # Safety
    /// `buffer` is a valid `CVPixelBufferRef`.
    pub unsafe fn captured(buffer: NonNull<c_void>) -> Self {
        // SAFETY: the caller promises a valid buffer.
        Self(Arc::new(Box::new(unsafe { wrap(buffer) })))
    }

    /// What the decoder made, unless it lies in other memory.
    pub(super) fn decoded(buffer: BoxVideoBuffer) -> Result<Self, BoxVideoBuffer> {
        match pointer(&*buffer) {
            Some(_) => Ok(Self(Arc::new(buffer))),
            None => Err(buffer),
        }
    }

    /// Pixels.
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Pixels.
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// The `CVPixelBufferRef`; good while this picture lives.
    pub fn pointer(&self) -> Option<NonNull<c_void>> {
        pointer(&**self.0)
    }

    /// A copy.
    pub fn to_i420(&self) -> I420 {
        frames::copied(&**self.0)
    }
}

impl AsRef<dyn VideoBuffer> for PixelBuffer {
    fn as_ref(&self) -> &(dyn VideoBuffer + 'static) {
        &**self.0
    }
}

fn pointer(buffer: &dyn VideoBuffer) -> Option<NonNull<c_void>> {
    NonNull::new(buffer.as_native()?.get_cv_pixel_buffer())
}

/// The SDK's word for a buffer, with a reference of its own.
///
/// # Safety
/// As [`PixelBuffer::captured`].
unsafe fn wrap(buffer: NonNull<c_void>) -> NativeBuffer {
    // SAFETY: the caller promises a valid buffer. The SDK takes a reference over, contrary to what it says of itself, so that
    // one is added for it.
    unsafe { NativeBuffer::from_cv_pixel_buffer(CVPixelBufferRetain(buffer.as_ptr())) }
}
