//! The catalogue as a page: families with counts, and every scenario with its question.

use crate::{
    catalogue::{Case, Scenario},
    untrusted::escape_markdown,
};

/// Renders scenarios, given by their cases in the catalogue's order, as a Markdown page.
pub fn catalogue(cases: &[Case<'_>]) -> String {
    let scenarios: Vec<_> = cases.chunk_by(|a, b| a.scenario.id == b.scenario.id).collect();
    let families: Vec<_> = scenarios.chunk_by(|a, b| family(a) == family(b)).collect();
    let mut text = "| family | scenarios | cases | steps observed |\n|---|--:|--:|--:|\n".to_owned();
    let (mut all_scenarios, mut all_cases, mut all_steps) = (0, 0, 0);
    for of_family in &families {
        let cases: usize = of_family.iter().map(|cases| cases.len()).sum();
        let steps: usize = of_family.iter().map(|cases| cases.len() * cases[0].scenario.steps.len()).sum();
        let name = escape_markdown(family(of_family[0]));
        text.push_str(&format!("| {name} | {} | {cases} | {steps} |\n", of_family.len()));
        all_scenarios += of_family.len();
        all_cases += cases;
        all_steps += steps;
    }
    text.push_str(&format!("| all | {all_scenarios} | {all_cases} | {all_steps} |\n"));
    for of_family in families {
        text.push_str(&format!(
            "\n## {}\n\n| scenario | what | cases |\n|---|---|--:|\n",
            escape_markdown(family(of_family[0]))
        ));
        for cases in of_family {
            let Scenario { id, title, .. } = cases[0].scenario;
            text.push_str(&format!("| {} | {} | {} |\n", escape_markdown(id), escape_markdown(title), cases.len()));
        }
    }
    text
}

fn family<'a>(cases: &[Case<'a>]) -> &'a str {
    cases[0].scenario.family()
}
