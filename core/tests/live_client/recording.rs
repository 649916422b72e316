use ipelya_core::domain::{ErrorCode, RecordingId, RecordingStatus};
use ipelya_core::runtime::SessionHandle;
use tokio::time::timeout;

use crate::chat::Evening;
use crate::support::{Account, PATIENCE};

async fn recording_is(session: &SessionHandle, status: RecordingStatus) {
    let is_so = session.wait_for(|now| now.recording.as_ref().is_some_and(|one| one.status == status));
    timeout(PATIENCE, is_so).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_that_they_are_recorded_and_newcomers_too() {
    let evening = Evening::begin().await;
    let id = evening.stage.session_id().unwrap();
    assert!(evening.stage.snapshot().can.record && !evening.seat.snapshot().can.record);
    let refusal = evening.seat.start_recording().await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    let none = evening.stage.stop_recording().await.unwrap_err();
    assert_eq!(none.code, ErrorCode::NotFound);
    let started = evening.stage.start_recording().await.unwrap();
    assert!(started.status.is_on());
    assert_eq!(evening.stage.start_recording().await.unwrap().id, started.id);
    recording_is(&evening.seat, started.status).await;
    let newcomer = Account::new(false).await.device().await;
    let late = newcomer.join_session(id).await.unwrap();
    recording_is(&late, started.status).await;
    let refusal = evening.viewer.recording(started.id).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Conflict, "it isn't ready");
    let stopped = evening.stage.stop_recording().await.unwrap();
    assert!(!stopped.status.is_on());
    for session in [&evening.stage, &evening.seat, &late] {
        recording_is(session, stopped.status).await;
    }
    let refusal = evening.viewer.recording(RecordingId(uuid::Uuid::new_v4())).await;
    assert_eq!(refusal.unwrap_err().code, ErrorCode::NotFound);
    newcomer.close().await.unwrap();
    evening.end().await;
}
