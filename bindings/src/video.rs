//! Somebody's pictures, into a sink that the app implements.

use std::sync::{Arc, OnceLock};

use ipelya_core::domain::LiveResult;
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{I420, Picture, Rotation, VideoFrame as CoreFrame};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::AbortHandle;

use crate::tracks::follow;
use crate::work::Work;

/// A decoded picture: in I420 (a full-size luma plane, then two chroma planes of half its width and height, rounded up,
/// tightly packed), or in a `CVPixelBuffer` where Apple's decoder made one. It stays where the decoder left it until this
/// object is released: read it there (`withBytes`, `withUnsafeBytes`, `pixel_buffer`), or copy it.
#[derive(uniffi::Object)]
pub struct VideoFrame {
    frame: CoreFrame,
    /// The planes, once somebody asked for them: the frame's own, or a copy of what lies elsewhere.
    planes: OnceLock<I420>,
}

impl VideoFrame {
    fn new(frame: CoreFrame) -> Self {
        Self {
            frame,
            planes: OnceLock::new(),
        }
    }

    pub(crate) fn i420(&self) -> &I420 {
        self.planes.get_or_init(|| self.frame.picture.i420().into_owned())
    }
}

#[uniffi::export]
impl VideoFrame {
    /// Pixels, before the rotation.
    pub fn width(&self) -> u32 {
        self.frame.picture.width()
    }

    /// Pixels, before the rotation.
    pub fn height(&self) -> u32 {
        self.frame.picture.height()
    }

    /// How far it is turned clockwise before it is shown.
    pub fn rotation(&self) -> Rotation {
        self.frame.rotation
    }

    /// Microseconds, by the clock of whoever made the frame; only differences mean something.
    pub fn timestamp_us(&self) -> i64 {
        self.frame.timestamp_us
    }

    /// The address of the `CVPixelBufferRef` that holds the picture, to be shown without a copy; good while this object lives.
    /// None where the picture is in I420: on systems other than Apple's, and from a decoder in software.
    pub fn pixel_buffer(&self) -> Option<u64> {
        match &self.frame.picture {
            Picture::I420(_) => None,
            #[cfg(all(feature = "native", target_vendor = "apple"))]
            Picture::PixelBuffer(picture) => picture.pointer().map(|buffer| buffer.as_ptr() as u64),
        }
    }

    /// Where the planes begin in memory: `byte_count` bytes that may be read while this object lives. Copies a picture that
    /// is in a `CVPixelBuffer`, once.
    pub fn address(&self) -> u64 {
        self.i420().data.as_ptr() as u64
    }

    /// Bytes of the three planes.
    pub fn byte_count(&self) -> u64 {
        I420::size(self.width(), self.height()) as u64
    }

    /// A copy of the three planes.
    pub fn copy_bytes(&self) -> Vec<u8> {
        self.i420().data.to_vec()
    }
}

/// What a sink throws. It is logged once, and the next picture comes all the same.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum SinkFailure {
    /// The picture couldn't be shown.
    #[error("{reason}")]
    Failed {
        /// Why, for the log.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for SinkFailure {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}

/// Takes pictures. Implemented by the app; called from a background thread, one picture at a time. While it is busy, old
/// pictures are dropped for newer ones, so that it is late by one picture at most.
#[uniffi::export(with_foreign)]
pub trait VideoSink: Send + Sync {
    /// The next picture.
    fn on_frame(&self, frame: Arc<VideoFrame>) -> Result<(), SinkFailure>;
}

/// How large the pictures are, as they are shown: after the rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct VideoSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl VideoSize {
    fn of(frame: &CoreFrame) -> Self {
        let (width, height) = (frame.picture.width(), frame.picture.height());
        if frame.rotation.is_sideways() {
            return Self {
                width: height,
                height: width,
            };
        }
        Self { width, height }
    }
}

/// Pictures on their way into a sink, through reconnects too, until it is stopped or released, or the room is over.
#[derive(uniffi::Object)]
pub struct VideoTrack {
    task: AbortHandle,
    sizes: Mutex<watch::Receiver<Option<VideoSize>>>,
}

