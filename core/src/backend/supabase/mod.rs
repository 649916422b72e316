//! Supabase: edge functions, PostgREST tables, Realtime.

mod account;
mod auth;
mod auth_reply;
mod config;
mod functions;
mod http;
mod in_session;
mod realtime;
mod refusal;
mod reply;
mod tables;
mod ticket;
mod token;

use std::sync::Arc;
use std::time::Duration;

use super::{
    Answer, AnswerCall, AnsweredCall, Backend, CallAdmission, CallTicket, ChangeCall, ColdStart,
    InitiateCall, ManageStage, NewSession, RoomAccess, SessionAdmission, StageOutcome, Subscription,
    TicketBackend, TicketDoor, Topic,
};
use crate::domain::{
    Call, CallId, DeviceId, IdempotencyKey, LiveResult, LiveSession, SessionId, StageRequest, UserId,
};

pub use auth::PasswordSession;
pub use config::SupabaseConfig;
pub use token::{AccessToken, StaticToken, TokenProvider};

use functions::Functions;
use http::{Http, within};
use realtime::Realtime;
use tables::Tables;
use ticket::CallTickets;

/// A Supabase project as the backend of one signed-in user. Needs a tokio runtime; dropping it ends its
/// connections, also under subscriptions that are still held.
pub struct SupabaseBackend {
    functions: Functions,
    tables: Tables,
    realtime: Realtime,
    tokens: Arc<dyn TokenProvider>,
    /// Of a phone that a push woke.
    tickets: Option<Arc<CallTickets>>,
    timeout: Duration,
}

impl SupabaseBackend {
    /// The project of `config`, as the user whose tokens `tokens` provides. Nothing is connected yet.
    ///
    /// # Errors
    /// `internal` when the system's HTTP client can't be set up.
    pub fn new(config: SupabaseConfig, tokens: Arc<dyn TokenProvider>) -> LiveResult<Self> {
        let http = Http::new(config.clone())?;
        Ok(Self {
            timeout: config.request_timeout,
            functions: Functions::new(http.clone(), Arc::clone(&tokens)),
            tables: Tables::new(http, config.clone(), Arc::clone(&tokens)),
            realtime: Realtime::new(config, Arc::clone(&tokens)),
            tokens,
            tickets: None,
        })
    }

    /// The project as a phone knows it that a push woke, without the app's session: by the push's `answer_ticket`, for the call
    /// that it rings and for nothing else. Build a client on it with the device that comes along, hand it the push
    /// ([`crate::LiveClient::handle_push`]), and the call can be taken, spoken in and hung up. Everything else is
    /// `not_authenticated`, and nothing is heard over Realtime: what becomes of the call is asked, and told by its room.
    ///
    /// # Errors
    /// `invalid_argument` naming `answer_ticket`; as [`SupabaseBackend::new`].
    pub fn by_ticket(config: SupabaseConfig, answer_ticket: &str) -> LiveResult<(Self, DeviceId)> {
        let (tickets, device) = CallTickets::new(&CallTicket::Answer(answer_ticket.to_owned()))?;
        Ok((Self::over_tickets(config, Arc::new(tickets))?, device))
    }

    fn over_tickets(config: SupabaseConfig, tickets: Arc<CallTickets>) -> LiveResult<Self> {
        let mut backend = Self::new(config, Arc::clone(&tickets) as Arc<dyn TokenProvider>)?;
        backend.tickets = Some(tickets);
        Ok(backend)
    }
}

/// Opens the Supabase project that a cold start names.
#[derive(Clone, Copy, Debug, Default)]
pub struct SupabaseDoor;

impl TicketDoor for SupabaseDoor {
    fn open(&self, cold_start: &ColdStart, ticket: &CallTicket) -> LiveResult<TicketBackend> {
        let config = SupabaseConfig::new(&cold_start.supabase_url, cold_start.anon_key.clone())?;
        let (tickets, device) = CallTickets::new(ticket)?;
        let tickets = Arc::new(tickets);
        let call_ticket = tickets.call_ticket();
        Ok(TicketBackend {
            backend: Arc::new(SupabaseBackend::over_tickets(config, tickets)?),
            device,
            call_ticket,
        })
    }
}

