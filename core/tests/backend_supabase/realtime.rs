use std::sync::Arc;

use ipelya_core::backend::supabase::{AccessToken, StaticToken, SupabaseBackend, TokenProvider};
use ipelya_core::backend::{
    Answer, Backend as _, InitiateCall, NewSession, RealtimeEvent, Subscription, Topic,
};
use ipelya_core::domain::{Call, CallStatus, CallType, ErrorCode, SessionStatus, UserId};
use ipelya_devstack::sign_jwt;
use serde_json::json;
use tokio::sync::{RwLock, watch};

use super::people::{Person, config, creator, key, refused, somebody, soon, stack};

/// An outage hits every socket of the stack: whoever makes one has it alone.
static SOCKETS: RwLock<()> = RwLock::const_new(());

async fn next(subscription: &mut Subscription) -> Option<RealtimeEvent> {
    soon(subscription.next()).await
}

async fn ring(caller: &Person, callee: &Person) -> Call {
    let request = InitiateCall {
        callee_id: callee.id,
        call_type: CallType::AudioCall,
    };
    caller.backend.initiate_call(request, key()).await.unwrap().call
}

#[tokio::test]
async fn a_ringing_call_is_heard_by_both_and_so_is_its_end() {
    let _quiet = SOCKETS.read().await;
    let (caller, callee) = (somebody().await, somebody().await);
    let mut at_caller = caller.backend.subscribe(Topic::User(caller.id)).await.unwrap();
    let mut at_callee = callee.backend.subscribe(Topic::User(callee.id)).await.unwrap();
    let mut on_second_screen = callee.backend.subscribe(Topic::User(callee.id)).await.unwrap();

    let call = ring(&caller, &callee).await;
    let rings = Some(RealtimeEvent::CallChanged(call.clone()));
    for subscription in [&mut at_caller, &mut at_callee, &mut on_second_screen] {
        assert_eq!(next(subscription).await, rings);
    }
    drop(on_second_screen);
    let ended = callee.backend.end_call(call.id).await.unwrap();
    assert_eq!(ended.status, CallStatus::Ended);
    for subscription in [&mut at_caller, &mut at_callee] {
        assert_eq!(
            next(subscription).await,
            Some(RealtimeEvent::CallChanged(ended.clone()))
        );
    }
}

#[tokio::test]
async fn a_session_is_heard_by_who_is_in_it() {
    let _quiet = SOCKETS.read().await;
    let (host, viewer, stranger) = (creator().await, somebody().await, somebody().await);
    let created = host
        .backend
        .create_session(NewSession::broadcast("Yayın"), key())
        .await
        .unwrap();
    let topic = Topic::Session(created.session.id);
    let mut at_host = host.backend.subscribe(topic).await.unwrap();
    let refusal = stranger.backend.subscribe(topic).await;
    refused(refusal.map(|_| ()), ErrorCode::Forbidden);

    let live = host.backend.start_session(created.session.id).await.unwrap();
    assert_eq!(
        next(&mut at_host).await,
        Some(RealtimeEvent::SessionChanged(live))
    );
    viewer
        .backend
        .join_session(created.session.id, None, key())
        .await
        .unwrap();
    let Some(RealtimeEvent::ParticipantChanged(newcomer)) = next(&mut at_host).await else {
        panic!("nobody came");
    };
    assert_eq!(newcomer.user_id, viewer.id);

    let mut at_viewer = viewer.backend.subscribe(topic).await.unwrap();
    host.backend.end_session(created.session.id).await.unwrap();
    let Some(RealtimeEvent::SessionChanged(session)) = next(&mut at_viewer).await else {
        panic!("the end wasn't told");
    };
    assert_eq!(session.status, SessionStatus::Ended);
}

#[tokio::test]
async fn another_persons_topic_is_refused_and_one_s_own_still_heard() {
    let _quiet = SOCKETS.read().await;
    let (nosy, other) = (somebody().await, somebody().await);
    let mut own = nosy.backend.subscribe(Topic::User(nosy.id)).await.unwrap();
    let refusal = nosy.backend.subscribe(Topic::User(other.id)).await;
    assert!(!refused(refusal.map(|_| ()), ErrorCode::Forbidden).retryable);
    let call = ring(&other, &nosy).await;
    assert_eq!(next(&mut own).await, Some(RealtimeEvent::CallChanged(call)));
}

