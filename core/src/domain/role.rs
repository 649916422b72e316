//! Who may publish what: role x session type -> grants.

use serde::{Deserialize, Serialize};

/// What a person is in a session. Everyone subscribes; the role decides what may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Role {
    /// The creator of the session, and both people of a call.
    Host,
    /// A partner presenter.
    CoHost,
    /// A speaker of an audio room, an audio guest of a broadcast.
    Speaker,
    /// Watches a broadcast.
    Viewer,
    /// Listens to an audio room.
    Listener,
}

/// What kind of room it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SessionType {
    /// One creator to many viewers, video and audio.
    VideoLive,
    /// Many participants, audio only.
    AudioRoom,
    /// Two people, video and audio.
    VideoCall,
    /// Two people, audio only.
    AudioCall,
}

/// What the holder may publish. The source of truth is the server: LiveKit enforces it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Grants {
    /// May publish a microphone.
    pub audio: bool,
    /// May publish a camera or a screen.
    pub video: bool,
}

impl Grants {
    /// Nothing may be published.
    pub const NONE: Self = Self {
        audio: false,
        video: false,
    };

    /// What both sides allow.
    pub const fn intersect(self, other: Self) -> Self {
        Self {
            audio: self.audio && other.audio,
            video: self.video && other.video,
        }
    }

    /// Whether anything at all may be published.
    pub const fn any(self) -> bool {
        self.audio || self.video
    }
}

impl Role {
    /// Every role, in the order of the product's table.
    pub const ALL: [Self; 5] = [
        Self::Host,
        Self::CoHost,
        Self::Speaker,
        Self::Viewer,
        Self::Listener,
    ];

    /// What the role may publish where the session type allows everything.
    pub const fn grants(self) -> Grants {
        match self {
            Self::Host | Self::CoHost => Grants {
                audio: true,
                video: true,
            },
            Self::Speaker => Grants {
                audio: true,
                video: false,
            },
            Self::Viewer | Self::Listener => Grants::NONE,
        }
    }

    /// Whether the role leads the stage and the chat.
    pub const fn leads(self) -> bool {
        match self {
            Self::Host | Self::CoHost => true,
            Self::Speaker | Self::Viewer | Self::Listener => false,
        }
    }

    /// Whether the role may silence and put out somebody of that one; `live.may_moderate` in SQL.
    pub const fn may_moderate(self, other: Self) -> bool {
        match self {
            Self::Host => !matches!(other, Self::Host),
            Self::CoHost => !other.leads(),
            Self::Speaker | Self::Viewer | Self::Listener => false,
        }
    }

    /// The name used in SQL, in tokens and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::CoHost => "co_host",
            Self::Speaker => "speaker",
            Self::Viewer => "viewer",
            Self::Listener => "listener",
        }
    }

    /// The role of that name, or `None`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

impl SessionType {
    /// Every session type.
    pub const ALL: [Self; 4] = [Self::VideoLive, Self::AudioRoom, Self::VideoCall, Self::AudioCall];

    /// What the session type allows whatever the role.
    pub const fn grants(self) -> Grants {
        match self {
            Self::VideoLive | Self::VideoCall => Grants {
                audio: true,
                video: true,
            },
            Self::AudioRoom | Self::AudioCall => Grants {
                audio: true,
                video: false,
            },
        }
    }

    /// The role of somebody who joins without being asked onto the stage.
    pub const fn audience_role(self) -> Role {
        match self {
            Self::VideoLive => Role::Viewer,
            Self::AudioRoom => Role::Listener,
            Self::VideoCall | Self::AudioCall => Role::Host,
        }
    }

    /// The name used in SQL and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VideoLive => "video_live",
            Self::AudioRoom => "audio_room",
            Self::VideoCall => "video_call",
            Self::AudioCall => "audio_call",
        }
    }
}

/// What somebody of `role` may publish in a session of `session_type`: the intersection of both.
pub const fn grants(role: Role, session_type: SessionType) -> Grants {
    role.grants().intersect(session_type.grants())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_an_audio_room_publishes_audio_only() {
        assert_eq!(
            grants(Role::Host, SessionType::AudioRoom),
            Grants {
                audio: true,
                video: false
            }
        );
    }

    #[test]
    fn the_audience_publishes_nothing_anywhere() {
        for session_type in SessionType::ALL {
            for role in [Role::Viewer, Role::Listener] {
                assert_eq!(
                    grants(role, session_type),
                    Grants::NONE,
                    "{role:?} in {session_type:?}"
                );
            }
        }
    }

    #[test]
    fn names_are_what_serde_writes() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        for session_type in SessionType::ALL {
            assert_eq!(serde_json::to_value(session_type).unwrap(), session_type.as_str());
        }
        assert_eq!(Role::parse("admin"), None);
    }
}
