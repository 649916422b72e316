//! The phone between a simulated system and the simulated world: pushes, answers, sound, and a client that comes late.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ipelya_core::LiveClient;
use ipelya_core::backend::{CallTicket, ColdStart, TicketBackend, TicketDoor};
use ipelya_core::call::State as CallState;
use ipelya_core::domain::{CallEndReason, CallId, CallType, DeviceId, ErrorCode, LiveResult, UserId};
use ipelya_core::runtime::{CallHandle, Phone, PhoneParts};
use ipelya_core::sim::{self, Device, Sim, SimPerson};
use ipelya_core::telephony::{
    ActionId, State, System, SystemAction, SystemCallId, SystemEffect, SystemEnd, SystemInput,
};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use crate::Outcome;

const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the backend of the person whose phone it is, for tickets that are good.
struct Door {
    owner: SimPerson,
    call_ticket: watch::Sender<Option<String>>,
    asked: Mutex<Vec<CallTicket>>,
}

impl TicketDoor for Door {
    fn open(&self, cold_start: &ColdStart, ticket: &CallTicket) -> LiveResult<TicketBackend> {
        self.asked.lock().unwrap().push(ticket.clone());
        Ok(TicketBackend {
            backend: Arc::new(self.owner.backend()),
            device: DeviceId::new(cold_start.device_id.clone())?,
            call_ticket: self.call_ticket.subscribe(),
        })
    }
}

/// A phone, and a system that does as it is asked.
struct Handset {
    owner: SimPerson,
    door: Arc<Door>,
    phone: Phone,
    told: Vec<SystemEffect>,
    shown: Vec<SystemCallId>,
    stored: Option<String>,
    /// The system gives the sound to whoever talks, unless it is kept from it.
    gives_sound: bool,
}

fn cold_start(user: UserId) -> ColdStart {
    ColdStart {
        supabase_url: "http://127.0.0.1:1".into(),
        anon_key: "key".into(),
        user_id: user,
        device_id: "phone".into(),
    }
}

fn open(owner: &SimPerson, door: &Arc<Door>, stored: Option<String>) -> Phone {
    let engine = owner.clone();
    Phone::open(PhoneParts {
        system: System::CallKit,
        door: Arc::clone(door) as Arc<dyn TicketDoor>,
        engine: Arc::new(move || Ok(Arc::new(engine.engine()))),
        capture: Arc::new(owner.capture().clone()),
        stored,
    })
}

impl Handset {
    /// In a process that a push will start: all it knows was stored by one before.
    fn of(owner: &SimPerson) -> Self {
        let door = Arc::new(Door {
            owner: owner.clone(),
            call_ticket: watch::Sender::new(None),
            asked: Mutex::default(),
        });
        let before = open(owner, &door, None);
        before.sign_in(cold_start(owner.id()));
        let Some(SystemEffect::Store { state: stored }) = before.take().pop() else {
            panic!("a sign-in is stored");
        };
        let phone = open(owner, &door, stored.clone());
        Self {
            owner: owner.clone(),
            door,
            phone,
            told: Vec::new(),
            shown: Vec::new(),
            stored,
            gives_sound: true,
        }
    }

    /// The process dies; the next one has what was stored.
    fn dies(&mut self) {
        self.phone = open(&self.owner, &self.door, self.stored.clone());
        (self.told, self.shown) = (Vec::new(), Vec::new());
    }

    fn push(&mut self, call: CallId, caller: &SimPerson, callee: UserId) {
        let payload = json!({
            "event": "ring", "call_id": call, "caller_id": caller.id(), "caller_name": "Anna", "callee_id": callee,
            "call_type": "audio_call", "answer_ticket": "an answer ticket",
            "ring_expires_at": chrono::Utc::now() + chrono::TimeDelta::seconds(45),
        });
        let effects = self.phone.push(&payload.to_string());
        assert!(
            matches!(effects.first(), Some(SystemEffect::ReportIncoming { .. })),
            "a push is reported first: {effects:?}"
        );
        self.does(effects);
    }

    fn says(&mut self, input: SystemInput) {
        let effects = self.phone.handle(input);
        self.does(effects);
    }

