//! Which errors a line is about: names and numbers decide before texts, and exact texts before those that wrap others.

use super::{
    clues::Clues,
    context::Around,
    elsewhere::Elsewhere,
    errors::Errors,
    line::{Line, floor},
    mention::{Mention, Rank},
    numbers,
    phrases::Phrases,
    texts::{Texts, is_beginning},
};

/// What was recognised in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    /// Canonical names, likeliest first; empty if nothing was recognised.
    pub errors: Vec<String>,
    /// The texts and numbers that say so.
    pub why: Vec<String>,
    /// Where it is known from that the text means this; may be empty.
    pub source: String,
    /// The number of the error, if the text has one.
    pub code: Option<i64>,
    /// The language or program that wrote it; empty if that is not known.
    pub runtime: String,
    /// The system it is from; empty if that is not known.
    pub os: String,
}

/// Finds errors in texts.
#[derive(Debug)]
pub struct Recogniser {
    errors: &'static Errors,
    texts: Texts,
    phrases: Phrases,
    clues: Clues,
    elsewhere: Elsewhere,
}

impl Default for Recogniser {
    fn default() -> Self {
        Recogniser::new()
    }
}

impl Recogniser {
    /// One that knows the built-in texts. Making it takes some milliseconds.
    pub fn new() -> Recogniser {
        let errors = Errors::builtin();
        Recogniser {
            errors,
            texts: Texts::builtin(errors),
            phrases: Phrases::builtin(),
            clues: Clues::builtin(),
            elsewhere: Elsewhere::builtin(),
        }
    }

    /// What a text is about: an error's name, its number, a message, a line of a log. Of a very long text the
    /// beginning is searched.
    pub fn recognise(&self, text: &str) -> Recognised {
        let line = Line::new(text);
        let mut mentions = self.texts.find(&line);
        mentions.extend(end_of_file(&line));
        // A text that is known says more than words that happen to overlap it.
        let phrase = self.phrases.find(&line).filter(|phrase| {
            let overlaps = |known: &Mention| {
                let is_within = phrase.start <= known.start && known.end <= phrase.end;
                let is_shorter = known.end - known.start < phrase.end - phrase.start;
                known.start < phrase.end && phrase.start < known.end && !(is_within && is_shorter)
            };
            !mentions.iter().any(overlaps)
        });
        mentions.extend(phrase);
        let strerrors = mentions.iter().filter(|mention| mention.rank == Rank::Strerror);
        let strerrors: Vec<_> = strerrors.map(|mention| (mention.start, mention.end)).collect();
        if mentions.is_empty() && numbers::find(&line, self.errors, Around::default()).is_empty() {
            return Recognised::default();
        }
        let os = self.clues.os(&line);
        let around = Around { is_windows: is_windows(&os, &mentions), strerrors: &strerrors };
        mentions.extend(numbers::find(&line, self.errors, around));
        let (errors, mentions) = decide(&line, mentions);
        let is_decided = errors.is_empty() || mentions.iter().any(|mention| mention.rank == Rank::Decides);
        if let Some(place) = self.elsewhere.find(&line, &errors).filter(|_| !is_decided) {
            // No error's name or number is there, only words.
            if errors == ["LOCAL-TIMEOUT"] {
                return Recognised::default();
            }
            let why =
                vec![mentions.first().map_or_else(String::new, |mention| mention.what.clone()), place.what.clone()];
            let errors = vec!["OTHER".to_owned()];
            return Recognised { errors, why, source: place.source.clone(), os, ..Recognised::default() };
        }
        self.describe(&line, os, errors, &mentions)
    }

