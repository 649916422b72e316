//! What may happen next.

use ipelya_core::backend::CallChange;
use ipelya_core::call::{Direction, Errand, State, Timer};
use ipelya_core::domain::CallStatus;

use crate::actor::{Actor, Countdown, Link, Open};
use crate::cast::{Phone, Row, user};
use crate::device::{At, Seat};
use crate::setups::Setup;
use crate::world::{World, hears, is_on};

/// One thing that happens, to one phone or to the backend. Errands are named by their place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    // People.
    Dial(usize),
    Accept(Phone, At),
    Decline(Phone, At),
    HangUp(Phone, At),
    Change(Phone, At, CallChange),
    // The network: what isn't delivered yet is late or lost.
    Serve(Phone, At, usize),
    ServeLate(usize),
    Reply(Phone, At, usize),
    Lose(Phone, At, usize),
    /// The call in that version.
    News(Phone, Row, usize),
    /// The socket was away, and what wasn't heard by then is lost.
    Resubscribe(Phone),
    Crash(Phone),
    Boot(Phone),
    // Time.
    Fire(Phone, At, Timer),
    RingIsOver(Row),
    Sweep(Row),
    Desert(Row),
    WishIsOver(Row),
    SweepWish(Row),
    // Rooms.
    Join(Phone, At),
    /// LiveKit is told what may be sent, and tells it.
    Permit(Phone),
    FailToJoin(Phone, At),
    LoseRoom(Phone, At),
    Resume(Phone, At),
    Drop(Phone, At),
    RoomIsDeleted(Phone, At),
}

/// Everything that may happen next, in a fixed order.
pub fn possible(setup: &Setup, world: &World, steps: &mut Vec<Step>) {
    for (tap, (phone, _)) in setup.taps.iter().enumerate() {
        if world.taps_done & (1 << tap) == 0 && !world.phones[*phone].is_down {
            steps.push(Step::Dial(tap));
        }
    }
    for phone in 0..setup.phones.len() {
        of_phone(setup, world, phone, steps);
    }
    for (row, found) in world.backend.rows.iter().enumerate() {
        match found.call().status {
            CallStatus::Ringing if found.is_overdue => steps.push(Step::Sweep(row)),
            CallStatus::Ringing => steps.push(Step::RingIsOver(row)),
            // Only a phone that crashed stays away for that long.
            CallStatus::Active if world.phones.iter().any(|phone| phone.has_crashed) => {
                steps.push(Step::Desert(row));
            }
            CallStatus::Active | CallStatus::Ended => {}
        }
        if found.call().video_request.is_some() {
            steps.push(if found.wish_is_overdue {
                Step::SweepWish(row)
            } else {
                Step::WishIsOver(row)
            });
        }
    }
    steps.extend((0..world.late.len()).map(Step::ServeLate));
}

/// What doesn't take time in a world without delays.
pub fn prompt(setup: &Setup, world: &World) -> Option<Step> {
    if setup.troubles.delays {
        return None;
    }
    for (phone, device) in world.phones.iter().enumerate() {
        for (at, seat) in device.seats.iter().enumerate() {
            let Some(actor) = seat.actor() else { continue };
            let fetches = |open: &Open| matches!(open.errand, Errand::Fetch(_));
            if let Some(fetch) = actor.errands.iter().position(fetches) {
                return Some(Step::Reply(phone, at, fetch));
            }
            if actor.link == Link::Joining && world.is_room_there(phone, at) {
                return Some(Step::Join(phone, at));
            }
        }
    }
    None
}

fn of_phone(setup: &Setup, world: &World, phone: Phone, steps: &mut Vec<Step>) {
    let device = &world.phones[phone];
    if device.is_down {
        steps.push(Step::Boot(phone));
        return;
    }
    let own = user(setup.phones[phone]);
    for (row, found) in world.backend.rows.iter().enumerate() {
        if hears(setup, found.call().caller_id, found.call().callee_id, own) {
            steps.extend((0..found.told.len()).map(|version| Step::News(phone, row, version)));
        }
    }
    if setup.troubles.gaps && world.faults_left > 0 {
        steps.push(Step::Resubscribe(phone));
    }
    if setup.troubles.crashes && world.faults_left > 0 && !device.seats.is_empty() {
        steps.push(Step::Crash(phone));
    }
    if world.rooms.is_pending(phone) {
        steps.push(Step::Permit(phone));
    }
    for (at, seat) in device.seats.iter().enumerate() {
        if let Seat::Taken(actor) = seat {
            of_actor(setup, world, actor, (phone, at), steps);
        }
    }
}

