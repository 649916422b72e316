//! What each command does.

// Every arm answers the same way, also those that have nothing to say.
#![allow(clippy::unit_arg)]

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

use super::Core;
use super::command::{Command, RoomRef};
use super::dispatch::listen_for_calls;
use super::update::{Outcome, SessionRef};
use crate::backend::{NewSession, Report};
use crate::domain::{IdempotencyKey, LiveResult};
use crate::runtime::{CallHandle, SessionHandle};
use crate::session::Entry;

/// Carries a command out. Dropping the future gives it up.
pub(super) async fn perform(core: Arc<Core>, command: Command) -> LiveResult<Outcome> {
    let session = |session: SessionRef| core.session(session);
    Ok(match command {
        Command::Attach {} => attach(&core),
        Command::Cancel { request } => {
            if let Some(request) = core.table().requests.get(&request) {
                request.cancel();
            }
            Outcome::Done
        }
        Command::Token { jwt } => core.take_token(jwt.as_deref())?.into(),
        Command::Close {} => core.client().await?.close().await?.into(),
        Command::NetworkChanged {} => core.client().await?.network_changed().into(),
        Command::HandlePush { payload } => {
            core.client().await?.handle_push(&payload)?;
            Outcome::Done
        }

        Command::Balance {} => Outcome::Balance {
            coins: core.client().await?.balance().await?,
        },
        Command::Block { user_id } => core.client().await?.block(user_id).await?.into(),
        Command::Unblock { user_id } => core.client().await?.unblock(user_id).await?.into(),
        Command::Blocked {} => Outcome::Users {
            users: core.client().await?.blocked().await?,
        },
        Command::Report {
            reported_id,
            category,
            details,
            session_id,
            call_id,
            message_id,
        } => {
            let report = Report {
                reported_id,
                category,
                details,
                session_id,
                call_id,
                message_id,
            };
            core.client().await?.report(report).await?.into()
        }
        Command::RegisterDevice {
            platform,
            kind,
            token,
        } => {
            let client = core.client().await?;
            client.register_device(platform, kind, token).await?.into()
        }
        Command::UnregisterDevice { platform, kind } => {
            let client = core.client().await?;
            client.unregister_device(platform, kind).await?.into()
        }
        Command::DoNotDisturb {} => Outcome::DoNotDisturb {
            wish: core.client().await?.do_not_disturb().await?,
        },
        Command::SetDoNotDisturb { wish } => core.client().await?.set_do_not_disturb(wish).await?.into(),

        Command::OpenSession {} => Outcome::Session {
            session: core.open_session(core.client().await?.session()),
        },
        Command::CloseSession { session: which } => {
            let handle = session(which)?;
            core.table().sessions.remove(&which);
            handle.leave().await.into()
        }
        Command::CreateSession {
            session: which,
            session_type,
            title,
            access,
            price_coins,
            idempotency_key,
        } => {
            let entry = Entry::Create {
                session: NewSession {
                    session_type,
                    title,
                    access,
                    price_coins,
                },
                key: key(idempotency_key)?,
            };
            enter(&core, session(which)?, entry).await?
        }
        Command::JoinSession {
            session: which,
            session_id,
            accept_price,
            idempotency_key,
        } => {
            let entry = Entry::Join {
                session_id,
                accept_price,
                key: key(idempotency_key)?,
            };
            enter(&core, session(which)?, entry).await?
        }
        Command::GoLive { session: which } => session(which)?.go_live().await?.into(),
        Command::EndSession { session: which } => session(which)?.end().await?.into(),
        Command::LeaveSession { session: which } => session(which)?.leave().await.into(),

        Command::Promote {
            session: which,
            user_id,
            role,
        } => session(which)?.promote(user_id, role).await?.into(),
        Command::Demote {
            session: which,
            user_id,
        } => session(which)?.demote(user_id).await?.into(),
        Command::Invite {
            session: which,
            user_id,
            role,
        } => session(which)?.invite(user_id, role).await?.into(),
        Command::DismissHand {
            session: which,
            user_id,
        } => session(which)?.dismiss_hand(user_id).await?.into(),
        Command::RaiseHand { session: which } => session(which)?.raise_hand().await?.into(),
        Command::LowerHand { session: which } => session(which)?.lower_hand().await?.into(),
        Command::AcceptInvite { session: which } => session(which)?.accept_invite().await?.into(),
        Command::DeclineInvite { session: which } => session(which)?.decline_invite().await?.into(),

        Command::SendMessage { session: which, body } => Outcome::Message {
            message: session(which)?.send_message(body).await?,
        },
        Command::DismissMessage {
            session: which,
            pending,
        } => session(which)?.dismiss_message(pending).await.into(),
        Command::DeleteMessage {
            session: which,
            message_id,
        } => session(which)?.delete_message(message_id).await?.into(),
        Command::History {
            session: which,
            before,
            limit,
        } => Outcome::Messages {
            messages: session(which)?.history(before, limit.into()).await?,
        },
        Command::SendReaction { session: which, kind } => session(which)?.send_reaction(kind).await?.into(),
        Command::SendGift {
            session: which,
            coins,
            message,
            idempotency_key,
        } => Outcome::Balance {
            coins: session(which)?
                .send_gift(coins, message, key(idempotency_key)?)
                .await?,
        },
        Command::SlowMode { session: which } => Outcome::SlowMode {
            seconds: session(which)?.slow_mode().await?,
        },
        Command::SetSlowMode {
            session: which,
            seconds,
        } => session(which)?.set_slow_mode(seconds).await?.into(),
        Command::Mute {
            session: which,
            user_id,
            reason,
        } => session(which)?.mute(user_id, reason).await?.into(),
        Command::Unmute {
            session: which,
            user_id,
        } => session(which)?.unmute(user_id).await?.into(),
        Command::Kick {
            session: which,
            user_id,
            reason,
        } => session(which)?.kick(user_id, reason).await?.into(),
        Command::Ban {
            session: which,
            user_id,
            scope,
            expires_in_seconds,
            reason,
        } => {
            let handle = session(which)?;
            handle
                .ban(user_id, scope, expires_in_seconds, reason)
                .await?
                .into()
        }
        Command::Unban {
            session: which,
            user_id,
            scope,
        } => session(which)?.unban(user_id, scope).await?.into(),
        Command::StartRecording { session: which } => Outcome::Recording {
            recording: session(which)?.start_recording().await?,
        },
        Command::StopRecording { session: which } => Outcome::Recording {
            recording: session(which)?.stop_recording().await?,
        },

        Command::StartCall { user_id, call_type } => {
            let handle = core.client().await?.dial(user_id, call_type);
            let call = core.open_call(handle.clone());
            let farewell = Farewell::new(&core, {
                let handle = handle.clone();
                async move { handle.hang_up() }
            });
            let rings = handle.rings().await;
            farewell.defuse();
            rings.map(|()| Outcome::Call { call })?
        }
        Command::Accept { call } => core.call(call)?.accept().await?.into(),
        Command::Decline { call } => core.call(call)?.decline().into(),
        Command::HangUp { call } => core.call(call)?.hang_up().into(),
        Command::Hold { call, on } => core.call(call)?.hold(on).into(),
        Command::RequestVideo { call } => core.call(call)?.request_video().await?.into(),
        Command::AcceptVideo { call } => core.call(call)?.accept_video().await?.into(),
        Command::DeclineVideo { call } => core.call(call)?.decline_video().await?.into(),
        Command::ToAudio { call } => core.call(call)?.to_audio().await?.into(),

        Command::SetMicrophone { room, on } => match core.room(room)? {
            Room::Session(handle) => handle.set_microphone(on).await.into(),
            Room::Call(handle) => handle.set_microphone(on).into(),
        },
        Command::SetCamera { room, on } => match core.room(room)? {
            Room::Session(handle) => handle.set_camera(on).await.into(),
            Room::Call(handle) => handle.set_camera(on).into(),
        },
        Command::SetScreenShare { room, on } => match core.room(room)? {
            Room::Session(handle) => handle.set_screen_share(on).await.into(),
            Room::Call(handle) => handle.set_screen_share(on).into(),
        },
        Command::FlipCamera { room } => match core.room(room)? {
            Room::Session(handle) => handle.flip_camera().await.into(),
            Room::Call(handle) => handle.flip_camera().into(),
        },
        Command::SetView {
            room,
            view,
            user_id,
            source,
            size,
        } => match core.room(room)? {
            Room::Session(handle) => handle.set_view(view, user_id, source, size).await.into(),
            Room::Call(handle) => handle.set_view(view, user_id, source, size).into(),
        },
        Command::CloseView { room, view } => match core.room(room)? {
            Room::Session(handle) => handle.close_view(view).await.into(),
            Room::Call(handle) => handle.close_view(view).into(),
        },
        Command::SetAudioOnly { room, on } => match core.room(room)? {
            Room::Session(handle) => handle.set_audio_only(on).await.into(),
            Room::Call(handle) => handle.set_audio_only(on).into(),
        },
        Command::Stats { room, interval_ms } => core.set_stats(room, interval_ms)?.into(),
    })
}

