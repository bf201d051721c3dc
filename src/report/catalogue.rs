//! The catalogue as a page: families with counts, every scenario with its title, and the vocabulary of outcomes.

use super::markdown_table::{
    Align::{Left, Right},
    Content, MarkdownTable,
};
use crate::{
    catalogue::Case,
    outcome::{Class, Form, Readiness, VOCABULARY, class_of},
    untrusted::escape_markdown,
};

/// Renders scenarios, given by their cases in the catalogue's order, as a Markdown page. Its first table is that of
/// families; the sections `Outcomes` and `Classes` follow those of the families.
pub fn catalogue(cases: &[Case<'_>]) -> String {
    let scenarios: Vec<_> = cases.chunk_by(|a, b| a.scenario.id == b.scenario.id).collect();
    let families: Vec<_> = scenarios.chunk_by(|a, b| family(a) == family(b)).collect();
    let mut summary =
        MarkdownTable::new([("family", Left), ("scenarios", Right), ("cases", Right), ("steps observed", Right)]);
    let mut total = [0; 3];
    let mut sections = String::new();
    for scenarios in families {
        let of_cases: usize = scenarios.iter().map(|cases| cases.len()).sum();
        let of_steps: usize = scenarios.iter().map(|cases| cases.len() * cases[0].scenario.steps.len()).sum();
        let counts = [scenarios.len(), of_cases, of_steps];
        summary.row([family(scenarios[0]).to_owned()].into_iter().chain(counts.map(|count| count.to_string())));
        total = std::array::from_fn(|at| total[at] + counts[at]);
        let mut table = MarkdownTable::new([("scenario", Left), ("what", Left), ("cases", Right)]);
        for cases in scenarios {
            table.row([&cases[0].scenario.id, &cases[0].scenario.title, &cases.len().to_string()]);
        }
        sections.push_str(&section(family(scenarios[0]), table));
    }
    summary.row(["all".to_owned()].into_iter().chain(total.map(|count| count.to_string())));
    [summary.into_text(), sections, section("Outcomes", outcomes()), section("Classes", classes())].concat()
}

fn family<'a>(cases: &[Case<'a>]) -> &'a str {
    cases[0].scenario.family()
}

fn section(head: &str, table: MarkdownTable) -> String {
    format!("\n## {}\n\n{}", escape_markdown(head), table.into_text())
}

/// Every form of outcome with its meaning.
fn outcomes() -> MarkdownTable {
    let mut table = MarkdownTable::new([("outcome", Left), ("means", Left)]);
    for form in &VOCABULARY {
        table.row([Content::Markdown(name(form)), form.meaning.into()]);
    }
    table
}

/// A form as the page writes it. `ERROR` and `FLAGS` are replaced by what they stand for.
fn name(form: &Form) -> String {
    match form.form {
        "ERROR" => format!("{}, …", codes(Class::Disconnected.errors().iter().copied().take(2))),
        "FLAGS" => {
            let words = codes(Readiness::FLAGS.map(|(_, word, _)| word));
            format!("{words}, joined by `+`; in tables {}", codes(Readiness::FLAGS.map(|(.., short)| short)))
        }
        form => codes([form]),
    }
}

/// Every class with the outcomes in it.
fn classes() -> MarkdownTable {
    let mut table = MarkdownTable::new([("class", Left), ("outcomes", Left)]);
    let mut flags = "flags";
    for class in Class::ALL {
        // The one outcome that is not of its form's class.
        let empty = Some("ok 0").filter(|outcome| class_of(outcome) == Some(class));
        let forms = VOCABULARY.iter().filter(|form| form.class == Some(class)).map(|form| form.form);
        let mut parts = vec![codes(forms.chain(empty)), codes(class.errors().iter().copied())];
        if !class.flags().is_empty() {
            let words: Vec<_> = class.flags().set().map(|(word, _)| format!("`{word}`")).collect();
            parts.push(format!("{flags} with {}", words.join(" or ")));
            // A set of flags is of the first class that has one of them.
            flags = "other flags";
        }
        parts.retain(|part| !part.is_empty());
        table.row([codes([class.word()]), parts.join("; ")].map(Content::Markdown));
    }
    table
}

/// Words of the program's own as code, separated by commas.
fn codes<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
