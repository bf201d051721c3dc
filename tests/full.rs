//! `fill` leaves no room: after it, not even one byte can be written. Over TCP there may be room again later, once a
//! timer has had the last bytes sent (RFC 9293 section 3.8.6.1), so that only local connections are sure to stay full.

#![cfg(unix)]

use std::time::Duration;

use brokenpipe::{
    catalogue::{Catalogue, Selection},
    driver::{self, CaseResult, Progress, Settings, StepTally},
};

const FULL: &str = r#"
[[scenario]]
id = "own/full"
title = "t"
why = "w"
transports = ["unix", "pipe"]
steps = """
client connect
server accept
client fill
client write 1
server drain
client write 1
"""
"#;

#[test]
fn not_even_a_byte_has_room_in_a_full_buffer() {
    let mut catalogue = Catalogue::default();
    catalogue.add("own.toml", FULL).expect("the scenario is valid");
    let cases = Selection::new(&["own/full"]).expect("an id is a selector").cases(&catalogue);
    let settings = Settings { repeat: 20, await_deadline: Duration::from_millis(100), ..Settings::default() };
    let results = driver::run(&cases, &settings, &Progress::default()).expect("the selector works");
    assert_eq!(results.len(), 2);
    for (case, result) in cases.iter().zip(&results) {
        let CaseResult::Measured { steps, .. } = result else { panic!("{}: {result:?}", case.axes.transport) };
        let given = |tally: &StepTally| tally.iter().map(|(seen, count)| format!("{count} {seen}")).collect();
        let outcomes: Vec<Vec<String>> = steps.iter().map(given).collect();
        let expected = ["20 ok", "20 ok", "20 full", "20 would-block", "20 drained", "20 ok 1"];
        assert_eq!(outcomes, expected.map(|outcome| vec![outcome.to_owned()]), "{}", case.axes.transport);
    }
}
