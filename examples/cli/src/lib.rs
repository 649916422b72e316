//! The main job, end to end, on real parts: what `cargo xtask demo` plays, and what the command line does
//! in pieces.

pub mod admin;
pub mod measure;
pub mod person;
pub mod scenes;
pub mod timeline;
pub mod watch_page;
