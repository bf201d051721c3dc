//! Random scenario files, which are the same for the same seed.

use std::fmt::Display;

use brokenpipe::catalogue::{Sigpipe, Transport, operations, parse_steps_over, word_lists};

/// A pseudo-random generator (SplitMix64), which takes any seed.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Numbers(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Whether one of that many draws is won.
    pub fn one_in(&mut self, draws: usize) -> bool {
        self.below(draws) == 0
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Every step that the language has, each number with a few values: as the parser's table has it, so that no operation is
/// forgotten here.
pub struct Language {
    /// The steps of each operation of each actor, which differ in their argument.
    operations: Vec<Vec<String>>,
}

/// Most steps of a random scenario.
const STEPS: usize = 12;

impl Language {
    pub fn new() -> Self {
        let mut steps = Vec::new();
        for operation in operations() {
            for actor in operation.actors {
                let step = format!("{actor} {}", operation.word);
                steps.push(match &operation.argument {
                    Some(argument) => argument.examples.iter().map(|words| format!("{step} {words}")).collect(),
                    None => vec![step],
                });
            }
        }
        Language { operations: steps }
    }

    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|steps| first_words(&steps[0]))
    }

    /// A file with one to three scenarios, whose ids begin with `prefix`.
    pub fn file(&self, prefix: &str, numbers: &mut Numbers) -> String {
        (0..=numbers.below(3)).map(|number| self.scenario(&format!("{prefix}-{number}"), numbers)).collect()
    }

    /// A scenario over one transport, and over some of the others that its steps can be taken over.
    fn scenario(&self, id: &str, numbers: &mut Numbers) -> String {
        let transport = numbers.pick(&Transport::ALL);
        let steps = self.steps(transport, numbers);
        let text = steps.join("\n");
        let others = Transport::ALL.into_iter().filter(|other| *other != transport && numbers.one_in(3));
        let can_others = others.filter(|other| parse_steps_over(&text, &[*other]).is_ok());
        let transports: Vec<_> = [transport].into_iter().chain(can_others).collect();
        let racing = steps.iter().any(|step| step.contains(" race "));
        let mut file = format!(
            "[[scenario]]\nid = \"{id}\"\ntitle = \"Random\"\nwhy = \"Random.\"\ntransports = {}\nracing = {racing}\n",
            list(&transports)
        );
        file += &format!("steps = \"\"\"\n{}\n\"\"\"\n", steps.join("\n"));
        // A process has one trial at a time, which takes long.
        let sigpipe = if numbers.one_in(6) { numbers.pick(&Sigpipe::ALL) } else { Sigpipe::Ignore };
        if sigpipe != Sigpipe::Ignore || numbers.one_in(2) {
            let transports = list(&[numbers.pick(&transports)]);
            file += &format!("[[scenario.also]]\ntransports = {transports}\nsigpipe = [\"{sigpipe}\"]\n");
            for (axis, words) in word_lists().into_iter().filter_map(|list| Some((list.axis?, list.words))) {
                // Two cases of a scenario differ.
                let value = match axis {
                    "transports" | "sigpipe" => continue,
                    "call" => 1 + numbers.below(words.len() - 1),
                    _ if numbers.one_in(4) => numbers.below(words.len()),
                    _ => 0,
                };
                file += &format!("{axis} = [\"{}\"]\n", words[value].0);
            }
        }
        file
    }

    /// Steps that the parser takes over this transport.
    fn steps(&self, transport: Transport, numbers: &mut Numbers) -> Vec<String> {
        let beginning = match transport {
            Transport::Fifo => "server accept",
            Transport::Pipe | Transport::Socketpair | Transport::Pty => "client connect\nserver accept",
            Transport::Udp4 | Transport::Udp6 | Transport::UnixDgram if numbers.one_in(2) => "client bind\nserver bind",
            Transport::Udp4 | Transport::Udp6 | Transport::UnixDgram => "",
            _ => numbers.pick(&["client start_connect", "client connect", "client connect\nserver accept", ""]),
        };
        let mut steps: Vec<_> = beginning.lines().map(str::to_owned).collect();
        let length = 2 + numbers.below(STEPS - 2);
        while steps.len() < length {
            self.add(&mut steps, transport, numbers);
        }
        // A peer, or what a race is with, may still be missing.
        while parse_steps_over(&steps.join("\n"), &[transport]).is_err() {
            self.add(&mut steps, transport, numbers);
        }
        steps
    }

    /// Adds a step that can follow.
    fn add(&self, steps: &mut Vec<String>, transport: Transport, numbers: &mut Numbers) {
        loop {
            let operation = numbers.below(self.operations.len());
            let operation = &self.operations[operation];
            steps.push(operation[numbers.below(operation.len())].clone());
            // Without a peer the parser does not look at the order of the steps.
            let has_peer = steps.iter().any(|step| !step.starts_with("client "));
            let with_peer = steps.join("\n") + if has_peer { "" } else { "\nlistener local_name" };
            let mistakes = parse_steps_over(&with_peer, &[transport]).err().unwrap_or_default();
            if mistakes.iter().all(|mistake| mistake.title == "nothing to race with") {
                return;
            }
            steps.pop();
        }
    }
}

/// The actor and the operation of a step.
pub fn first_words(step: &str) -> &str {
    step.match_indices(' ').nth(1).map_or(step, |(end, _)| &step[..end])
}

/// The texts between backticks.
pub fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn list(words: &[impl Display]) -> String {
    format!("[{}]", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}
