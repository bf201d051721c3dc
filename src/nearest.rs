//! What may have been meant by a name or a word that fits nothing.

/// At most three known names that a mistyped one may stand for, the nearest first.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const MOST: usize = 3;
    const LEAST_ALIKE: f64 = 0.75;
    let name = name.to_ascii_lowercase();
    let alike = |known: &'a str| {
        // A part of a name, such as its family or what follows that, may have been typed by itself.
        let parts = [Some(known), known.split('/').next(), known.split_once('/').map(|(_, part)| part)];
        let alike = parts.into_iter().flatten().map(|part| strsim::normalized_damerau_levenshtein(&name, part));
        let contains = name.len() > 2 && known.contains(&name);
        (alike.fold(if contains { LEAST_ALIKE } else { 0.0 }, f64::max), known)
    };
    let mut found: Vec<_> = known.map(alike).filter(|(alike, _)| *alike >= LEAST_ALIKE).collect();
    found.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| (a.len(), a).cmp(&(b.len(), b))));
    found.dedup();
    found.into_iter().take(MOST).map(|(_, known)| known).collect()
}

/// The word of a short list that a mistyped one may stand for, if one is near: with a letter or two wrong, in capitals, with
/// `-` for `_`, or a part of it.
pub(crate) fn nearest_word<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LEAST_ALIKE: f64 = 0.65;
    let spelt = |word: &str| word.to_ascii_lowercase().replace('-', "_");
    let word = spelt(word);
    let alike = |known: &str| {
        let known = spelt(known);
        let edits = strsim::damerau_levenshtein(&word, &known);
        // Of three letters two in the wrong order are a slip of the fingers, and one that differs may be another word.
        let is_slip = edits == 1 && word.len().min(known.len()) > 1;
        let is_part = word.len().min(known.len()) > 2 && (known.contains(&word) || word.contains(&known));
        let alike = strsim::normalized_damerau_levenshtein(&word, &known);
        if alike < LEAST_ALIKE && (is_slip || is_part) { LEAST_ALIKE } else { alike }
    };
    let near = known.into_iter().map(|known| (alike(known), known)).filter(|(alike, _)| *alike >= LEAST_ALIKE);
    // The first of those that are equally near.
    near.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, known)| known)
}

/// What to say before the list of what is allowed: which of it may have been meant, and a blank; nothing if none is near.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest_word(word, known).map_or_else(String::new, |near| format!("did you mean `{near}`? "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Actor, Catalogue, Condition, Transport};

    fn near(name: &str) -> Vec<String> {
        nearest(name, Catalogue::builtin().ids()).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_mistyped_name_finds_the_nearest() {
        assert_eq!(near("peer-close/write-write-write-raed")[0], "peer-close/write-write-write-read");
        assert_eq!(near("reader-gone-write")[0], "sigpipe/reader-gone-write-write");
        assert_eq!(near("moon"), Vec::<String>::new());
        assert_eq!(near(""), Vec::<String>::new());
    }

    #[test]
    fn a_mistyped_word_finds_the_nearest() {
        let conditions = |word| nearest_word(word, Condition::ALL.map(Condition::word));
        assert_eq!(conditions("fni"), Some("fin"));
        assert_eq!(conditions("Readable"), Some("readable"));
        assert_eq!(conditions("read"), Some("readable"));
        assert_eq!(conditions("writeable"), Some("writable"));
        assert_eq!(conditions("moon"), None);
        assert_eq!(conditions(""), None);
        assert_eq!(nearest_word("tcp", Transport::ALL.map(Transport::word)), Some("tcp4"));
        assert_eq!(nearest_word("peer", Actor::ALL.map(Actor::word)), None);
        assert_eq!(nearest_word("so-error", ["so_error", "read"]), Some("so_error"));
    }
}
