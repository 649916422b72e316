//! The Android library's tests: Maven, Robolectric and `aapt2`, no Gradle and no Android SDK.

use anyhow::{Result, ensure};

use super::step::Step;
use super::tools::{apt_install, has_apt, is_on_path};
use crate::{repository, say};

/// The step; none where `aapt2`, which makes the resources that the tests read, is missing and may not be installed: that
/// is said, and under `CI=true` an error.
pub(super) fn step() -> Result<Option<Step>> {
    if !is_on_path("aapt2") && has_apt() {
        apt_install("aapt")?;
    }
    if !is_on_path("aapt2") {
        let missing = "there is no aapt2; on Debian `sudo apt-get install aapt`";
        ensure!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
        say(&format!(
            "SKIPPED: the tests of the Android library, because {missing}"
        ));
        return Ok(None);
    }
    let maven = Step::new("Android library", "mvn").arguments(&[
        "--batch-mode",
        "--no-transfer-progress",
        "-Dstyle.color=never",
        "-Dmaven.wagon.http.retryHandler.count=5",
        "package",
    ]);
    Ok(Some(maven.folder(&repository().join("android/maven"))))
}
