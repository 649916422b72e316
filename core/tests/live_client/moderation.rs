use ipelya_core::backend::{BanScope, NewSession, Report, ReportCategory};
use ipelya_core::domain::ErrorCode;
use ipelya_core::session::{EndReason, State};
use tokio::time::timeout;

use crate::chat::{Evening, chat_is};
use crate::support::PATIENCE;

async fn is_put_out(evening: &Evening) {
    let over = timeout(PATIENCE, evening.seat.wait_for(|now| now.state.is_terminal()));
    let expected = State::Ended {
        reason: EndReason::Removed,
    };
    assert_eq!(over.await.unwrap().unwrap().state, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_muted_is_silent_until_unmuted() {
    let evening = Evening::begin().await;
    let viewer = evening.viewer.user_id();
    let refusal = evening.seat.mute(evening.host.user_id(), None).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::RoleNotAllowed);
    evening.stage.mute(viewer, Some("spam".into())).await.unwrap();
    let refusal = evening.seat.send_message("but").await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden);
    evening.stage.unmute(viewer).await.unwrap();
    evening.seat.send_message("sorry").await.unwrap();
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kick_lasts_until_it_is_lifted() {
    let evening = Evening::begin().await;
    let (id, viewer) = (evening.stage.session_id().unwrap(), evening.viewer.user_id());
    evening.stage.kick(viewer, None).await.unwrap();
    is_put_out(&evening).await;
    let refusal = evening.viewer.join_session(id).await.err().unwrap();
    assert_eq!(refusal.code, ErrorCode::Banned);
    evening.stage.unban(viewer, BanScope::Session).await.unwrap();
    evening.viewer.join_session(id).await.unwrap();
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creators_ban_holds_in_the_next_session() {
    let evening = Evening::begin().await;
    let viewer = evening.viewer.user_id();
    evening
        .stage
        .ban(viewer, BanScope::Creator, Some(3_600), None)
        .await
        .unwrap();
    is_put_out(&evening).await;
    evening.stage.end().await.unwrap();
    let next = evening
        .host
        .create_session(NewSession::broadcast("Next"))
        .await
        .unwrap();
    next.go_live().await.unwrap();
    let id = next.session_id().unwrap();
    let refusal = evening.viewer.join_session(id).await.err().unwrap();
    assert_eq!(refusal.code, ErrorCode::Banned);
    next.end().await.unwrap();
    evening.host.close().await.unwrap();
    evening.viewer.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_puts_out_and_keeps_out_until_it_is_lifted() {
    let evening = Evening::begin().await;
    let (id, viewer) = (evening.stage.session_id().unwrap(), evening.viewer.user_id());
    for _ in 0..2 {
        evening.host.block(viewer).await.unwrap();
    }
    assert_eq!(evening.host.blocked().await.unwrap(), [viewer]);
    assert_eq!(
        evening.viewer.blocked().await.unwrap(),
        [],
        "nobody learns who blocked them"
    );
    is_put_out(&evening).await;
    let refusal = evening.viewer.join_session(id).await.err().unwrap();
    assert_eq!(refusal.code, ErrorCode::Blocked);
    evening.host.unblock(viewer).await.unwrap();
    evening.viewer.join_session(id).await.unwrap();
    let refusal = evening.host.block(evening.host.user_id()).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidArgument);
    evening.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_taken_once_while_it_is_open() {
    let evening = Evening::begin().await;
    let said = evening.stage.send_message("rude").await.unwrap();
    chat_is(&evening.seat, |chat| !chat.messages.is_empty()).await;
    let mut report = Report::new(evening.host.user_id(), ReportCategory::Harassment);
    report.message_id = Some(said.id);
    evening.viewer.report(report.clone()).await.unwrap();
    let again = evening.viewer.report(report.clone()).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict);
    report.reported_id = evening.viewer.user_id();
    let foreign = evening.host.report(report.clone()).await.unwrap_err();
    assert_eq!(
        foreign.code,
        ErrorCode::NotFound,
        "the message is somebody else's"
    );
    report.message_id = None;
    report.details = Some(String::new());
    let refusal = evening.host.report(report).await.unwrap_err();
    assert_eq!(refusal.details.field.as_deref(), Some("details"));
    evening.end().await;
}