fn of_actor(setup: &Setup, world: &World, actor: &Actor, (phone, at): (Phone, At), steps: &mut Vec<Step>) {
    let state = actor.machine.state();
    if state
        == (State::Ringing {
            direction: Direction::In,
        })
    {
        steps.extend([Step::Accept(phone, at), Step::Decline(phone, at)]);
    } else if is_on(state) && setup.hang_ups.contains(&phone) {
        steps.push(Step::HangUp(phone, at));
    }
    if world.changes_left > 0 {
        let can = actor.machine.capabilities(user(setup.phones[phone]));
        let changes = [
            (can.request_video, CallChange::RequestVideo),
            (can.answer_video, CallChange::AcceptVideo),
            (
                can.answer_video || can.cancel_video_request,
                CallChange::DeclineVideo,
            ),
            (can.to_audio, CallChange::ToAudio),
        ];
        let possible = changes.into_iter().filter(|(can, _)| *can);
        steps.extend(possible.map(|(_, change)| Step::Change(phone, at, change)));
    }
    for (place, open) in actor.errands.iter().enumerate() {
        let is_two_steps = takes_two_steps(&open.errand);
        if is_two_steps && open.answer.is_none() {
            steps.push(Step::Serve(phone, at, place));
        } else {
            steps.push(Step::Reply(phone, at, place));
        }
        let can_be_lost = match &open.errand {
            // Lost on its way there, it is late: it is sent again until it arrives.
            Errand::Initiate(..) | Errand::Change(..) => open.answer.is_some(),
            Errand::Fetch(_) => false,
            Errand::Answer(_) | Errand::EndCall(_) | Errand::RefreshToken(_) => true,
        };
        if can_be_lost && world.faults_left > 0 {
            steps.push(Step::Lose(phone, at, place));
        }
    }
    let timers = &actor.timers;
    // Clocks of a phone run as fast as the server's, so the longest ring isn't over before the server's.
    let is_exact = timers.countdown == Some(Countdown::Confirmed) || !setup.troubles.delays;
    let is_early = is_exact && world.still_rings(phone, at);
    if timers.ring && !is_early {
        steps.push(Step::Fire(phone, at, Timer::Ring));
    }
    if timers.retry {
        steps.push(Step::Fire(phone, at, Timer::Retry));
    }
    if timers.budget && world.faults_left > 0 {
        steps.push(Step::Fire(phone, at, Timer::Budget));
    }
    let is_there = world.is_room_there(phone, at);
    let may_fail = setup.troubles.rooms && world.faults_left > 0;
    match actor.link {
        Link::Out => {}
        Link::Joining if is_there => {
            steps.push(Step::Join(phone, at));
            if may_fail {
                steps.push(Step::FailToJoin(phone, at));
            }
        }
        Link::Joining if setup.troubles.rooms => steps.push(Step::FailToJoin(phone, at)),
        Link::Joining => {}
        Link::In if may_fail && is_there => steps.push(Step::LoseRoom(phone, at)),
        Link::In if setup.troubles.rooms && !is_there => steps.push(Step::RoomIsDeleted(phone, at)),
        Link::In => {}
        Link::Lost => {
            if is_there {
                steps.push(Step::Resume(phone, at));
            }
            steps.push(Step::Drop(phone, at));
        }
    }
}

/// Whether something else may happen between what an errand changes at the backend and its answer. The answers of the
/// others are the last word on a call, or what Realtime may say as well, at any time.
pub fn takes_two_steps(errand: &Errand) -> bool {
    match errand {
        Errand::Initiate(..) => true,
        Errand::Answer(answer) => answer.accept,
        Errand::EndCall(_) | Errand::Fetch(_) | Errand::RefreshToken(_) => false,
        Errand::Change(..) => true,
    }
}
