//! Reads the summaries that test runners print.

use std::iter::Sum;

/// Tests, as a runner counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
}

impl Count {
    /// What a line says: cargo's `test result: ok. 3 passed; 0 failed; 1 ignored; …`, Deno's
    /// `ok | 3 passed | 0 failed (5ms)`, Jest's `Tests: 1 skipped, 3 passed, 4 total`, Maven's
    /// `[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0`, or XCTest's line for each test; nothing for any other line.
    pub(super) fn of(line: &str) -> Self {
        let line = line.trim();
        if let Some(count) = Self::of_maven(line).or_else(|| Self::of_xctest(line)) {
            return count;
        }
        let is_summary = line.starts_with("test result: ")
            || (line.starts_with("Tests: ") && line.ends_with(" total"))
            || ((line.starts_with("ok | ") || line.starts_with("FAILED | ")) && line.contains(" passed | "));
        if !is_summary {
            return Self::default();
        }
        let number_before = |word: &str| {
            let words: Vec<&str> = line
                .split([' ', ',', ';', '|', '('])
                .filter(|part| !part.is_empty())
                .collect();
            let place = words.iter().position(|found| *found == word);
            place
                .and_then(|place| words.get(place.checked_sub(1)?)?.parse().ok())
                .unwrap_or(0)
        };
        Self {
            passed: number_before("passed"),
            failed: number_before("failed"),
            ignored: number_before("ignored") + number_before("skipped") + number_before("todo"),
        }
    }

    /// Of the summary of a module. The line of each class tells its time as well.
    fn of_maven(line: &str) -> Option<Self> {
        let (level, counts) = line.split_once(" Tests run: ")?;
        if !matches!(level, "[INFO]" | "[WARNING]" | "[ERROR]") {
            return None;
        }
        let mut parts = counts.split(", ");
        let run: usize = parts.next()?.parse().ok()?;
        let mut named = |name: &str| -> Option<usize> { parts.next()?.strip_prefix(name)?.parse().ok() };
        let (failures, errors, ignored) = (named("Failures: ")?, named("Errors: ")?, named("Skipped: ")?);
        let failed = failures + errors;
        let is_summary = parts.next().is_none();
        is_summary.then(|| Self {
            passed: run.saturating_sub(failed + ignored),
            failed,
            ignored,
        })
    }

    /// Of a test: `Test Case 'Suite.test' passed (0.1 seconds)`.
    fn of_xctest(line: &str) -> Option<Self> {
        let outcome = line.strip_prefix("Test Case '")?.split_once("' ")?.1;
        let one = |word: &str| usize::from(outcome.starts_with(word));
        Some(Self {
            passed: one("passed ("),
            failed: one("failed ("),
            ignored: one("skipped ("),
        })
    }
}

/// The test whose failure a line of cargo's test runner tells.
pub(super) fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

impl Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |all, one| Self {
            passed: all.passed + one.passed,
            failed: all.failed + one.failed,
            ignored: all.ignored + one.ignored,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_summaries_are_read_and_nothing_else() {
        let cargo =
            Count::of("test result: FAILED. 28 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out");
        assert_eq!(
            cargo,
            Count {
                passed: 28,
                failed: 2,
                ignored: 1
            }
        );
        assert_eq!(
            Count::of("ok | 34 passed | 0 failed (210ms)"),
            Count {
                passed: 34,
                failed: 0,
                ignored: 0
            }
        );
        assert_eq!(
            Count::of("FAILED | 3 passed | 1 failed | 2 ignored (1s)").ignored,
            2
        );
        assert_eq!(
            Count::of("Tests:       1 failed, 2 skipped, 1 todo, 30 passed, 34 total"),
            Count {
                passed: 30,
                failed: 1,
                ignored: 3
            }
        );
        assert_eq!(Count::of("Tests: 3 passed"), Count::default());
        assert_eq!(Count::of("a line about 3 passed; 4 failed"), Count::default());
    }

    #[test]
    fn a_module_of_maven_is_counted_once() {
        let module = Count {
            passed: 40,
            failed: 16,
            ignored: 4,
        };
        assert_eq!(
            Count::of("[ERROR] Tests run: 60, Failures: 2, Errors: 14, Skipped: 4"),
            module
        );
        let class =
            "[INFO] Tests run: 16, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 7.4 s -- in a.b.C";
        assert_eq!(Count::of(class), Count::default());
    }

    #[test]
    fn each_test_of_swift_is_counted_by_its_outcome() {
        let of = |rest: &str| Count::of(&format!("Test Case 'Suite.testJoin' {rest}"));
        assert_eq!(of("started at 2026-11-25 08:00:00.000"), Count::default());
        assert_eq!(of("passed (0.1 seconds)").passed, 1);
        assert_eq!(of("failed (0.1 seconds)").failed, 1);
        assert_eq!(of("skipped (0.1 seconds)").ignored, 1);
    }

    #[test]
    fn a_failed_test_is_known_by_its_name() {
        assert_eq!(
            failed_test("test churn::fifty_joins ... FAILED"),
            Some("churn::fifty_joins")
        );
        assert_eq!(failed_test("test churn::fifty_joins ... ok"), None);
        assert_eq!(failed_test("test result: FAILED. 1 passed; 1 failed"), None);
    }
}
