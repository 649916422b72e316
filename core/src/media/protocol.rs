//! What LiveKit's protocol means here: the same for both engines.

use std::borrow::Cow;

use super::{DisconnectReason, MediaError, TrackKind, TrackSource};
use crate::domain::{Grants, Role, UserId};

/// The participant attribute that carries the role.
const ROLE_ATTRIBUTE: &str = "role";

/// The person behind an identity; `None` for recorders, agents and others that aren't people.
pub(super) fn user(identity: &str) -> Option<UserId> {
    let user = identity.parse().ok();
    if user.is_none() {
        tracing::trace!(identity, "a participant that isn't a person is ignored");
    }
    user
}

/// The role among somebody's attributes.
pub(super) fn role<'a>(attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Role> {
    let (_, role) = attributes.into_iter().find(|(key, _)| *key == ROLE_ATTRIBUTE)?;
    Role::parse(role)
}

/// A source by its number in LiveKit's protocol; `None` when its publisher didn't say, or a newer one said more.
pub(super) const fn source(number: i32) -> Option<TrackSource> {
    match number {
        1 => Some(TrackSource::Camera),
        2 => Some(TrackSource::Microphone),
        3 => Some(TrackSource::ScreenShare),
        4 => Some(TrackSource::ScreenShareAudio),
        _ => None,
    }
}

/// Where a track comes from when its publisher didn't say.
pub(super) const fn default_source(kind: TrackKind) -> TrackSource {
    match kind {
        TrackKind::Audio => TrackSource::Microphone,
        TrackKind::Video => TrackSource::Camera,
    }
}

/// What the server lets a participant publish, by source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Permission {
    /// Whether anything at all may be published.
    pub(super) can_publish: bool,
    /// Which sources; `None` means every source.
    pub(super) sources: Option<Vec<TrackSource>>,
}

impl Permission {
    /// A permission as the protocol says it: no source named means every source, and one that isn't
    /// known here allows nothing.
    pub(super) fn new(can_publish: bool, sources: &[i32]) -> Self {
        let sources = (!sources.is_empty()).then(|| sources.iter().copied().filter_map(source).collect());
        Self { can_publish, sources }
    }

    /// Whether a track of that source may be published.
    pub(super) fn allows(&self, source: TrackSource) -> bool {
        self.can_publish
            && self
                .sources
                .as_ref()
                .is_none_or(|sources| sources.contains(&source))
    }

    /// The grants that this permission amounts to.
    pub(super) fn grants(&self) -> Grants {
        Grants {
            audio: self.allows(TrackSource::Microphone),
            video: self.allows(TrackSource::Camera) || self.allows(TrackSource::ScreenShare),
        }
    }
}

/// A disconnect reason by its number in LiveKit's protocol. What names no decision of a person or
/// of the server is a lost connection: unknown (0), state mismatch (6), join failure (7), signal
/// closed (9), connection timeout (14), media failure (15), and whatever a newer server adds.
pub(super) const fn disconnect_reason(number: i32) -> DisconnectReason {
    match number {
        1 => DisconnectReason::ClientInitiated,
        2 => DisconnectReason::DuplicateIdentity,
        3 => DisconnectReason::ServerShutdown,
        4 => DisconnectReason::ParticipantRemoved,
        5 | 10 => DisconnectReason::RoomDeleted,
        8 => DisconnectReason::Migration,
        _ => DisconnectReason::ConnectionLost,
    }
}

/// What the SDK's words mean: it reports a failed connection as text only.
pub(super) fn connect_error(error: &str) -> MediaError {
    let clean = redact(error).into_owned();
    let lower = clean.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&["client error: 4", "handshake error: 4", "token"]) {
        MediaError::Refused(clean)
    } else if says(&["timeout", "timed out"]) {
        MediaError::TimedOut
    } else {
        MediaError::Unreachable(clean)
    }
}

/// How every JSON Web Token begins: `{"` in base64.
const TOKEN_START: &str = "eyJ";

/// The text without access tokens.
pub(super) fn redact(text: &str) -> Cow<'_, str> {
    if !text.contains(TOKEN_START) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(TOKEN_START) {
        clean.push_str(&rest[..start]);
        clean.push_str("<token>");
        let token = &rest[start..];
        let end = token
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.=".contains(c)))
            .unwrap_or(token.len());
        rest = &token[end..];
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_source_named_means_every_source() {
        let permission = Permission::new(true, &[]);
        assert_eq!(
            permission.grants(),
            Grants {
                audio: true,
                video: true
            }
        );
    }

    #[test]
    fn sources_without_the_right_to_publish_mean_nothing() {
        assert_eq!(Permission::new(false, &[2]).grants(), Grants::NONE);
    }

    #[test]
    fn a_speaker_publishes_a_microphone_only() {
        let permission = Permission::new(true, &[2]);
        assert_eq!(
            permission.grants(),
            Grants {
                audio: true,
                video: false
            }
        );
        assert!(!permission.allows(TrackSource::ScreenShareAudio));
    }

    #[test]
    fn sources_that_only_a_newer_server_knows_allow_nothing() {
        assert_eq!(Permission::new(true, &[99]).grants(), Grants::NONE);
    }

    #[test]
    fn a_failed_connection_is_told_by_the_sdks_words() {
        let refused = "engine: signal failure: client error: 401 Unauthorized - invalid authorization token";
        assert!(matches!(connect_error(refused), MediaError::Refused(_)));
        let absent =
            "engine: signal failure: transport connection error: IO error: Connection refused (os error 111)";
        assert!(matches!(connect_error(absent), MediaError::Unreachable(_)));
        assert_eq!(
            connect_error("engine: signal failure: connection timed out"),
            MediaError::TimedOut
        );
    }

    #[test]
    fn a_token_never_reaches_a_log() {
        let line = r#"connect { token: "eyJhbGciOi.eyJpc3Mi.s-_9", url: "ws://h?access_token=eyJh.eyJi.x&sdk=rust" }"#;
        assert_eq!(
            redact(line),
            r#"connect { token: "<token>", url: "ws://h?access_token=<token>&sdk=rust" }"#
        );
        assert_eq!(redact("no token here"), "no token here");
    }

    #[test]
    fn a_recorder_is_no_person_and_an_unknown_role_is_none() {
        assert_eq!(user("EG_recorder"), None);
        assert_eq!(role([("role", "admin")]), None);
        assert_eq!(role([("mood", "good"), ("role", "co_host")]), Some(Role::CoHost));
    }
}
