use ipelya_core::backend::{Backend as _, ManageStage, NewSession, StageAction};
use ipelya_core::domain::{
    Access, ErrorCode, ParticipantStatus, Role, SessionEndReason, SessionStatus, SessionType,
};

use super::people::{balance, creator, key, refused, somebody, somebody_with};

#[tokio::test]
async fn a_broadcast_goes_from_creation_to_its_end() {
    let (host, viewer) = (creator().await, somebody().await);
    let created = host
        .backend
        .create_session(NewSession::broadcast("İlk yayın"), key())
        .await
        .unwrap();
    assert_eq!(created.role, Role::Host);
    assert_eq!(created.session.status, SessionStatus::Preparing);
    assert_eq!(created.session.title, "İlk yayın");
    assert_eq!(created.session.host_id, host.id);
    assert_eq!(created.session.access, Access::Public);
    assert!(created.livekit.url.starts_with("ws"), "{}", created.livekit.url);
    let id = created.session.id;

    let live = host.backend.start_session(id).await.unwrap();
    assert_eq!(live.status, SessionStatus::Live);
    assert!(live.started_at.is_some());

    let joined = viewer.backend.join_session(id, None, key()).await.unwrap();
    assert_eq!((joined.role, joined.charged_coins), (Role::Viewer, 0));
    let again = viewer.backend.session_token(id).await.unwrap();
    assert_eq!(again.role, Role::Viewer);
    assert_ne!(again.livekit.token, created.livekit.token);
    assert_eq!(viewer.backend.leave_session(id).await.unwrap().id, id);

    let ended = host.backend.end_session(id).await.unwrap();
    assert_eq!(ended.status, SessionStatus::Ended);
    assert_eq!(ended.end_reason, Some(SessionEndReason::HostEnded));
    refused(
        viewer.backend.join_session(id, None, key()).await,
        ErrorCode::SessionEnded,
    );
}

#[tokio::test]
async fn a_listener_is_promoted_and_demoted() {
    let (host, listener) = (creator().await, somebody().await);
    let created = host
        .backend
        .create_session(NewSession::audio_room("Sohbet"), key())
        .await
        .unwrap();
    assert_eq!(created.session.session_type, SessionType::AudioRoom);
    let session_id = created.session.id;
    host.backend.start_session(session_id).await.unwrap();
    let joined = listener
        .backend
        .join_session(session_id, None, key())
        .await
        .unwrap();
    assert_eq!(joined.role, Role::Listener);

    let stage = |action, role| ManageStage {
        session_id,
        action,
        user_id: Some(listener.id),
        role,
    };
    let promote = stage(StageAction::Promote, Some(Role::Speaker));
    refused(
        listener.backend.manage_stage(promote.clone(), key()).await,
        ErrorCode::RoleNotAllowed,
    );
    let speaker = host
        .backend
        .manage_stage(promote, key())
        .await
        .unwrap()
        .participant;
    assert_eq!((speaker.user_id, speaker.role), (listener.id, Role::Speaker));
    assert_eq!(speaker.status, ParticipantStatus::Admitted);
    assert_eq!(
        listener.backend.session_token(session_id).await.unwrap().role,
        Role::Speaker
    );
    let back = host
        .backend
        .manage_stage(stage(StageAction::Demote, None), key())
        .await
        .unwrap();
    assert_eq!(back.participant.role, Role::Listener);
}

#[tokio::test]
async fn a_repeated_key_creates_one_session_and_charges_once() {
    let (host, viewer) = (creator().await, somebody_with(100).await);
    let (intent, request) = (key(), NewSession::broadcast("Konser").pay_per_view(30));
    let first = host
        .backend
        .create_session(request.clone(), intent.clone())
        .await
        .unwrap();
    let repeated = host
        .backend
        .create_session(request, intent.clone())
        .await
        .unwrap();
    assert_eq!(first.session.id, repeated.session.id);
    let other = NewSession::broadcast("Başka");
    refused(
        host.backend.create_session(other, intent).await,
        ErrorCode::Conflict,
    );

    let id = first.session.id;
    host.backend.start_session(id).await.unwrap();
    let purchase = key();
    for _ in 0..2 {
        let joined = viewer
            .backend
            .join_session(id, Some(30), purchase.clone())
            .await
            .unwrap();
        assert_eq!(
            joined.charged_coins, 30,
            "the answer to the same intent is the same"
        );
    }
    let rejoined = viewer.backend.join_session(id, None, key()).await.unwrap();
    assert_eq!(rejoined.charged_coins, 0);
    assert_eq!(balance(&viewer).await, 70);
}

#[tokio::test]
async fn the_database_shows_a_session_to_whom_it_concerns() {
    let (host, stranger) = (creator().await, somebody().await);
    let created = host
        .backend
        .create_session(NewSession::broadcast("Gizli"), key())
        .await
        .unwrap();
    let id = created.session.id;
    assert_eq!(host.backend.session(id).await.unwrap(), created.session);
    refused(stranger.backend.session(id).await, ErrorCode::NotFound);

    let live = host.backend.start_session(id).await.unwrap();
    assert_eq!(stranger.backend.session(id).await.unwrap(), live);
    host.backend.end_session(id).await.unwrap();
    refused(stranger.backend.session(id).await, ErrorCode::NotFound);
    let ended = host.backend.session(id).await.unwrap();
    assert_eq!(ended.status, SessionStatus::Ended);
}
