//! A small world for the stage machine: three requests of one person, and every way through it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use ipelya_core::backend::StageOutcome;
use ipelya_core::domain::{
    ErrorCode, LiveError, Participant, ParticipantStatus, Role, StageRequest, StageRequestId,
    StageRequestKind, StageRequestStatus,
};
use ipelya_core::stage::{Command, Effect, Input, Machine, State, Timer};
use uuid::Uuid;

use crate::support::{error, session, user};
use ipelya_core::domain::{SessionStatus, SessionType};

fn start() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// The request of that number: the higher, the younger. Invitations last a minute.
pub fn request(number: u32, kind: StageRequestKind, status: StageRequestStatus) -> StageRequest {
    let created_at = start() + TimeDelta::seconds(number.into());
    StageRequest {
        id: StageRequestId(Uuid::from_u128(number.into())),
        session_id: session(SessionType::AudioRoom, SessionStatus::Live).id,
        user_id: user(1),
        kind,
        role: Role::Speaker,
        status,
        created_by: user(2),
        created_at,
        expires_at: match kind {
            StageRequestKind::Invite => Some(created_at + TimeDelta::seconds(60)),
            StageRequestKind::Request => None,
        },
    }
}

pub fn hand(status: StageRequestStatus) -> StageRequest {
    request(1, StageRequestKind::Request, status)
}

pub fn invitation(status: StageRequestStatus) -> StageRequest {
    request(2, StageRequestKind::Invite, status)
}

pub fn second_hand(status: StageRequestStatus) -> StageRequest {
    request(3, StageRequestKind::Request, status)
}

pub fn news(request: StageRequest) -> Input {
    Input::RequestChanged(Box::new(request))
}

pub fn granted(command: Command, request: Option<StageRequest>) -> Input {
    let participant = Participant {
        session_id: session(SessionType::AudioRoom, SessionStatus::Live).id,
        user_id: user(1),
        role: Role::Listener,
        status: ParticipantStatus::Joined,
        joined_at: None,
        left_at: None,
    };
    Input::Answered(command, Ok(Box::new(StageOutcome { participant, request })))
}

pub fn denied(command: Command, code: ErrorCode) -> Input {
    Input::Answered(command, Err(error(code)))
}

/// Everything that can happen in the small world.
pub fn inputs() -> Vec<Input> {
    use StageRequestStatus::{Accepted, Declined, Pending};
    let requests = [Pending, Accepted, Declined]
        .into_iter()
        .flat_map(|status| [hand(status), invitation(status), second_hand(status)]);
    let mut inputs: Vec<Input> = requests.clone().map(news).collect();
    for command in Command::ALL {
        inputs.extend([
            command.into(),
            denied(command, ErrorCode::NotFound),
            granted(command, None),
        ]);
        inputs.extend(requests.clone().map(|request| granted(command, Some(request))));
    }
    inputs.extend([
        Input::RoleChanged(Role::Listener),
        Input::RoleChanged(Role::Speaker),
        Input::Left,
        Input::Timer(Timer::Invitation),
        Input::Timer(Timer::Arrival),
    ]);
    inputs
}

pub fn state_name(state: State) -> &'static str {
    match state {
        State::Audience => "Audience",
        State::HandRaised => "HandRaised",
        State::Invited { .. } => "Invited",
        State::OnStage { .. } => "OnStage",
        State::Removed => "Removed",
    }
}

pub const STATES: [&str; 5] = ["Audience", "HandRaised", "Invited", "OnStage", "Removed"];

pub fn input_name(input: &Input) -> &'static str {
    match input {
        Input::Raise => "Raise",
        Input::Lower => "Lower",
        Input::Accept => "Accept",
        Input::Decline => "Decline",
        Input::Answered(..) => "Answered",
        Input::RequestChanged(_) => "RequestChanged",
        Input::RoleChanged(_) => "RoleChanged",
        Input::Left => "Left",
        Input::Timer(_) => "Timer",
    }
}

pub fn command_of(input: &Input) -> Option<Command> {
    Command::ALL
        .into_iter()
        .find(|command| Input::from(*command) == *input)
}

/// A machine, and whom it owes an outcome.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub machine: Machine,
    pub waiting: BTreeSet<String>,
    pub questions: BTreeSet<String>,
}

/// One step through the world.
pub struct Step<'a> {
    pub before: &'a World,
    pub input: &'a Input,
    pub effects: &'a [Effect],
    pub after: &'a World,
}

impl World {
    pub fn after(&self, input: &Input) -> (Self, Vec<Effect>) {
        let mut after = self.clone();
        if let Some(command) = command_of(input) {
            after.waiting.insert(format!("{command:?}"));
        }
        if let Input::Answered(command, _) = input {
            after.questions.remove(&format!("{command:?}"));
        }
        let effects = after.machine.handle(input.clone());
        for effect in &effects {
            match effect {
                Effect::Settle(command, _) => {
                    after.waiting.remove(&format!("{command:?}"));
                }
                Effect::Ask(command) => {
                    after.questions.insert(format!("{command:?}"));
                }
                Effect::Fetch | Effect::StartTimer(..) | Effect::StopTimer(_) => {}
            }
        }
        (after, effects)
    }

    /// Whether this can happen here: an answer needs its question.
    pub fn admits(&self, input: &Input) -> bool {
        match input {
            Input::Answered(command, _) => self.questions.contains(&format!("{command:?}")),
            Input::Raise
            | Input::Lower
            | Input::Accept
            | Input::Decline
            | Input::RequestChanged(_)
            | Input::RoleChanged(_)
            | Input::Left
            | Input::Timer(_) => true,
        }
    }
}

/// Walks every way through the small world, and returns how many worlds there are.
pub fn explore(mut look: impl FnMut(&Step)) -> usize {
    let inputs = inputs();
    let first = World::default();
    let mut known = HashMap::from([(format!("{first:?}"), ())]);
    let mut open = vec![first];
    while let Some(before) = open.pop() {
        for input in inputs.iter().filter(|input| before.admits(input)) {
            let (after, effects) = before.after(input);
            look(&Step {
                before: &before,
                input,
                effects: &effects,
                after: &after,
            });
            if known.insert(format!("{after:?}"), ()).is_none() {
                open.push(after);
            }
        }
    }
    known.len()
}

pub fn refusal(effects: &[Effect], of: Command) -> Option<&LiveError> {
    effects.iter().find_map(|effect| match effect {
        Effect::Settle(command, Err(error)) if *command == of => Some(error),
        Effect::Settle(..)
        | Effect::Ask(_)
        | Effect::Fetch
        | Effect::StartTimer(..)
        | Effect::StopTimer(_) => None,
    })
}
