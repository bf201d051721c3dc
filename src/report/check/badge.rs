//! A check as a badge for a README.

use serde::Serialize;

use super::json::to_text;
use crate::check::{Answer, Checked};

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
    to_text(&Badge { schema_version: 1, label: "behaviour", message: answer, color })
}
