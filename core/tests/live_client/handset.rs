//! A phone on the real stack: asleep, registered for pushes, and woken by them; its system does as it is asked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ipelya_core::backend::supabase::SupabaseDoor;
use ipelya_core::backend::{ColdStart, Platform, PushKind};
use ipelya_core::domain::{CallId, DeviceId, UserId};
use ipelya_core::media::test_signal::TestCapture;
use ipelya_core::runtime::{CallHandle, Phone, PhoneParts};
use ipelya_core::telephony::{
    ActionId, State, System, SystemAction, SystemCallId, SystemEffect, SystemEnd, SystemInput,
};
use serde_json::Value;
use tokio::time::timeout;

use crate::support::{Account, PATIENCE, engine, stack};

/// An iPhone whose app isn't running.
pub struct Handset {
    pub user: UserId,
    token: String,
    stored: Option<String>,
    pub phone: Phone,
    pub told: Vec<SystemEffect>,
    pub shown: Vec<SystemCallId>,
}

fn open(stored: Option<String>) -> Phone {
    Phone::open(PhoneParts {
        system: System::CallKit,
        door: Arc::new(SupabaseDoor),
        engine: Arc::new(|| Ok(engine())),
        capture: Arc::new(TestCapture),
        stored,
    })
}

impl Handset {
    /// A device of that account, which its app registered before it went to sleep.
    pub async fn of(account: &Account, device: &str) -> Self {
        let token = uuid::Uuid::new_v4().simple().to_string().repeat(2);
        let device = DeviceId::new(device).unwrap();
        let app = account
            .builder()
            .await
            .device(device.clone())
            .connect()
            .await
            .unwrap();
        app.register_device(Platform::Ios, PushKind::ApnsVoip, token.clone())
            .await
            .unwrap();
        let user = app.user_id();
        app.close().await.unwrap();
        let before = open(None);
        before.sign_in(ColdStart {
            supabase_url: account.info.supabase_url.clone(),
            anon_key: account.info.anon_key.clone(),
            user_id: user,
            device_id: device.as_str().to_owned(),
        });
        let Some(SystemEffect::Store { state: stored }) = before.take().pop() else {
            panic!("a sign-in is stored");
        };
        let phone = open(stored.clone());
        Self {
            user,
            token,
            stored,
            phone,
            told: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// The process dies, and another one begins with what was stored.
    pub fn dies(&mut self) {
        self.phone = open(self.stored.clone());
        (self.told, self.shown) = (Vec::new(), Vec::new());
        let effects = self.phone.restarted();
        self.does(effects);
    }

    /// The newest push, as APNs delivered it.
    pub async fn pushed(&self) -> String {
        let pushed = async {
            loop {
                if let Some(push) = stack().await.pushes().sent_to(&self.token).last() {
                    let mut payload: Value = push.payload.clone();
                    payload.as_object_mut().unwrap().remove("aps");
                    return payload.to_string();
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        timeout(PATIENCE, pushed).await.expect("no push")
    }

    /// Takes a push; how long it was until the system had its report.
    pub fn takes(&mut self, payload: &str) -> Duration {
        let began = Instant::now();
        let effects = self.phone.push(payload);
        let took = began.elapsed();
        assert!(
            matches!(effects.first(), Some(SystemEffect::ReportIncoming { .. })),
            "a push is reported first: {effects:?}"
        );
        self.does(effects);
        took
    }

    pub fn performs(&mut self, wanted: SystemAction) {
        let action = ActionId(uuid::Uuid::new_v4());
        let effects = self.phone.handle(SystemInput::Perform {
            action,
            wanted: wanted.clone(),
        });
        let done = effects.contains(&SystemEffect::Fulfill { action });
        self.does(effects);
        match wanted {
            SystemAction::Answer { .. } if done => {
                let effects = self.phone.handle(SystemInput::AudioActivated);
                self.does(effects);
            }
            SystemAction::End { call } if done => self.shown.retain(|shown| *shown != call),
            SystemAction::Start { .. }
            | SystemAction::Answer { .. }
            | SystemAction::End { .. }
            | SystemAction::Hold { .. }
            | SystemAction::Mute { .. } => {}
        }
    }

    fn does(&mut self, effects: Vec<SystemEffect>) {
        for effect in effects {
            self.told.push(effect.clone());
            match effect {
                SystemEffect::ReportIncoming { report } => self.shown.push(report.call),
                SystemEffect::ReportEnded { call, .. } => self.shown.retain(|shown| *shown != call),
                SystemEffect::Request { wanted } => self.performs(wanted),
                SystemEffect::Store { state } => self.stored = state,
                SystemEffect::ReportConnecting { .. }
                | SystemEffect::ReportConnected { .. }
                | SystemEffect::Update { .. }
                | SystemEffect::Fulfill { .. }
                | SystemEffect::Fail { .. }
                | SystemEffect::Audio { .. }
                | SystemEffect::StartRing { .. }
                | SystemEffect::StopRing { .. } => {}
            }
        }
    }

    /// Carries out what comes up, until it is as expected.
    pub async fn until(&mut self, mut expected: impl FnMut(&Self) -> bool) {
        let waiting = async {
            while !expected(self) {
                self.phone.waiting().await;
                let effects = self.phone.take();
                self.does(effects);
            }
        };
        if timeout(PATIENCE, waiting).await.is_err() {
            panic!("it waits for what never comes, after {:?}", self.told);
        }
    }

    /// The call, once both can talk.
    pub async fn talks(&mut self) -> CallHandle {
        let call = self.phone.state().call().unwrap();
        let handle = timeout(PATIENCE, self.phone.call(call)).await.unwrap().unwrap();
        timeout(PATIENCE, handle.active()).await.unwrap().unwrap();
        while self.phone.state() != (State::Active { call }) {
            tokio::task::yield_now().await;
        }
        handle
    }

    /// How the system was told that the call is over.
    pub async fn ends(&mut self, call: CallId) -> SystemEnd {
        let found = |here: &Self| {
            here.told.iter().find_map(|effect| {
                if let SystemEffect::ReportEnded { call: ended, end } = effect {
                    (*ended == call.into()).then_some(*end)
                } else {
                    None
                }
            })
        };
        self.until(|here| found(here).is_some()).await;
        found(self).unwrap()
    }

    /// Whether what would go back into the call is stored.
    pub fn keeps_a_call(&self) -> bool {
        self.stored.as_ref().is_some_and(|text| text.contains("\"call\""))
    }
}
