//! Publishing: from the options to a track that the server took, or to its refusal.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};

use tokio::sync::oneshot;

use super::convert::to_wire_source;
use super::ffi::{self, Pending};
use super::handles::Handle;
use super::shared::Shared;
use super::sinks;
use super::state::{LocalHandles, LocalTrack};
use super::wire::{
    AudioEncoding, AudioSourceOptions, AudioSourceType, CreateAudioTrackRequest, CreateVideoTrackRequest,
    Event, NewAudioSourceRequest, NewVideoSourceRequest, OwnedTrackPublication, PublishOutcome,
    PublishTrackRequest, Request, Response, SetLocalAttributesRequest, TrackPublishOptions, VideoCodec,
    VideoEncoding, VideoSourceResolution, VideoSourceType,
};
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
    shared.check_open()?;
    let preset = options.preset;
    let response = ffi::request(Request::NewVideoSource(NewVideoSourceRequest {
        r#type: VideoSourceType::Native as i32,
        resolution: VideoSourceResolution {
            width: preset.width,
            height: preset.height,
        },
        is_screencast: Some(options.source == TrackSource::ScreenShare),
    }))?;
    let Some(Response::NewVideoSource(response)) = response else {
        return Err(unexpected());
    };
    let source = response.source.handle;
    let response = ffi::request(Request::CreateVideoTrack(CreateVideoTrackRequest {
        name: name(options.source).to_owned(),
        source_handle: source.id(),
    }))?;
    let Some(Response::CreateVideoTrack(response)) = response else {
        return Err(unexpected());
    };
    let publish = TrackPublishOptions {
        video_encoding: Some(VideoEncoding {
            max_bitrate: u64::from(preset.max_kbps) * 1_000,
            max_framerate: f64::from(preset.max_fps),
        }),
        video_codec: Some(VideoCodec::Vp8 as i32),
        // The library chooses the layers itself; what it takes of the table is whether there are any.
        simulcast: Some(!preset.layers.is_empty()),
        source: Some(to_wire_source(options.source) as i32),
        ..TrackPublishOptions::default()
    };
    let (id, handles) = publish_track(shared, options.source, source, response.track.handle, publish).await?;
    Ok(PublishedTrack {
        id,
        sink: sinks::video(handles),
    })
}

/// Publishes a microphone or the sound of a screen.
pub async fn audio(
    shared: Arc<Shared>,
    options: AudioOptions,
) -> Result<PublishedTrack<AudioSink>, MediaError> {
    shared.check_open()?;
    let channels = options.preset.channels;
    let response = ffi::request(Request::NewAudioSource(NewAudioSourceRequest {
        r#type: AudioSourceType::Native as i32,
        options: Some(AudioSourceOptions::default()),
        sample_rate: Some(options.sample_rate),
        num_channels: Some(channels),
        queue_size_ms: Some(AUDIO_QUEUE_MS),
    }))?;
    let Some(Response::NewAudioSource(response)) = response else {
        return Err(unexpected());
    };
    let source = response.source.handle;
    let response = ffi::request(Request::CreateAudioTrack(CreateAudioTrackRequest {
        name: name(options.source).to_owned(),
        source_handle: source.id(),
    }))?;
    let Some(Response::CreateAudioTrack(response)) = response else {
        return Err(unexpected());
    };
    let publish = TrackPublishOptions {
        audio_encoding: Some(AudioEncoding {
            max_bitrate: u64::from(options.preset.max_kbps) * 1_000,
        }),
        dtx: Some(true),
        red: Some(true),
        source: Some(to_wire_source(options.source) as i32),
        ..TrackPublishOptions::default()
    };
    let (id, handles) = publish_track(shared, options.source, source, response.track.handle, publish).await?;
    Ok(PublishedTrack {
        id,
        sink: sinks::audio(handles, options),
    })
}