impl Backend for SupabaseBackend {
    fn user_id(&self) -> Answer<'_, UserId> {
        let token = self.tokens.access_token();
        Box::pin(async { Ok(within(self.timeout, "access token", token).await?.user_id()) })
    }

    fn create_session(&self, request: NewSession, key: IdempotencyKey) -> Answer<'_, SessionAdmission> {
        Box::pin(async move { self.functions.create_session(&request, &key).await })
    }

    fn start_session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        Box::pin(self.functions.start_session(session))
    }

    fn join_session(
        &self,
        session: SessionId,
        accept_price: Option<u32>,
        key: IdempotencyKey,
    ) -> Answer<'_, SessionAdmission> {
        Box::pin(async move { self.functions.join_session(session, accept_price, &key).await })
    }

    fn session_token(&self, session: SessionId) -> Answer<'_, RoomAccess> {
        Box::pin(self.functions.session_token(session))
    }

    fn call_token(&self, call: CallId) -> Answer<'_, RoomAccess> {
        Box::pin(self.functions.call_token(call))
    }

    fn leave_session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        Box::pin(self.functions.leave_session(session))
    }

    fn end_session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        Box::pin(self.functions.end_session(session))
    }

    fn manage_stage(&self, request: ManageStage, key: IdempotencyKey) -> Answer<'_, StageOutcome> {
        Box::pin(async move { self.functions.manage_stage(&request, &key).await })
    }

    fn initiate_call(&self, request: InitiateCall, key: IdempotencyKey) -> Answer<'_, CallAdmission> {
        Box::pin(async move { self.functions.initiate_call(&request, &key).await })
    }

    fn answer_call(&self, request: AnswerCall) -> Answer<'_, AnsweredCall> {
        Box::pin(async move {
            let tickets = self.tickets.as_deref();
            let key = tickets.filter(|_| request.accept).map(CallTickets::key);
            let (answered, call_ticket) = self.functions.answer_call(&request, key).await?;
            if let (Some(tickets), Some(ticket)) = (tickets, call_ticket) {
                tickets.answered(&ticket)?;
            }
            Ok(answered)
        })
    }

    fn change_call(&self, request: ChangeCall, key: IdempotencyKey) -> Answer<'_, Call> {
        Box::pin(async move { self.functions.change_call(&request, &key).await })
    }

    fn end_call(&self, call: CallId) -> Answer<'_, Call> {
        Box::pin(self.functions.end_call(call))
    }

    fn session(&self, session: SessionId) -> Answer<'_, LiveSession> {
        Box::pin(self.tables.session(session))
    }

    fn call(&self, call: CallId) -> Answer<'_, Call> {
        match self.tickets {
            Some(_) => Box::pin(self.functions.get_call(call)),
            None => Box::pin(self.tables.call(call)),
        }
    }

    fn live_call(&self) -> Answer<'_, Option<Call>> {
        Box::pin(self.tables.live_call())
    }

    fn open_stage_requests(&self, session: SessionId) -> Answer<'_, Vec<StageRequest>> {
        Box::pin(self.tables.open_stage_requests(session))
    }

    fn last_stage_request(&self, session: SessionId, user: UserId) -> Answer<'_, Option<StageRequest>> {
        Box::pin(self.tables.last_stage_request(session, user))
    }

    fn subscribe(&self, topic: Topic) -> Answer<'_, Subscription> {
        match self.tickets {
            // A ticket opens no topic: there is nothing to wait for.
            Some(_) => Box::pin(std::future::pending()),
            None => Box::pin(self.realtime.subscribe(topic)),
        }
    }
}

/// A token as Auth would make it; `name` tells tokens apart.
#[cfg(test)]
fn test_token(name: &str, expires_at: i64) -> AccessToken {
    use base64::Engine as _;
    let claims = serde_json::json!({ "sub": uuid::Uuid::nil(), "exp": expires_at, "name": name }).to_string();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    AccessToken::parse(&format!("e30.{payload}.c2ln")).unwrap()
}
