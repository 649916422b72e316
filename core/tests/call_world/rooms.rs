//! LiveKit's rooms: who is in one, and what may be published there.

use ipelya_core::backend::CallChange;
use ipelya_core::call::Input;
use ipelya_core::domain::{IdempotencyKey, Role, grants};
use ipelya_core::media::DisconnectReason;

use crate::actor::Link;
use crate::cast::{Phone, row_of};
use crate::device::At;
use crate::guards::Guard;
use crate::setups::Setup;
use crate::world::World;

/// What LiveKit lets each phone send, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rooms {
    /// May send pictures.
    pictures: u8,
    /// Is to be told of what it may send now: a delivery of the outbox.
    pending: u8,
    /// Its user asked for a picture, or consented to one.
    consents: u8,
}

impl Rooms {
    pub fn may_send_pictures(self, phone: Phone) -> bool {
        self.pictures & (1 << phone) != 0
    }

    pub fn has_consent(self, phone: Phone) -> bool {
        self.consents & (1 << phone) != 0
    }

    pub fn is_pending(self, phone: Phone) -> bool {
        self.pending & (1 << phone) != 0
    }

    pub fn is_quiet(self) -> bool {
        self.pending == 0
    }

    /// A call has another type (`live.set_call_type`).
    pub fn ask_for_permissions(&mut self) {
        self.pending = u8::MAX;
    }
}

impl World {
    /// Whether the room of that call is still there.
    pub fn is_room_there(&self, phone: Phone, at: At) -> bool {
        let call = self.phones[phone].seats[at].outcome().call;
        call.is_some_and(|id| self.backend.rows[row_of(id)].is_live())
    }

    pub fn room(&mut self, setup: &Setup, phone: Phone, at: At, link: Link, input: Input) {
        self.phones[phone].change(|phone| {
            if let Some(actor) = phone.actor(at) {
                actor.link = link;
            }
            phone.tell(at, input, setup.missing);
        });
    }

    /// What LiveKit permits is the first thing that a connection says (`CallActor::observe`).
    pub fn join(&mut self, setup: &Setup, phone: Phone, at: At) {
        self.grant(setup, phone, at);
        self.room(setup, phone, at, Link::In, Input::Connected(Ok(())));
        self.throw_out_the_double(setup, phone, at);
    }

    /// A delivery carries what is true when it is made, and only who is in the room hears it.
    pub fn permit(&mut self, setup: &Setup, phone: Phone) {
        self.rooms.pending &= !(1 << phone);
        for at in 0..self.phones[phone].seats.len() {
            let actor = self.phones[phone].seats[at].actor();
            if actor.is_some_and(|actor| actor.link == Link::In) {
                self.grant(setup, phone, at);
            }
        }
    }

    /// LiveKit says what may be published, as the type of the call is now.
    fn grant(&mut self, setup: &Setup, phone: Phone, at: At) {
        let Some(id) = self.phones[phone].seats[at].outcome().call else {
            return;
        };
        let session_type = self.backend.rows[row_of(id)].call().call_type.session_type();
        let mut granted = grants(Role::Host, session_type);
        self.rooms.pictures &= !(1 << phone);
        self.rooms.pictures |= u8::from(granted.video) << phone;
        granted.video |= setup.missing == Some(Guard::PermissionIsAwaited);
        self.tell(setup, phone, at, Input::GrantsChanged(granted));
    }

    /// LiveKit keeps one connection of a person in a room: the latest.
    fn throw_out_the_double(&mut self, setup: &Setup, joined: Phone, joined_at: At) {
        let room = self.phones[joined].seats[joined_at].outcome().call;
        for phone in 0..self.phones.len() {
            for at in 0..self.phones[phone].seats.len() {
                let is_there = self.phones[phone].seats[at].actor().is_some_and(|actor| {
                    matches!(actor.link, Link::In | Link::Lost) && actor.registered == room
                });
                let is_double =
                    setup.phones[phone] == setup.phones[joined] && (phone, at) != (joined, joined_at);
                if is_there && is_double {
                    let reason = DisconnectReason::DuplicateIdentity;
                    self.room(setup, phone, at, Link::Out, Input::Disconnected(reason));
                }
            }
        }
    }

    /// The user wants another type of call, or answers the other one's wish.
    pub fn wish(&mut self, setup: &Setup, phone: Phone, at: At, change: CallChange) {
        self.changes_left -= 1;
        let key = IdempotencyKey::new(format!("change-{}", self.changes_left)).unwrap();
        match change {
            CallChange::RequestVideo | CallChange::AcceptVideo => self.rooms.consents |= 1 << phone,
            CallChange::DeclineVideo | CallChange::ToAudio => self.rooms.consents &= !(1 << phone),
        }
        self.phones[phone].change(|phone| {
            if let Some(actor) = phone.actor(at) {
                actor.waiting.push(change);
            }
            phone.tell(at, Input::Change(change, key), setup.missing);
        });
    }
}
