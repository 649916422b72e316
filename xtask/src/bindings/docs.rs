//! `cargo xtask bindings … --docs`: the API's documentation, from the comments of the generated and the written sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Language;
use super::suite::{maven_command, swift_command};
use crate::{repository, say};

/// Pages for Kotlin by Dokka; for Swift the symbol graph that DocC makes pages of.
pub(super) fn run(language: Language) -> Result<()> {
    let (mut command, folder) = match language {
        Language::Kotlin => (maven_command(&["dokka:dokka"]), "bindings/kotlin/target/docs"),
        Language::Swift => (
            swift_command(
                "package",
                &[
                    "dump-symbol-graph",
                    "--minimum-access-level",
                    "public",
                    "--skip-synthesized-members",
                ],
                &[],
            ),
            "bindings/swift/.build",
        ),
    };
    let status = command.status().context("the documentation can't be made")?;
    ensure!(status.success(), "the documentation of {language:?} failed");
    let wanted = match language {
        Language::Kotlin => "index.html",
        Language::Swift => "IpelyaLive.symbols.json",
    };
    let made = find(&repository().join(folder), wanted)?.with_context(|| format!("no {wanted} was made"))?;
    say(&format!("{} is made", made.display()));
    if language == Language::Swift {
        say(
            "docc convert --fallback-display-name IpelyaLive --fallback-bundle-identifier com.ipelya.live \\",
        );
        say(
            "  --additional-symbol-graph-dir <its folder> --output-path <pages>   makes pages of it, on a Mac by `xcrun`",
        );
    }
    Ok(())
}

/// The first file of that name in a folder or below it.
fn find(folder: &Path, name: &str) -> Result<Option<PathBuf>> {
    let direct = folder.join(name);
    if direct.is_file() {
        return Ok(Some(direct));
    }
    for entry in fs::read_dir(folder).with_context(|| format!("there is no {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir()
            && let Some(found) = find(&entry.path(), name)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
