//! The example app: its types, its bundles for both phones and the web, and its web build in Chromium, against a backend of its own.

use anyhow::Result;

use super::step::Step;
use crate::app;

/// The steps, after what they need is installed and built.
pub(super) fn steps() -> Result<Vec<Step>> {
    app::prepare()?;
    let environment = app::environment()?;
    let npm = |name, script: &str| {
        environment.iter().cloned().fold(
            Step::new(name, "npm")
                .arguments(&["run", "--silent", script])
                .folder(&app::folder())
                .env("NO_COLOR", "1"),
            |step, (name, value)| step.env(name, value),
        )
    };
    Ok(vec![
        npm("types of the example app", "check"),
        npm("bundles of the example app for phones", "export:phones"),
        npm("bundle of the example app for the web", "export:test"),
        npm("the example app in a browser", "e2e"),
    ])
}
