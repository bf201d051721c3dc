//! The step language: parsed or refused with a message, never a panic. Parsed steps are printed as they were written.

#![no_main]

use brokenpipe::catalogue::{Catalogue, parse_steps};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(steps) = parse_steps(text) {
        let written: Vec<_> = steps.iter().map(ToString::to_string).collect();
        assert_eq!(parse_steps(&written.join("\n")).unwrap(), steps);
    }
    // The file around the steps is the TOML library's, which is slow beside them: now and then is enough.
    if text.len() % 32 == 0
        && let Err(mistakes) = Catalogue::default().add("fuzz.toml", text)
    {
        let message = mistakes.to_string();
        assert!(message.contains("fuzz.toml"), "the file is named: {message}");
    }
});
