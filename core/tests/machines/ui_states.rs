//! `docs/ui-states.md` names every state, what may be done in it, and what ends it.

use std::collections::BTreeMap;
use std::path::Path;

use ipelya_core::call::{self, Direction};
use ipelya_core::domain::{CallEndReason, ErrorCode, Role, limits};
use ipelya_core::session::{self, EndReason, Lock};
use ipelya_core::stage;
use serde::Serialize;
use serde_json::Value;

use crate::support::error;

/// The tables of a section: the code words of each row's first cell, with the other cells.
fn tables(heading: &str) -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ui-states.md");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with(heading));
    let rows = section.unwrap_or_else(|| panic!("no section {heading}")).lines();
    let cells = |row: &str| -> Vec<String> { row.split('|').map(|cell| cell.trim().to_owned()).collect() };
    rows.filter(|row| row.starts_with("| `"))
        .map(|row| {
            let cells = cells(row);
            (cells[1].trim_matches('`').to_owned(), cells[2..].to_vec())
        })
        .collect()
}

/// What is true of some capabilities, in the order in which they are declared.
fn may(capabilities: impl Serialize) -> String {
    let Ok(Value::Object(all)) = serde_json::to_value(capabilities) else {
        panic!("capabilities are an object")
    };
    let mut names: Vec<_> = all
        .into_iter()
        .filter(|(_, can)| *can == Value::Bool(true))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    if names.is_empty() {
        "nothing".into()
    } else {
        names.join(", ")
    }
}

fn sorted(cell: &str) -> String {
    let mut names: Vec<_> = cell.split(", ").collect();
    names.sort_unstable();
    names.join(", ")
}

fn budget() -> String {
    format!("after {} s, as `failed`", limits::RECONNECT_BUDGET.as_secs())
}

/// The name that a tagged state has in JSON.
fn tag(state: impl Serialize, field: &str) -> String {
    let json = serde_json::to_value(state).unwrap();
    json[field].as_str().or(json.as_str()).unwrap().to_owned()
}

#[test]
fn every_state_of_a_session_is_there() {
    use session::State as S;
    let rows = tables("A session");
    let lock = Lock::Full;
    let reason = EndReason::Left;
    let error = error(ErrorCode::Internal);
    let states = [
        S::Idle,
        S::Authorizing,
        S::Locked { lock },
        S::Connecting,
        S::Backstage,
        S::Live,
        S::Reconnecting { attempt: 0 },
        S::Ended { reason },
        S::Failed { error },
    ];
    for state in states {
        let row = &rows[&tag(&state, "state")];
        assert_eq!(sorted(&row[1]), may(state.capabilities()), "{state:?}");
        let ends = match state.times_out() {
            None => "no".to_owned(),
            Some(session::Timer::Budget | session::Timer::Retry) => budget(),
        };
        assert_eq!(row[2], ends, "{state:?}");
    }
    let locks = [
        Lock::Subscribe,
        Lock::Purchase { price_coins: 1 },
        Lock::Full,
        Lock::Banned,
    ];
    for lock in locks {
        assert!(rows.contains_key(&tag(&lock, "lock")), "{lock:?}");
    }
    let reasons = [
        EndReason::Left,
        EndReason::HostEnded,
        EndReason::HostAway,
        EndReason::NeverStarted,
        EndReason::TimeLimit,
        EndReason::RoomFailed,
        EndReason::Removed,
        EndReason::JoinedElsewhere,
        EndReason::Other,
    ];
    for reason in reasons {
        assert!(rows.contains_key(&tag(reason, "reason")), "{reason:?}");
    }
    assert_eq!(rows.len(), 9 + 4 + reasons.len(), "nothing that isn't there");
}

#[test]
fn every_state_of_the_stage_is_there() {
    use stage::State as S;
    let rows = tables("The stage");
    let expires_at = chrono::DateTime::UNIX_EPOCH;
    let invited = S::Invited {
        role: Role::Speaker,
        expires_at,
    };
    let co_host = S::OnStage { role: Role::CoHost };
    for state in [S::Audience, S::HandRaised, invited, co_host, S::Removed] {
        let row = &rows[&tag(state, "state")];
        assert_eq!(sorted(&row[1]), may(state.capabilities()), "{state:?}");
        let ends = match state.times_out() {
            None => "no",
            Some(stage::Timer::Invitation | stage::Timer::Arrival) => "with the invitation",
        };
        assert_eq!(row[2], ends, "{state:?}");
    }
    assert_eq!(rows.len(), 5);
}

#[test]
fn every_state_of_a_call_is_there() {
    use call::State as S;
    let rows = tables("A call");
    let reason = CallEndReason::HungUp;
    let states = [
        ("idle", S::Idle),
        ("dialing", S::Dialing),
        (
            "ringing_out",
            S::Ringing {
                direction: Direction::Out,
            },
        ),
        (
            "ringing_in",
            S::Ringing {
                direction: Direction::In,
            },
        ),
        ("connecting", S::Connecting),
        ("active", S::Active),
        ("held", S::Held),
        ("reconnecting", S::Reconnecting { attempt: 0 }),
        ("ended", S::Ended { reason }),
    ];
    for (name, state) in states {
        let row = &rows[name];
        assert_eq!(sorted(&row[1]), may(state.capabilities()), "{state:?}");
        let ends = match state.times_out() {
            None => "no".to_owned(),
            Some(call::Timer::Ring) => "with the ring".to_owned(),
            Some(call::Timer::Budget | call::Timer::Retry) => budget(),
        };
        assert_eq!(row[2], ends, "{state:?}");
    }
    let reasons = [
        CallEndReason::HungUp,
        CallEndReason::Declined,
        CallEndReason::Busy,
        CallEndReason::Unanswered,
        CallEndReason::Cancelled,
        CallEndReason::AnsweredElsewhere,
        CallEndReason::GlareMerged,
        CallEndReason::TimeLimit,
        CallEndReason::Failed,
        CallEndReason::Other,
    ];
    for reason in reasons {
        assert!(rows.contains_key(&tag(reason, "reason")), "{reason:?}");
    }
    assert_eq!(rows.len(), 9 + reasons.len(), "nothing that isn't there");
}
