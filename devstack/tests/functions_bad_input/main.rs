//! Bad input to every function: refused by its code, and no row of any table changed.
//!
//! The stack is this binary's own and isn't swept, so that every table can be compared as a whole.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod cases;
mod endpoints;
mod media_down;
mod plans;
mod push_credentials;
mod states;
#[expect(dead_code, reason = "the other binary uses the rest")]
#[path = "../functions/support.rs"]
mod support;
mod tables;

use ipelya_devstack::{Stack, StackOptions};
use support::World;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

static STACK: OnceCell<Stack> = OnceCell::const_new();
static ALONE: Mutex<()> = Mutex::const_new(());

/// The stack, for one test at a time.
async fn world() -> (World, &'static Stack, MutexGuard<'static, ()>) {
    let guard = ALONE.lock().await;
    let stack = STACK
        .get_or_try_init(|| {
            let options = StackOptions::default().sweep_every(None);
            Stack::start(options.function_env("CLIENT_ADDRESS_HEADER", "x-forwarded-for"))
        })
        .await
        .unwrap();
    (World::of(stack.info()).await, stack, guard)
}
