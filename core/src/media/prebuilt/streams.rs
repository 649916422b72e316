//! Decoded frames on their way to a reader.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::runtime;
use tokio::sync::{Notify, mpsc};

use super::dispatcher::{FrameListener, lock};
use super::handles::Handle;
use super::library::{self, Span};
use super::wire::{
    AudioFrameReceived, AudioStreamType, NewAudioStreamRequest, NewVideoStreamRequest, Request, Response,
    VideoBufferType, VideoFrameReceived, VideoStreamType,
};
use super::{convert, ffi};
use crate::media::{AudioFrame, I420, MediaError, VideoFrame};

/// Samples a second of every audio stream.
const SAMPLE_RATE: u32 = 48_000;
/// Milliseconds of one audio frame.
const FRAME_MS: u32 = 10;
/// A reader that is late sees the newest picture.
const PICTURES: usize = 1;
/// A reader that is late by more than 200 ms loses the oldest sound.
const SOUNDS: usize = 20;

/// A bounded queue whose oldest frames give way, with the stream that fills it.
struct Queue<T> {
    inner: Mutex<Inner<T>>,
    changed: Notify,
    capacity: usize,
}

struct Inner<T> {
    frames: VecDeque<T>,
    stream: Option<Handle>,
    ended: bool,
}

impl<T> Queue<T> {
    fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::new(Inner {
                frames: VecDeque::with_capacity(capacity),
                stream: None,
                ended: false,
            }),
            changed: Notify::new(),
            capacity,
        })
    }

    fn push(&self, frame: T) {
        let mut inner = lock(&self.inner);
        if inner.ended {
            return;
        }
        let oldest = (inner.frames.len() == self.capacity).then(|| inner.frames.pop_front());
        inner.frames.push_back(frame);
        drop(inner);
        drop(oldest);
        self.changed.notify_one();
    }

    fn adopt(&self, stream: Handle) {
        let mut inner = lock(&self.inner);
        if !inner.ended {
            inner.stream = Some(stream);
        }
    }

    fn end(&self) {
        let mut inner = lock(&self.inner);
        inner.ended = true;
        let stream = inner.stream.take();
        let frames = std::mem::take(&mut inner.frames);
        drop(inner);
        if let Some(stream) = &stream {
            ffi::dispatcher().remove_stream(stream.id());
        }
        drop((stream, frames));
        self.changed.notify_one();
    }

    async fn next(&self) -> Option<T> {
        loop {
            {
                let mut inner = lock(&self.inner);
                if let Some(frame) = inner.frames.pop_front() {
                    return Some(frame);
                }
                if inner.ended {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }
}

/// A stream that its track ends.
pub trait Stream: Send + Sync {
    /// No more frames; the library's stream is given back.
    fn end(&self);
    /// Whether it has ended, by its track or by its reader.
    fn has_ended(&self) -> bool;
}

impl<T: Send> Stream for Queue<T> {
    fn end(&self) {
        Queue::end(self);
    }

    fn has_ended(&self) -> bool {
        lock(&self.inner).ended
    }
}

/// Moves frames to the reader until either side ends; a full channel means that the reader is late,
/// and the queue then forgets what is old. Tells of the first.
async fn forward<T: Send + 'static>(
    queue: Arc<Queue<T>>,
    reader: mpsc::Sender<T>,
    on_first: impl FnOnce() + Send,
) {
    let mut on_first = Some(on_first);
    while let Ok(permit) = reader.reserve().await {
        let frame = tokio::select! {
            frame = queue.next() => frame,
            () = reader.closed() => None,
        };
        match frame {
            Some(frame) => permit.send(frame),
            None => break,
        }
        if let Some(on_first) = on_first.take() {
            on_first();
        }
    }
    queue.end();
}

fn start<T: Send + 'static>(
    queue: Arc<Queue<T>>,
    stream: Handle,
    runtime: &runtime::Handle,
    on_first: impl FnOnce() + Send + 'static,
) -> (mpsc::Receiver<T>, Arc<dyn Stream>)
where
    Queue<T>: FrameListener,
{
    let (sender, reader) = mpsc::channel(1);
    ffi::dispatcher().add_stream(stream.id(), queue.clone());
    queue.adopt(stream);
    runtime.spawn(forward(queue.clone(), sender, on_first));
    (reader, queue)
}

