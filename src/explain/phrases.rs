//! Ways to say that a connection has gone, whichever program says it: `phrases.toml`.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::{
    line::Line,
    mention::{Mention, Rank},
};

/// How many words may stand where a shape has `...`.
const GAP: usize = 4;

/// Words that say nothing here and may stand anywhere.
const SKIPPED: &[&str] =
    &["the", "a", "an", "its", "this", "that", "has", "have", "had", "been", "being", "got", "just"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    stems: Vec<String>,
    words: HashMap<String, String>,
    phrase: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    errors: Vec<String>,
    /// Whether any other text in the line counts for more.
    #[serde(default)]
    weak: bool,
    shapes: Vec<String>,
}

/// All phrases, the first that fits a line first.
#[derive(Debug)]
pub(super) struct Phrases {
    /// Every line with a phrase has one of these.
    stems: AhoCorasick,
    /// The number of each word.
    words: HashMap<String, usize>,
    phrases: Vec<Phrase>,
    /// For each word the phrases that begin with it.
    first: Vec<Vec<usize>>,
}

#[derive(Debug)]
struct Phrase {
    errors: Vec<String>,
    is_weak: bool,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    /// One of these words.
    Word(Vec<usize>),
    /// Up to [`GAP`] words.
    Gap,
    /// Anything but a number, or the end.
    NoNumber,
}

/// A word in a line.
#[derive(Debug)]
struct Token {
    start: usize,
    end: usize,
    word: Option<usize>,
    is_skipped: bool,
    is_number: bool,
    /// Whether a sentence ends before it.
    begins: bool,
}

impl Phrases {
    /// # Panics
    ///
    /// At a mistake in the built-in file, which a test reads.
    pub(super) fn builtin() -> Phrases {
        let file: File =
            toml::from_str(include_str!("phrases.toml")).unwrap_or_else(|error| panic!("phrases.toml: {error}"));
        let stems = AhoCorasick::new(&file.stems).unwrap_or_else(|error| panic!("phrases.toml: {error}"));
        let mut words = HashMap::new();
        let mut phrases: Vec<Phrase> = Vec::new();
        for group in &file.phrase {
            for shape in &group.shapes {
                let parts = shape.split(' ').map(|part| part_of(part, &file.words, &mut words)).collect();
                phrases.push(Phrase { errors: group.errors.clone(), is_weak: group.weak, parts });
            }
        }
        let mut first = vec![Vec::new(); words.len()];
        for (at, phrase) in phrases.iter().enumerate() {
            if let Part::Word(words) = &phrase.parts[0] {
                words.iter().for_each(|word| first[*word].push(at));
            }
        }
        Phrases { stems, words, phrases, first }
    }

    /// The first phrase that fits the line.
    pub(super) fn find(&self, line: &Line) -> Option<Mention> {
        if !self.stems.is_match(&line.lower) {
            return None;
        }
        let tokens = self.tokens(line);
        let mut best: Option<(usize, usize, usize)> = None;
        for (at, token) in tokens.iter().enumerate() {
            for number in token.word.iter().flat_map(|word| &self.first[*word]) {
                if best.is_some_and(|(least, ..)| least <= *number) {
                    break;
                }
                if let Some(last) = self.phrases[*number].fit(&tokens, at) {
                    best = Some((*number, token.start, tokens[last].end));
                }
            }
        }
        let (number, start, end) = best?;
        let phrase = &self.phrases[number];
        Some(Mention {
            start,
            end,
            rank: if phrase.is_weak { Rank::Guess } else { Rank::Text },
            errors: phrase.errors.clone(),
            what: line.text[start..end].to_owned(),
            code: None,
            runtime: String::new(),
            os: String::new(),
            source: String::new(),
        })
    }

    /// The words of a line; those in `camelCase` and `snake_case` are several, an address or a path is mostly one.
    fn tokens(&self, line: &Line) -> Vec<Token> {
        let (text, lower) = (line.text.as_bytes(), line.lower.as_bytes());
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'\'';
        let mut tokens: Vec<Token> = Vec::new();
        let (mut at, mut begins) = (0, true);
        while at < text.len() {
            if !is_letter(text[at]) {
                let is_end = b".;!?".contains(&text[at]) && text.get(at + 1).is_none_or(|b| *b == b' ');
                begins |= is_end;
                at += 1;
                continue;
            }
            let start = at;
            let mut is_joined = false;
            while at < text.len() {
                let next = text.get(at + 1).copied().unwrap_or(b' ');
                if is_letter(text[at]) {
                    at += 1;
                    if text[at - 1].is_ascii_lowercase() && next.is_ascii_uppercase() {
                        break;
                    }
                } else if b"./@".contains(&text[at]) && is_letter(next) && !next.is_ascii_uppercase()
                    || text[at] == b':' && next.is_ascii_digit() && text[at - 1].is_ascii_alphanumeric()
                {
                    is_joined = true;
                    at += 1;
                } else {
                    break;
                }
            }
            let word = line.lower[start..at].trim_matches('\'');
            tokens.push(Token {
                start,
                end: at,
                word: self.words.get(word).copied(),
                is_skipped: SKIPPED.contains(&word),
                is_number: lower[start].is_ascii_digit() && !is_joined,
                begins,
            });
            begins = false;
        }
        tokens
    }
}

