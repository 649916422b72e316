//! The functions' process dies at every one of a function's statements. The sweeper puts LiveKit right, and the same
//! request, sent again under its key, is answered as if nothing had happened.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod calls;
mod sessions;
mod stand;
#[expect(dead_code, reason = "the other binary uses the rest")]
#[path = "../functions/support.rs"]
mod support;