    fn performs(&mut self, wanted: SystemAction) {
        let action = ActionId(Uuid::new_v4());
        let effects = self.phone.handle(SystemInput::Perform {
            action,
            wanted: wanted.clone(),
        });
        let done = effects.contains(&SystemEffect::Fulfill { action });
        if done && let SystemAction::Start { call, .. } = &wanted {
            self.shown.push(*call);
        }
        self.does(effects);
        if done && self.gives_sound {
            match wanted {
                SystemAction::Start { .. } | SystemAction::Answer { .. } => {
                    self.says(SystemInput::AudioActivated);
                }
                SystemAction::End { call } => {
                    self.shown.retain(|shown| *shown != call);
                    self.says(SystemInput::AudioDeactivated);
                }
                SystemAction::Hold { .. } | SystemAction::Mute { .. } => {}
            }
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
    async fn until(&mut self, mut expected: impl FnMut(&Self) -> bool) {
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

    async fn until_talking(&mut self) -> CallHandle {
        let call = self.phone.state().call().unwrap();
        let handle = self.phone.call(call).await.unwrap();
        handle.active().await.unwrap();
        self.until(|here| here.phone.state() == State::Active { call })
            .await;
        handle
    }

    async fn until_ended(&mut self, call: CallId) -> SystemEnd {
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
}

async fn until_runs(person: &SimPerson, on: bool) {
    let deadline = Instant::now() + PATIENCE;
    while person.capture().runs(Device::Microphone) != on {
        assert!(Instant::now() < deadline, "the microphone isn't {on}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn a_cold_process_answers_by_its_push_and_records_once_the_system_gives_the_sound() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        handset.gives_sound = false;
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.push(call, &anna, bora.id());
        handset.performs(SystemAction::Answer { call: call.into() });
        let handle = handset.until_talking().await;
        handle.wait_for(|now| now.publishing.audio).await?;
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(
            !bora.capture().runs(Device::Microphone),
            "the sound isn't ours yet"
        );
        for given in [true, false, true] {
            handset.says(if given {
                SystemInput::AudioActivated
            } else {
                SystemInput::AudioDeactivated
            });
            until_runs(&bora, given).await;
        }
        handset.performs(SystemAction::End { call: call.into() });
        assert_eq!(handle.ended().await, CallEndReason::HungUp);
        until_runs(&bora, false).await;
        Ok(())
    });
}

#[test]
fn a_push_that_is_answered_in_the_same_turn_is_answered() {
    sim::run(3, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.push(call, &anna, bora.id());
        handset.performs(SystemAction::Answer { call: call.into() });
        handset.performs(SystemAction::Mute {
            call: call.into(),
            on: true,
        });
        let handle = handset.until_talking().await;
        assert!(
            !handle.snapshot().local.microphone.enabled,
            "muted before it was there"
        );
        handset.performs(SystemAction::End { call: call.into() });
        assert_eq!(handle.ended().await, CallEndReason::HungUp);
        Ok(())
    });
}

#[test]
fn a_ring_that_is_over_elsewhere_is_over_here_within_a_second() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        for (end, is_cancelled) in [
            (SystemEnd::RemoteEnded, true),
            (SystemEnd::AnsweredElsewhere, false),
        ] {
            let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
            let mut handset = Handset::of(&bora);
            let call = anna.calls(&bora, CallType::AudioCall)?;
            handset.push(call, &anna, bora.id());
            tokio::time::sleep(Duration::from_secs(3)).await;
            assert_eq!(handset.phone.state(), State::Ringing { call: call.into() });
            let began = Instant::now();
            if is_cancelled {
                anna.hangs_up(call)?;
            } else {
                bora.answers(call, true)?;
            }
            assert_eq!(handset.until_ended(call).await, end);
            assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
            // The push again, late.
            handset.push(call, &anna, bora.id());
            assert_eq!(handset.shown, []);
        }
        Ok(())
    });
}

#[test]
fn a_call_that_was_cancelled_while_its_push_was_on_the_way_rings_no_longer_than_a_question_takes() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let call = anna.calls(&bora, CallType::AudioCall)?;
        anna.hangs_up(call)?;
        let began = Instant::now();
        handset.push(call, &anna, bora.id());
        assert_eq!(handset.until_ended(call).await, SystemEnd::RemoteEnded);
        assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
        Ok(())
    });
}

