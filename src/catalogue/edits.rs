//! Which scenarios differ in one step.

use std::collections::HashMap;

use super::{Catalogue, Scenario, Step};

/// What makes the steps of one scenario those of another. Steps are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// The step of this number becomes another.
    Replaced(usize, Step),
    /// A step comes in, and has this number there.
    Inserted(usize, Step),
    /// The step of this number goes.
    Removed(usize),
}

/// In place of a step that may be any.
const ANY: usize = usize::MAX;

impl Catalogue {
    /// For each scenario, those whose steps become its own by one step that is replaced, inserted or removed, with
    /// what has to be done to its own steps to make them theirs; all in the catalogue's order.
    pub fn edits(&self) -> Vec<Vec<(&Scenario, Edit)>> {
        // Numbers are quicker to compare than steps.
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let lists: Vec<Vec<usize>> = self
            .scenarios()
            .iter()
            .map(|scenario| {
                let number = |step: &Step| {
                    let next = numbers.len();
                    *numbers.entry(step.to_string()).or_insert(next)
                };
                scenario.steps.iter().map(number).collect()
            })
            .collect();
        let mut same: HashMap<&[usize], Vec<usize>> = HashMap::new();
        let mut but_one: HashMap<Vec<usize>, Vec<usize>> = HashMap::new();
        for (scenario, steps) in lists.iter().enumerate() {
            same.entry(steps).or_default().push(scenario);
            for at in 0..steps.len() {
                but_one.entry(with(steps, at, Some(ANY))).or_default().push(scenario);
            }
        }
        let mut edits = vec![Vec::new(); lists.len()];
        for (scenario, steps) in lists.iter().enumerate() {
            for at in 0..steps.len() {
                let alike = &but_one[&with(steps, at, Some(ANY))];
                for &other in alike.iter().filter(|other| lists[**other][at] != steps[at]) {
                    edits[scenario].push((other, Edit::Replaced(at + 1, self.scenarios()[other].steps[at])));
                }
                // Of equal steps in a row any may go.
                if at > 0 && steps[at] == steps[at - 1] {
                    continue;
                }
                for &other in same.get(&*with(steps, at, None)).into_iter().flatten() {
                    edits[scenario].push((other, Edit::Removed(at + 1)));
                    edits[other].push((scenario, Edit::Inserted(at + 1, self.scenarios()[scenario].steps[at])));
                }
            }
        }
        let in_order = |mut edits: Vec<(usize, Edit)>| {
            edits.sort_by_key(|(other, _)| *other);
            edits.into_iter().map(|(other, edit)| (&self.scenarios()[other], edit)).collect()
        };
        edits.into_iter().map(in_order).collect()
    }
}

/// The steps with another one in one place, or without the one there.
fn with(steps: &[usize], at: usize, step: Option<usize>) -> Vec<usize> {
    steps[..at].iter().copied().chain(step).chain(steps[at + 1..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scenario whose server takes a step between others.
    fn scenario(id: &str, steps: &str) -> String {
        let texts = format!("id = \"own/{id}\"\ntitle = \"T\"\nwhy = \"W\"\ntransports = [\"tcp4\"]");
        format!("[[scenario]]\n{texts}\nsteps = \"\"\"\nclient connect\nserver accept\n{steps}\n\"\"\"\n")
    }

    #[test]
    fn one_step_replaced_inserted_or_removed_is_found_from_both_sides() {
        let mut catalogue = Catalogue::default();
        let texts = [
            scenario("close", "server close\nclient write 1\nclient write 1"),
            scenario("reset", "server reset\nclient write 1\nclient write 1"),
            scenario("close-write", "server close\nclient write 1"),
            scenario("close-write-again", "server close\nclient write 1"),
            scenario("reset-read", "server reset\nclient read 1"),
        ];
        catalogue.add("own.toml", &texts.concat()).unwrap();
        let edits = catalogue.edits();
        let told = |at: usize| -> Vec<String> {
            let text = |(other, edit): &(&Scenario, Edit)| match edit {
                Edit::Replaced(at, step) => format!("{} replaced {at} {step}", other.id),
                Edit::Inserted(at, step) => format!("{} inserted {at} {step}", other.id),
                Edit::Removed(at) => format!("{} removed {at}", other.id),
            };
            edits[at].iter().map(text).collect()
        };
        assert_eq!(
            told(0),
            ["own/reset replaced 3 server reset", "own/close-write removed 4", "own/close-write-again removed 4"]
        );
        assert_eq!(told(1), ["own/close replaced 3 server close"]);
        assert_eq!(told(2), ["own/close inserted 4 client write 1"]);
        assert_eq!(told(4), [""; 0]);
    }
}
