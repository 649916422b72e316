//! Pictures and sound, in and out.

use super::declare::{field_type, messages};
use super::*;

messages! {
    /// Makes a source that takes pictures.
    NewVideoSourceRequest = "NewVideoSourceRequest" {
        required enumeration(VideoSourceType) r#type = 1;
        required message<VideoSourceResolution> resolution = 2;
        optional bool is_screencast = 3;
    }
    /// Pixels.
    VideoSourceResolution = "VideoSourceResolution" {
        required uint32 width = 1;
        required uint32 height = 2;
    }
    /// The source.
    NewVideoSourceResponse = "NewVideoSourceResponse" {
        required message<OwnedVideoSource> source = 1;
    }
    /// A source that takes pictures.
    OwnedVideoSource = "OwnedVideoSource" {
        required message<Handle> handle = 1;
    }
    /// Pushes a picture; it is copied before the call returns.
    CaptureVideoFrameRequest = "CaptureVideoFrameRequest" {
        required uint64 source_handle = 1;
        required message<VideoBufferInfo> buffer = 2;
        required int64 timestamp_us = 3;
        required enumeration(VideoRotation) rotation = 4;
    }
    /// Where the bytes of a picture are.
    VideoBufferInfo = "VideoBufferInfo" {
        required enumeration(VideoBufferType) r#type = 1;
        required uint32 width = 2;
        required uint32 height = 3;
        required uint64 data_ptr = 4;
        repeated message<ComponentInfo> components = 7;
    }
    /// Where the bytes of a plane are.
    ComponentInfo = "VideoBufferInfo.ComponentInfo" {
        required uint64 data_ptr = 1;
        required uint32 stride = 2;
        required uint32 size = 3;
    }
    /// Delivers the pictures of a track as events.
    NewVideoStreamRequest = "NewVideoStreamRequest" {
        required uint64 track_handle = 1;
        required enumeration(VideoStreamType) r#type = 2;
        optional enumeration(VideoBufferType) format = 3;
        optional bool normalize_stride = 4;
        optional uint32 queue_size_frames = 5;
    }
    /// The stream.
    NewVideoStreamResponse = "NewVideoStreamResponse" {
        required message<OwnedVideoStream> stream = 1;
    }
    /// A stream of pictures.
    OwnedVideoStream = "OwnedVideoStream" {
        required message<Handle> handle = 1;
    }
    /// A picture, or the end.
    VideoStreamEvent = "VideoStreamEvent" {
        required uint64 stream_handle = 1;
        | message: VideoStreamMessage {
            message<VideoFrameReceived> frame_received = 2 => Frame;
            message<VideoStreamEos> eos = 3 => Eos;
        }
    }
    /// A picture.
    VideoFrameReceived = "VideoFrameReceived" {
        required message<OwnedVideoBuffer> buffer = 1;
        required int64 timestamp_us = 2;
        required enumeration(VideoRotation) rotation = 3;
    }
    /// The bytes of a picture; readable while the handle lives.
    OwnedVideoBuffer = "OwnedVideoBuffer" {
        required message<Handle> handle = 1;
        required message<VideoBufferInfo> info = 2;
    }
    /// No more pictures.
    VideoStreamEos = "VideoStreamEOS" {}
    /// Makes a source that takes sound.
    NewAudioSourceRequest = "NewAudioSourceRequest" {
        required enumeration(AudioSourceType) r#type = 1;
        optional message<AudioSourceOptions> options = 2;
        optional uint32 sample_rate = 3;
        optional uint32 num_channels = 4;
        optional uint32 queue_size_ms = 5;
    }
    /// What is done to the sound before it is encoded.
    AudioSourceOptions = "AudioSourceOptions" {
        required bool echo_cancellation = 1;
        required bool noise_suppression = 2;
        required bool auto_gain_control = 3;
    }
    /// The source.
    NewAudioSourceResponse = "NewAudioSourceResponse" {
        required message<OwnedAudioSource> source = 1;
    }
    /// A source that takes sound.
    OwnedAudioSource = "OwnedAudioSource" {
        required message<Handle> handle = 1;
    }
    /// Pushes sound; the samples must stay until the callback.
    CaptureAudioFrameRequest = "CaptureAudioFrameRequest" {
        required uint64 source_handle = 1;
        required message<AudioFrameBufferInfo> buffer = 2;
        optional uint64 request_async_id = 3;
    }
    /// The sound is queued.
    CaptureAudioFrameResponse = "CaptureAudioFrameResponse" {
        required uint64 async_id = 1;
    }
    /// The sound was taken.
    CaptureAudioFrameCallback = "CaptureAudioFrameCallback" {
        required uint64 async_id = 1;
        optional string error = 2;
    }
    /// Where samples are.
    AudioFrameBufferInfo = "AudioFrameBufferInfo" {
        required uint64 data_ptr = 1;
        required uint32 num_channels = 2;
        required uint32 sample_rate = 3;
        required uint32 samples_per_channel = 4;
    }
    /// Delivers the sound of a track as events.
    NewAudioStreamRequest = "NewAudioStreamRequest" {
        required uint64 track_handle = 1;
        required enumeration(AudioStreamType) r#type = 2;
        optional uint32 sample_rate = 3;
        optional uint32 num_channels = 4;
        optional uint32 frame_size_ms = 7;
        optional uint32 queue_size_frames = 8;
    }
    /// The stream.
    NewAudioStreamResponse = "NewAudioStreamResponse" {
        required message<OwnedAudioStream> stream = 1;
    }
    /// A stream of sound.
    OwnedAudioStream = "OwnedAudioStream" {
        required message<Handle> handle = 1;
    }
    /// Sound, or the end.
    AudioStreamEvent = "AudioStreamEvent" {
        required uint64 stream_handle = 1;
        | message: AudioStreamMessage {
            message<AudioFrameReceived> frame_received = 2 => Frame;
            message<AudioStreamEos> eos = 3 => Eos;
        }
    }
    /// Sound.
    AudioFrameReceived = "AudioFrameReceived" {
        required message<OwnedAudioFrameBuffer> frame = 1;
    }
    /// Samples; readable while the handle lives.
    OwnedAudioFrameBuffer = "OwnedAudioFrameBuffer" {
        required message<Handle> handle = 1;
        required message<AudioFrameBufferInfo> info = 2;
    }
    /// No more sound.
    AudioStreamEos = "AudioStreamEOS" {}
}