    fn describe(&self, line: &Line, os: String, errors: Vec<String>, mentions: &[Mention]) -> Recognised {
        if errors.is_empty() {
            return Recognised::default();
        }
        let mut why: Vec<String> = Vec::new();
        for mention in mentions {
            if !why.contains(&mention.what) {
                why.push(mention.what.clone());
            }
        }
        let code = mentions.iter().find_map(|mention| mention.code);
        let runtime = self.clues.runtime(line);
        let named = mentions.iter().map(|mention| &mention.runtime).find(|runtime| !runtime.is_empty());
        let runtime = if runtime.is_empty() { named.cloned().unwrap_or_default() } else { runtime };
        let source = mentions.iter().map(|mention| &mention.source).find(|source| !source.is_empty());
        let os = self.os_of(&errors[0], mentions, os);
        Recognised { why, source: source.cloned().unwrap_or_default(), code, runtime, os, errors }
    }

    /// The system that a line is from: the one that its words tell, if the error has this number there; otherwise the only
    /// common one on which it has, or the one whose wording a text is. Empty if that does not tell.
    fn os_of(&self, error: &str, mentions: &[Mention], told: String) -> String {
        let code = mentions.iter().find_map(|mention| mention.code);
        let tables = code.into_iter().flat_map(|code| [code, -code]).flat_map(|code| self.errors.with_code(code));
        let system = tables.filter(|code| code.errors[0] == error).map(|code| match code.table.as_str() {
            "winsock" | "win32" | "wininet" | "ntstatus" | "ucrt" | "libuv" => "windows",
            table => table,
        });
        let mut systems: Vec<_> = system.collect();
        systems.dedup();
        if !told.is_empty() && (systems.is_empty() || systems.contains(&&*told)) {
            return told;
        }
        const COMMON: [&str; 7] = ["linux", "macos", "windows", "freebsd", "netbsd", "openbsd", "illumos"];
        let mut common = systems.iter().filter(|system| COMMON.contains(*system));
        match (common.next(), common.next(), systems.first()) {
            (Some(only), None, _) | (None, _, Some(only)) => return (*only).to_owned(),
            (Some(_), Some(_), _) => return String::new(),
            (None, _, None) => {}
        }
        let of_texts = mentions.iter().map(|mention| &mention.os).find(|os| !os.is_empty() && !os.contains(','));
        of_texts.cloned().unwrap_or_default()
    }
}

fn is_windows(os: &str, mentions: &[Mention]) -> Option<bool> {
    match os {
        "windows" => Some(true),
        "" => mentions.iter().any(|mention| mention.os == "windows").then_some(true),
        _ => Some(false),
    }
}

/// `EOF` where it stands for the end of a stream: alone, after a colon, at the end.
fn end_of_file(line: &Line) -> Option<Mention> {
    let (start, word) = line.text.match_indices("EOF").find(|(at, word)| {
        let (before, behind) = (&line.text[..*at], &line.text[at + word.len()..]);
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        if before.ends_with(is_letter) || behind.starts_with(is_letter) || before.ends_with("<<") {
            return false;
        }
        let ends = behind.trim_start_matches(['.', '"', '\'', ')', ']', '}', ',', ';', '\\']).is_empty();
        let before_word = ["io.", "error ", "err ", "unexpected ", "got ", "read ", "saw ", "hit ", "received "];
        is_beginning(before) && (ends || behind.starts_with([' ', ',', ')', '"', '\'', ';', '.', '(', '\\']))
            || before_word.iter().any(|word| line.lower[..*at].ends_with(word))
    })?;
    Some(Mention {
        start,
        end: start + word.len(),
        rank: Rank::Text,
        errors: vec!["EOF".to_owned()],
        what: word.to_owned(),
        code: None,
        runtime: String::new(),
        os: String::new(),
        source: String::new(),
    })
}

