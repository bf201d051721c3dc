//! How long a step took, as a class.

use std::time::Duration;

use crate::words::words;

words! {
    /// The shortest of these times within which a step ended.
    ///
    /// The times that systems wait lie in the middle of a class, so that a busy machine does not move them to the next:
    /// nothing at all in the first, a second in the second (TCP's first SYN timeout, the shortest SO_LINGER and user
    /// timeout), two in the third (Windows' refusal), three and four in the fourth (keepalive of whole seconds, the
    /// second SYN timeout), six to nine in the fifth.
    Took {
        /// Up to 500 ms.
        HalfSecond = "within 500ms",
        /// Up to 1.5 s.
        AboutOne = "within 1500ms",
        /// Up to 2.5 s.
        AboutTwo = "within 2500ms",
        /// Up to 5 s.
        Five = "within 5s",
        /// Up to 10 s.
        Ten = "within 10s",
        /// More than that.
        Longer = "longer",
    }
}

impl Took {
    /// The class of a time.
    pub fn of(time: Duration) -> Self {
        match time.as_millis() {
            ..=500 => Took::HalfSecond,
            ..=1500 => Took::AboutOne,
            ..=2500 => Took::AboutTwo,
            ..=5000 => Took::Five,
            ..=10_000 => Took::Ten,
            _ => Took::Longer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_first_class_that_it_fits() {
        let class = |ms| Took::of(Duration::from_millis(ms));
        assert_eq!(
            [0, 500, 501, 1040, 2030, 3100].map(class).map(Took::word),
            ["within 500ms", "within 500ms", "within 1500ms", "within 1500ms", "within 2500ms", "within 5s",]
        );
        assert_eq!([5001, 10_000, 10_001].map(class), [Took::Ten, Took::Ten, Took::Longer]);
    }
}
