//! What the app's devices make, on its way into the encoder.

use std::ffi::c_void;
use std::ptr::NonNull;

use bytes::Bytes;
use ipelya_core::domain::{ErrorCode, LiveError};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{AudioFrame, AudioSink, I420, Picture, Rotation, VideoFrame, VideoSink};

/// Takes the pictures of a camera or a screen; good from the start of the device until it is stopped.
#[derive(uniffi::Object)]
pub struct VideoInput(pub(crate) VideoSink);

/// Where a camera left the planes of a picture: `Image.getPlanes()` of Android's `ImageReader` in `YUV_420_888`. Addresses are
/// those of the direct buffers.
#[derive(Clone, Debug, uniffi::Record)]
pub struct VideoPlanes {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The first byte of the luma plane.
    pub y_address: u64,
    /// Bytes from one luma row to the next: `rowStride`.
    pub y_row_stride: u32,
    /// The first byte of blue chroma.
    pub u_address: u64,
    /// The first byte of red chroma.
    pub v_address: u64,
    /// Bytes from one chroma row to the next.
    pub uv_row_stride: u32,
    /// Bytes from one chroma value to the next: 1 where the planes are apart, 2 where they are interleaved.
    pub uv_pixel_stride: u32,
}

#[uniffi::export]
impl VideoInput {
    /// Hands one I420 picture to the encoder: a full-size luma plane, then two chroma planes of half its width and height,
    /// rounded up, tightly packed. Never waits. `timestamp_us` counts microseconds by any steady clock. `rotation` is how far
    /// it is turned clockwise before it is shown.
    ///
    /// Fails with `invalid_argument` naming `data` when it isn't as long as the picture is large, `media_unavailable` once
    /// the track is gone.
    #[uniffi::method(default(rotation = None))]
    pub fn push(
        &self,
        width: u32,
        height: u32,
        data: Vec<u8>,
        timestamp_us: i64,
        rotation: Option<Rotation>,
    ) -> Result<(), LiveFailure> {
        let picture = I420 {
            width,
            height,
            data: data.into(),
        };
        if !picture.is_whole() {
            let message = format!("{} bytes are no picture of {width}x{height}", picture.data.len());
            return Err(invalid("data", message));
        }
        self.hand_over(picture, timestamp_us, rotation)
    }

    /// As `push`, of planes that lie in direct buffers, in whatever layout the camera chose. They are read before this returns;
    /// each address must be readable for its plane's rows by then.
    ///
    /// Fails with `invalid_argument` naming the field that can't be, `media_unavailable` once the track is gone.
    #[uniffi::method(default(rotation = None))]
    pub fn push_planes(
        &self,
        planes: VideoPlanes,
        timestamp_us: i64,
        rotation: Option<Rotation>,
    ) -> Result<(), LiveFailure> {
        self.hand_over(planes.packed()?, timestamp_us, rotation)
    }

    /// As `push`, of a `CVPixelBuffer` (`kCVPixelFormatType_420YpCbCr8BiPlanarFullRange` or `…VideoRange`), without a copy.
    /// `address` is that of a `CVPixelBufferRef` which is valid until this returns; it is retained for as long as the encoder
    /// needs it, and its content must not change meanwhile.
    ///
    /// Fails with `invalid_argument` naming `address` when it is 0, or on systems other than Apple's; `media_unavailable`
    /// once the track is gone.
    #[uniffi::method(default(rotation = None))]
    pub fn push_pixel_buffer(
        &self,
        address: u64,
        timestamp_us: i64,
        rotation: Option<Rotation>,
    ) -> Result<(), LiveFailure> {
        self.hand_over(pixel_buffer(address)?, timestamp_us, rotation)
    }
}

impl VideoInput {
    fn hand_over(
        &self,
        picture: impl Into<Picture>,
        timestamp_us: i64,
        rotation: Option<Rotation>,
    ) -> Result<(), LiveFailure> {
        let pushed = self.0.push(VideoFrame {
            picture: picture.into(),
            rotation: rotation.unwrap_or_default(),
            timestamp_us,
        });
        pushed.map_err(|error| LiveError::from(error).into())
    }
}