#[uniffi::export]
impl VideoTrack {
    /// No more pictures after the one that is being shown. Twice is fine.
    pub fn stop(&self) {
        self.task.abort();
    }

    /// The size of the first picture, once the sink has taken it; then the next one that is different. Sizes that changed
    /// again meanwhile are left out. None once there are no more pictures. For one reader at a time.
    pub async fn next_size(&self) -> Result<Option<VideoSize>, LiveFailure> {
        let mut sizes = self.sizes.lock().await;
        let changed = sizes.changed().await;
        Ok(changed.ok().and_then(|()| *sizes.borrow_and_update()))
    }
}

impl Drop for VideoTrack {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl VideoTrack {
    /// As [`follow`].
    pub(crate) fn follow<Open, Change>(
        work: &Work,
        open: impl Fn() -> Open + Send + 'static,
        changed: watch::Receiver<Change>,
        sink: Arc<dyn VideoSink>,
    ) -> Self
    where
        Open: Future<Output = LiveResult<mpsc::Receiver<CoreFrame>>> + Send,
        Change: Send + Sync + 'static,
    {
        let (size, sizes) = watch::channel(None);
        let show = move |frame: CoreFrame| {
            let of_this = Some(VideoSize::of(&frame));
            let shown = sink.on_frame(Arc::new(VideoFrame::new(frame)));
            size.send_if_modified(|last| std::mem::replace(last, of_this) != of_this);
            shown
        };
        Self {
            task: follow(work, open, changed, show),
            sizes: Mutex::new(sizes),
        }
    }
}

#[cfg(test)]
mod tests {
    use ipelya_core::domain::ErrorCode;

    use super::*;

    /// Takes everything.
    struct Anything;

    impl VideoSink for Anything {
        fn on_frame(&self, _: Arc<VideoFrame>) -> Result<(), SinkFailure> {
            Ok(())
        }
    }

    fn frame(width: u32, height: u32, rotation: Rotation) -> CoreFrame {
        let picture = I420 {
            width,
            height,
            data: vec![0; I420::size(width, height)].into(),
        };
        CoreFrame {
            rotation,
            ..CoreFrame::upright(picture, 0)
        }
    }

    /// The sizes that a reader is told who reads one after each picture.
    fn told(frames: Vec<CoreFrame>) -> Vec<Option<VideoSize>> {
        let work = Work::new().unwrap();
        let (pictures, shown) = mpsc::channel(1);
        let (_still_there, changed) = watch::channel(());
        let shown = std::sync::Mutex::new(Some(shown));
        let track = VideoTrack::follow(
            &work,
            move || {
                let frames = shown.lock().unwrap().take();
                std::future::ready(frames.ok_or_else(|| {
                    ipelya_core::domain::LiveError::new(ErrorCode::SessionEnded, "it is over")
                }))
            },
            changed,
            Arc::new(Anything),
        );
        work.handle().block_on(async {
            let mut told = Vec::new();
            let mut last = None;
            for frame in frames {
                let size = VideoSize::of(&frame);
                pictures.send(frame).await.unwrap();
                if last.replace(size) != Some(size) {
                    told.push(track.next_size().await.unwrap());
                }
            }
            told
        })
    }

    #[test]
    fn the_first_size_is_told_and_each_that_is_different() {
        let size = |width, height| Some(VideoSize { width, height });
        let frames = vec![
            frame(1280, 720, Rotation::Deg0),
            frame(1280, 720, Rotation::Deg180),
            frame(320, 180, Rotation::Deg0),
            frame(320, 180, Rotation::Deg90),
        ];
        assert_eq!(told(frames), [size(1280, 720), size(320, 180), size(180, 320)]);
    }

    #[test]
    fn a_picture_in_memory_has_no_pixel_buffer() {
        let frame = VideoFrame::new(frame(4, 2, Rotation::Deg270));
        assert_eq!(frame.pixel_buffer(), None);
        assert_eq!(frame.rotation(), Rotation::Deg270);
        assert_eq!((frame.byte_count(), frame.copy_bytes().len()), (12, 12));
    }
}
