//! How many tests passed and failed, read from what the test runners print.

use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// They did what they should.
    pub passed: usize,
    /// They failed, or did not end in time.
    pub failed: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Count {
    /// What a line of nextest's summary or of `cargo test`'s results says; nothing for any other line.
    pub fn said_by(line: &str) -> Self {
        // Indented results are those that nextest repeats of a failed test, which its summary counts already.
        let is_summary = line.trim_start().starts_with("Summary [");
        if !is_summary && !line.starts_with("test result: ") {
            return Self::default();
        }
        let words: Vec<&str> = line
            .split([' ', ',', ';', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        let before = |wanted: &str| -> usize {
            words
                .windows(2)
                .filter_map(|pair| match pair {
                    [number, word] if *word == wanted => number.parse::<usize>().ok(),
                    _ => None,
                })
                .sum()
        };
        Self {
            passed: before("passed"),
            failed: before("failed") + before("timed") + before("exec"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn both_runners_are_understood() {
        for (line, passed, failed) in [
            (
                "     Summary [   6.020s] 19 tests run: 19 passed, 0 skipped",
                19,
                0,
            ),
            (
                "     Summary [   1.2s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 3 skipped",
                6,
                3,
            ),
            (
                "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                3,
                2,
            ),
            (
                "    test result: FAILED. 0 passed; 1 failed; 0 ignored",
                0,
                0,
            ),
            ("running 5 tests", 0, 0),
        ] {
            assert_eq!(Count::said_by(line), Count { passed, failed }, "{line}");
        }
    }
}
