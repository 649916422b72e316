//! Publishing: from the options to a track that the server took, or to its refusal.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use livekit::options::{
    AudioEncoding, TrackPublishOptions, VideoCodec, VideoEncoding, VideoPreset as SdkVideoPreset,
};
use livekit::prelude as sdk;
use livekit::webrtc::audio_source::native::NativeAudioSource;
use livekit::webrtc::audio_source::{AudioSourceOptions, RtcAudioSource};
use livekit::webrtc::video_source::native::NativeVideoSource;
use livekit::webrtc::video_source::{RtcVideoSource, VideoResolution};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::local_tracks::{LocalTrack, unpublish};
use super::room::{Shared, lock};
use super::{convert, sinks};
use crate::domain::quality::VideoLayer;
use crate::media::refusal::refused;
use crate::media::{
    AudioOptions, AudioSink, MediaError, PublishedTrack, TrackId, TrackSource, VideoOptions, VideoSink,
};

/// What the source buffers of sound, so that a late push isn't heard.
const AUDIO_QUEUE_MS: u32 = 50;

/// Publishes a camera or a screen.
pub async fn video(
    shared: Arc<Shared>,
    options: VideoOptions,
) -> Result<PublishedTrack<VideoSink>, MediaError> {
    let preset = options.preset;
    let resolution = VideoResolution {
        width: preset.width,
        height: preset.height,
    };
    let source = NativeVideoSource::new(resolution, options.source == TrackSource::ScreenShare);
    let rtc_source = RtcVideoSource::Native(source.clone());
    let track = sdk::LocalVideoTrack::create_video_track(name(options.source), rtc_source);
    let publish = TrackPublishOptions {
        video_encoding: Some(VideoEncoding {
            max_bitrate: u64::from(preset.max_kbps) * 1_000,
            max_framerate: f64::from(preset.max_fps),
        }),
        video_codec: VideoCodec::VP8,
        simulcast: !preset.layers.is_empty(),
        simulcast_layers: Some(preset.layers.smallest_first().map(layer).collect()),
        source: convert::to_sdk_source(options.source),
        ..TrackPublishOptions::default()
    };
    let (id, open) = publish_track(shared, options.source, sdk::LocalTrack::Video(track), publish).await?;
    Ok(PublishedTrack {
        id,
        sink: sinks::video(source, open),
    })
}

fn layer(layer: VideoLayer) -> SdkVideoPreset {
    let bits = u64::from(layer.max_kbps) * 1_000;
    SdkVideoPreset::new(layer.width, layer.height, bits, f64::from(layer.max_fps))
}

/// Publishes a microphone or the sound of a screen.
pub async fn audio(
    shared: Arc<Shared>,
    options: AudioOptions,
) -> Result<PublishedTrack<AudioSink>, MediaError> {
    let channels = options.preset.channels;
    let source = NativeAudioSource::new(
        AudioSourceOptions::default(),
        options.sample_rate,
        channels,
        AUDIO_QUEUE_MS,
    );
    let rtc_source = RtcAudioSource::Native(source.clone());
    let track = sdk::LocalAudioTrack::create_audio_track(name(options.source), rtc_source);
    let publish = TrackPublishOptions {
        audio_encoding: Some(AudioEncoding {
            max_bitrate: u64::from(options.preset.max_kbps) * 1_000,
        }),
        dtx: true,
        red: true,
        source: convert::to_sdk_source(options.source),
        ..TrackPublishOptions::default()
    };
    let runtime = shared.runtime.clone();
    let (id, open) = publish_track(shared, options.source, sdk::LocalTrack::Audio(track), publish).await?;
    Ok(PublishedTrack {
        id,
        sink: sinks::audio(source, open, options, &runtime),
    })
}

const fn name(source: TrackSource) -> &'static str {
    match source {
        TrackSource::Camera => "camera",
        TrackSource::Microphone => "microphone",
        TrackSource::ScreenShare => "screen_share",
        TrackSource::ScreenShareAudio => "screen_share_audio",
    }
}