#[cfg(all(feature = "native", target_vendor = "apple"))]
fn pixel_buffer(address: u64) -> Result<Picture, LiveFailure> {
    let Some(buffer) = pointer(address) else {
        return Err(invalid("address", "there is nothing at 0".into()));
    };
    // SAFETY: the caller promises a valid `CVPixelBufferRef`.
    let picture = unsafe { ipelya_core::media::native::PixelBuffer::captured(buffer) };
    Ok(Picture::PixelBuffer(picture))
}

#[cfg(not(all(feature = "native", target_vendor = "apple")))]
fn pixel_buffer(_address: u64) -> Result<Picture, LiveFailure> {
    Err(invalid("address", "this system has no pixel buffers".into()))
}

fn pointer(address: u64) -> Option<NonNull<c_void>> {
    NonNull::new(usize::try_from(address).ok()? as *mut c_void)
}

/// No camera films larger than this, so that no size overflows.
const LARGEST_SIDE: u32 = 16_384;

impl VideoPlanes {
    /// The picture, row after row, plane after plane.
    fn packed(&self) -> Result<I420, LiveFailure> {
        let (width, height) = (self.width as usize, self.height as usize);
        let (columns, rows) = (width.div_ceil(2), height.div_ceil(2));
        self.check(columns)?;
        let mut data = Vec::with_capacity(I420::size(self.width, self.height));
        let planes = [
            ("y_address", self.y_address, self.y_row_stride, 1, width, height),
            (
                "u_address",
                self.u_address,
                self.uv_row_stride,
                self.uv_pixel_stride,
                columns,
                rows,
            ),
            (
                "v_address",
                self.v_address,
                self.uv_row_stride,
                self.uv_pixel_stride,
                columns,
                rows,
            ),
        ];
        for (field, address, row_stride, pixel_stride, columns, rows) in planes {
            let start = pointer(address).ok_or_else(|| invalid(field, "there is nothing at 0".into()))?;
            let (row_stride, pixel_stride) = (row_stride as usize, pixel_stride as usize);
            // The last row ends with its last value: what pads it may lie outside of the buffer.
            let length = row_stride * (rows - 1) + pixel_stride * (columns - 1) + 1;
            // SAFETY: the caller promises that the plane can be read until this returns.
            let plane = unsafe { std::slice::from_raw_parts(start.cast::<u8>().as_ptr(), length) };
            for row in plane.chunks(row_stride) {
                if pixel_stride == 1 {
                    data.extend_from_slice(&row[..columns]);
                } else {
                    data.extend(row.iter().step_by(pixel_stride).take(columns));
                }
            }
        }
        Ok(I420 {
            width: self.width,
            height: self.height,
            data: Bytes::from(data),
        })
    }

    fn check(&self, columns: usize) -> Result<(), LiveFailure> {
        for (field, side) in [("width", self.width), ("height", self.height)] {
            if side == 0 || side > LARGEST_SIDE {
                return Err(invalid(
                    field,
                    format!("{side} isn't within 1 and {LARGEST_SIDE}"),
                ));
            }
        }
        if !(1..=2).contains(&self.uv_pixel_stride) {
            return Err(invalid(
                "uv_pixel_stride",
                format!("{} is neither 1 nor 2", self.uv_pixel_stride),
            ));
        }
        let chroma_row = (columns - 1) * self.uv_pixel_stride as usize + 1;
        for (field, stride, row) in [
            ("y_row_stride", self.y_row_stride, self.width as usize),
            ("uv_row_stride", self.uv_row_stride, chroma_row),
        ] {
            if (stride as usize) < row || stride > 2 * LARGEST_SIDE {
                return Err(invalid(
                    field,
                    format!("{stride} can't be that of rows of {row} bytes"),
                ));
            }
        }
        Ok(())
    }
}

/// Takes the sound of a microphone; good from the start of the device until it is stopped.
#[derive(uniffi::Object)]
pub struct AudioInput(pub(crate) AudioSink);

