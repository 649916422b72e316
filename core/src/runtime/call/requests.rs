//! What a call asks of the backend, beside its actor.

use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use crate::backend::Backend;
use crate::call::{Errand, Input, Reply};
use crate::domain::LiveResult;
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

    /// Asks the backend for as long as the errand insists; what it says then is an input.
    pub(super) fn ask(&mut self, errand: Errand) {
        let backend = Arc::clone(&self.backend);
        self.tasks.spawn(async move {
            let answer = insist(|| async {
                match ask_once(&*backend, &errand).await {
                    Err(error) if errand.insists(&error) => Err(error),
                    settled => Ok(settled),
                }
            });
            let answer = answer.await.and_then(|settled| settled);
            if let (Errand::EndCall(_) | Errand::Fetch(_), Err(error)) = (&errand, &answer) {
                tracing::warn!(%error, "the backend couldn't be asked about a call");
            }
            errand.settled(answer)
        });
    }
}

async fn ask_once(backend: &dyn Backend, errand: &Errand) -> LiveResult<Reply> {
    match errand {
        Errand::Initiate(request, key) => {
            let initiated = backend.initiate_call(request.clone(), key.clone()).await;
            initiated.map(Reply::Initiated)
        }
        Errand::Answer(request) => backend.answer_call(request.clone()).await.map(Reply::Answered),
        Errand::EndCall(id) => backend.end_call(*id).await.map(Reply::Call),
        Errand::Fetch(id) => backend.call(*id).await.map(Reply::Call),
        Errand::RefreshToken(id) => backend.call_token(*id).await.map(Reply::Token),
        Errand::Change(request, key) => {
            let changed = backend.change_call(request.clone(), key.clone()).await;
            changed.map(|call| Reply::Changed(request.action, call))
        }
    }
}
