//! Decoded frames on their way to a reader. The SDK's streams are bounded, and their oldest frames give way.

use futures_util::{Stream, StreamExt};
use livekit::prelude as sdk;
use livekit::webrtc::audio_stream::native::{NativeAudioStream, NativeAudioStreamOptions};
use livekit::webrtc::video_frame::{BoxVideoBuffer, BoxVideoFrame, I420Buffer, VideoBuffer};
use livekit::webrtc::video_stream::native::{NativeVideoStream, NativeVideoStreamOptions};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[cfg(target_vendor = "apple")]
use super::PixelBuffer;
use super::convert;
use super::room::Shared;
use crate::media::{AudioFrame, I420, Picture, VideoFrame};

/// Samples a second of every audio stream.
const SAMPLE_RATE: u32 = 48_000;
/// A reader that is late sees the newest picture.
const PICTURES: usize = 1;
/// A reader that is late by more than 200 ms loses the oldest sound.
const SOUNDS: usize = 20;

/// The pictures of a track; tells when the first has reached the reader.
pub fn video(
    track: &sdk::RemoteVideoTrack,
    shared: &Shared,
    on_first: impl FnOnce() + Send + 'static,
) -> mpsc::Receiver<VideoFrame> {
    let options = NativeVideoStreamOptions {
        queue_size_frames: Some(PICTURES),
    };
    let stream = NativeVideoStream::with_options(track.rtc_track(), options);
    start(stream.map(picture), shared, on_first)
}

/// The sound of a track.
pub fn audio(track: &sdk::RemoteAudioTrack, shared: &Shared) -> mpsc::Receiver<AudioFrame> {
    let options = NativeAudioStreamOptions {
        queue_size_frames: Some(SOUNDS),
    };
    let rate = i32::try_from(SAMPLE_RATE).unwrap_or(i32::MAX);
    let stream = NativeAudioStream::with_options(track.rtc_track(), rate, 1, options);
    let sound = stream.map(|frame| AudioFrame {
        samples: frame.data.into_owned(),
        sample_rate: frame.sample_rate,
        channels: frame.num_channels,
    });
    start(sound, shared, || {})
}

fn start<T: Send + 'static>(
    stream: impl Stream<Item = T> + Send + Unpin + 'static,
    shared: &Shared,
    on_first: impl FnOnce() + Send + 'static,
) -> mpsc::Receiver<T> {
    let (sender, reader) = mpsc::channel(1);
    shared
        .runtime
        .spawn(forward(stream, sender, shared.closed.clone(), on_first));
    reader
}

/// Moves frames to the reader until the track, the room or the reader is gone. Tells of the first.
async fn forward<T>(
    mut stream: impl Stream<Item = T> + Unpin,
    reader: mpsc::Sender<T>,
    closed: CancellationToken,
    on_first: impl FnOnce(),
) {
    let mut on_first = Some(on_first);
    while let Ok(permit) = reader.reserve().await {
        let frame = tokio::select! {
            frame = stream.next() => frame,
            () = reader.closed() => None,
            () = closed.cancelled() => None,
        };
        match frame {
            Some(frame) => permit.send(frame),
            None => break,
        }
        if let Some(on_first) = on_first.take() {
            on_first();
        }
    }
}

fn picture(frame: BoxVideoFrame) -> VideoFrame {
    VideoFrame {
        rotation: convert::rotation(frame.rotation),
        timestamp_us: frame.timestamp_us,
        picture: picture_in(frame.buffer),
    }
}

/// Where the decoder left it, on a platform that shows it from there.
#[cfg(target_vendor = "apple")]
fn picture_in(buffer: BoxVideoBuffer) -> Picture {
    match PixelBuffer::decoded(buffer) {
        Ok(picture) => Picture::PixelBuffer(picture),
        Err(buffer) => copied(&*buffer).into(),
    }
}

#[cfg(not(target_vendor = "apple"))]
fn picture_in(buffer: BoxVideoBuffer) -> Picture {
    copied(&*buffer).into()
}

/// A copy of a picture, wherever it lies.
pub fn copied(buffer: &dyn VideoBuffer) -> I420 {
    packed(&buffer.to_i420(), buffer.width(), buffer.height())
}

/// Plane after plane, row after row, without what the decoder pads rows with.
fn packed(buffer: &I420Buffer, width: u32, height: u32) -> I420 {
    let (y, u, v) = buffer.data();
    let (stride_y, stride_u, stride_v) = buffer.strides();
    let mut data = Vec::with_capacity(I420::size(width, height));
    for (plane, stride, columns, rows) in [
        (y, stride_y, width, height),
        (u, stride_u, width.div_ceil(2), height.div_ceil(2)),
        (v, stride_v, width.div_ceil(2), height.div_ceil(2)),
    ] {
        let lines = plane.chunks(stride.max(1) as usize).take(rows as usize);
        lines.for_each(|line| data.extend_from_slice(&line[..line.len().min(columns as usize)]));
    }
    I420 {
        width,
        height,
        data: data.into(),
    }
}
