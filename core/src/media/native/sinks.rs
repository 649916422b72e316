//! Where the frames of published tracks go.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use livekit::webrtc::audio_frame::AudioFrame as SdkAudioFrame;
use livekit::webrtc::audio_source::native::NativeAudioSource;
use livekit::webrtc::video_frame::{I420Buffer, VideoBuffer, VideoFrame as SdkVideoFrame};
use livekit::webrtc::video_source::native::NativeVideoSource;
use tokio::runtime;
use tokio::sync::mpsc;

use super::convert;
use crate::media::{AudioFrame, AudioOptions, AudioSink, I420, MediaError, Picture, VideoFrame, VideoSink};

/// Frames of sound that wait for the source; more means that sound comes faster than time passes.
const AUDIO_WAITING: usize = 10;

/// Takes pictures while the track is published.
pub fn video(source: NativeVideoSource, open: Arc<AtomicBool>) -> VideoSink {
    VideoSink::new(move |frame| push_video(&source, &open, &frame))
}

/// Takes sound while the track is published.
pub fn audio(
    source: NativeAudioSource,
    open: Arc<AtomicBool>,
    options: AudioOptions,
    runtime: &runtime::Handle,
) -> AudioSink {
    let (waiting, frames) = mpsc::channel(AUDIO_WAITING);
    runtime.spawn(capture(source, frames));
    AudioSink::new(move |frame| push_audio(&waiting, &open, &options, frame))
}

fn push_video(source: &NativeVideoSource, open: &AtomicBool, frame: &VideoFrame) -> Result<(), MediaError> {
    if !open.load(Ordering::Acquire) {
        return Err(MediaError::Closed);
    }
    match &frame.picture {
        Picture::I420(picture) => capture_picture(source, frame, planes(picture)?),
        #[cfg(target_vendor = "apple")]
        Picture::PixelBuffer(picture) => capture_picture(source, frame, picture.clone()),
    }
    Ok(())
}

fn capture_picture(source: &NativeVideoSource, frame: &VideoFrame, buffer: impl AsRef<dyn VideoBuffer>) {
    source.capture_frame(&SdkVideoFrame {
        rotation: convert::to_sdk_rotation(frame.rotation),
        timestamp_us: frame.timestamp_us,
        frame_metadata: None,
        buffer,
    });
}

/// A copy in the SDK's memory.
fn planes(picture: &I420) -> Result<I420Buffer, MediaError> {
    let I420 { width, height, data } = picture;
    let (width, height) = (*width, *height);
    if !picture.is_whole() {
        let message = format!("{} bytes aren't an I420 picture of {width}x{height}", data.len());
        return Err(MediaError::Engine(message));
    }
    let mut buffer = I420Buffer::new(width, height);
    let (y, u, v) = buffer.data_mut();
    let (luma, chroma) = data.split_at(width as usize * height as usize);
    let (blue, red) = chroma.split_at(chroma.len() / 2);
    for (plane, bytes) in [(y, luma), (u, blue), (v, red)] {
        plane.copy_from_slice(bytes);
    }
    Ok(buffer)
}

fn push_audio(
    waiting: &mpsc::Sender<AudioFrame>,
    open: &AtomicBool,
    options: &AudioOptions,
    frame: AudioFrame,
) -> Result<(), MediaError> {
    if !open.load(Ordering::Acquire) {
        return Err(MediaError::Closed);
    }
    if frame.sample_rate != options.sample_rate || frame.channels != options.preset.channels {
        return Err(MediaError::Engine(
            "sound must come as the track was published".into(),
        ));
    }
    match waiting.try_send(frame) {
        Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => Ok(()),
        Err(mpsc::error::TrySendError::Closed(_)) => Err(MediaError::Closed),
    }
}

/// Hands sound to the source as fast as it takes it.
async fn capture(source: NativeAudioSource, mut frames: mpsc::Receiver<AudioFrame>) {
    while let Some(frame) = frames.recv().await {
        let samples_per_channel =
            u32::try_from(frame.samples.len()).unwrap_or(u32::MAX) / frame.channels.max(1);
        let frame = SdkAudioFrame {
            data: Cow::Owned(frame.samples),
            sample_rate: frame.sample_rate,
            num_channels: frame.channels,
            samples_per_channel,
        };
        if let Err(error) = source.capture_frame(&frame).await {
            tracing::debug!(%error, "sound wasn't taken");
        }
    }
}