/// A published track that its asker hasn't taken yet: unpublished when the asker is gone.
struct Unclaimed {
    shared: Arc<Shared>,
    track: Option<(TrackId, Arc<AtomicBool>)>,
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        if let Some((id, _)) = self.track.take() {
            let shared = self.shared.clone();
            self.shared
                .runtime
                .spawn(async move { shared.unpublish(id).await });
        }
    }
}

/// Publishes a track. Runs to its end on its own, so that nothing stays published for a caller that
/// stopped waiting.
async fn publish_track(
    shared: Arc<Shared>,
    source: TrackSource,
    track: sdk::LocalTrack,
    options: TrackPublishOptions,
) -> Result<(TrackId, Arc<AtomicBool>), MediaError> {
    let (reply, answer) = oneshot::channel();
    let runtime = shared.runtime.clone();
    runtime.spawn(async move {
        let published = ask_server(&shared, source, track, options).await;
        let outcome = published.and_then(|publication| take_in(&shared, source, publication));
        drop(reply.send(outcome));
    });
    let mut unclaimed = answer.await.map_err(|_| MediaError::Closed)??;
    unclaimed.track.take().ok_or(MediaError::Closed)
}

fn take_in(
    shared: &Arc<Shared>,
    source: TrackSource,
    publication: sdk::LocalTrackPublication,
) -> Result<Unclaimed, MediaError> {
    let (id, open) = (
        convert::track_id(&publication.sid()),
        Arc::new(AtomicBool::new(true)),
    );
    let mut tracks = lock(&shared.local_tracks);
    if shared.closed.is_cancelled() {
        return Err(MediaError::Closed);
    }
    tracks.push(LocalTrack {
        id: id.clone(),
        source,
        publication,
        open: open.clone(),
    });
    drop(tracks);
    Ok(Unclaimed {
        shared: shared.clone(),
        track: Some((id, open)),
    })
}

type Publishing = JoinHandle<sdk::RoomResult<sdk::LocalTrackPublication>>;

/// Asks the server to take a track, or to refuse it.
async fn ask_server(
    shared: &Arc<Shared>,
    source: TrackSource,
    track: sdk::LocalTrack,
    options: TrackPublishOptions,
) -> Result<sdk::LocalTrackPublication, MediaError> {
    if shared.closed.is_cancelled() {
        return Err(MediaError::Closed);
    }
    let local = shared.room.local_participant();
    let mut publishing: Publishing = shared
        .runtime
        .spawn(async move { local.publish_track(track, options).await });
    let permission = shared.permission.subscribe();
    let answer = tokio::select! {
        answer = &mut publishing => answer.map_err(|error| MediaError::Engine(error.to_string()))?,
        () = refused(permission, source, || later_request_is_answered(shared)) => {
            shared.runtime.spawn(take_back(shared.room.clone(), publishing));
            return Err(MediaError::NotPermitted);
        }
        () = shared.closed.cancelled() => return Err(MediaError::Closed),
    };
    answer.map_err(|error| match error.to_string() {
        _ if !shared.permission.borrow().allows(source) => MediaError::NotPermitted,
        error if error.contains("timed out") => MediaError::TimedOut,
        error => MediaError::Engine(error),
    })
}

/// Asks the server to change none of the own attributes; whether it would let that pass doesn't matter.
async fn later_request_is_answered(shared: &Shared) -> bool {
    let answer = shared
        .room
        .local_participant()
        .set_attributes(HashMap::new())
        .await;
    matches!(answer, Ok(()) | Err(sdk::RoomError::Request { .. }))
}

/// Unpublishes a track that was given up and is published after all.
async fn take_back(room: Arc<sdk::Room>, publishing: Publishing) {
    if let Ok(Ok(publication)) = publishing.await {
        unpublish(&room, &publication).await;
    }
}
