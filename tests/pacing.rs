//! Trials that draw answers of the system begin no faster than a run is allowed to draw them.

mod common;

use std::time::{Duration, Instant};

use common::Folder;

/// Each trial of the first draws a RST in answer to its byte, and each of the second draws nothing.
const SCENARIOS: &str = r#"
[[scenario]]
id = "own/draws"
title = "Write to a closed connection"
why = "The answer is a RST."
transports = ["tcp4"]
steps = """
client connect
server accept
server close
client await fin
client write 1
client await reset
"""

[[scenario.also]]
transports = ["tcp4"]
sigpipe = ["handler"]

[[scenario]]
id = "own/draws-nothing"
title = "Read from a closed connection"
why = "No answer is needed."
transports = ["tcp4"]
steps = """
client connect
server accept
server close
client await fin
client read 1
"""
"#;

/// Runs a scenario's cases, 10 trials each, and returns the results and the time.
fn run(args: &[&str]) -> (String, Duration) {
    let folder = Folder::with("own.toml", SCENARIOS);
    let begun = Instant::now();
    folder.run(&[&["--scenarios", "own.toml"], args].concat());
    (folder.read("out/here.csv"), begun.elapsed())
}

#[test]
fn a_run_draws_as_many_answers_a_second_as_it_may_and_observes_the_same() {
    let (usual, _) = run(&["own"]);
    // Of the answers of 20 trials, those that a quarter of a second allows may be drawn at once.
    let (paced, time) = run(&["own", "--answers-per-second", "8"]);
    assert_eq!(paced, usual);
    assert!(time >= Duration::from_millis((20 - 2) * 1000 / 8), "{time:?}");
}

/// At a rate of one answer a second, ten trials that each drew one would take nine seconds.
#[test]
fn trials_that_draw_nothing_are_not_held_back() {
    let folder = Folder::with("own.toml", SCENARIOS.replace(r#"["tcp4"]"#, r#"["unix", "tcp4"]"#));
    let run = ["own/draws-nothing", "--scenarios", "own.toml", "--answers-per-second", "1"];
    let begun = Instant::now();
    folder.run(&run);
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}