fn unexpected() -> MediaError {
    MediaError::Engine("the media library answered something else".into())
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
    track: Option<(TrackId, Weak<LocalHandles>)>,
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
    source_handle: Handle,
    track_handle: Handle,
    options: TrackPublishOptions,
) -> Result<(TrackId, Weak<LocalHandles>), MediaError> {
    let (reply, answer) = oneshot::channel();
    let runtime = shared.runtime.clone();
    runtime.spawn(async move {
        let published = ask_server(&shared, source, &track_handle, options).await;
        let outcome = published.and_then(|publication| {
            let sid = publication.info.sid;
            let handles = Arc::new(LocalHandles {
                open: AtomicBool::new(true),
                source: source_handle,
                track: Arc::new(track_handle),
                _publication: publication.handle,
            });
            let id = TrackId(sid.clone());
            let taken = (id.clone(), Arc::downgrade(&handles));
            let track = LocalTrack {
                id,
                sid,
                source,
                handles,
            };
            shared.add_local(track).ok_or(MediaError::Closed)?;
            Ok(Unclaimed {
                shared: shared.clone(),
                track: Some(taken),
            })
        });
        drop(reply.send(outcome));
    });
    let mut unclaimed = answer.await.map_err(|_| MediaError::Closed)??;
    unclaimed.track.take().ok_or(MediaError::Closed)
}

/// Asks the server to take a track, or to refuse it.
async fn ask_server(
    shared: &Arc<Shared>,
    source: TrackSource,
    track: &Handle,
    options: TrackPublishOptions,
) -> Result<OwnedTrackPublication, MediaError> {
    let mut pending = ffi::ask(|id| {
        Request::PublishTrack(PublishTrackRequest {
            local_participant_handle: shared.local_participant,
            track_handle: track.id(),
            options,
            request_async_id: Some(id),
        })
    })?;
    let answer = tokio::select! {
        answer = pending.answer() => answer?,
        () = refused(shared.permission.clone(), source, || later_request_is_answered(shared)) => {
            shared.runtime.spawn(take_back(shared.clone(), pending));
            return Err(MediaError::NotPermitted);
        }
        () = shared.closed.cancelled() => return Err(MediaError::Closed),
    };
    let Event::PublishTrack(answer) = answer else {
        return Err(unexpected());
    };
    match answer.message {
        Some(PublishOutcome::Publication(publication)) => Ok(publication),
        Some(PublishOutcome::Error(_)) if !shared.permission.borrow().allows(source) => {
            Err(MediaError::NotPermitted)
        }
        Some(PublishOutcome::Error(error)) if error.contains("timed out") => Err(MediaError::TimedOut),
        Some(PublishOutcome::Error(error)) => Err(MediaError::Engine(error)),
        None => Err(unexpected()),
    }
}

/// Asks the server to change none of the own attributes; whether it would let that pass doesn't matter.
async fn later_request_is_answered(shared: &Shared) -> bool {
    let asked = ffi::ask(|id| {
        Request::SetLocalAttributes(SetLocalAttributesRequest {
            local_participant_handle: shared.local_participant,
            attributes: Vec::new(),
            request_async_id: Some(id),
        })
    });
    let Ok(mut pending) = asked else { return false };
    match pending.answer().await {
        Ok(Event::SetLocalAttributes(answer)) => answer
            .error
            .is_none_or(|error| error.starts_with("request error")),
        _ => false,
    }
}

/// Unpublishes a track that was given up and is published after all.
async fn take_back(shared: Arc<Shared>, mut pending: Pending) {
    let answer = tokio::select! {
        answer = pending.answer() => answer,
        () = shared.closed.cancelled() => return,
    };
    let Ok(Event::PublishTrack(answer)) = answer else {
        return;
    };
    if let Some(PublishOutcome::Publication(publication)) = answer.message {
        let request = shared.unpublish_request(publication.info.sid.clone());
        if let Err(error) = ffi::ask_keeping(Box::new(publication), request) {
            tracing::warn!(%error, "a track couldn't be taken back");
        }
    }
}
