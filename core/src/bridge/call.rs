//! Tells what changes in a call.

use std::sync::Arc;

use super::outbox::Outbox;
use super::room::{self, RoomView};
use super::update::{CallChange, CallRef, Update};
use crate::runtime::{CallHandle, CallSnapshot};

/// Tells of the call until it is over and everybody who had to know knows.
pub(super) async fn tell(call: CallRef, handle: CallHandle, outbox: Arc<Outbox>) {
    let mut generations = outbox.generations();
    let mut snapshots = handle.snapshots();
    let ended = handle.ended();
    tokio::pin!(ended);
    let mut told: Option<CallSnapshot> = None;
    let mut again = false;
    loop {
        let now = snapshots.borrow_and_update().clone();
        changes(told.as_ref(), &now, |change| {
            let update = Update::Call { call, change };
            if again {
                outbox.push_again(update);
            } else {
                outbox.push(update);
            }
        });
        told = Some(now);
        again = false;
        tokio::select! {
            biased;
            changed = generations.changed() => if changed.is_ok() {
                told = None;
                again = true;
            },
            changed = snapshots.changed() => if changed.is_err() { break },
            _ = &mut ended => break,
        }
    }
    let now = snapshots.borrow().clone();
    changes(told.as_ref(), &now, |change| {
        outbox.push(Update::Call { call, change })
    });
}

fn changes(before: Option<&CallSnapshot>, now: &CallSnapshot, mut say: impl FnMut(CallChange)) {
    if let Some(call) = &now.call
        && before.is_none_or(|before| before.call.as_ref() != Some(call))
    {
        say(CallChange::Call(call.clone()));
    }
    if before.is_none_or(|before| before.can != now.can) {
        say(CallChange::Can(now.can));
    }
    if before.is_none_or(|before| before.last_error != now.last_error) {
        say(CallChange::LastError(now.last_error.clone()));
    }
    if before.is_none_or(|before| before.state != now.state) {
        say(CallChange::State(now.state));
    }
    let (before, view) = (before.map(view), view(now));
    room::changes(before.as_ref(), &view, |change| say(CallChange::Room(change)));
}

fn view(snapshot: &CallSnapshot) -> RoomView<'_> {
    RoomView {
        local: &snapshot.local,
        publishing: snapshot.publishing,
        viewing: snapshot.viewing,
        members: &snapshot.members,
        funnel: &snapshot.funnel,
    }
}