#[test]
fn a_client_that_comes_later_has_the_call_that_goes_on_and_hears_its_news() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.push(call, &anna, bora.id());
        handset.performs(SystemAction::Answer { call: call.into() });
        let handle = handset.until_talking().await;

        let client = bora.client().await?;
        handset.phone.attach(&client).await?;
        let found = timeout(PATIENCE, client.incoming_calls().next())
            .await
            .unwrap()
            .unwrap();
        assert!(found == handle, "the same call, not another one");
        assert_eq!(found.snapshot().state, CallState::Active);
        anna.hangs_up(call)?;
        assert_eq!(handset.until_ended(call).await, SystemEnd::RemoteEnded);
        assert_eq!(found.ended().await, CallEndReason::HungUp);
        client.close().await
    });
}

#[test]
fn a_client_that_comes_while_it_rings_rings_no_second_time() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let call = anna.calls(&bora, CallType::AudioCall)?;
        let client = bora.client().await?;
        handset.push(call, &anna, bora.id());
        handset.phone.attach(&client).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let effects = handset.phone.take();
        handset.does(effects);
        assert_eq!(handset.shown, [call.into()]);
        handset.performs(SystemAction::Answer { call: call.into() });
        handset.until_talking().await;
        handset.performs(SystemAction::End { call: call.into() });
        client.close().await
    });
}

/// A client that is attached, and whose user is called or calls.
async fn attached(bora: &SimPerson) -> Result<(Handset, LiveClient), ipelya_core::domain::LiveError> {
    let handset = Handset::of(bora);
    let client = bora.client().await?;
    handset.phone.attach(&client).await?;
    Ok((handset, client))
}

#[test]
fn a_call_that_rings_over_realtime_is_shown_by_the_system_and_its_push_changes_nothing() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (mut handset, client) = attached(&bora).await?;
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.until(|here| here.shown == [call.into()]).await;
        handset.push(call, &anna, bora.id());
        handset.phone.accept()?;
        handset.until(|here| here.phone.state().call().is_some()).await;
        let effects = handset.phone.take();
        handset.does(effects);
        handset.until_talking().await;
        assert!(
            handset.door.asked.lock().unwrap().is_empty(),
            "the client has the call"
        );
        handset.phone.hang_up()?;
        handset.until(|here| here.phone.state() == State::Idle).await;
        client.close().await
    });
}

#[test]
fn an_outgoing_call_is_asked_of_the_system_first_and_waits_for_the_sound() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (mut handset, client) = attached(&bora).await?;
        let call = handset.phone.dial(anna.id(), CallType::AudioCall)?;
        handset.until(|here| here.shown == [call]).await;
        assert_eq!(
            handset
                .phone
                .dial(anna.id(), CallType::AudioCall)
                .unwrap_err()
                .code,
            ErrorCode::Busy
        );
        let handle = timeout(PATIENCE, handset.phone.call(call))
            .await
            .unwrap()
            .unwrap();
        handle.rings().await?;
        anna.answers(handle.snapshot().call.unwrap().id, true)?;
        handset
            .until(|here| here.told.contains(&SystemEffect::ReportConnected { call }))
            .await;
        until_runs(&bora, true).await;
        handset.phone.set_held(true)?;
        handset
            .until(|here| here.phone.state() == State::Held { call })
            .await;
        until_runs(&bora, false).await;
        handset.phone.hang_up()?;
        handset.until(|here| here.phone.state() == State::Idle).await;
        assert_eq!(handle.ended().await, CallEndReason::HungUp);
        client.close().await
    });
}

#[test]
fn a_call_from_the_list_of_recent_calls_waits_for_the_client_that_makes_it() {
    sim::run(5, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let start = |callee: String| SystemAction::Start {
            call: SystemCallId(Uuid::new_v4()),
            callee,
            call_type: CallType::AudioCall,
        };
        handset.performs(start("+90 555 000 00 00".into()));
        assert_eq!(handset.phone.state(), State::Idle, "nobody of that name");
        handset.performs(start(anna.id().to_string()));
        let client = bora.client().await?;
        handset.phone.attach(&client).await?;
        let call = handset.phone.state().call().unwrap();
        timeout(PATIENCE, handset.phone.call(call))
            .await
            .unwrap()
            .unwrap()
            .rings()
            .await?;
        handset.performs(SystemAction::End { call });
        // Without a client it is given up.
        let mut alone = Handset::of(&anna);
        alone.performs(start(bora.id().to_string()));
        alone.until(|here| here.phone.state() == State::Idle).await;
        client.close().await
    });
}