enum Room {
    Session(SessionHandle),
    Call(CallHandle),
}

impl Core {
    fn room(&self, room: RoomRef) -> LiveResult<Room> {
        match room {
            RoomRef::Session(session) => self.session(session).map(Room::Session),
            RoomRef::Call(call) => self.call(call).map(Room::Call),
        }
    }
}

fn attach(core: &Arc<Core>) -> Outcome {
    core.outbox.attach();
    let is_first = !std::mem::replace(&mut core.table().listens_for_calls, true);
    if is_first {
        core.runtime.spawn(listen_for_calls(Arc::clone(core)));
    }
    Outcome::Done
}

async fn enter(core: &Core, handle: SessionHandle, entry: Entry) -> LiveResult<Outcome> {
    let farewell = Farewell::new(core, {
        let handle = handle.clone();
        async move { handle.leave().await }
    });
    let entered = handle.enter(entry).await;
    farewell.defuse();
    entered.map(Outcome::from)
}

/// What is done when a request is dropped before it is answered.
struct Farewell {
    runtime: Handle,
    work: Option<BoxFuture<'static, ()>>,
}

impl Farewell {
    fn new(core: &Core, work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            runtime: core.runtime.clone(),
            work: Some(Box::pin(work)),
        }
    }

    fn defuse(mut self) {
        self.work = None;
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.runtime.spawn(work);
        }
    }
}

fn key(key: Option<String>) -> LiveResult<IdempotencyKey> {
    key.map_or_else(|| Ok(IdempotencyKey::random()), IdempotencyKey::new)
}
