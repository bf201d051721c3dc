//! Rows from untrusted files: read or refused, never a panic. What was read is the same once written, and can be shown.

#![no_main]

use std::path::Path;

use brokenpipe::{
    catalogue::Catalogue,
    matrix::{Matrix, Options, Rows, View},
    report::{Format, Look, render},
    results::{COLUMNS, Results},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    // Nearly no random bytes are a head, and nothing behind a wrong one is looked at.
    let mut bytes = if body.first() == Some(&b'#') { Vec::new() } else { (COLUMNS.join(",") + "\n").into_bytes() };
    bytes.extend_from_slice(body);
    match Results::parse(Path::new("fuzz.csv"), &bytes) {
        Err(error) => {
            let message = error.to_string();
            assert!(message.starts_with("fuzz.csv:"), "the file is named: {message}");
            assert!(message.len() < 3000 && !message.contains(char::is_control), "one line: {message:?}");
        }
        // Writing and showing take a hundred times as long as reading: now and then is enough.
        Ok(results) if body.len() % 32 == 0 => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            results.rows.iter().for_each(|row| writer.serialize(row).unwrap());
            let written = writer.into_inner().unwrap();
            // Without a row there is no head either.
            if !results.rows.is_empty() {
                let again = Results::parse(Path::new("again.csv"), &written).unwrap();
                assert_eq!(again.rows, results.rows, "{}", String::from_utf8_lossy(&written));
            }
            let matrix = Matrix::new(&results, &Catalogue::default());
            let view = View::new(&matrix, &Options::default()).unwrap();
            for format in [Format::Table, Format::Markdown, Format::Csv, Format::Json] {
                let mut out = Vec::new();
                render(&view, Rows::All, format, Look { width: 80, colour: false, legend: true }, &mut out).unwrap();
                let text = String::from_utf8(out).unwrap();
                let harmless = |c: char| c == '\n' || !c.is_control();
                assert!(text.chars().all(harmless), "a terminal takes it for a command: {text:?}");
                let is_command = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
                assert!(!text.lines().any(is_command), "a CI command: {text}");
            }
        }
        Ok(_) => {}
    }
});
