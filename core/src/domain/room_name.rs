//! LiveKit room names: one formatter and one parser, and both refuse anything else.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::{CallId, SessionId, SessionType};

/// The name of a LiveKit room: `live_<session id>`, `room_<session id>` or `call_<call id>`, the id
/// as a lower-case hyphenated UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoomName {
    /// A broadcast.
    Live(SessionId),
    /// An audio room.
    Room(SessionId),
    /// A call.
    Call(CallId),
}

/// Why a text is no room name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a room name: expected live_<uuid>, room_<uuid> or call_<uuid>")]
pub struct RoomNameError;

impl RoomName {
    /// The room of a session; `None` for the call types, whose rooms are named by a call id.
    pub const fn of_session(id: SessionId, session_type: SessionType) -> Option<Self> {
        match session_type {
            SessionType::VideoLive => Some(Self::Live(id)),
            SessionType::AudioRoom => Some(Self::Room(id)),
            SessionType::VideoCall | SessionType::AudioCall => None,
        }
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live(id) => write!(f, "live_{id}"),
            Self::Room(id) => write!(f, "room_{id}"),
            Self::Call(id) => write!(f, "call_{id}"),
        }
    }
}

impl FromStr for RoomName {
    type Err = RoomNameError;

    fn from_str(text: &str) -> Result<Self, RoomNameError> {
        let (prefix, id) = text.split_once('_').ok_or(RoomNameError)?;
        let uuid = Uuid::try_parse(id).map_err(|_| RoomNameError)?;
        let name = match prefix {
            "live" => Self::Live(SessionId(uuid)),
            "room" => Self::Room(SessionId(uuid)),
            "call" => Self::Call(CallId(uuid)),
            _ => return Err(RoomNameError),
        };
        // A UUID has several spellings; a room has one.
        if name.to_string() == text {
            Ok(name)
        } else {
            Err(RoomNameError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_spellings_of_a_room_are_refused() {
        let id = "0b54c1a2-77a5-4a3e-9d1b-3f2b8b1c9e10";
        for text in [
            "",
            "live",
            "live_",
            id,
            &format!("LIVE_{id}"),
            &format!("live_{}", id.to_uppercase()),
            &format!("live_{}", id.replace('-', "")),
            &format!("live_{{{id}}}"),
            &format!("live_{id} "),
            &format!("stage_{id}"),
        ] {
            assert_eq!(text.parse::<RoomName>(), Err(RoomNameError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_formatted_is_parsed_back(bits: u128, kind in 0..3) {
            let id = Uuid::from_u128(bits);
            let name = match kind {
                0 => RoomName::Live(SessionId(id)),
                1 => RoomName::Room(SessionId(id)),
                _ => RoomName::Call(CallId(id)),
            };
            prop_assert_eq!(name.to_string().parse::<RoomName>(), Ok(name));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            if let Ok(name) = text.parse::<RoomName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
