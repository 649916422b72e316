//! What a script makes people do.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::model::{Alarm, Model, Ticket};
use super::network::{Fault, Operation};
use super::on_air::Encoding;
use super::sessions::refuse;
use super::world::Sim;
use super::{SimBackend, SimCapture, SimEngine};
use crate::LiveClient;
use crate::backend::{AnswerCall, CallChange, ChangeCall, InitiateCall, NewSession, SendGift};
use crate::domain::{
    CallId, CallType, ChatMessage, DeviceId, ErrorCode, IdempotencyKey, LiveResult, Role, RoomName,
    SessionId, UserId,
};
use crate::media::{DisconnectReason, TrackId, TrackSource};

/// Somebody in the world: moved by the script, or by a real [`LiveClient`], or both. What a script does happens at
/// once and without the network; others learn of it over theirs.
#[derive(Clone)]
pub struct SimPerson {
    sim: Sim,
    id: UserId,
    capture: SimCapture,
}

impl SimPerson {
    pub(super) fn new(sim: Sim, id: UserId) -> Self {
        Self {
            sim,
            id,
            capture: SimCapture::default(),
        }
    }

    /// Who.
    pub const fn id(&self) -> UserId {
        self.id
    }

    /// A new device of this person, with a camera and a microphone: the real client.
    ///
    /// # Errors
    /// What the client says on connecting; nothing, unless the script made it fail.
    pub async fn client(&self) -> LiveResult<LiveClient> {
        let number = self.sim.with(|model| {
            model.people.get_mut(&self.id).map_or(0, |person| {
                person.devices += 1;
                person.devices
            })
        });
        LiveClient::builder(self.backend(), Arc::new(self.engine()))
            .capture(self.capture.clone())
            .device(DeviceId::new(format!("{}-{number}", self.id))?)
            .connect()
            .await
    }

    /// The camera, the microphone and the screen that this person's clients use.
    pub const fn capture(&self) -> &SimCapture {
        &self.capture
    }

    /// This person's backend, for a client of one's own.
    pub fn backend(&self) -> SimBackend {
        SimBackend::new(self.sim.clone(), self.id)
    }

    /// This person's media engine, for a client of one's own.
    pub fn engine(&self) -> SimEngine {
        SimEngine::new(self.sim.clone(), self.id)
    }

    /// Puts coins into the wallet.
    pub fn gets_coins(&self, coins: u32) {
        self.sim.with(|model| {
            if let Some(person) = model.people.get_mut(&self.id) {
                person.coins = person.coins.saturating_add(coins);
            }
        });
    }

    /// Coins in the wallet.
    pub fn coins(&self) -> u32 {
        self.sim
            .with(|model| model.people.get(&self.id).map_or(0, |person| person.coins))
    }

    /// Subscribes to a creator.
    pub fn subscribes_to(&self, creator: &Self) {
        self.sim.with(|model| {
            if let Some(person) = model.people.get_mut(&self.id) {
                person.subscribed_to.insert(creator.id);
            }
        });
    }

    /// Blocks somebody, who is put out of this person's open session.
    pub fn blocks(&self, other: &Self) {
        // Refused for oneself alone, which changes nothing.
        let _ = self.sim.with(|model| model.block(self.id, other.id));
    }

    /// Says something in a session.
    ///
    /// # Errors
    /// `forbidden` for who is muted or isn't there, `invalid_argument`, `rate_limited` in slow mode.
    pub fn says(&self, session: SessionId, body: &str) -> LiveResult<ChatMessage> {
        self.sim
            .with(|model| model.send_message(self.id, session, body.to_owned()))
    }

    /// Gives coins to the host.
    ///
    /// # Errors
    /// As `send-gift`: `insufficient_coins`, `forbidden`, `conflict`, `session_ended`.
    pub fn gives(&self, session: SessionId, coins: u32) -> LiveResult<()> {
        let gift = SendGift {
            session_id: session,
            coins,
            message: None,
        };
        self.sim.with(|model| {
            let key = IdempotencyKey::random();
            model.send_gift(self.id, gift, key.as_str()).map(drop)
        })
    }

    /// Silences somebody, in the chat and on the stage.
    ///
    /// # Errors
    /// `not_found` when that person isn't in the session, `session_ended`.
    pub fn mutes(&self, session: SessionId, other: &Self) -> LiveResult<()> {
        self.sim.with(|model| model.silence(session, other.id, true))
    }

    /// Creates a session, enters its room and goes live.
    ///
    /// # Errors
    /// As `create-session`: `not_creator`, `already_live`, `invalid_argument`.
    pub fn goes_live(&self, session: NewSession) -> LiveResult<SessionId> {
        self.sim.with(|model| {
            let admission = model.create_session(self.id, session, &IdempotencyKey::random())?;
            let id = admission.session.id;
            self.walk_in(model, admission.session.room_name, Role::Host);
            model.start_session(self.id, id)?;
            Ok(id)
        })
    }

