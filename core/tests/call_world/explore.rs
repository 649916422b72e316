//! Runs the checker, and tells what it found.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a way is told as far as it matters"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use ipelya_core::call::{Errand, Reply};
use stateright::{Checker, Expectation, HasDiscoveries, Model as _, Path};

use crate::actor::Open;
use crate::model::Model;
use crate::rules;
use crate::setups::Setup;
use crate::steps::Step;
use crate::world::World;

/// What a search came to.
pub struct Found {
    /// The rule that was broken, and the way there.
    pub violation: Option<(&'static str, String)>,
    /// What should happen somewhere, and never did.
    pub unseen: Vec<&'static str>,
}

/// Every state of a world; stops at the first broken rule.
pub fn explore(setup: Setup) -> Found {
    let started = Instant::now();
    let model = Model { setup };
    let checker = model.checker().finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.spawn_bfs().join();
    let mut discoveries = checker.discoveries();
    let properties = checker.model().properties();
    let mut found = Found {
        violation: None,
        unseen: Vec::new(),
    };
    for property in properties {
        let discovery = discoveries.remove(property.name);
        match (property.expectation, discovery) {
            (Expectation::Sometimes, None) => found.unseen.push(property.name),
            (Expectation::Always | Expectation::Eventually, Some(path)) => {
                found.violation.get_or_insert((property.name, tell(&path)));
            }
            (Expectation::Sometimes, Some(_)) | (Expectation::Always | Expectation::Eventually, None) => {}
        }
    }
    say(&format!(
        "{}: {} states, {} steps, {} deep, {:.1} s",
        setup.name,
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        started.elapsed().as_secs_f64(),
    ));
    found
}

/// Tells what was explored also where a test's output is kept back.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The way to a broken rule, step by step, and what things had come to.
fn tell(path: &Path<World, Step>) -> String {
    let mut told = String::new();
    let steps = path.clone().into_vec();
    for (world, step) in &steps {
        let Some(step) = step else { continue };
        let what = match step {
            Step::Serve(phone, at, errand)
            | Step::Reply(phone, at, errand)
            | Step::Lose(phone, at, errand) => {
                let actor = world.phones[*phone].seats[*at].actor();
                actor.map(|actor| brief(&actor.errands[*errand]))
            }
            _ => None,
        };
        let _ = writeln!(told, "{step:?}{}", what.unwrap_or_default());
    }
    let last = path.last_state();
    if let Some(rule) = rules::breach(last) {
        let _ = writeln!(told, "{rule}");
    }
    for row in &last.backend.rows {
        let call = row.call();
        let (status, device, reason) = (call.status, &call.answered_device_id, call.end_reason);
        let _ = writeln!(
            told,
            "backend: {status:?}, device {device:?}, {reason:?}, overdue: {}",
            row.is_overdue
        );
    }
    for (phone, device) in last.phones.iter().enumerate() {
        for (at, seat) in device.seats.iter().enumerate() {
            let outcome = seat.outcome();
            let direction = outcome.direction;
            let _ = write!(told, "phone {phone}, call {at}: {direction:?} {:?}", seat.state());
            if let Some(actor) = seat.actor() {
                let errands: Vec<String> = actor.errands.iter().map(brief).collect();
                let _ = write!(
                    told,
                    ", {:?}, {:?}, errands {errands:?}",
                    actor.link, actor.timers
                );
            }
            told.push('\n');
        }
    }
    told
}

/// An errand and its answer, without what is the same in every world.
fn brief(open: &Open) -> String {
    let errand = match &open.errand {
        Errand::Initiate(..) => "Initiate",
        Errand::Answer(answer) if answer.accept => "Accept",
        Errand::Answer(_) => "Decline",
        Errand::EndCall(_) => "EndCall",
        Errand::Fetch(_) => "Fetch",
        Errand::RefreshToken(_) => "RefreshToken",
        Errand::Change(..) => "Change",
    };
    let call = match &open.answer {
        None => return format!(" {errand}"),
        Some(Err(error)) => return format!(" {errand}: {:?} {:?}", error.code, error.details.end_reason),
        Some(Ok(Reply::Token(_))) => return format!(" {errand}: ok"),
        Some(Ok(Reply::Initiated(admission))) => &admission.call,
        Some(Ok(Reply::Answered(answered))) => &answered.call,
        Some(Ok(Reply::Call(call) | Reply::Changed(_, call))) => call,
    };
    format!(" {errand}: {:?} {:?}", call.status, call.end_reason)
}
