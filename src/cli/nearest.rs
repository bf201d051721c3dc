//! What somebody may have meant who typed a name that does not exist.

/// How alike two names have to be, from 0 to 1; clap suggests what is as alike.
const ALIKE: f64 = 0.7;

/// The names most like a word, the likeliest first and three at most. None if no name is like it.
pub(super) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut alike: Vec<_> = names.map(|name| (strsim::jaro_winkler(word, name), name)).collect();
    alike.retain(|(likeness, _)| *likeness > ALIKE);
    // The sort is stable, so that names which are equally alike keep their order.
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    alike.into_iter().map(|(_, name)| name).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_comes_first_and_nothing_is_like_nonsense() {
        let names = ["reading", "outcomes", "catalogue", "scenarios", "environment"];
        let nearest = |word| nearest(word, names.into_iter());
        assert_eq!(nearest("outcome"), ["outcomes"]);
        assert_eq!(nearest("senarios"), ["scenarios"]);
        assert_eq!(nearest("zzz"), [""; 0]);
        assert_eq!(nearest(""), [""; 0]);
    }

    #[test]
    fn there_are_three_at_most_and_equals_keep_their_order() {
        assert_eq!(
            nearest("step", ["step-d", "step-a", "step", "step-c", "step-b"].into_iter()),
            ["step", "step-d", "step-a"]
        );
    }
}
