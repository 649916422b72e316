//! What a call asks of the backend, beside its actor.

use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use crate::backend::{AnswerCall, Backend, ChangeCall, InitiateCall};
use crate::call::Input;
use crate::domain::{CallId, ErrorCode, IdempotencyKey, LiveError};
use crate::runtime::shared::insist;

/// Requests in flight; dropping it cancels them.
pub(super) struct Requests {
    backend: Arc<dyn Backend>,
    tasks: JoinSet<Option<Input>>,
}

impl Requests {
    pub(super) fn new(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            tasks: JoinSet::new(),
        }
    }

    /// The next answer; `None` while nothing is asked. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Result<Option<Input>, JoinError>> {
        self.tasks.join_next().await
    }

    pub(super) fn initiate(&mut self, request: InitiateCall, key: IdempotencyKey) {
        self.ask(|backend| async move {
            let initiated = insist(|| async {
                match backend.initiate_call(request.clone(), key.clone()).await {
                    // It may ring there already. The key finds that very call again.
                    Err(error) if error.code == ErrorCode::Internal => Err(error),
                    settled => Ok(settled),
                }
            });
            Some(Input::Initiated(initiated.await.and_then(|settled| settled)))
        });
    }

    /// Accepting is one try, which the machine repeats while the ring lasts; a refusal must arrive.
    pub(super) fn answer(&mut self, request: AnswerCall) {
        self.ask(|backend| async move {
            let answered = if request.accept {
                backend.answer_call(request).await
            } else {
                insist(|| backend.answer_call(request.clone())).await
            };
            Some(Input::Answered(answered))
        });
    }

    pub(super) fn end(&mut self, id: CallId) {
        self.ask(move |backend| async move {
            let ended = insist(|| backend.end_call(id)).await;
            ended.inspect_err(untold).ok().map(Input::CallChanged)
        });
    }

    pub(super) fn fetch(&mut self, id: CallId) {
        self.ask(move |backend| async move {
            let call = insist(|| backend.call(id)).await;
            call.inspect_err(untold).ok().map(Input::CallChanged)
        });
    }

    pub(super) fn refresh_token(&mut self, id: CallId) {
        self.ask(move |backend| async move { Some(Input::Token(backend.call_token(id).await)) });
    }

    pub(super) fn change(&mut self, request: ChangeCall, key: IdempotencyKey) {
        self.ask(|backend| async move {
            let answer = insist(|| backend.change_call(request.clone(), key.clone())).await;
            Some(Input::Changed(request.action, answer))
        });
    }

    fn ask<F>(&mut self, question: impl FnOnce(Arc<dyn Backend>) -> F)
    where
        F: Future<Output = Option<Input>> + Send + 'static,
    {
        self.tasks.spawn(question(Arc::clone(&self.backend)));
    }
}

fn untold(error: &LiveError) {
    tracing::warn!(%error, "the backend couldn't be asked about a call");
}
