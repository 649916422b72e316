//! What must hold in every state, and what must happen somewhere.

use ipelya_core::call::{Direction, Errand, State};
use ipelya_core::domain::{CallEndReason, Grants};
use stateright::Property;

use crate::actor::{Actor, Link};
use crate::agreement::{agree, every_change_is_settled, is_answered_by, is_elsewhere_true, is_quiet};
use crate::cast::{Phone, row_of, user};
use crate::device::Seat;
use crate::model::Model;
use crate::setups::Setup;
use crate::world::World;

/// Every rule.
pub fn always() -> Vec<Property<Model>> {
    vec![
        Property::always("nobody is in two live calls", one_live_call),
        Property::always("no machine, book or backend broke a rule on the way", no_breach),
        Property::always(
            "only who dialled or answered an answered call sends",
            only_both_send,
        ),
        Property::always(
            "nobody is filmed without a wish, or before LiveKit permits it",
            only_wished_pictures,
        ),
        Property::always("one device answers a call", one_answer),
        Property::always("a phone has one place in a room", one_place),
        Property::always(
            "nobody waits without a clock, and nothing runs without need",
            all_are_bounded,
        ),
        Property::always(
            "who dials somebody that rings here talks, and doesn't wait",
            nobody_waits_for_oneself,
        ),
        Property::always(
            "answered elsewhere is what another device answered",
            is_elsewhere_true,
        ),
        Property::always("once all is quiet, both ends agree", agree),
        Property::always(
            "once all is quiet, every wish for a picture has its answer",
            every_change_is_settled,
        ),
    ]
}

/// What happens somewhere, so that the rules aren't kept by an empty world.
pub fn sometimes(setup: &Setup) -> Vec<Property<Model>> {
    let mut properties = vec![Property::sometimes("both talk", both_talk)];
    if setup.changes > 0 {
        properties.push(Property::sometimes("both are filmed", both_are_filmed));
    }
    properties.extend(setup.outcomes.iter().map(|outcome| match outcome {
        CallEndReason::HungUp => Property::sometimes("hung up", |_, world| has(world, CallEndReason::HungUp)),
        CallEndReason::Declined => {
            Property::sometimes("declined", |_, world| has(world, CallEndReason::Declined))
        }
        CallEndReason::Busy => Property::sometimes("busy", |_, world| has(world, CallEndReason::Busy)),
        CallEndReason::Unanswered => {
            Property::sometimes("unanswered", |_, world| has(world, CallEndReason::Unanswered))
        }
        CallEndReason::Cancelled => {
            Property::sometimes("cancelled", |_, world| has(world, CallEndReason::Cancelled))
        }
        CallEndReason::AnsweredElsewhere => Property::sometimes("answered elsewhere", |_, world| {
            has(world, CallEndReason::AnsweredElsewhere)
        }),
        CallEndReason::GlareMerged => {
            Property::sometimes("glare merged", |_, world| has(world, CallEndReason::GlareMerged))
        }
        CallEndReason::TimeLimit | CallEndReason::Failed | CallEndReason::Other => {
            Property::sometimes("failed", |_, world| has(world, CallEndReason::Failed))
        }
    }));
    properties
}

/// The rule that was broken by a step.
pub fn breach(world: &World) -> Option<&'static str> {
    let phones = world.phones.iter().filter_map(|phone| phone.breach);
    phones.chain(world.backend.breach).next()
}

pub fn actors(world: &World) -> impl Iterator<Item = (Phone, &Actor)> {
    let phones = world.phones.iter().enumerate();
    phones.flat_map(|(phone, device)| {
        let actors = device.seats.iter().filter_map(Seat::actor);
        actors.map(move |actor| (phone, actor))
    })
}

fn has(world: &World, reason: CallEndReason) -> bool {
    let over = State::Ended { reason };
    let mut states = world
        .phones
        .iter()
        .flat_map(|phone| phone.seats.iter().map(Seat::state));
    states.any(|state| state == over) && is_quiet(world)
}

fn both_talk(_: &Model, world: &World) -> bool {
    let talking = actors(world).filter(|(_, actor)| actor.machine.state() == State::Active);
    talking.count() == 2
}

fn both_are_filmed(_: &Model, world: &World) -> bool {
    let filmed = actors(world).filter(|(_, actor)| actor.machine.publishing().video);
    filmed.count() == 2
}

fn one_live_call(model: &Model, world: &World) -> bool {
    let rows = &world.backend.rows;
    model.setup.phones.iter().all(|person| {
        let live = rows.iter().filter(|row| row.is_live());
        live.filter(|row| row.is_with(user(*person))).count() <= 1
    })
}

fn no_breach(_: &Model, world: &World) -> bool {
    breach(world).is_none()
}

fn only_both_send(_: &Model, world: &World) -> bool {
    actors(world).all(|(phone, actor)| {
        let may_send = actor.registered.map(row_of).is_some_and(|row| {
            let row = &world.backend.rows[row];
            row.was_answered && (!actor.is_incoming() || is_answered_by(row, phone))
        });
        actor.machine.publishing() == Grants::NONE || may_send
    })
}

fn only_wished_pictures(_: &Model, world: &World) -> bool {
    actors(world).all(|(phone, actor)| {
        let is_in_order = world.rooms.has_consent(phone) && world.rooms.may_send_pictures(phone);
        !actor.machine.publishing().video || is_in_order
    })
}

/// Who dialled may be there as well: LiveKit then keeps the one that came last.
fn one_answer(_: &Model, world: &World) -> bool {
    let answered = actors(world).filter(|(_, actor)| actor.is_incoming() && actor.link != Link::Out);
    are_different(answered.map(|(_, actor)| actor.registered).collect())
}

fn one_place(_: &Model, world: &World) -> bool {
    world.phones.iter().all(|phone| {
        let actors = phone.seats.iter().filter_map(Seat::actor);
        let there = actors.filter(|actor| actor.link != Link::Out);
        are_different(there.map(|actor| actor.registered).collect())
    })
}

fn are_different<T: PartialEq>(all: Vec<T>) -> bool {
    (1..all.len()).all(|place| !all[..place].contains(&all[place]))
}

fn all_are_bounded(_: &Model, world: &World) -> bool {
    actors(world).all(|(_, actor)| is_bounded(actor))
}

/// That a ring counts down and never starts anew, [`Actor::perform`] says: so it ends.
fn is_bounded(actor: &Actor) -> bool {
    let timers = &actor.timers;
    match actor.machine.state() {
        State::Idle => !timers.any(),
        State::Dialing => {
            let dials = |errand: &Errand| matches!(errand, Errand::Initiate(..));
            actor.errands.iter().any(|open| dials(&open.errand)) && !timers.any()
        }
        State::Ringing { .. } => timers.ring,
        State::Connecting | State::Reconnecting { .. } => timers.budget && !timers.ring,
        State::Active | State::Held => !timers.any() && actor.link == Link::In,
        State::Ended { .. } => !timers.any() && actor.link == Link::Out,
    }
}

fn nobody_waits_for_oneself(model: &Model, world: &World) -> bool {
    let waits = State::Ringing {
        direction: Direction::Out,
    };
    actors(world).all(|(phone, actor)| {
        let called = actor.machine.call().map(|call| call.callee_id);
        actor.machine.state() != waits || called != Some(user(model.setup.phones[phone]))
    })
}