/// Opens the pictures of a track; tells when the first has reached the reader.
///
/// # Errors
/// [`MediaError::Engine`].
pub fn open_video(
    track: &Handle,
    runtime: &runtime::Handle,
    on_first: impl FnOnce() + Send + 'static,
) -> Result<(mpsc::Receiver<VideoFrame>, Arc<dyn Stream>), MediaError> {
    let response = ffi::request(Request::NewVideoStream(NewVideoStreamRequest {
        track_handle: track.id(),
        r#type: VideoStreamType::Native as i32,
        format: Some(VideoBufferType::I420 as i32),
        normalize_stride: Some(true),
        queue_size_frames: Some(PICTURES as u32),
    }))?;
    let Some(Response::NewVideoStream(response)) = response else {
        return Err(unexpected());
    };
    Ok(start(
        Queue::new(PICTURES),
        response.stream.handle,
        runtime,
        on_first,
    ))
}

/// Opens the sound of a track.
///
/// # Errors
/// [`MediaError::Engine`].
pub fn open_audio(
    track: &Handle,
    runtime: &runtime::Handle,
) -> Result<(mpsc::Receiver<AudioFrame>, Arc<dyn Stream>), MediaError> {
    let response = ffi::request(Request::NewAudioStream(NewAudioStreamRequest {
        track_handle: track.id(),
        r#type: AudioStreamType::Native as i32,
        sample_rate: Some(SAMPLE_RATE),
        num_channels: Some(1),
        frame_size_ms: Some(FRAME_MS),
        queue_size_frames: Some(SOUNDS as u32),
    }))?;
    let Some(Response::NewAudioStream(response)) = response else {
        return Err(unexpected());
    };
    Ok(start(Queue::new(SOUNDS), response.stream.handle, runtime, || {}))
}

fn unexpected() -> MediaError {
    MediaError::Engine("the media library answered something else".into())
}

impl FrameListener for Queue<VideoFrame> {
    fn on_video(&self, frame: VideoFrameReceived) {
        match picture(frame) {
            Some(frame) => self.push(frame),
            None => tracing::warn!("a picture that isn't I420 is ignored"),
        }
    }

    fn on_audio(&self, _: AudioFrameReceived) {}

    fn on_end(&self) {
        self.end();
    }
}

impl FrameListener for Queue<AudioFrame> {
    fn on_video(&self, _: VideoFrameReceived) {}

    fn on_audio(&self, received: AudioFrameReceived) {
        let info = &received.frame.info;
        let count = info.num_channels as usize * info.samples_per_channel as usize;
        let (sample_rate, channels) = (info.sample_rate, info.num_channels);
        self.push(AudioFrame {
            samples: library::samples(info.data_ptr, count, received.frame.handle),
            sample_rate,
            channels,
        });
    }

    fn on_end(&self) {
        self.end();
    }
}

/// The picture without a copy when its planes lie one after the other, else with one.
fn picture(received: VideoFrameReceived) -> Option<VideoFrame> {
    let rotation = convert::rotation(received.rotation());
    let info = &received.buffer.info;
    let (width, height) = (info.width, info.height);
    let [y, u, v] = info.components.as_slice() else {
        return None;
    };
    let chroma_width = width.div_ceil(2);
    if info.r#type() != VideoBufferType::I420
        || y.stride != width
        || u.stride != chroma_width
        || v.stride != chroma_width
    {
        return None;
    }
    let luma = width as usize * height as usize;
    let chroma = chroma_width as usize * height.div_ceil(2) as usize;
    let planes = [(y, luma), (u, chroma), (v, chroma)].map(|(plane, length)| Span {
        address: plane.data_ptr,
        length,
    });
    let whole = Span {
        address: y.data_ptr,
        length: I420::size(width, height),
    };
    let data = if planes[0].touches(planes[1]) && planes[1].touches(planes[2]) {
        library::foreign(whole, received.buffer.handle)
    } else {
        library::copy(&planes, received.buffer.handle)
    };
    (data.len() == whole.length).then_some(VideoFrame {
        picture: I420 { width, height, data }.into(),
        rotation,
        timestamp_us: received.timestamp_us,
    })
}
