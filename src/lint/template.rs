//! Rows to fill in.

use crate::{
    catalogue::{Case, CaseName},
    platform::Provenance,
    results::COLUMNS,
    untrusted::csv_field,
};

/// A file of results with a row for every step of these cases, in which outcome and note are empty: what is known is
/// written into it by hand, and the rows of the other steps are removed.
pub fn template(cases: &[Case<'_>], platform: &str, provenance: Provenance) -> String {
    let mut text = COLUMNS.join(",") + "\n";
    for case in cases {
        let name = CaseName::from(&case.axes);
        for (number, step) in (1..).zip(&case.scenario.steps) {
            let number: usize = number;
            let (number, operation) = (number.to_string(), step.operation.to_string());
            let mut axes = name.words().into_iter();
            let fields = COLUMNS.map(|column| match column {
                "platform" => platform,
                "provenance" => provenance.word(),
                "scenario" => &case.scenario.id,
                "step" => &number,
                "actor" => step.actor.word(),
                "operation" => &operation,
                "outcome" | "code" | "name" | "kind" | "signal" | "flags" | "count" | "trials" | "note" => "",
                // The columns between the scenario and the step.
                _ => axes.next().unwrap_or_default(),
            });
            text += &fields.map(|field| csv_field(field).to_string()).join(",");
            text.push('\n');
        }
    }
    text
}
