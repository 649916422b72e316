//! Runs the chat of a session, beside its actor: what is said, tapped, and recorded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::{JoinError, JoinSet};

use super::snapshot::Reply;
use crate::backend::{Backend, MOST_TAPS, SessionNews};
use crate::chat::{ChatLog, ChatSnapshot, FetchId, PendingId, WINDOW};
use crate::domain::{ChatMessage, LiveError, LiveResult, ReactionKind, Recording, SessionId};
use crate::runtime::shared::{Ports, insist};
use crate::runtime::timers::Timers;
use crate::session;

/// How long taps are gathered into one request.
const TAPS_GATHERED_FOR: Duration = Duration::from_millis(400);

/// What a handle asks of the chat.
pub(super) enum ChatCommand {
    Send(String, oneshot::Sender<LiveResult<ChatMessage>>),
    Dismiss(PendingId),
    React(ReactionKind, Reply),
}

/// What came up at the desk.
pub(super) enum News {
    Answer(Result<Answer, JoinError>),
    Taps(ReactionKind),
}

/// An answer of the backend.
pub(super) enum Answer {
    Page(FetchId, Vec<ChatMessage>),
    Sent(PendingId, LiveResult<ChatMessage>),
    Recording(Option<Recording>),
    Nothing,
}

/// One user's part in the chat of one session.
pub(super) struct ChatDesk {
    backend: Arc<dyn Backend>,
    session: Option<SessionId>,
    log: ChatLog,
    recording: Option<Recording>,
    taps: BTreeMap<ReactionKind, Vec<Reply>>,
    timers: Timers<ReactionKind>,
    tasks: JoinSet<Answer>,
    waiting: BTreeMap<PendingId, oneshot::Sender<LiveResult<ChatMessage>>>,
    view: watch::Sender<ChatSnapshot>,
}

impl ChatDesk {
    pub(super) fn new(ports: &Ports) -> (Self, watch::Receiver<ChatSnapshot>) {
        let log = ChatLog::new(ports.user);
        let (view, views) = watch::channel(log.snapshot());
        let desk = Self {
            backend: Arc::clone(&ports.backend),
            session: None,
            log,
            recording: None,
            taps: BTreeMap::new(),
            timers: Timers::default(),
            tasks: JoinSet::new(),
            waiting: BTreeMap::new(),
            view,
        };
        (desk, views)
    }

    /// The session's latest recording, whatever became of it.
    pub(super) fn recording(&self) -> Option<&Recording> {
        self.recording.as_ref()
    }

    /// The next thing to take in; waits for ever while nothing happens. Cancel-safe.
    pub(super) async fn next(&mut self) -> News {
        tokio::select! {
            Some(answer) = self.tasks.join_next() => News::Answer(answer),
            kind = self.timers.next() => News::Taps(kind),
        }
    }

    /// Answers what the app is to be told: a message that was said before Realtime tells of it.
    pub(super) fn take(&mut self, news: News) -> Option<SessionNews> {
        match news {
            News::Taps(kind) => self.send_taps(kind),
            News::Answer(Ok(answer)) => return self.take_answer(answer),
            News::Answer(Err(error)) if error.is_cancelled() => {}
            News::Answer(Err(error)) => tracing::error!(%error, "a request of a chat panicked"),
        }
        None
    }

    pub(super) fn command(&mut self, command: ChatCommand) {
        match command {
            ChatCommand::Send(body, reply) => self.send(body, reply),
            ChatCommand::Dismiss(id) => {
                self.log.dismiss(id);
                self.show();
            }
            ChatCommand::React(kind, reply) => self.tap(kind, reply),
        }
    }

    /// Follows the session: which one, and whether it is over.
    pub(super) fn follow(&mut self, session: &session::Machine) {
        if session.state().is_terminal() {
            self.tasks.abort_all();
            self.timers.stop_all();
            self.taps.clear();
            self.waiting.clear();
        } else if let (None, Some(known)) = (self.session, session.session()) {
            self.session = Some(known.id);
        }
    }

