//! A check as a badge for a README.

use serde::Serialize;

use crate::{
    check::{Answer, Checked},
    untrusted::write_json,
};

/// What shields.io reads at an address (<https://shields.io/badges/endpoint-badge>).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge {
    schema_version: u32,
    label: &'static str,
    message: Answer,
    color: &'static str,
}

pub(super) fn render(checked: &Checked<'_>) -> String {
    let answer = checked.answer();
    let color = match answer {
        Answer::Same => "brightgreen",
        Answer::Changed => "red",
        Answer::New => "blue",
        Answer::Inconclusive => "lightgrey",
    };
    let mut text = Vec::new();
    write_json(&Badge { schema_version: 1, label: "behaviour", message: answer, color }, &mut text)
        .expect("writing to memory does not fail");
    String::from_utf8(text).expect("JSON is UTF-8")
}
