//! The backend of a simulated phone: what people in a session do, and the account.

use std::future::ready;

use super::backend::SimBackend;
use super::network::Operation;
use super::sessions::refuse;
use crate::backend::{
    AccountBackend, Answer, DoNotDisturb, ExportPage, Moderate, PushDevice, RecordingAction, Report,
    SendGift, SessionBackend, WatchableRecording,
};
use crate::domain::{
    ChatMessage, ErrorCode, IdempotencyKey, MessageId, MessageKey, Participant, ReactionKind, Recording,
    RecordingId, RecordingStatus, SessionId, UserId,
};

impl SessionBackend for SimBackend {
    fn messages(
        &self,
        session: SessionId,
        before: Option<MessageKey>,
        limit: usize,
    ) -> Answer<'_, Vec<ChatMessage>> {
        let user = self.user;
        self.ask(Operation::Fetch, move |model| {
            model.messages(user, session, before, limit)
        })
    }

    fn send_message(&self, session: SessionId, body: String) -> Answer<'_, ChatMessage> {
        let user = self.user;
        self.ask(Operation::SendMessage, move |model| {
            model.send_message(user, session, body)
        })
    }

    fn delete_message(&self, message: MessageId) -> Answer<'_, ()> {
        let user = self.user;
        self.ask(Operation::DeleteMessage, move |model| {
            model.delete_message(user, message)
        })
    }

    fn send_reactions(&self, session: SessionId, kind: ReactionKind, count: u8) -> Answer<'_, ()> {
        let user = self.user;
        self.ask(Operation::React, move |model| {
            model.react(user, session, kind, count)
        })
    }

    fn slow_mode(&self, session: SessionId) -> Answer<'_, u32> {
        self.ask(Operation::Fetch, move |model| {
            Ok(model.session(session)?.slow_mode_seconds)
        })
    }

    fn set_slow_mode(&self, session: SessionId, seconds: u32) -> Answer<'_, ()> {
        let user = self.user;
        self.ask(Operation::SetSlowMode, move |model| {
            model.set_slow_mode(user, session, seconds)
        })
    }

    fn send_gift(&self, gift: SendGift, key: IdempotencyKey) -> Answer<'_, u64> {
        let user = self.user;
        self.ask(Operation::SendGift, move |model| {
            model.send_gift(user, gift, key.as_str())
        })
    }

    fn moderate(&self, request: Moderate, _key: IdempotencyKey) -> Answer<'_, Participant> {
        let user = self.user;
        self.ask(Operation::Moderate, move |model| model.moderate(user, &request))
    }

    fn record_session(
        &self,
        session: SessionId,
        action: RecordingAction,
        _key: IdempotencyKey,
    ) -> Answer<'_, Recording> {
        let user = self.user;
        self.ask(Operation::RecordSession, move |model| {
            model.record(user, session, action)
        })
    }

    fn last_recording(&self, session: SessionId) -> Answer<'_, Option<Recording>> {
        self.ask(Operation::Fetch, move |model| {
            Ok(model.session(session)?.recording.clone())
        })
    }

    fn recording(&self, id: RecordingId) -> Answer<'_, WatchableRecording> {
        self.ask(Operation::Fetch, move |model| {
            let all = model.sessions.values();
            let found = all
                .filter_map(|session| session.recording.clone())
                .find(|one| one.id == id);
            match found {
                Some(recording) if recording.status == RecordingStatus::Complete => Ok(WatchableRecording {
                    recording,
                    url: format!("https://sim.invalid/{id}.mp4"),
                }),
                Some(_) => refuse(ErrorCode::Conflict, "The recording is not ready yet."),
                None => refuse(ErrorCode::NotFound, "There is no such recording."),
            }
        })
    }
}

impl AccountBackend for SimBackend {
    fn balance(&self) -> Answer<'_, u64> {
        let user = self.user;
        self.ask(Operation::Fetch, move |model| {
            Ok(u64::from(model.person(user)?.coins))
        })
    }

    fn block(&self, other: UserId) -> Answer<'_, ()> {
        let user = self.user;
        self.ask(Operation::Block, move |model| model.block(user, other))
    }

    fn unblock(&self, other: UserId) -> Answer<'_, ()> {
        let user = self.user;
        self.ask(Operation::Block, move |model| {
            if let Some(person) = model.people.get_mut(&user) {
                person.blocked.remove(&other);
            }
            Ok(())
        })
    }

    fn blocked(&self) -> Answer<'_, Vec<UserId>> {
        let user = self.user;
        self.ask(Operation::Fetch, move |model| {
            Ok(model.person(user)?.blocked.iter().copied().collect())
        })
    }

    fn report(&self, report: Report) -> Answer<'_, ()> {
        self.ask(Operation::Report, move |model| {
            model.person(report.reported_id).map(drop)
        })
    }

    fn register_device(&self, _device: PushDevice, _token: String, _key: IdempotencyKey) -> Answer<'_, ()> {
        self.ask(Operation::RegisterDevice, |_| Ok(()))
    }

    fn unregister_device(&self, _device: PushDevice, _key: IdempotencyKey) -> Answer<'_, ()> {
        self.ask(Operation::RegisterDevice, |_| Ok(()))
    }

    fn do_not_disturb(&self) -> Answer<'_, DoNotDisturb> {
        let user = self.user;
        self.ask(Operation::Fetch, move |model| {
            let now = model.clock();
            Ok(match model.person(user)?.do_not_disturb {
                DoNotDisturb::Until { time } if time <= now => DoNotDisturb::Off,
                wish @ (DoNotDisturb::Off | DoNotDisturb::Until { .. } | DoNotDisturb::On) => wish,
            })
        })
    }

    fn set_do_not_disturb(&self, wish: DoNotDisturb) -> Answer<'_, ()> {
        let user = self.user;
        self.ask(Operation::SetDoNotDisturb, move |model| {
            if let Some(person) = model.people.get_mut(&user) {
                person.do_not_disturb = wish;
            }
            Ok(())
        })
    }

    fn delete_account(&self, _forfeit_coins: u64) -> Answer<'_, ()> {
        Box::pin(ready(unscripted()))
    }

    fn export_sections(&self) -> Answer<'_, Vec<String>> {
        Box::pin(ready(unscripted()))
    }

    fn export_page(&self, _section: String, _offset: u64) -> Answer<'_, ExportPage> {
        Box::pin(ready(unscripted()))
    }
}

/// A simulated world keeps nothing that could be exported or deleted.
fn unscripted<T>() -> crate::domain::LiveResult<T> {
    refuse(ErrorCode::NotFound, "The simulated world has no accounts.")
}
