//! The chat of a session as one person has it: pure, like the machines.
//!
//! The database's list is the truth. Realtime tells of changes late, twice, out of order, or not at all while the
//! socket is away; after each gap the newest page is fetched again, and the log is what [`ChatLog`] makes of both.

mod log;

pub use log::{ChatLog, ChatSnapshot, FetchId, PendingId, PendingMessage, WINDOW};
