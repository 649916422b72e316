//! Where the frames of published tracks go.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::state::LocalHandles;
use super::wire::{
    AudioFrameBufferInfo, CaptureAudioFrameRequest, CaptureVideoFrameRequest, ComponentInfo, Request,
    VideoBufferInfo, VideoBufferType,
};
use super::{convert, ffi};
use crate::media::{AudioFrame, AudioOptions, AudioSink, I420, MediaError, VideoFrame, VideoSink};

/// Pushes that the library may owe an answer; more means that sound comes faster than time passes.
const AUDIO_IN_FLIGHT: usize = 10;

/// Takes pictures while the track is published.
pub fn video(handles: Weak<LocalHandles>) -> VideoSink {
    VideoSink::new(move |frame| push_video(&handles, &frame))
}

/// Takes sound while the track is published.
pub fn audio(handles: Weak<LocalHandles>, options: AudioOptions) -> AudioSink {
    let in_flight = Arc::new(AtomicUsize::new(0));
    AudioSink::new(move |frame| push_audio(&handles, &options, &in_flight, frame))
}

/// The track's handles, unless it is gone.
fn still_open(handles: &Weak<LocalHandles>) -> Result<Arc<LocalHandles>, MediaError> {
    let handles = handles
        .upgrade()
        .filter(|handles| handles.open.load(Ordering::Acquire));
    handles.ok_or(MediaError::Closed)
}

fn push_video(handles: &Weak<LocalHandles>, frame: &VideoFrame) -> Result<(), MediaError> {
    let handles = still_open(handles)?;
    let picture = frame.picture.i420();
    let I420 {
        width,
        height,
        ref data,
    } = *picture;
    if !picture.is_whole() {
        let message = format!("{} bytes aren't an I420 picture of {width}x{height}", data.len());
        return Err(MediaError::Engine(message));
    }
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    let sizes = [
        (width, width * height),
        (chroma_width, chroma_width * chroma_height),
        (chroma_width, chroma_width * chroma_height),
    ];
    let start = data.as_ptr() as u64;
    let components = sizes.iter().scan(start, |address, &(stride, size)| {
        let plane = ComponentInfo {
            data_ptr: *address,
            stride,
            size,
        };
        *address += u64::from(size);
        Some(plane)
    });
    // The library copies the picture before it answers.
    ffi::request(Request::CaptureVideoFrame(CaptureVideoFrameRequest {
        source_handle: handles.source.id(),
        buffer: VideoBufferInfo {
            r#type: VideoBufferType::I420 as i32,
            width,
            height,
            data_ptr: start,
            components: components.collect(),
        },
        timestamp_us: frame.timestamp_us,
        rotation: convert::to_wire_rotation(frame.rotation) as i32,
    }))
    .map(drop)
}

/// Counts a push until the library has answered it, and keeps its samples until then.
struct InFlight {
    _samples: Vec<i16>,
    count: Arc<AtomicUsize>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::AcqRel);
    }
}

fn push_audio(
    handles: &Weak<LocalHandles>,
    options: &AudioOptions,
    in_flight: &Arc<AtomicUsize>,
    frame: AudioFrame,
) -> Result<(), MediaError> {
    let handles = still_open(handles)?;
    if frame.sample_rate != options.sample_rate || frame.channels != options.preset.channels {
        return Err(MediaError::Engine(
            "sound must come as the track was published".into(),
        ));
    }
    if in_flight.fetch_add(1, Ordering::AcqRel) >= AUDIO_IN_FLIGHT {
        in_flight.fetch_sub(1, Ordering::AcqRel);
        return Ok(());
    }
    let buffer = AudioFrameBufferInfo {
        data_ptr: frame.samples.as_ptr() as u64,
        num_channels: frame.channels,
        sample_rate: frame.sample_rate,
        samples_per_channel: u32::try_from(frame.samples.len()).unwrap_or(u32::MAX) / frame.channels.max(1),
    };
    let kept = InFlight {
        _samples: frame.samples,
        count: in_flight.clone(),
    };
    ffi::ask_keeping(Box::new(kept), |id| {
        Request::CaptureAudioFrame(CaptureAudioFrameRequest {
            source_handle: handles.source.id(),
            buffer,
            request_async_id: Some(id),
        })
    })
}
