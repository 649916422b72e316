//! Requests and answers of the HTTP contract.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{
    Access, Call, CallId, CallType, DeviceId, LiveSession, Participant, Role, SessionId, SessionType,
    StageRequest, UserId,
};

/// A session to create.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct NewSession {
    /// `video_live` or `audio_room`.
    pub session_type: SessionType,
    /// 1 to 120 characters.
    pub title: String,
    /// How it is entered.
    pub access: Access,
    /// Coins; for `pay_per_view` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_coins: Option<u32>,
}

impl NewSession {
    /// A broadcast that anybody may watch.
    pub fn broadcast(title: impl Into<String>) -> Self {
        Self {
            session_type: SessionType::VideoLive,
            title: title.into(),
            access: Access::Public,
            price_coins: None,
        }
    }

    /// An audio room that anybody may listen to.
    pub fn audio_room(title: impl Into<String>) -> Self {
        Self {
            session_type: SessionType::AudioRoom,
            ..Self::broadcast(title)
        }
    }

    /// Lets only the creator's subscribers in.
    #[must_use]
    pub fn subscribers_only(mut self) -> Self {
        self.access = Access::SubscribersOnly;
        self
    }

    /// Lets in who pays that many coins, once.
    #[must_use]
    pub fn pay_per_view(mut self, price_coins: u32) -> Self {
        self.access = Access::PayPerView;
        self.price_coins = Some(price_coins);
        self
    }
}

/// Where the room is, and the key to it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LiveKitAccess {
    /// `ws://` or `wss://` URL.
    pub url: String,
    /// LiveKit access token; good for 10 minutes, renewed by the server while connected. A secret.
    pub token: String,
}

impl fmt::Debug for LiveKitAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveKitAccess")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Let into a session.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SessionAdmission {
    /// The session as it stands.
    pub session: LiveSession,
    /// What the caller is in it.
    pub role: Role,
    /// The room.
    pub livekit: LiveKitAccess,
    /// Coins that this very request charged; zero on a rejoin.
    #[serde(default)]
    pub charged_coins: u32,
}

/// A fresh token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct RoomAccess {
    /// What the caller is now.
    pub role: Role,
    /// The room.
    pub livekit: LiveKitAccess,
}

/// A change of somebody's place on the stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManageStage {
    /// The session.
    pub session_id: SessionId,
    /// What to do.
    pub action: StageAction,
    /// With whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The role to ask for or to give; `speaker` where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// What is done on the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageAction {
    /// Raise one's own hand.
    Request,
    /// Lower it.
    CancelRequest,
    /// Ask somebody onto the stage.
    Invite,
    /// Accept an invitation, or, naming somebody else, that person's raised hand.
    Accept,
    /// Decline the same.
    Decline,
    /// Give a role that publishes.
    Promote,
    /// Send back to the audience.
    Demote,
}

/// How somebody stands on the stage after a [`ManageStage`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StageOutcome {
    /// The person's place in the session.
    pub participant: Participant,
    /// The person's latest raised hand or invitation; `None` when there never was one.
    #[serde(default)]
    pub request: Option<StageRequest>,
}

/// A call to start.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct InitiateCall {
    /// Whom to call.
    pub callee_id: UserId,
    /// Audio, or audio and video.
    pub call_type: CallType,
}

/// A call that rings at the other side, or, when both called each other, is active already.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct CallAdmission {
    /// The call as it stands.
    pub call: Call,
    /// The room.
    pub livekit: LiveKitAccess,
}

/// A change of a call's type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ChangeCall {
    /// The call.
    pub call_id: CallId,
    /// What to do.
    pub action: CallChange,
}

/// What is done about a call's type. A picture needs the other one's consent; going back to voices doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallChange {
    /// Ask the other one for a video call; consents where the other one asks, too.
    RequestVideo,
    /// Consent to the other one's wish.
    AcceptVideo,
    /// Don't, or take the own wish back.
    DeclineVideo,
    /// Go back to voices, at once.
    ToAudio,
}

/// An answer to a ringing call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct AnswerCall {
    /// The call.
    pub call_id: CallId,
    /// Accept, or decline.
    pub accept: bool,
    /// The device that answers, so that the others know it wasn't them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
}

/// An answered call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct AnsweredCall {
    /// The call as it stands.
    pub call: Call,
    /// The room; present when the call was accepted.
    #[serde(default)]
    pub livekit: Option<LiveKitAccess>,
}
