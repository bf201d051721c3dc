//! Many lines: which errors they are about, and how often.

use indexmap::IndexMap;

use super::{LogLine, Recognised, Recogniser, shortened};

/// How much is kept of a line, in bytes.
const KEPT: usize = 400;

/// What was recognised in the lines of a log.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many lines there were.
    pub lines: u64,
    /// How many of them were cut.
    pub truncated: u64,
    /// What was recognised, by the canonical names joined by `|`, in the order of the first lines.
    found: IndexMap<String, Found>,
}

/// Lines that are about the same errors.
#[derive(Debug)]
pub struct Found {
    /// What was recognised in the first of them.
    pub recognised: Recognised,
    /// How many there are.
    pub count: u64,
    /// The number of the first, from 1, and its beginning.
    pub first: (u64, String),
    /// The number of the last, and its beginning.
    pub last: (u64, String),
}

impl Summary {
    /// Takes the next line. A number by itself counts only where it is the whole log: in a list of numbers it is no
    /// error's.
    pub fn add(&mut self, recogniser: &Recogniser, line: &LogLine) {
        self.lines = line.number;
        self.truncated += u64::from(line.is_truncated);
        if line.number == 2 {
            self.found.retain(|_, found| !is_number(&found.first.1));
        }
        if line.number > 1 && is_number(&line.text) {
            return;
        }
        let recognised = recogniser.recognise_whole(&line.text);
        if recognised.errors.is_empty() {
            return;
        }
        let here = || (line.number, shortened(&line.text, KEPT).to_owned());
        let found = self.found.entry(recognised.errors.join("|")).or_insert_with(|| Found {
            recognised,
            count: 0,
            first: here(),
            last: here(),
        });
        found.count += 1;
        found.last = here();
    }

    /// What was found, the most frequent first.
    pub fn found(&self) -> Vec<&Found> {
        let mut found: Vec<_> = self.found.values().collect();
        found.sort_by_key(|found| std::cmp::Reverse(found.count));
        found
    }
}

/// Whether a line is a number and nothing else.
fn is_number(line: &str) -> bool {
    line.trim().trim_start_matches('-').parse::<u64>().is_ok()
}
