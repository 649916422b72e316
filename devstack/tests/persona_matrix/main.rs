//! Who may do what: every table by every verb, and every function, tried by every persona.
//!
//! The expectations are two tables of data. Whatever is added to the schema or to the functions has no row in them,
//! and fails here until somebody has said what each persona may do with it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod functions;
mod functions_expected;
mod scene;
#[expect(dead_code, reason = "the other binary uses the rest")]
#[path = "../functions/support.rs"]
mod support;
mod tables;
mod tables_expected;

use ipelya_devstack::{Stack, StackOptions};
use support::World;
use tokio::sync::OnceCell;

static STACK: OnceCell<Stack> = OnceCell::const_new();

/// A stack of this binary's own, which isn't swept: what is compared changes by what is tried alone.
async fn world() -> World {
    let stack = STACK
        .get_or_try_init(|| Stack::start(StackOptions::default().sweep_every(None)))
        .await
        .unwrap();
    World::of(stack.info()).await
}
