//! The iOS package's tests: Swift on Linux, over shims of Apple's frameworks.

use std::ffi::OsString;

use anyhow::{Result, ensure};

use super::step::Step;
use super::tools::is_on_path;
use crate::bindings::swift_links;
use crate::{repository, say};

/// The step; none where there is no Swift: that is said, and under `CI=true` an error.
pub(super) fn step() -> Result<Option<Step>> {
    let Some(swift) = swift() else {
        let missing = "there is no `swift`, neither on PATH nor in a shared/bin folder beside the repository";
        ensure!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        say(&format!(
            "SKIPPED: the tests of the iOS package, because {missing}"
        ));
        return Ok(None);
    };
    // Over the library and the code that the step of Swift's bindings made.
    let linked = swift_links();
    let arguments: Vec<&str> = std::iter::once("test")
        .chain(linked.iter().map(String::as_str))
        .collect();
    let step = Step::new("ios (Swift on Linux)", swift).arguments(&arguments);
    Ok(Some(step.folder(&repository().join("ios"))))
}

fn swift() -> Option<OsString> {
    let beside = repository().join("../shared/bin/swift");
    if beside.exists() {
        return Some(beside.into_os_string());
    }
    is_on_path("swift").then(|| "swift".into())
}
