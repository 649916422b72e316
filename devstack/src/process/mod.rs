//! Child processes that never outlive their parent.

mod child;
mod log;
mod reaper;
mod signal;

pub(crate) use child::{Child, Spec};
pub(crate) use log::last_lines;
pub(crate) use reaper::Reaper;
pub(crate) use signal::Signal;

/// Who runs programs that refuse to run as root: `nobody`, when this process is root.
pub(crate) fn unprivileged_user() -> Option<u32> {
    const NOBODY: u32 = 65_534;
    // SAFETY: geteuid takes nothing, cannot fail and touches no memory.
    let is_root = unsafe { libc::geteuid() } == 0;
    is_root.then_some(NOBODY)
}