#[tokio::test]
async fn a_killed_socket_is_replaced_and_the_gap_is_told() {
    let _alone = SOCKETS.write().await;
    let (caller, callee) = (somebody().await, somebody().await);
    let mut at_callee = callee.backend.subscribe(Topic::User(callee.id)).await.unwrap();
    for _ in 0..3 {
        stack().await.drop_realtime_sockets();
        assert_eq!(next(&mut at_callee).await, Some(RealtimeEvent::Resubscribed));
    }
    let call = ring(&caller, &callee).await;
    assert_eq!(next(&mut at_callee).await, Some(RealtimeEvent::CallChanged(call)));
}

/// Tokens signed by the test; `renew` gives what `set` gave last.
struct OwnTokens {
    current: watch::Sender<AccessToken>,
    changes: watch::Sender<()>,
    next: Option<AccessToken>,
}

impl OwnTokens {
    fn new(first: AccessToken, next: Option<AccessToken>) -> Arc<Self> {
        let (current, _) = watch::channel(first);
        let (changes, _) = watch::channel(());
        Arc::new(Self {
            current,
            changes,
            next,
        })
    }

    fn set(&self, token: AccessToken) {
        self.current.send_replace(token);
        self.changes.send_replace(());
    }
}

impl TokenProvider for OwnTokens {
    fn access_token(&self) -> Answer<'_, AccessToken> {
        Box::pin(async { Ok(self.current.borrow().clone()) })
    }

    fn renew<'a>(&'a self, _rejected: &'a AccessToken) -> Answer<'a, AccessToken> {
        if let Some(next) = &self.next {
            self.current.send_replace(next.clone());
        }
        self.access_token()
    }

    fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

async fn token(user: UserId, lifetime_seconds: i64) -> AccessToken {
    let exp = chrono::Utc::now().timestamp() + lifetime_seconds;
    let claims = json!({ "sub": user, "role": "authenticated", "aud": "authenticated", "exp": exp });
    let jwt = sign_jwt(claims.as_object().unwrap(), &stack().await.info().jwt_secret).unwrap();
    AccessToken::parse(&jwt).unwrap()
}

async fn backend(tokens: Arc<dyn TokenProvider>) -> SupabaseBackend {
    SupabaseBackend::new(config().await, tokens).unwrap()
}

#[tokio::test]
async fn a_token_that_changes_in_time_keeps_the_topic_and_one_that_does_not_loses_it() {
    let _quiet = SOCKETS.read().await;
    let (caller, callee) = (somebody().await, somebody().await);
    let short = token(callee.id, 5).await;
    let tokens = OwnTokens::new(short.clone(), None);
    let renewing = backend(tokens.clone()).await;
    let forgetful = backend(Arc::new(StaticToken::new(short))).await;
    let mut kept = renewing.subscribe(Topic::User(callee.id)).await.unwrap();
    let mut lost = forgetful.subscribe(Topic::User(callee.id)).await.unwrap();
    tokens.set(token(callee.id, 600).await);

    let Some(RealtimeEvent::Closed(error)) = next(&mut lost).await else {
        panic!("an expired token kept its topic");
    };
    assert_eq!(error.code, ErrorCode::NotAuthenticated);
    assert_eq!(next(&mut lost).await, None);
    let call = ring(&caller, &callee).await;
    assert_eq!(
        next(&mut kept).await,
        Some(RealtimeEvent::CallChanged(call)),
        "no gap, no loss"
    );
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_and_the_topic_joined_again() {
    let _quiet = SOCKETS.read().await;
    let person = somebody().await;
    let tokens = OwnTokens::new(token(person.id, 4).await, Some(token(person.id, 600).await));
    let late = backend(tokens).await;
    let mut own = late.subscribe(Topic::User(person.id)).await.unwrap();
    assert_eq!(next(&mut own).await, Some(RealtimeEvent::Resubscribed));

    let expired = OwnTokens::new(token(person.id, -60).await, Some(token(person.id, 600).await));
    let too_late = backend(expired).await;
    too_late.subscribe(Topic::User(person.id)).await.unwrap();
}
