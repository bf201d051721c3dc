//! How long a step took, as a class.

use std::time::Duration;

use crate::words::words;

words! {
    /// The shortest of these times within which a step ended.
    ///
    /// What systems wait for is mostly timed in whole seconds, and a busy machine only makes it later. So the classes
    /// end shortly before one: what takes no time has most of a second to be late, Windows' refusal of two seconds as
    /// much, and a second (the first SYN timeout, the shortest SO_LINGER and user timeout), three (keepalive) or six
    /// have more.
    Took {
        /// Up to 900 ms.
        AtOnce = "within 900ms",
        /// Up to 2.9 s.
        OneOrTwo = "within 2900ms",
        /// Up to 5.9 s.
        ThreeToFive = "within 5900ms",
        /// Up to 12 s.
        SixToTwelve = "within 12s",
        /// More than that.
        Longer = "longer",
    }
}

impl Took {
    /// The class of a time.
    pub fn of(time: Duration) -> Self {
        match time.as_millis() {
            ..=900 => Took::AtOnce,
            901..=2900 => Took::OneOrTwo,
            2901..=5900 => Took::ThreeToFive,
            5901..=12_000 => Took::SixToTwelve,
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
        let words = ["within 900ms", "within 900ms", "within 2900ms", "within 2900ms", "within 5900ms"];
        assert_eq!([0, 900, 901, 2030, 3001].map(class).map(Took::word), words);
        assert_eq!([5901, 12_000, 12_001].map(class), [Took::SixToTwelve, Took::SixToTwelve, Took::Longer]);
    }
}
