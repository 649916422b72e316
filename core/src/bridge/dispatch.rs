//! Starts requests, gives them up, and listens for calls.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::command::{Command, Request, RoomRef};
use super::update::{CallChange, Outcome, RoomChange, SessionChange, Update};
use super::{Core, perform};
use crate::domain::{ErrorCode, LiveError, LiveResult};
use crate::runtime::StatsStream;

/// Starts a request. What can be done at once is done before this returns, so that requests take effect in their order.
pub(super) fn run(core: &Arc<Core>, request: Request) -> LiveResult<()> {
    let Request { id, command } = request;
    let is_last = command == Command::Close {};
    let cancelled = CancellationToken::new();
    {
        let mut table = core.table();
        if table.requests.contains_key(&id) {
            let message = "a request of that id isn't answered yet";
            return Err(LiveError::new(ErrorCode::Conflict, message).with_field("id"));
        }
        table.requests.insert(id, cancelled.clone());
    }
    let mut work = Box::pin(perform::perform(Arc::clone(core), command));
    let at_once = {
        let _inside = core.runtime.enter();
        (&mut work).now_or_never()
    };
    if let Some(result) = at_once {
        answer(core, id, Some(result), is_last);
        return Ok(());
    }
    let core = Arc::clone(core);
    core.runtime.clone().spawn(async move {
        let result = tokio::select! {
            biased;
            () = cancelled.cancelled() => None,
            result = work => Some(result),
        };
        answer(&core, id, result, is_last);
    });
    Ok(())
}

fn answer(core: &Core, id: u32, result: Option<LiveResult<Outcome>>, is_last: bool) {
    core.table().requests.remove(&id);
    match result {
        Some(Ok(outcome)) => core.reply(id, outcome),
        Some(Err(error)) => core.reply(id, Outcome::Refused { error }),
        None => {}
    }
    if is_last {
        core.outbox.close();
    }
}

/// Gives calls that ring here a number, until the client is closed.
pub(super) async fn listen_for_calls(core: Arc<Core>) {
    // Whoever asks for something learns why there is no client.
    let Ok(client) = core.client().await else { return };
    let mut incoming = client.incoming_calls();
    drop(client);
    while let Some(call) = incoming.next().await {
        core.open_call(call);
    }
}

/// Measures a room until it is over, or until `enough`.
pub(super) async fn measure(
    core: Arc<Core>,
    room: RoomRef,
    mut stats: StatsStream,
    enough: CancellationToken,
) {
    loop {
        let sample = tokio::select! {
            () = enough.cancelled() => return,
            sample = stats.next() => sample,
        };
        let Some(sample) = sample else { return };
        let change = RoomChange::Stats(sample);
        core.outbox.push(match room {
            RoomRef::Session(session) => Update::Session {
                session,
                change: SessionChange::Room(change),
            },
            RoomRef::Call(call) => Update::Call {
                call,
                change: CallChange::Room(change),
            },
        });
    }
}

impl Core {
    /// Begins, changes or ends the measuring of a room.
    pub(super) fn set_stats(self: &Arc<Self>, room: RoomRef, interval_ms: Option<u32>) -> LiveResult<()> {
        let stats = |interval| match room {
            RoomRef::Session(session) => self.session(session).map(|handle| handle.stats(interval)),
            RoomRef::Call(call) => self.call(call).map(|handle| handle.stats(interval)),
        };
        let stream = interval_ms
            .map(|ms| stats(Duration::from_millis(ms.into())))
            .transpose()?;
        let mut table = self.table();
        if let Some(before) = table.stats.remove(&room) {
            before.cancel();
        }
        if let Some(stream) = stream {
            let enough = CancellationToken::new();
            table.stats.insert(room, enough.clone());
            self.runtime
                .spawn(measure(Arc::clone(self), room, stream, enough));
        }
        Ok(())
    }
}
