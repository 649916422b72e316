//! The library's log, as `tracing` events of target `livekit_ffi`.

use super::wire::{LogBatch, LogLevel};
use crate::media::protocol::redact;

/// Forwards the lines, with tokens taken out. LiveKit's `info` is this program's `debug`; of the
/// libraries below LiveKit nothing finer is forwarded, because they print whole packets.
pub fn forward(batch: &LogBatch) {
    for record in &batch.records {
        let (source, message) = (record.target.as_str(), || redact(&record.message));
        match record.level() {
            LogLevel::Error => tracing::warn!(target: "livekit_ffi", source, "{}", message()),
            LogLevel::Warn | LogLevel::Info => {
                tracing::debug!(target: "livekit_ffi", source, "{}", message())
            }
            LogLevel::Debug | LogLevel::Trace if source.starts_with("livekit") => {
                tracing::trace!(target: "livekit_ffi", source, "{}", message());
            }
            LogLevel::Debug | LogLevel::Trace => {}
        }
    }
}