#[test]
fn a_process_that_died_during_a_call_is_followed_by_one_that_goes_back_into_it() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.push(call, &anna, bora.id());
        handset.performs(SystemAction::Answer { call: call.into() });
        handset.until_talking().await;
        handset
            .door
            .call_ticket
            .send_replace(Some("a call ticket".into()));
        handset
            .until(|here| {
                here.stored
                    .as_ref()
                    .is_some_and(|text| text.contains("a call ticket"))
            })
            .await;

        handset.dies();
        let effects = handset.phone.restarted();
        assert!(
            matches!(effects[0], SystemEffect::ReportIncoming { .. }),
            "{effects:?}"
        );
        handset.does(effects);
        let again = handset.until_talking().await;
        assert!(
            handset
                .door
                .asked
                .lock()
                .unwrap()
                .contains(&CallTicket::Call("a call ticket".into()))
        );
        until_runs(&bora, true).await;
        handset.performs(SystemAction::End { call: call.into() });
        assert_eq!(again.ended().await, CallEndReason::HungUp);
        handset
            .until(|here| here.stored.as_ref().is_some_and(|text| !text.contains("ticket")))
            .await;
        Ok(())
    });
}

#[test]
fn a_process_that_comes_after_the_call_was_over_shows_its_end() {
    sim::run_seeds(0..20, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let mut handset = Handset::of(&bora);
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.push(call, &anna, bora.id());
        handset.performs(SystemAction::Answer { call: call.into() });
        handset.until_talking().await;
        handset
            .door
            .call_ticket
            .send_replace(Some("a call ticket".into()));
        handset
            .until(|here| {
                here.stored
                    .as_ref()
                    .is_some_and(|text| text.contains("a call ticket"))
            })
            .await;
        handset.dies();
        anna.hangs_up(call)?;
        let effects = handset.phone.restarted();
        handset.does(effects);
        assert_eq!(handset.until_ended(call).await, SystemEnd::RemoteEnded);
        assert_eq!(handset.phone.restarted(), [], "once");
        Ok(())
    });
}

#[test]
fn after_a_sign_out_nothing_rings_and_nothing_is_stored() {
    sim::run(2, async |sim: Sim| -> Outcome {
        let (anna, bora) = (sim.person("Anna"), sim.person("Bora"));
        let (mut handset, client) = attached(&bora).await?;
        handset.phone.push_token_changed(Some("a token".into()));
        let call = anna.calls(&bora, CallType::AudioCall)?;
        handset.until(|here| here.shown == [call.into()]).await;
        handset.phone.sign_out().await;
        let effects = handset.phone.take();
        handset.does(effects);
        assert_eq!(
            (handset.shown.as_slice(), handset.stored.as_ref()),
            (&[][..], None)
        );
        handset.push(call, &anna, bora.id());
        assert_eq!(handset.shown, [], "reported, and over");
        assert_eq!(
            handset.phone.attach(&client).await.unwrap_err().code,
            ErrorCode::Conflict
        );
        client.close().await
    });
}

#[test]
fn a_second_call_is_shown_ended_and_declined_for_whoever_calls() {
    sim::run(4, async |sim: Sim| -> Outcome {
        let (anna, bora, cem) = (sim.person("Anna"), sim.person("Bora"), sim.person("Cem"));
        let mut handset = Handset::of(&bora);
        // Two rings that the backend let through: the second one's push comes while the first one rings.
        let first = anna.calls(&bora, CallType::AudioCall)?;
        handset.push(first, &anna, bora.id());
        let second = CallId(Uuid::new_v4());
        handset.push(second, &cem, bora.id());
        assert_eq!(handset.shown, [first.into()]);
        handset.push(second, &cem, cem.id());
        assert_eq!(handset.shown, [first.into()], "and another user's");
        Ok(())
    });
}
