//! What a machine wants of the backend: how long it is asked, and which input the answer is. Pure, as the machine.

use super::Input;
use crate::backend::{
    AnswerCall, AnsweredCall, CallAdmission, CallChange, ChangeCall, InitiateCall, RoomAccess,
};
use crate::domain::{Call, CallId, ErrorCode, IdempotencyKey, LiveError, LiveResult};

/// A question to the backend. The runtime asks it, and again for as long as [`Errand::insists`] says so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Errand {
    /// Ring the other side.
    Initiate(InitiateCall, IdempotencyKey),
    /// Accept or decline.
    Answer(AnswerCall),
    /// This side is done.
    EndCall(CallId),
    /// How does the call stand?
    Fetch(CallId),
    /// A fresh token for the room.
    RefreshToken(CallId),
    /// Another type of call, or an answer to the other one's wish.
    Change(ChangeCall, IdempotencyKey),
}

/// What the backend says when it grants an [`Errand`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// To [`Errand::Initiate`].
    Initiated(CallAdmission),
    /// To [`Errand::Answer`].
    Answered(AnsweredCall),
    /// To [`Errand::EndCall`] and [`Errand::Fetch`].
    Call(Call),
    /// To [`Errand::RefreshToken`].
    Token(RoomAccess),
    /// To [`Errand::Change`].
    Changed(CallChange, Call),
}

impl Errand {
    /// Whether it is asked again after this error, rather than told to the machine.
    pub fn insists(&self, error: &LiveError) -> bool {
        match self {
            // It may ring there already. The key finds that very call again.
            Self::Initiate(..) => error.retryable && error.code == ErrorCode::Internal,
            // The machine tries again itself, while somebody still waits.
            Self::Answer(AnswerCall { accept: true, .. }) | Self::RefreshToken(_) => false,
            Self::Answer(AnswerCall { accept: false, .. })
            | Self::EndCall(_)
            | Self::Fetch(_)
            | Self::Change(..) => error.retryable,
        }
    }

    /// The input that the last word on it is; `None` where the machine has nothing to learn from a refusal.
    pub fn settled(&self, answer: LiveResult<Reply>) -> Option<Input> {
        match answer {
            Ok(Reply::Initiated(admission)) => Some(Input::Initiated(Ok(admission))),
            Ok(Reply::Answered(answered)) => Some(Input::Answered(Ok(answered))),
            Ok(Reply::Call(call)) => Some(Input::CallChanged(call)),
            Ok(Reply::Token(access)) => Some(Input::Token(Ok(access))),
            Ok(Reply::Changed(change, call)) => Some(Input::Changed(change, Ok(call))),
            Err(error) => match self {
                Self::Initiate(..) => Some(Input::Initiated(Err(error))),
                Self::Answer(_) => Some(Input::Answered(Err(error))),
                Self::RefreshToken(_) => Some(Input::Token(Err(error))),
                Self::Change(request, _) => Some(Input::Changed(request.action, Err(error))),
                Self::EndCall(_) | Self::Fetch(_) => None,
            },
        }
    }
}
