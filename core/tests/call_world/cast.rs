//! Who plays, in the domain's own types.

use std::sync::LazyLock;
use std::time::Instant;

use ipelya_core::Moment;
use ipelya_core::backend::LiveKitAccess;
use ipelya_core::domain::{CallId, DeviceId, ErrorCode, IdempotencyKey, LiveError, UserId};
use uuid::Uuid;

/// A person, by number.
pub type Person = usize;
/// A phone, by number.
pub type Phone = usize;
/// A call, by its place among the backend's rows.
pub type Row = usize;

pub fn user(person: Person) -> UserId {
    UserId(Uuid::from_u128(person as u128 + 1))
}

pub fn device(phone: Phone) -> DeviceId {
    DeviceId::new(phone.to_string()).unwrap()
}

pub fn call_id(row: Row) -> CallId {
    CallId(Uuid::from_u128(row as u128 + 1))
}

pub fn row_of(id: CallId) -> Row {
    usize::try_from(id.0.as_u128()).unwrap() - 1
}

/// A tap that dials, by number.
pub type Tap = usize;

pub fn key(tap: Tap) -> IdempotencyKey {
    IdempotencyKey::new(tap.to_string()).unwrap()
}

pub fn tap_of(key: &IdempotencyKey) -> Tap {
    key.as_str().parse().unwrap()
}

pub fn access() -> LiveKitAccess {
    LiveKitAccess {
        url: String::new(),
        token: String::new(),
    }
}

pub fn error(code: ErrorCode) -> LiveError {
    LiveError::new(code, "")
}

/// The one instant of this world: what takes time is a step that may happen, or not yet.
pub fn moment() -> Moment {
    static NOW: LazyLock<Instant> = LazyLock::new(Instant::now);
    Moment {
        now: *NOW,
        jitter: 0.0,
    }
}
