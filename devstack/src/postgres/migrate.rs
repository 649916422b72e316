use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use tokio_postgres::Client;
use tokio_postgres::error::ErrorPosition;

use crate::project::Project;

/// What a Supabase project has before its first migration.
pub(super) const PLATFORM: &str = include_str!("../../sql/platform.sql");

/// Runs the platform, then the project's files in their order, each in one transaction.
pub(super) async fn migrate(client: &Client, project: &Project) -> Result<()> {
    execute(client, "platform.sql", PLATFORM).await?;
    for path in project.sql_files()? {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        execute(client, &name(&path), &text).await?;
    }
    Ok(())
}

pub(super) fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

async fn execute(client: &Client, name: &str, text: &str) -> Result<()> {
    client.batch_execute(text).await.map_err(|error| {
        let Some(cause) = error.as_db_error() else {
            return anyhow!(error).context(format!("{name} failed"));
        };
        let line = match cause.position() {
            Some(ErrorPosition::Original(position)) => format!(":{}", line_of(text, *position)),
            Some(ErrorPosition::Internal { .. }) | None => String::new(),
        };
        let extra: String = [cause.detail(), cause.hint(), cause.where_()]
            .into_iter()
            .flatten()
            .map(|part| format!("\n  {part}"))
            .collect();
        anyhow!(
            "{name}{line}: {} ({}){extra}",
            cause.message(),
            cause.code().code()
        )
    })
}

/// The line of the `position`th character, both counted from 1.
fn line_of(text: &str, position: u32) -> usize {
    text.chars()
        .take(position as usize)
        .filter(|character| *character == '\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_told_as_a_line() {
        let text = "select 1;\nselect İ;\nselect broken;";
        let position = text.chars().take_while(|_| true).count() - 6;
        assert_eq!(line_of(text, position as u32), 3);
        assert_eq!(line_of(text, 1), 1);
    }
}