#[uniffi::export]
impl AudioInput {
    /// Hands ten milliseconds of 48 kHz mono to the encoder: 480 samples. Never waits; pace it by the clock.
    ///
    /// Fails with `invalid_argument` naming `samples` when there are more or fewer, `media_unavailable` once the track is gone.
    pub fn push(&self, samples: Vec<i16>) -> Result<(), LiveFailure> {
        if samples.len() != 480 {
            return Err(invalid(
                "samples",
                format!("{} samples aren't ten milliseconds", samples.len()),
            ));
        }
        let pushed = self.0.push(AudioFrame {
            samples,
            sample_rate: 48_000,
            channels: 1,
        });
        pushed.map_err(|error| LiveError::from(error).into())
    }
}

fn invalid(field: &str, message: String) -> LiveFailure {
    LiveError::new(ErrorCode::InvalidArgument, message)
        .with_field(field)
        .into()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// 4x2 in rows of 6 bytes; the second chroma value of a row lies `pixel_stride` further.
    fn planes(y: &[u8], u: &[u8], v: &[u8], pixel_stride: u32) -> VideoPlanes {
        VideoPlanes {
            width: 4,
            height: 2,
            y_address: y.as_ptr() as u64,
            y_row_stride: 6,
            u_address: u.as_ptr() as u64,
            v_address: v.as_ptr() as u64,
            uv_row_stride: 6,
            uv_pixel_stride: pixel_stride,
        }
    }

    const LUMA: [u8; 10] = [1, 2, 3, 4, 0, 0, 5, 6, 7, 8];

    #[test]
    fn planes_are_packed_whatever_their_layout() {
        let apart = planes(&LUMA, &[10, 11], &[20, 21], 1).packed().unwrap();
        assert_eq!(&*apart.data, [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 20, 21]);
        let woven = [10, 20, 11, 21];
        let interleaved = planes(&LUMA, &woven, &woven[1..], 2).packed().unwrap();
        assert_eq!(interleaved.data, apart.data);
    }

    #[test]
    fn planes_that_can_not_be_are_refused_by_name() {
        let good = planes(&LUMA, &[10, 11], &[20, 21], 1);
        let wrong = [
            (
                "width",
                VideoPlanes {
                    width: 0,
                    ..good.clone()
                },
            ),
            (
                "height",
                VideoPlanes {
                    height: 20_000,
                    ..good.clone()
                },
            ),
            (
                "y_address",
                VideoPlanes {
                    y_address: 0,
                    ..good.clone()
                },
            ),
            (
                "v_address",
                VideoPlanes {
                    v_address: 0,
                    ..good.clone()
                },
            ),
            (
                "y_row_stride",
                VideoPlanes {
                    y_row_stride: 3,
                    ..good.clone()
                },
            ),
            (
                "uv_row_stride",
                VideoPlanes {
                    uv_row_stride: 1,
                    ..good.clone()
                },
            ),
            (
                "uv_pixel_stride",
                VideoPlanes {
                    uv_pixel_stride: 3,
                    ..good
                },
            ),
        ];
        for (field, planes) in wrong {
            let failure = planes.packed().unwrap_err();
            assert_eq!(failure.error().details.field.as_deref(), Some(field), "{failure}");
        }
    }

    #[test]
    fn the_rotation_reaches_the_encoder() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = {
            let seen = Arc::clone(&seen);
            VideoSink::new(move |frame| {
                seen.lock().unwrap().push((frame.rotation, frame.timestamp_us));
                Ok(())
            })
        };
        let input = VideoInput(sink);
        let turned = planes(&LUMA, &[10, 11], &[20, 21], 1);
        input.push_planes(turned, 7, Some(Rotation::Deg90)).unwrap();
        input.push(2, 2, vec![0; 6], 8, None).unwrap();
        assert_eq!(*seen.lock().unwrap(), [(Rotation::Deg90, 7), (Rotation::Deg0, 8)]);
    }

    #[test]
    fn a_pixel_buffer_is_refused_where_there_are_none() {
        let input = VideoInput(VideoSink::new(|_| Ok(())));
        let failure = input.push_pixel_buffer(0, 0, None).unwrap_err();
        assert_eq!(failure.error().details.field.as_deref(), Some("address"));
    }
}
