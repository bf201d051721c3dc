//! A check for a job's summary, or the text of a pull request.

use super::{Group, against, cell, counts, stale};
use crate::{
    check::{Checked, Verdict},
    untrusted::escape_markdown,
};

/// Most bytes of tables. GitHub refuses a step's summary of more than a MiB, and the same step may have more to say.
const MOST: usize = 512 << 10;

pub(super) fn render(checked: &Checked<'_>) -> String {
    let mut text = String::from("| platform | ");
    text.push_str(&Verdict::ALL.map(Verdict::word).join(" | "));
    text.push_str(" | compared with |\n|---|");
    text.push_str(&"--:|".repeat(Verdict::ALL.len()));
    text.push_str("---|\n");
    for platform in &checked.platforms {
        let against = against(&platform.against).unwrap_or_else(|| "its own baseline".to_owned());
        let counts = Verdict::ALL.map(|verdict| platform.count_of(verdict).to_string());
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            escape_markdown(platform.name),
            counts.join(" | "),
            escape_markdown(&against)
        ));
    }
    text.push('\n');
    text.push_str(&escape_markdown(&format!(
        "Steps of cases in all: {}.",
        counts(|verdict| checked.count_of(verdict))
    )));
    text.push('\n');
    for found in &checked.stale {
        let line = format!("{}:{}: {} ({})", found.known.path, found.known.line, stale(found), found.known.link);
        text.push_str(&format!("\n- {}", escape_markdown(&line)));
    }
    if !checked.stale.is_empty() {
        text.push('\n');
    }
    let mut cut = 0;
    for platform in &checked.platforms {
        let mut groups = Group::of_platform(platform);
        // What matters most comes first where a page has to be cut.
        groups.sort_by_key(|group| group.verdict);
        for (index, group) in groups.iter().enumerate() {
            if text.len() > MOST {
                cut += groups.len() - index;
                break;
            }
            if index == 0 {
                text.push_str(&format!("\n### {}\n\n", escape_markdown(platform.name)));
                text.push_str("| verdict | scenario | step | case | baseline | found |\n|---|---|---|---|---|---|\n");
            }
            text.push_str(&row(group, checked));
        }
    }
    if cut > 0 {
        text.push_str(&format!("\n{cut} further rows are not shown; a page has room for so much only.\n"));
    }
    text
}

fn row(group: &Group<'_>, checked: &Checked<'_>) -> String {
    let verdict = group.verdict.word();
    let verdict = if checked.policy.fails_on(group.verdict) { format!("**{verdict}**") } else { verdict.to_owned() };
    let found = match group.why() {
        Some(why) => format!("{}; allowed: {why}", cell(group.is)),
        None => cell(group.is),
    };
    format!(
        "| {verdict} | {} | {} {} | {} | {} | {} |\n",
        escape_markdown(group.scenario),
        group.step,
        escape_markdown(&group.operation),
        escape_markdown(&group.cases),
        escape_markdown(&cell(group.was)),
        escape_markdown(&found),
    )
}
