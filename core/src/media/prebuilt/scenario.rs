//! What the SDK's connection can be made to go through.

use super::ffi;
use super::wire::{Request, SimulateScenarioKind, SimulateScenarioRequest};
use crate::domain::UserId;
use crate::media::MediaError;

/// Closes the signal channel, which the SDK answers by a resume, and that restarts ICE.
///
/// # Errors
/// [`MediaError::Engine`].
pub fn restart_ice(room: u64) -> Result<(), MediaError> {
    simulate(room, SimulateScenarioKind::SignalReconnect)
}

/// Takes the rooms of a user through a full reconnect. For tests: nothing outside of the library can bring one about
/// without bringing down more.
///
/// # Errors
/// [`MediaError::Engine`].
#[doc(hidden)]
pub fn reconnect_fully(user: UserId) -> Result<(), MediaError> {
    let mut rooms = ffi::dispatcher().rooms_of(user).into_iter();
    rooms.try_for_each(|room| simulate(room, SimulateScenarioKind::FullReconnect))
}

fn simulate(room_handle: u64, scenario: SimulateScenarioKind) -> Result<(), MediaError> {
    let scenario = scenario.into();
    let request = SimulateScenarioRequest {
        room_handle,
        scenario,
    };
    ffi::request(Request::SimulateScenario(request)).map(drop)
}
