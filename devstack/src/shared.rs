use tokio::sync::OnceCell;

use crate::options::StackOptions;
use crate::stack::Stack;

static SHARED: OnceCell<Stack> = OnceCell::const_new();

/// One stack with default options for all tests of a binary, started by the first that asks.
///
/// A static is never dropped: the reaper ends the stack when the test binary exits.
///
/// # Errors
/// As [`Stack::start`]; the next caller tries again.
pub async fn shared_stack() -> anyhow::Result<&'static Stack> {
    SHARED
        .get_or_try_init(|| Stack::start(StackOptions::default()))
        .await
}
