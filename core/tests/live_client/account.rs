use chrono::{TimeDelta, Timelike as _, Utc};
use ipelya_core::backend::{DoNotDisturb, Platform, PushKind};
use ipelya_core::domain::{CallType, ErrorCode};

use crate::gifts::give_coins;
use crate::support::{Account, until_row};

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_rung_from_when_it_is_registered_until_it_is_not() {
    let account = Account::new(false).await;
    let client = account.device().await;
    let kind_of_token = "select kind from public.device_tokens where user_id = $1";
    let user = client.user_id();
    let refusal = client
        .register_device(Platform::Android, PushKind::ApnsVoip, "token".into())
        .await
        .unwrap_err();
    assert_eq!(refusal.details.field.as_deref(), Some("kind"));
    let token = uuid::Uuid::new_v4().to_string();
    client
        .register_device(Platform::Android, PushKind::Fcm, token)
        .await
        .unwrap();
    until_row(&account, kind_of_token, user.0, "fcm").await;
    client
        .unregister_device(Platform::Android, PushKind::Fcm)
        .await
        .unwrap();
    let rows = account
        .database()
        .await
        .query(kind_of_token, &[&user.0])
        .await
        .unwrap();
    assert!(rows.is_empty());
    client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_calls_is_busy() {
    let (caller, callee) = (
        Account::new(false).await.device().await,
        Account::new(false).await.device().await,
    );
    assert_eq!(callee.do_not_disturb().await, Ok(DoNotDisturb::Off));
    callee.set_do_not_disturb(DoNotDisturb::On).await.unwrap();
    assert_eq!(callee.do_not_disturb().await, Ok(DoNotDisturb::On));
    let refusal = caller
        .start_call(callee.user_id(), CallType::AudioCall)
        .await
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::Busy);
    let time = (Utc::now() + TimeDelta::hours(1)).with_nanosecond(0).unwrap();
    let until = DoNotDisturb::Until { time };
    callee.set_do_not_disturb(until).await.unwrap();
    assert_eq!(callee.do_not_disturb().await, Ok(until));
    callee.set_do_not_disturb(DoNotDisturb::Off).await.unwrap();
    let call = caller
        .start_call(callee.user_id(), CallType::AudioCall)
        .await
        .unwrap();
    call.hang_up();
    caller.close().await.unwrap();
    callee.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_exported_and_then_gone() {
    let account = Account::new(false).await;
    let client = account.device().await;
    let sections = client.export_sections().await.unwrap();
    assert!(!sections.is_empty());
    for section in &sections {
        let page = client.export_page(section, 0).await.unwrap();
        assert_eq!((&page.section, page.next), (section, None));
    }
    let refusal = client.export_page("secrets", 0).await.unwrap_err();
    assert_eq!(refusal.details.field.as_deref(), Some("section"));
    give_coins(&account, client.user_id(), 7).await;
    let refusal = client.delete_account(0).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Conflict);
    client
        .delete_account(client.balance().await.unwrap())
        .await
        .unwrap();
    assert_eq!(
        client.export_sections().await.unwrap_err().code,
        ErrorCode::NotAuthenticated
    );
    client.close().await.unwrap();
}
