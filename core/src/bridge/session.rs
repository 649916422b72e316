//! Tells what changes in a session.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;

use super::outbox::Outbox;
use super::room::{self, RoomView};
use super::update::{SessionChange, SessionRef, Update};
use crate::backend::SessionNews;
use crate::chat::ChatSnapshot;
use crate::domain::LiveSession;
use crate::runtime::{SessionEvent, SessionHandle, SessionSnapshot};

/// Tells of the session until it is over and everything is released.
pub(super) async fn tell(session: SessionRef, handle: &SessionHandle, outbox: Arc<Outbox>) {
    let mut generations = outbox.generations();
    let mut snapshots = handle.snapshots();
    let mut chats = handle.messages();
    let mut events = handle.events();
    let mut told = Told::default();
    let mut again = false;
    loop {
        let now = snapshots.borrow_and_update().clone();
        let chat = chats.borrow_and_update().clone();
        told.catch_up(&now, &chat, |change| {
            let update = Update::Session { session, change };
            if again {
                outbox.push_again(update);
            } else {
                outbox.push(update);
            }
        });
        again = false;
        tokio::select! {
            biased;
            changed = generations.changed() => {
                if changed.is_ok() {
                    told = Told::default();
                    again = true;
                }
            }
            event = events.recv() => match event {
                Ok(event) => if let Some(change) = news(event) {
                    outbox.push(Update::Session { session, change });
                },
                // Those are taps and gifts that nobody saw in time; what stands is in the snapshots.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            changed = snapshots.changed() => if changed.is_err() { break },
            changed = chats.changed() => if changed.is_err() { break },
        }
    }
    let (now, chat) = (snapshots.borrow().clone(), chats.borrow().clone());
    told.catch_up(&now, &chat, |change| {
        outbox.push(Update::Session { session, change })
    });
}

/// Taps and gifts; what else happens is a change of a fact.
fn news(event: SessionEvent) -> Option<SessionChange> {
    match event {
        SessionEvent::News(SessionNews::Reactions(reactions)) => Some(SessionChange::Reactions(reactions)),
        SessionEvent::News(SessionNews::GiftSent(gift)) => Some(SessionChange::Gift(gift)),
        SessionEvent::News(
            SessionNews::MessageCreated(_)
            | SessionNews::MessageDeleted { .. }
            | SessionNews::RecordingChanged(_),
        )
        | SessionEvent::StateChanged(_)
        | SessionEvent::Room(_)
        | SessionEvent::Funnel(_) => None,
    }
}

#[derive(Default)]
struct Told {
    snapshot: Option<SessionSnapshot>,
    chat: Option<ChatSnapshot>,
}

impl Told {
    fn catch_up(&mut self, now: &SessionSnapshot, chat: &ChatSnapshot, mut say: impl FnMut(SessionChange)) {
        let before = self.snapshot.as_ref();
        facts(before, now, &mut say);
        let (before, view) = (before.map(view), view(now));
        room::changes(before.as_ref(), &view, |change| say(SessionChange::Room(change)));
        if let Some(change) = room::chat(self.chat.as_ref(), chat) {
            say(SessionChange::Chat(change));
        }
        self.snapshot = Some(now.clone());
        self.chat = Some(chat.clone());
    }
}

/// What is known of a session comes before where it stands, so that a screen that draws a state has what it needs.
fn facts(before: Option<&SessionSnapshot>, now: &SessionSnapshot, say: &mut impl FnMut(SessionChange)) {
    if let Some(session) = &now.session {
        let known = before.and_then(|before| before.session.as_ref());
        if known.is_none_or(|known| !is_same_but_viewers(known, session)) {
            say(SessionChange::Session(session.clone()));
        } else if known.is_none_or(|known| known.viewer_count != session.viewer_count) {
            say(SessionChange::ViewerCount(session.viewer_count));
        }
    }
    if before.is_none_or(|before| before.role != now.role) {
        say(SessionChange::Role(now.role));
    }
    if before.is_none_or(|before| before.grants != now.grants) {
        say(SessionChange::Grants(now.grants));
    }
    if before.is_none_or(|before| before.charged_coins != now.charged_coins) {
        say(SessionChange::ChargedCoins(now.charged_coins));
    }
    if before.is_none_or(|before| before.can != now.can) {
        say(SessionChange::Can(now.can));
    }
    if before.is_none_or(|before| before.stage != now.stage) {
        say(SessionChange::Stage(now.stage.clone()));
    }
    if before.is_none_or(|before| before.stage_requests != now.stage_requests) {
        say(SessionChange::StageRequests(now.stage_requests.to_vec()));
    }
    if before.is_none_or(|before| before.recording != now.recording) {
        say(SessionChange::Recording(now.recording.clone()));
    }
    if before.is_none_or(|before| before.state != now.state) {
        say(SessionChange::State(now.state.clone()));
    }
}

fn is_same_but_viewers(one: &LiveSession, other: &LiveSession) -> bool {
    let counted = LiveSession {
        viewer_count: other.viewer_count,
        ..one.clone()
    };
    counted == *other
}

fn view(snapshot: &SessionSnapshot) -> RoomView<'_> {
    RoomView {
        local: &snapshot.local,
        publishing: snapshot.publishing,
        viewing: snapshot.viewing,
        members: &snapshot.members,
        funnel: &snapshot.funnel,
    }
}
