//! WebRTC's reports on a track.

use super::declare::{field_type, messages};

messages! {
    /// Asks for the reports on a track.
    GetStatsRequest = "GetStatsRequest" {
        required uint64 track_handle = 1;
        optional uint64 request_async_id = 2;
    }
    /// Asking has begun.
    GetStatsResponse = "GetStatsResponse" {
        required uint64 async_id = 1;
    }
    /// The reports on the track, and on the path that its packets take.
    GetStatsCallback = "GetStatsCallback" {
        required uint64 async_id = 1;
        optional string error = 2;
        repeated message<RtcStats> stats = 3;
    }
    /// A report.
    RtcStats = "RtcStats" {
        | stats: RtcReport {
            message<InboundRtp> inbound_rtp = 4 => InboundRtp;
            message<OutboundRtp> outbound_rtp = 5 => OutboundRtp;
            message<RemoteInboundRtp> remote_inbound_rtp = 6 => RemoteInboundRtp;
            message<CandidatePair> candidate_pair = 13 => CandidatePair;
        }
    }
    /// A stream that comes in.
    InboundRtp = "RtcStats.InboundRtp" {
        required message<ReceivedRtpStreamStats> received = 3;
        required message<InboundRtpStreamStats> inbound = 4;
    }
    /// A stream that goes out.
    OutboundRtp = "RtcStats.OutboundRtp" {
        required message<SentRtpStreamStats> sent = 3;
        required message<OutboundRtpStreamStats> outbound = 4;
    }
    /// What the other end says of a stream that goes out.
    RemoteInboundRtp = "RtcStats.RemoteInboundRtp" {
        required message<ReceivedRtpStreamStats> received = 3;
        required message<RemoteInboundRtpStreamStats> remote_inbound = 4;
    }
    /// A path.
    CandidatePair = "RtcStats.CandidatePair" {
        required message<CandidatePairStats> candidate_pair = 2;
    }
    /// Packets, and jitter in seconds.
    ReceivedRtpStreamStats = "ReceivedRtpStreamStats" {
        required uint64 packets_received = 1;
        required int64 packets_lost = 2;
        required double jitter = 3;
    }
    /// Pixels, pictures in the last second, bytes.
    InboundRtpStreamStats = "InboundRtpStreamStats" {
        required uint32 frame_width = 8;
        required uint32 frame_height = 9;
        required double frames_per_second = 10;
        required uint64 bytes_received = 25;
    }
    /// Packets and bytes.
    SentRtpStreamStats = "SentRtpStreamStats" {
        required uint64 packets_sent = 1;
        required uint64 bytes_sent = 2;
    }
    /// The layer's name, pixels, pictures in the last second.
    OutboundRtpStreamStats = "OutboundRtpStreamStats" {
        required string rid = 4;
        required uint32 frame_width = 11;
        required uint32 frame_height = 12;
        required double frames_per_second = 13;
        required bool active = 29;
    }
    /// Round trip in seconds, and how often it was measured.
    RemoteInboundRtpStreamStats = "RemoteInboundRtpStreamStats" {
        required double round_trip_time = 2;
        required uint64 round_trip_time_measurements = 5;
    }
    /// Whether it is in use, its round trip in seconds, and how many checks were answered.
    CandidatePairStats = "CandidatePairStats" {
        required bool nominated = 5;
        required double current_round_trip_time = 13;
        required uint64 responses_received = 18;
    }
}
