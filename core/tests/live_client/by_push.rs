//! A client of what a push carried: it takes, hangs up and asks about that call, and opens nothing else.

use ipelya_core::LiveClient;
use ipelya_core::backend::supabase::{SupabaseBackend, SupabaseConfig};
use ipelya_core::backend::{Platform, PushKind};
use ipelya_core::call::{CallPush, Push};
use ipelya_core::domain::{CallEndReason, CallType, DeviceId, ErrorCode, UserId};
use ipelya_core::media::test_signal::TestCapture;
use serde_json::Value;
use tokio::time::timeout;

use crate::calls::{close, end, next};
use crate::support::{Account, PATIENCE, engine, stack};

/// A phone that is registered for pushes, and asleep.
struct Asleep {
    user: UserId,
    token: String,
}

impl Asleep {
    async fn new() -> Self {
        let account = Account::new(false).await;
        let token = uuid::Uuid::new_v4().simple().to_string().repeat(2);
        let builder = account.builder().await.device(DeviceId::new("phone").unwrap());
        let app = builder.connect().await.unwrap();
        app.register_device(Platform::Ios, PushKind::ApnsVoip, token.clone())
            .await
            .unwrap();
        let user = app.user_id();
        app.close().await.unwrap();
        Self { user, token }
    }

    /// The push that woke it, as APNs delivered it.
    async fn woken(&self) -> String {
        let pushed = async {
            loop {
                if let Some(push) = stack().await.pushes().sent_to(&self.token).first() {
                    let mut payload: Value = push.payload.clone();
                    payload.as_object_mut().unwrap().remove("aps");
                    return payload.to_string();
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, pushed).await.expect("no push")
    }

    async fn client(&self, payload: &str) -> LiveClient {
        let info = stack().await.info();
        let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key).unwrap();
        let (backend, device) =
            SupabaseBackend::by_ticket(config, &ring(payload).answer_ticket.unwrap()).unwrap();
        assert_eq!(device.as_str(), "phone");
        let client = LiveClient::builder(backend, engine())
            .capture(TestCapture)
            .device(device);
        client.connect().await.unwrap()
    }
}

fn ring(payload: &str) -> CallPush {
    match Push::parse(payload).unwrap() {
        Push::Ring(push) => push,
        Push::StopRinging(_) => panic!("not a ring"),
    }
}

async fn person() -> LiveClient {
    let builder = Account::new(false).await.builder().await;
    builder.capture(TestCapture).connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_hangs_up_what_it_answered_by_its_push() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let out = annas.start_call(callee, CallType::AudioCall).await.unwrap();
    let payload = bora.woken().await;
    let client = bora.client(&payload).await;
    let mut rings = client.incoming_calls();
    client.handle_push(&payload).unwrap();
    let here = next(&mut rings).await;
    here.accept().await.unwrap();
    here.hang_up();
    assert_eq!(end(&out).await, CallEndReason::HungUp);
    close([annas, client]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_woken_after_the_cancel_stops_by_itself() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let out = annas.start_call(callee, CallType::AudioCall).await.unwrap();
    let payload = bora.woken().await;
    out.hang_up();
    assert_eq!(end(&out).await, CallEndReason::Cancelled);
    let client = bora.client(&payload).await;
    let mut rings = client.incoming_calls();
    client.handle_push(&payload).unwrap();
    let here = next(&mut rings).await;
    assert_eq!(end(&here).await, CallEndReason::Cancelled, "it asked");
    close([annas, client]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_nothing_but_its_call() {
    let bora = Asleep::new().await;
    let annas = person().await;
    let callee = bora.user;
    let out = annas.start_call(callee, CallType::AudioCall).await.unwrap();
    let client = bora.client(&bora.woken().await).await;
    let refused = client.start_call(annas.user_id(), CallType::AudioCall).await;
    assert_eq!(refused.err().unwrap().code, ErrorCode::NotAuthenticated);
    assert_eq!(
        client.balance().await.unwrap_err().code,
        ErrorCode::NotAuthenticated
    );
    out.hang_up();
    close([annas, client]).await;
    let info = stack().await.info();
    let config = SupabaseConfig::new(&info.supabase_url, &info.anon_key).unwrap();
    let error = SupabaseBackend::by_ticket(config, &info.anon_key).err().unwrap();
    assert_eq!(error.details.field.as_deref(), Some("answer_ticket"));
}
