//! What both machines' tests need.

use chrono::{DateTime, Utc};
use ipelya_core::Moment;
use ipelya_core::backend::LiveKitAccess;
use ipelya_core::domain::{
    Access, Call, CallId, CallStatus, CallType, ErrorCode, LiveError, LiveSession, SessionId, SessionStatus,
    SessionType, UserId,
};
use proptest::test_runner::{Config as ProptestConfig, FileFailurePersistence};
use uuid::Uuid;

pub fn at() -> Moment {
    Moment {
        now: std::time::Instant::now(),
        jitter: 0.5,
    }
}

pub fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

pub fn access() -> LiveKitAccess {
    LiveKitAccess {
        url: "ws://127.0.0.1:7880".into(),
        token: "token".into(),
    }
}

pub fn error(code: ErrorCode) -> LiveError {
    LiveError::new(code, "for the test")
}

pub fn session(session_type: SessionType, status: SessionStatus) -> LiveSession {
    LiveSession {
        id: SessionId(Uuid::from_u128(1)),
        room_name: "live_00000000-0000-0000-0000-000000000001".into(),
        session_type,
        title: "Evening".into(),
        host_id: user(1),
        acting_host_id: None,
        access: Access::Public,
        price_coins: 0,
        status,
        viewer_count: 0,
        started_at: None,
        ended_at: None,
        end_reason: None,
    }
}

pub fn call(status: CallStatus) -> Call {
    Call {
        id: CallId(Uuid::from_u128(9)),
        status,
        call_type: CallType::VideoCall,
        caller_id: user(1),
        callee_id: user(2),
        ring_expires_at: DateTime::<Utc>::UNIX_EPOCH,
        answered_device_id: None,
        video_request: None,
        version: 0,
        end_reason: None,
    }
}

/// How a reference model is held against its machine. What fails is kept in `proptest-regressions` beside the tests, and
/// played again first: commit it.
pub fn sequences(failures: &'static str) -> ProptestConfig {
    let is_deep = std::env::var("IPELYA_MODEL").is_ok_and(|how| how == "deep");
    ProptestConfig {
        cases: if is_deep { 300_000 } else { 10_000 },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(failures))),
        ..ProptestConfig::default()
    }
}

/// The file that keeps what failed of a model.
macro_rules! failures_of {
    ($model:literal) => {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/machines/proptest-regressions/",
            $model,
            ".txt"
        )
    };
}
pub(crate) use failures_of;