/// The errors, likeliest first, and the mentions that say so.
fn decide(line: &Line, mut mentions: Vec<Mention>) -> (Vec<String>, Vec<Mention>) {
    /// How far a number and the system's own text may be apart to be about one error.
    const NEAR: usize = 60;
    if mentions.iter().any(|mention| mention.rank > Rank::Guess) {
        mentions.retain(|mention| mention.rank > Rank::Guess);
    }
    // A text within a longer one says no more than that.
    let spans: Vec<_> =
        mentions.iter().map(|mention| (mention.start, mention.end, mention.rank, mention.code)).collect();
    let holds = |outer: &(usize, usize, Rank, Option<i64>), inner: &Mention| {
        outer.3.is_none()
            && outer.0 <= inner.start
            && inner.end <= outer.1
            && outer.1 - outer.0 > inner.end - inner.start
    };
    for mention in &mut mentions {
        if mention.code.is_none() && mention.rank != Rank::Vague {
            let own = (mention.start, mention.end);
            let inner = spans.iter().filter(|span| {
                own.0 <= span.0 && span.1 <= own.1 && own.1 - own.0 > span.1 - span.0 && span.2 != Rank::Decides
            });
            mention.rank = inner.map(|span| span.2).chain([mention.rank]).max().unwrap_or(mention.rank);
        }
    }
    mentions.retain(|mention| mention.rank == Rank::Decides || !spans.iter().any(|outer| holds(outer, mention)));
    // A number that the system's own text beside it contradicts is from a system that nobody thought of.
    let strerrors: Vec<_> = mentions.iter().filter(|mention| mention.rank == Rank::Strerror).cloned().collect();
    mentions.retain(|mention| {
        mention.code.is_none()
            || mention.rank > Rank::Number
            || !strerrors.iter().any(|text| {
                let apart = mention.start.saturating_sub(text.end).max(text.start.saturating_sub(mention.end));
                apart <= NEAR && !text.errors.iter().any(|error| mention.errors.contains(error))
            })
    });
    // The text of an error that is not about connections has done its part with that.
    mentions.retain(|mention| mention.rank != Rank::Strerror || !mention.errors.is_empty());
    let Some(best) = mentions.iter().map(|mention| mention.rank).max() else { return (Vec::new(), Vec::new()) };
    let (mut tops, others): (Vec<_>, Vec<_>) = mentions.into_iter().partition(|mention| mention.rank == best);
    // What wraps another error names it last.
    tops.sort_by_key(|mention| mention.start);
    if ["caused by", "cause:", "reason:"].iter().any(|word| line.lower.contains(word)) {
        tops.reverse();
    }
    // A text that is known to say nothing.
    if tops.iter().any(|mention| mention.errors.is_empty()) {
        return (Vec::new(), Vec::new());
    }
    let mut errors = common(&tops).unwrap_or_else(|| union(&tops));
    let mut others = others;
    others.sort_by_key(|other| std::cmp::Reverse(other.rank));
    let mut said = tops;
    for other in others {
        if errors.len() > 1 && best != Rank::Decides {
            let both: Vec<_> = errors.iter().filter(|error| other.errors.contains(error)).cloned().collect();
            let is_part = said.iter().any(|top| top.start <= other.start && other.end <= top.end);
            if !both.is_empty() && !is_part && (other.rank != Rank::Vague || other.errors.len() == 1) {
                errors = both;
            }
        }
        if other.errors.iter().any(|error| errors.contains(error)) {
            said.push(other);
        }
    }
    (errors, said)
}

/// The errors that all mentions have in common, in the order of the one that says least.
fn common(mentions: &[Mention]) -> Option<Vec<String>> {
    let shortest = mentions.iter().min_by_key(|mention| mention.errors.len())?;
    let is_common = |error: &&String| mentions.iter().all(|mention| mention.errors.contains(error));
    let common: Vec<_> = shortest.errors.iter().filter(is_common).cloned().collect();
    (!common.is_empty()).then_some(common)
}

fn union(mentions: &[Mention]) -> Vec<String> {
    let mut errors: Vec<String> = Vec::new();
    for error in mentions.iter().flat_map(|mention| &mention.errors) {
        if !errors.contains(error) {
            errors.push(error.clone());
        }
    }
    errors
}

/// The first `longest` bytes of a line at most, for a report.
pub fn shortened(text: &str, longest: usize) -> &str {
    &text[..floor(text, longest)]
}
