//! The backend of a simulated phone.

use tokio_util::sync::CancellationToken;

use super::model::{Listener, Model};
use super::network::Operation;
use super::sessions::refuse;
use super::world::{Sim, Wire};
use crate::backend::{
    Answer, AnswerCall, AnsweredCall, Backend, CallAdmission, ChangeCall, InitiateCall, ManageStage,
    NewSession, RoomAccess, SessionAdmission, StageOutcome, Subscription, Topic,
};
use crate::domain::{
    Call, CallId, ErrorCode, IdempotencyKey, LiveResult, LiveSession, SessionId, StageRequest, UserId,
};

/// The world's backend, on behalf of one person.
pub struct SimBackend {
    sim: Sim,
    pub(super) user: UserId,
}

impl SimBackend {
    pub(super) const fn new(sim: Sim, user: UserId) -> Self {
        Self { sim, user }
    }

    pub(super) fn ask<T: Send + 'static>(
        &self,
        operation: Operation,
        decide: impl FnOnce(&mut Model) -> LiveResult<T> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(self.sim.ask(self.user, operation, decide))
    }
}

impl Backend for SimBackend {
    fn user_id(&self) -> Answer<'_, UserId> {
        Box::pin(std::future::ready(Ok(self.user)))
    }

    fn create_session(&self, request: NewSession, key: IdempotencyKey) -> Answer<'_, SessionAdmission> {
        let user = self.user;
        let decide = move |model: &mut Model| model.create_session(user, request, &key);
        Box::pin(self.sim.ask(user, Operation::CreateSession, decide))
    }

    fn start_session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::StartSession, move |model| {
            model.start_session(user, session)
        }))
    }

    fn join_session(
        &self,
        session: SessionId,
        accept_price: Option<u32>,
        key: IdempotencyKey,
    ) -> Answer<'_, SessionAdmission> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::JoinSession, move |model| {
            model.join_session(user, session, accept_price, &key)
        }))
    }

    fn session_token(&self, session: SessionId) -> Answer<'_, RoomAccess> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::Token, move |model| {
            model.session_token(user, session)
        }))
    }

    fn call_token(&self, call: CallId) -> Answer<'_, RoomAccess> {
        let user = self.user;
        Box::pin(
            self.sim
                .ask(user, Operation::Token, move |model| model.call_token(user, call)),
        )
    }

    fn leave_session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::LeaveSession, move |model| {
            model.leave_session(user, session)
        }))
    }

    fn end_session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::EndSession, move |model| {
            model.end_session(user, session)
        }))
    }

    fn manage_stage(&self, request: ManageStage, key: IdempotencyKey) -> Answer<'_, StageOutcome> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::ManageStage, move |model| {
            model.manage_stage(user, &request, &key)
        }))
    }

    fn initiate_call(&self, request: InitiateCall, key: IdempotencyKey) -> Answer<'_, CallAdmission> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::InitiateCall, move |model| {
            model.initiate_call(user, request, &key)
        }))
    }

    fn answer_call(&self, request: AnswerCall) -> Answer<'_, AnsweredCall> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::AnswerCall, move |model| {
            model.answer_call(user, &request)
        }))
    }

    fn change_call(&self, request: ChangeCall, key: IdempotencyKey) -> Answer<'_, Call> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::ChangeCall, move |model| {
            model.change_call(user, &request, &key)
        }))
    }

    fn end_call(&self, call: CallId) -> Answer<'_, Call> {
        let user = self.user;
        Box::pin(
            self.sim
                .ask(user, Operation::EndCall, move |model| model.end_call(user, call)),
        )
    }

    fn session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        Box::pin(self.sim.ask(self.user, Operation::Fetch, move |model| {
            model.session(session).map(|session| session.row.clone())
        }))
    }

    fn call(&self, call: CallId) -> Answer<'_, Call> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::Fetch, move |model| {
            model.own_call(user, call).cloned()
        }))
    }

    fn live_call(&self) -> Answer<'_, Option<Call>> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::Fetch, move |model| {
            Ok(model.live_call(user).cloned())
        }))
    }

    fn open_stage_requests(&self, session: SessionId) -> Answer<'_, Vec<StageRequest>> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::Fetch, move |model| {
            model.open_stage_requests(user, session)
        }))
    }

    fn last_stage_request(&self, session: SessionId, user: UserId) -> Answer<'_, Option<StageRequest>> {
        Box::pin(self.sim.ask(self.user, Operation::Fetch, move |model| {
            model
                .session(session)
                .map(|session| session.requests.get(&user).cloned())
        }))
    }

    fn subscribe(&self, topic: Topic) -> Answer<'_, Subscription> {
        let user = self.user;
        Box::pin(self.sim.ask(user, Operation::Subscribe, move |model| {
            if !model.may_listen(user, topic) {
                return refuse(ErrorCode::Forbidden, "This topic is not for you.");
            }
            let (wire, events) = Wire::new();
            model.listeners.push(Listener { user, topic, wire });
            Ok(Subscription::new(events, CancellationToken::new().drop_guard()))
        }))
    }
}
