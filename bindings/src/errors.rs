//! What goes wrong, for the app and for its user.

use ipelya_core::domain::ErrorCode;
use ipelya_core::foreign::LiveFailure;

pub(crate) fn closed() -> LiveFailure {
    LiveFailure::new(ErrorCode::Conflict, "the client is shut down")
}

/// What a user may be told of an error: the text of its code in the language of a BCP 47 tag (`tr`, `tr-TR`, `en`);
/// English where there is no other. `error.message` is for developers and stays as it is.
#[uniffi::export]
pub fn localized_message(code: ErrorCode, language: String) -> String {
    code.text(&language).to_owned()
}

/// The key of that text, for an app that has its own: `live.error.<code>`.
#[uniffi::export]
pub fn message_key(code: ErrorCode) -> String {
    code.message_key()
}

/// Every code that an error may have, in the order of the HTTP contract.
#[uniffi::export]
pub fn error_codes() -> Vec<ErrorCode> {
    ErrorCode::ALL.to_vec()
}

/// A code's name in JSON and in logs: `not_authenticated`.
#[uniffi::export]
pub fn error_code_name(code: ErrorCode) -> String {
    code.as_str().to_owned()
}
