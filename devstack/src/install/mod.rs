//! The pinned programs that the stack runs: where they are, and how they get there.

mod browser;
mod lock;
mod paths;
mod prerequisites;
mod progress;
mod promtool;
mod run;
mod setup;
mod stamp;
mod steps;

pub use browser::chromium;
pub use paths::Installation;
pub use progress::{Progress, StepEvent};
pub use promtool::promtool;
pub use setup::setup;
pub(crate) use stamp::Fingerprint;