    /// Joins a session and enters its room.
    ///
    /// # Errors
    /// As `join-session`.
    pub fn joins(&self, session: SessionId) -> LiveResult<()> {
        self.sim.with(|model| {
            let admission = model.join_session(self.id, session, None, &IdempotencyKey::random())?;
            self.walk_in(model, admission.session.room_name, admission.role);
            Ok(())
        })
    }

    /// Publishes a track in a session.
    ///
    /// # Errors
    /// `role_not_allowed` without the grant, `not_found`.
    pub fn publishes(&self, session: SessionId, source: TrackSource) -> LiveResult<TrackId> {
        self.sim.with(|model| {
            let room = model.session(session)?.row.room_name.clone();
            match model.publish(&room, self.id, source, Encoding::usual(source)) {
                Some(track) => Ok(track),
                None => refuse(ErrorCode::RoleNotAllowed, "The role doesn't publish that."),
            }
        })
    }

    /// Leaves a session.
    ///
    /// # Errors
    /// `not_found`.
    pub fn leaves(&self, session: SessionId) -> LiveResult<()> {
        self.sim.with(|model| {
            let left = model.leave_session(self.id, session)?;
            model.put_out(&left.room_name, self.id, DisconnectReason::ClientInitiated);
            Ok(())
        })
    }

    /// Gives somebody a role.
    ///
    /// # Errors
    /// `not_found` when that person isn't in the session.
    pub fn promotes(&self, session: SessionId, other: &Self, role: Role) -> LiveResult<()> {
        self.sim.with(|model| model.set_role(session, other.id, role))
    }

    /// Puts somebody out, for good.
    ///
    /// # Errors
    /// `not_found`.
    pub fn kicks(&self, session: SessionId, other: &Self) -> LiveResult<()> {
        self.sim.with(|model| model.kick(session, other.id))
    }

    /// Ends the own session.
    ///
    /// # Errors
    /// `forbidden` for anybody else's, `not_found`.
    pub fn ends(&self, session: SessionId) -> LiveResult<()> {
        self.sim
            .with(|model| model.end_session(self.id, session).map(drop))
    }

    /// Calls somebody.
    ///
    /// # Errors
    /// As `initiate-call`: `busy`, `blocked`, `not_found`.
    pub fn calls(&self, other: &Self, call_type: CallType) -> LiveResult<CallId> {
        self.sim.with(|model| {
            let request = InitiateCall {
                callee_id: other.id,
                call_type,
            };
            let admission = model.initiate_call(self.id, request, &IdempotencyKey::random())?;
            self.walk_in(model, RoomName::Call(admission.call.id).to_string(), Role::Host);
            Ok(admission.call.id)
        })
    }

    /// Answers a call on a device of its own; declines it when `accept` is off.
    ///
    /// # Errors
    /// As `answer-call`: `answered_elsewhere`, `call_ended`, `forbidden`.
    pub fn answers(&self, call: CallId, accept: bool) -> LiveResult<()> {
        let request = AnswerCall {
            call_id: call,
            accept,
            device_id: Some(DeviceId::new(format!("{}-script", self.id))?),
        };
        self.sim.with(|model| {
            model.answer_call(self.id, &request)?;
            if accept {
                self.walk_in(model, RoomName::Call(call).to_string(), Role::Host);
            }
            Ok(())
        })
    }

    /// Cancels, declines or hangs up, whatever fits.
    ///
    /// # Errors
    /// `not_found`.
    pub fn hangs_up(&self, call: CallId) -> LiveResult<()> {
        self.sim.with(|model| model.end_call(self.id, call).map(drop))
    }

    /// Asks for a video call, answers the other one's wish for one, or goes back to voices.
    ///
    /// # Errors
    /// As `change-call`: `conflict`, `not_found`, `call_ended`.
    pub fn changes(&self, call: CallId, action: CallChange) -> LiveResult<()> {
        let request = ChangeCall {
            call_id: call,
            action,
        };
        self.sim.with(|model| {
            model
                .change_call(self.id, &request, &IdempotencyKey::random())
                .map(drop)
        })
    }

    /// Lets the next request of that kind by this person go wrong. Said again, the one after it as well.
    pub fn next_fails(&self, operation: Operation, fault: Fault) {
        self.sim
            .with(|model| model.faults.push((Some(self.id), operation, fault)));
    }

    /// Loses the network, until [`SimPerson::finds_network`].
    pub fn loses_network(&self) {
        self.sim.with(|model| model.network_lost(self.id));
    }

    /// Loses the network for that long. Up to 15 s the connection to a room resumes; beyond, it must be made anew.
    pub fn loses_network_for(&self, outage: Duration) {
        self.sim.with(|model| {
            let number = model.network_lost(self.id);
            model.alarms.push((outage, Alarm::NetworkBack(self.id, number)));
        });
    }

    /// Has the network back.
    pub fn finds_network(&self) {
        self.sim.with(|model| model.network_back(self.id));
    }

    fn walk_in(&self, model: &mut Model, room: String, role: Role) {
        let ticket = Ticket {
            user: self.id,
            room,
            role,
            expires: Instant::now(),
        };
        model.enter(&ticket, false, None);
    }
}
