//! What the phones show of a call, and what the backend has.

use ipelya_core::call::{Direction, State};
use ipelya_core::domain::{CallEndReason, CallStatus};

use crate::actor::{Actor, Link};
use crate::backend::CallRow;
use crate::cast::{Phone, device, row_of};
use crate::device::{At, Device, Outcome, Seat};
use crate::model::Model;
use crate::rules::actors;
use crate::shared::Shared;
use crate::world::World;

const ELSEWHERE: State = State::Ended {
    reason: CallEndReason::AnsweredElsewhere,
};
const MERGED: State = State::Ended {
    reason: CallEndReason::GlareMerged,
};

/// A call as one phone shows it.
struct Shown<'a> {
    phone: Phone,
    at: At,
    outcome: Outcome,
    state: State,
    /// The call as the backend has it; that of the tap, where the phone never learnt which it was.
    row: Option<&'a CallRow>,
}

fn shown(world: &World) -> impl Iterator<Item = Shown<'_>> {
    let phones = world.phones.iter().enumerate();
    phones.flat_map(move |(phone, device)| {
        let seats = device.seats.iter().enumerate();
        seats.map(move |(at, seat)| {
            let outcome = seat.outcome();
            let tapped = outcome.tap.and_then(|tap| world.backend.row_of_tap(tap));
            let row = outcome.call.map(row_of).or(tapped);
            Shown {
                phone,
                at,
                outcome,
                state: seat.state(),
                row: row.map(|row| &world.backend.rows[row]),
            }
        })
    })
}

/// Nothing is on its way, and everybody heard everything, or asked after it couldn't be heard.
pub fn is_quiet(world: &World) -> bool {
    world.unheard == 0
        && world.late.is_empty()
        && world.rooms.is_quiet()
        && world.phones.iter().all(|phone| !phone.is_down)
        && actors(world).all(|(_, actor)| actor.errands.is_empty() && actor.link != Link::Joining)
}

pub fn is_answered_by(row: &CallRow, phone: Phone) -> bool {
    row.call().answered_device_id.as_deref() == Some(device(phone).as_str())
}

pub fn is_elsewhere_true(model: &Model, world: &World) -> bool {
    shown(world).all(|seat| seat.state != ELSEWHERE || is_elsewhere(model, world, &seat))
}

/// Whether the call was answered, and not here; or here, and another device of the same person dialled into it since.
/// A phone that crashed doesn't know that it was itself that answered, and isn't in the call any more.
fn is_elsewhere(model: &Model, world: &World, seat: &Shown) -> bool {
    let Some(row) = seat.row.filter(|row| row.was_answered) else {
        return false;
    };
    let phones = model.setup.phones;
    let has_it = |seat: &Seat| seat.outcome().call == Some(row.call().id);
    let is_with = |(phone, device): (Phone, &Shared<Device>)| {
        phones[phone] == phones[seat.phone] && phone != seat.phone && device.seats.iter().any(has_it)
    };
    let is_here = is_answered_by(row, seat.phone) || seat.outcome.direction == Some(Direction::Out);
    !is_here || world.phones[seat.phone].has_crashed || world.phones.iter().enumerate().any(is_with)
}

/// Whether the same call was dialled here, by a machine that is there instead.
fn is_dialled_here(world: &World, seat: &Shown) -> bool {
    let mut others = world.phones[seat.phone].seats.iter().enumerate();
    others.any(|(at, other)| {
        let other = other.outcome();
        at != seat.at && other.direction == Some(Direction::Out) && other.call == seat.outcome.call
    })
}

pub fn agree(model: &Model, world: &World) -> bool {
    !is_quiet(world) || shown(world).all(|seat| agrees(model, world, &seat))
}

/// Whether what a phone shows of a call is what the backend has.
fn agrees(model: &Model, world: &World, seat: &Shown) -> bool {
    let Some(row) = seat.row else {
        // Never got as far as a call.
        return seat.state.is_terminal();
    };
    let is_in = seat.outcome.direction == Some(Direction::In);
    match (row.call().status, seat.state) {
        _ if seat.outcome.is_guess => true,
        (CallStatus::Ended | CallStatus::Active, ELSEWHERE) => is_elsewhere(model, world, seat),
        (_, MERGED) => is_dialled_here(world, seat),
        (CallStatus::Ended, State::Ended { reason }) => Some(reason) == row.call().end_reason,
        (
            CallStatus::Active,
            State::Connecting | State::Active | State::Held | State::Reconnecting { .. },
        ) => (!is_in || is_answered_by(row, seat.phone)) && agrees_on_type(world, seat, row),
        (CallStatus::Ringing, State::Ringing { direction }) => seat.outcome.direction == Some(direction),
        // Accepted, and about to try again.
        (CallStatus::Ringing, State::Connecting) => is_in,
        // The sweeper will write down the same.
        (CallStatus::Ringing, State::Ended { reason }) => {
            row.is_overdue && reason == CallEndReason::Unanswered
        }
        (
            CallStatus::Ended | CallStatus::Active | CallStatus::Ringing,
            State::Idle
            | State::Dialing
            | State::Ringing { .. }
            | State::Connecting
            | State::Active
            | State::Held
            | State::Reconnecting { .. }
            | State::Ended { .. },
        ) => false,
    }
}

/// Whether a phone knows of what type the call is, and who asks for another. That a wish ran out is known at once to
/// whoever reads it, and told when it is written down.
fn agrees_on_type(world: &World, seat: &Shown, row: &CallRow) -> bool {
    let actor = world.phones[seat.phone].seats[seat.at].actor();
    actor.and_then(|actor| actor.machine.call()).is_some_and(|known| {
        let is_same_wish = known.video_request == row.call().video_request || row.wish_is_overdue;
        known.call_type == row.call().call_type && is_same_wish
    })
}

/// Whether nobody waits for the outcome of a change, and a picture that is wished is sent, or waits for the other one.
pub fn every_change_is_settled(_: &Model, world: &World) -> bool {
    !is_quiet(world) || actors(world).all(|(_, actor)| has_its_answer(world, actor))
}

fn has_its_answer(world: &World, actor: &Actor) -> bool {
    let row = actor.registered.map(|id| &world.backend.rows[row_of(id)]);
    let is_asked_for = row.is_some_and(|row| row.call().video_request.is_some());
    // Nothing confirms a publication here, so a wished picture stays pending.
    let is_wished = actor.machine.local_media().camera.pending;
    let is_talking = actor.machine.state() == State::Active;
    let is_in_order = !is_talking || !is_wished || actor.machine.publishing().video || is_asked_for;
    actor.waiting.is_empty() && is_in_order
}
