//! The file of known exceptions: read or refused with a message that names file and line, never a panic.

#![no_main]

use brokenpipe::check::parse_known;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(mistakes) = parse_known("known.toml", text) {
        // The message is drawn by a library that is slow beside reading: now and then is enough.
        if text.len() % 32 == 0 {
            let message = mistakes.to_string();
            assert!(message.contains("known.toml"), "the file is named: {message}");
            assert!(!message.contains('\u{1b}'), "a terminal takes it for a command: {message:?}");
        }
    }
});
