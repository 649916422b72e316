//! What a session asks of the backend, beside its actor.

use std::sync::Arc;

use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::backend::{Backend, Subscription, Topic};
use crate::domain::{LiveError, Role, SessionId};
use crate::runtime::shared::insist;
use crate::session::{Entry, Input};

/// An answer of the backend.
pub(super) enum Answer {
    /// For the machine.
    Input(Input),
    /// The session's topic is open.
    Listening(Subscription),
    /// Nobody waits for it.
    Nothing,
}

/// Requests in flight; dropping it cancels them.
pub(super) struct Requests {
    backend: Arc<dyn Backend>,
    tasks: JoinSet<Answer>,
    /// Those that change nothing on the server, whose answers an end makes pointless.
    questions: Vec<AbortHandle>,
}

impl Requests {
    pub(super) fn new(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            tasks: JoinSet::new(),
            questions: Vec::new(),
        }
    }

    /// The next answer; `None` while nothing is asked. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Result<Answer, JoinError>> {
        self.tasks.join_next().await
    }

    /// Stops waiting for what only the living want to know.
    pub(super) fn give_up_questions(&mut self) {
        for question in self.questions.drain(..) {
            question.abort();
        }
    }

    /// One try: whoever tapped decides on another, with the same key.
    pub(super) fn authorize(&mut self, entry: Entry) {
        self.ask(|backend| async move {
            let admission = match entry {
                Entry::Create { session, key } => backend.create_session(session, key).await,
                Entry::Join {
                    session_id,
                    accept_price,
                    key,
                } => backend.join_session(session_id, accept_price, key).await,
            };
            Answer::Input(Input::Admission(admission.map(Box::new)))
        });
    }

    pub(super) fn listen(&mut self, id: SessionId) {
        self.wonder(move |backend| async move {
            match insist(|| backend.subscribe(Topic::Session(id))).await {
                Ok(subscription) => Answer::Listening(subscription),
                Err(error) => {
                    unheard(&error);
                    Answer::Nothing
                }
            }
        });
    }

    pub(super) fn fetch(&mut self, id: SessionId) {
        self.wonder(move |backend| async move {
            match insist(|| backend.session(id)).await {
                Ok(session) => Answer::Input(Input::SessionChanged(session)),
                Err(error) => {
                    unheard(&error);
                    Answer::Nothing
                }
            }
        });
    }

    pub(super) fn learn_end(&mut self, id: SessionId) {
        self.wonder(move |backend| async move {
            let session = insist(|| backend.session(id)).await.inspect_err(unheard);
            Answer::Input(Input::Over(session.ok().and_then(|session| session.end_reason)))
        });
    }

    pub(super) fn refresh_token(&mut self, id: SessionId) {
        self.wonder(
            move |backend| async move { Answer::Input(Input::Token(backend.session_token(id).await)) },
        );
    }

    pub(super) fn start(&mut self, id: SessionId) {
        self.ask(move |backend| async move {
            Answer::Input(Input::Started(insist(|| backend.start_session(id)).await))
        });
    }

    pub(super) fn end(&mut self, id: SessionId) {
        self.ask(move |backend| async move {
            Answer::Input(Input::EndAnswered(insist(|| backend.end_session(id)).await))
        });
    }

    /// A host who leaves ends the session for everyone.
    pub(super) fn withdraw(&mut self, id: SessionId, role: Role) {
        self.ask(move |backend| async move {
            let told = match role {
                Role::Host => insist(|| backend.end_session(id)).await,
                Role::CoHost | Role::Speaker | Role::Viewer | Role::Listener => {
                    insist(|| backend.leave_session(id)).await
                }
            };
            if let Err(error) = told {
                unheard(&error);
            }
            Answer::Nothing
        });
    }

    /// Asks for something that changes nothing on the server.
    fn wonder<F>(&mut self, question: impl FnOnce(Arc<dyn Backend>) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        self.questions.retain(|question| !question.is_finished());
        let asked = self.tasks.spawn(question(Arc::clone(&self.backend)));
        self.questions.push(asked);
    }

    fn ask<F>(&mut self, question: impl FnOnce(Arc<dyn Backend>) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        self.tasks.spawn(question(Arc::clone(&self.backend)));
    }
}

fn unheard(error: &LiveError) {
    tracing::warn!(%error, "the backend couldn't be asked about a session");
}