    /// Something may have been missed.
    pub(super) fn catch_up(&mut self) {
        let Some(session) = self.session else { return };
        let fetch = self.log.fetch();
        let backend = Arc::clone(&self.backend);
        self.tasks.spawn(async move {
            match insist(|| backend.messages(session, None, WINDOW)).await {
                Ok(page) => Answer::Page(fetch, page),
                Err(error) => unheard(&error),
            }
        });
        let backend = Arc::clone(&self.backend);
        self.tasks.spawn(async move {
            match insist(|| backend.last_recording(session)).await {
                Ok(recording) => Answer::Recording(recording),
                Err(error) => unheard(&error),
            }
        });
    }

    /// Answers whether this is news, and not said before.
    pub(super) fn hear(&mut self, news: &SessionNews) -> bool {
        if self.session != Some(news.session_id()) {
            return false;
        }
        let is_news = match news {
            SessionNews::MessageCreated(message) => self.log.created(message.clone()),
            SessionNews::MessageDeleted { message_id, .. } => self.log.deleted(*message_id),
            SessionNews::RecordingChanged(recording) => {
                return self.learn(recording.clone());
            }
            SessionNews::Reactions(_) | SessionNews::GiftSent(_) => return true,
        };
        self.show();
        is_news
    }

    fn send(&mut self, body: String, reply: oneshot::Sender<LiveResult<ChatMessage>>) {
        let Some(session) = self.session else {
            // Who gave up waiting needs no answer.
            let _ = reply.send(Err(super::handle::not_entered()));
            return;
        };
        let id = self.log.send(body.clone());
        self.waiting.insert(id, reply);
        let backend = Arc::clone(&self.backend);
        // One try: repeating it says it twice.
        self.tasks
            .spawn(async move { Answer::Sent(id, backend.send_message(session, body).await) });
        self.show();
    }

    fn tap(&mut self, kind: ReactionKind, reply: Reply) {
        let taps = self.taps.entry(kind).or_default();
        taps.push(reply);
        if taps.len() == 1 {
            self.timers.start(kind, TAPS_GATHERED_FOR);
        } else if taps.len() >= usize::from(MOST_TAPS) {
            self.timers.stop(kind);
            self.send_taps(kind);
        }
    }

    fn send_taps(&mut self, kind: ReactionKind) {
        let taps = self.taps.remove(&kind).unwrap_or_default();
        let count = u8::try_from(taps.len()).unwrap_or(MOST_TAPS);
        let (session, backend) = (self.session, Arc::clone(&self.backend));
        self.tasks.spawn(async move {
            let sent = match session {
                Some(session) => backend.send_reactions(session, kind, count).await,
                None => Err(super::handle::not_entered()),
            };
            for reply in taps {
                // Who gave up waiting needs no answer.
                let _ = reply.send(sent.clone());
            }
            Answer::Nothing
        });
    }

    fn take_answer(&mut self, answer: Answer) -> Option<SessionNews> {
        let mut news = None;
        match answer {
            Answer::Page(fetch, page) => self.log.fetched(fetch, page),
            Answer::Sent(id, answer) => {
                let said = answer.as_ref().ok().filter(|message| !self.log.has(message));
                news = said.cloned().map(SessionNews::MessageCreated);
                let answer = self.log.sent(id, answer);
                self.show();
                if let Some(reply) = self.waiting.remove(&id) {
                    // Who gave up waiting needs no answer.
                    let _ = reply.send(answer);
                }
            }
            Answer::Recording(Some(recording)) => drop(self.learn(recording)),
            Answer::Recording(None) | Answer::Nothing => {}
        }
        self.show();
        news
    }

    /// News may come out of order; answers whether this is any.
    fn learn(&mut self, recording: Recording) -> bool {
        let age = |recording: &Recording| (recording.created_at, recording.status);
        let is_news = self
            .recording
            .as_ref()
            .is_none_or(|known| age(known) < age(&recording));
        if is_news {
            self.recording = Some(recording);
        }
        is_news
    }

    fn show(&self) {
        let now = self.log.snapshot();
        self.view.send_if_modified(|shown| {
            let is_new = *shown != now;
            *shown = now;
            is_new
        });
    }
}

fn unheard(error: &LiveError) -> Answer {
    tracing::warn!(%error, "the backend couldn't be asked about the chat");
    Answer::Nothing
}
