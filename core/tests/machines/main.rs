//! The machines, without a network and without a clock.

// A test's helpers panic as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod call;
mod call_inputs;
mod call_model;
mod call_table;
mod call_upgrade;
mod chat_log;
mod diagrams;
mod limits_page;
mod session;
mod session_inputs;
mod session_model;
mod session_table;
mod stage;
mod stage_model;
mod stage_support;
mod support;
mod table;
mod telephony;
mod telephony_model;
mod telephony_support;
mod telephony_table;
mod ui_states;
mod viewing;
