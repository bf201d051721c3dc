//! The fuzzer's dictionary has every word of the language. `BROKENPIPE_WRITE=1 cargo test --test dictionary` writes it.

mod common;

use std::{collections::BTreeSet, env, fs, path::Path};

use brokenpipe::{
    catalogue::{Catalogue, operations, word_lists},
    outcome::VOCABULARY,
};
use common::random::quoted;

/// An entry as libFuzzer reads it.
fn entry(text: &str) -> String {
    format!("\"{}\"\n", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\x0A"))
}

fn dictionary() -> String {
    let mut words = BTreeSet::new();
    let mut steps = BTreeSet::new();
    for operation in operations() {
        words.insert(operation.word.to_owned());
        let examples = operation.argument.map(|argument| argument.examples).unwrap_or_default();
        words.extend(examples.iter().flat_map(|example| example.split(' ').map(str::to_owned)));
        for actor in operation.actors {
            let argument = examples.first().map_or_else(String::new, |example| format!(" {example}"));
            steps.insert(format!("{actor} {}{argument}\n", operation.word));
        }
    }
    words.extend(word_lists().into_iter().flat_map(|list| list.words).map(|(word, _)| word.to_owned()));
    // The keys of a scenario, as the message about an unknown one lists them.
    let keys = |text: &str| quoted(&Catalogue::default().add("?", text).unwrap_err().list[0].title);
    let scenario = keys("[[scenario]]\n\"?\" = 1\n");
    let also = keys("[[scenario]]\n[[scenario.also]]\n\"?\" = 1\n");
    let keys: BTreeSet<_> = scenario.into_iter().chain(also).filter(|key| key != "?").collect();
    let outcomes: BTreeSet<_> = VOCABULARY.iter().map(|form| form.form).collect();

    let mut text = String::from("# Every word of the language, written by tests/dictionary.rs.\n\n# Words.\n");
    text.extend(words.iter().map(|word| entry(word)));
    text += "\n# A step of each actor and operation.\n";
    text.extend(steps.iter().map(|step| entry(step)));
    text += "\n# A file of scenarios.\n";
    text.extend(["[[scenario]]\n", "[[scenario.also]]\n"].map(entry));
    text.extend(keys.iter().map(|key| entry(&format!("{key} = "))));
    text += "\n# Outcomes.\n";
    text.extend(outcomes.iter().map(|form| entry(form)));
    text
}

#[test]
fn the_fuzzers_dictionary_has_every_word() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/language.dict");
    let text = dictionary();
    for line in text.lines().filter(|line| line.starts_with('"')) {
        assert!(line.len() <= 66 && line.is_ascii(), "libFuzzer takes at most 64 bytes: {line}");
    }
    if env::var_os("BROKENPIPE_WRITE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept.replace("\r\n", "\n") == text, "BROKENPIPE_WRITE=1 cargo test --test dictionary writes it anew");
}
