use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

const TAIL_BYTES: u64 = 8 * 1024;

/// The last `count` lines of the log at `path`; empty when there is none.
pub(crate) fn last_lines(path: &Path, count: usize) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(path) {
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        if file
            .seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))
            .is_ok()
        {
            // A tail that cannot be read is quoted as far as it could.
            let _ = file.read_to_end(&mut text);
        }
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_are_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let text: String = (0..5000).map(|line| format!("line {line}\n")).collect();
        std::fs::write(&path, text).unwrap();
        assert_eq!(last_lines(&path, 2), "line 4998\nline 4999");
        assert_eq!(last_lines(&folder.path().join("none"), 2), "");
    }
}