fn part_of(part: &str, classes: &HashMap<String, String>, words: &mut HashMap<String, usize>) -> Part {
    match part {
        "..." => return Part::Gap,
        "!number" => return Part::NoNumber,
        _ => {}
    }
    let alternatives = part.split('|').flat_map(|word| match word.strip_prefix('$') {
        Some(class) => classes.get(class).unwrap_or_else(|| panic!("phrases.toml: ${class}")).split_whitespace(),
        None => word.split_whitespace(),
    });
    Part::Word(
        alternatives
            .map(|word| {
                let next = words.len();
                *words.entry(word.to_owned()).or_insert(next)
            })
            .collect(),
    )
}

impl Phrase {
    /// The last word of the phrase, if it begins at the word `at`.
    fn fit(&self, tokens: &[Token], at: usize) -> Option<usize> {
        rest_of(&self.parts, tokens, at, 0, true)
    }
}

/// The last word of these parts, of which the first stands at the word `at` or up to `gap` words behind it.
fn rest_of(parts: &[Part], tokens: &[Token], mut at: usize, mut gap: usize, is_first: bool) -> Option<usize> {
    let words = match parts.split_first() {
        None => return at.checked_sub(1),
        Some((Part::Gap, rest)) => return rest_of(rest, tokens, at, GAP, is_first),
        Some((Part::NoNumber, _)) => {
            let is_number = tokens.get(at).is_some_and(|token| token.is_number && !token.begins);
            return if is_number { None } else { at.checked_sub(1) };
        }
        Some((Part::Word(words), _)) => words,
    };
    loop {
        let token = tokens.get(at).filter(|token| is_first || !token.begins)?;
        if token.word.is_some_and(|word| words.contains(&word))
            && let Some(last) = rest_of(&parts[1..], tokens, at + 1, 0, false)
        {
            return Some(last);
        }
        if !token.is_skipped {
            gap = gap.checked_sub(1)?;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Errors;

    #[test]
    fn phrases_have_known_errors_and_lines_with_them_a_stem() {
        let file: File = toml::from_str(include_str!("phrases.toml")).expect("the file is TOML");
        for group in &file.phrase {
            assert!(group.errors.iter().all(|error| Errors::builtin().find(error).is_some()), "{:?}", group.errors);
        }
        let phrases = Phrases::builtin();
        let texts: Vec<_> = {
            let mut texts = vec![""; phrases.words.len()];
            phrases.words.iter().for_each(|(word, number)| texts[*number] = word);
            texts
        };
        let mut missed: Vec<String> = Vec::new();
        for phrase in &phrases.phrases {
            let parts: Vec<&Vec<usize>> = phrase.parts.iter().filter_map(words_of).collect();
            // Each part's words in turn, with the first words of the other parts.
            for (at, part) in parts.iter().enumerate() {
                for word in *part {
                    let text = |other: usize| texts[if other == at { *word } else { parts[other][0] }];
                    let text: Vec<_> = (0..parts.len()).map(text).collect();
                    let line = format!("{} ", text.join(" "));
                    if !phrases.stems.is_match(&line) {
                        missed.push(line);
                    }
                }
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
    }

    fn words_of(part: &Part) -> Option<&Vec<usize>> {
        match part {
            Part::Word(words) => Some(words),
            Part::Gap | Part::NoNumber => None,
        }
    }

    #[test]
    fn words_are_found_across_cases_and_gaps_but_not_across_sentences() {
        let phrases = Phrases::builtin();
        let errors = |text: &str| phrases.find(&Line::new(text)).map(|mention| mention.errors.join("|"));
        assert_eq!(errors("the link was dropped by the other side").as_deref(), Some("EOF|ECONNRESET"));
        assert_eq!(errors("com.example.ConnectionLostException").as_deref(), Some("EOF|ECONNRESET"));
        assert_eq!(errors("connection opened. Nothing lost"), None);
        assert_eq!(errors("read timeout 30"), None);
    }
}
