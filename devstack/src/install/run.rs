use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// How many lines of a failed program's output its error quotes from the beginning, and from the end: some
/// say first what went wrong, some last.
const QUOTED_LINES: usize = 12;

/// Runs `command` to its end; a failure quotes what it wrote.
pub(super) fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {program}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    bail!("{program} failed ({}):\n{}", output.status, quote(&text));
}

fn quote(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    match lines.len().checked_sub(2 * QUOTED_LINES) {
        None | Some(0) => lines.join("\n"),
        Some(left_out) => {
            let (first, last) = (&lines[..QUOTED_LINES], &lines[lines.len() - QUOTED_LINES..]);
            format!("{}\n({left_out} lines)\n{}", first.join("\n"), last.join("\n"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_quotes_both_ends_of_a_long_output() {
        let error = run(Command::new("sh").args(["-c", "seq 1 100; exit 3"]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("\n1\n") && error.ends_with("\n100"), "{error}");
        assert!(
            error.contains("(76 lines)") && !error.contains("\n50\n"),
            "{error}"
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no-such-program-anywhere"), "{error}");
    }
}
