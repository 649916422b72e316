use std::path::PathBuf;

use anyhow::{Result, bail};

const CANDIDATES: [&str; 4] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// A Chromium of this machine, for tests that want a browser; `None` where there is none, and the test says
/// that it was skipped.
///
/// # Errors
/// Under `CI=true`, where nothing is skipped.
pub fn chromium() -> Result<Option<PathBuf>> {
    let found = CANDIDATES.iter().map(PathBuf::from).find(|path| path.exists());
    if found.is_none() && std::env::var_os("CI").is_some_and(|value| value == "true") {
        bail!("Chromium is missing: install it, on Debian with `sudo apt-get install chromium`");
    }
    Ok(found)
}
