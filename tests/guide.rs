//! The guide: every example in a chapter, and in the README, is run, and gives what is written there.
//!
//! A block of code of the language `console` is an example. A line that begins with `$ brokenpipe` is a command, which a
//! `\` at its end continues. What follows is what it writes to standard output and then to standard error. A line `…`
//! stands for any number of lines, and `…` at the end of a line for the rest of it. The exit code is 0, unless the command
//! ends with `; echo $?`, which writes it as the last line. The commands of a chapter are run in one temporary folder, in
//! order. A block whose language is followed by a name, such as `toml own.toml`, is a file in that folder, wherever in
//! the chapter it stands; `results` in it is a copy of the accepted results, if an example names a file there.

mod common;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use common::{BROKENPIPE, Folder, LIMIT, Ran};

/// The widest line of a chapter, so that it can be read in a terminal.
const WIDEST: usize = 100;

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A document, by its path in the crate.
struct Document {
    path: String,
    text: String,
}

impl Document {
    fn read(path: &str) -> Self {
        let text = fs::read_to_string(crate_folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Document { path: path.to_owned(), text }
    }

    /// The name of a chapter.
    fn name(&self) -> &str {
        self.path.trim_start_matches("src/guide/").trim_end_matches(".md")
    }

    /// The lines outside blocks of code, with their numbers.
    fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut inside = false;
        (1..).zip(self.text.lines()).filter(move |(_, line)| {
            let fence = line.starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
    }

    fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        let mut inside = false;
        for (number, line) in (1..).zip(self.text.lines()) {
            match line.strip_prefix("```") {
                Some(_) if inside => inside = false,
                Some(info) => {
                    inside = true;
                    blocks.push(Block { info, line: number, lines: Vec::new() });
                }
                None if inside => blocks.last_mut().expect("a block has begun").lines.push(line),
                None => {}
            }
        }
        assert!(!inside, "{}: the last block of code does not end", self.path);
        blocks
    }

    fn examples(&self) -> Vec<Example> {
        self.blocks().iter().filter(|block| block.info == "console").flat_map(Block::examples).collect()
    }

    /// A folder with the files that the document names.
    fn folder(&self) -> Folder {
        let folder = Folder::new();
        for block in self.blocks() {
            if let Some((_, name)) = block.info.split_once(' ') {
                folder.write(name, block.lines.join("\n") + "\n");
            }
        }
        if self.examples().iter().any(Example::reads_results) {
            copy(&crate_folder().join("results"), &folder.join("results"));
        }
        folder
    }
}

/// All chapters, sorted by name.
fn chapters() -> Vec<Document> {
    let entries = fs::read_dir(crate_folder().join("src/guide")).expect("there is a guide");
    let names: BTreeSet<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.iter().map(|name| Document::read(&format!("src/guide/{name}"))).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target: PathBuf = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A block of code. `info` is what follows the fence, and `line` is the number of that line.
struct Block<'a> {
    info: &'a str,
    line: usize,
    lines: Vec<&'a str>,
}

impl Block<'_> {
    fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let mut goes_on = false;
        for (number, line) in (self.line + 1..).zip(&self.lines) {
            let command = line.strip_prefix("$ ");
            if let Some(text) = command.or(goes_on.then_some(*line)) {
                if !goes_on {
                    examples.push(Example { line: number, command: String::new(), output: Vec::new() });
                }
                goes_on = text.ends_with('\\');
                let example = examples.last_mut().expect("a command has begun");
                example.command += text.trim_end_matches('\\');
            } else {
                let example = examples.last_mut().unwrap_or_else(|| panic!("line {number}: no command before it"));
                example.output.push((*line).to_owned());
            }
        }
        examples
    }
}

/// A command, and what it writes.
struct Example {
    line: usize,
    command: String,
    output: Vec<String>,
}

impl Example {
    /// Whether the command names a file in a folder of accepted results. Others read those that the program carries.
    fn reads_results(&self) -> bool {
        words(&self.command).iter().any(|word| word.starts_with("results/"))
    }

    /// The lines that the command writes in this folder, with the exit code as the last one if it is asked for.
    fn run(&self, folder: &Folder) -> Vec<String> {
        let (command, asks) = match self.command.strip_suffix("; echo $?") {
            Some(command) => (command, true),
            None => (self.command.as_str(), false),
        };
        let mut words = words(command);
        assert_eq!(words.remove(0), "brokenpipe", "{command}");
        let mut program = assert_cmd::Command::new(BROKENPIPE);
        if let Some(at) = words.iter().position(|word| word.starts_with('<')) {
            program.write_stdin(folder.read(&words.remove(at)[1..]));
        }
        program.current_dir(folder.path()).args(words).env("LC_ALL", "C.UTF-8").env_remove("TERM").timeout(LIMIT);
        let ran = Ran::of(program.output().expect("the program runs"));
        let mut lines: Vec<_> = ran.out.lines().chain(ran.err.lines()).map(str::to_owned).collect();
        match ran.code {
            Some(0) if !asks => {}
            code => lines.push(code.map_or("killed".to_owned(), |code| code.to_string())),
        }
        lines
    }
}

/// The words of a command as a shell splits them. Only single quotes are known.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = None;
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_with(String::new);
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_with(String::new).push(c),
        }
    }
    assert!(!quoted, "a quote does not end: {command}");
    words.extend(word);
    words
}

/// Whether lines are as written, where `…` stands for any lines, or for the rest of a line.
fn fits(written: &[String], lines: &[String]) -> bool {
    match written {
        [] => lines.is_empty(),
        [first, rest @ ..] if first == "…" => (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..])),
        [first, rest @ ..] => lines.split_first().is_some_and(|(line, others)| {
            let same = first.strip_suffix('…').map_or(first == line, |begin| line.starts_with(begin) || first == line);
            same && fits(rest, others)
        }),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[test]
fn left_out_lines_may_be_any_and_others_have_to_be_the_same() {
    let fits = |written: &str, got: &str| fits(&lines(written), &lines(got));
    assert!(fits("a\nb", "a\nb"));
    assert!(fits("a\n…\nd", "a\nb\nc\nd") && fits("a\n…\nd", "a\nd") && fits("…", "") && fits("in …", "in 3 s"));
    assert!(!fits("a", "a\nb") && !fits("a\nb", "a") && !fits("a\n…\nd", "a\nb") && !fits("…\na", "a\nb"));
    assert!(!fits("in …", "at 3 s") && !fits("", "a") && !fits("a", ""));
}

#[test]
fn a_command_is_split_as_a_shell_does() {
    assert_eq!(words("a 'b c'  d''"), ["a", "b c", "d"]);
    assert_eq!(words("a ''"), ["a", ""]);
}

#[test]
fn every_example_gives_what_is_written() {
    let mut wrong = String::new();
    for document in chapters().into_iter().chain([Document::read("README.md")]) {
        let examples = document.examples();
        assert!(examples.iter().any(|example| example.output.iter().any(|line| line != "…")), "{}", document.path);
        let folder = document.folder();
        for example in examples {
            let gives = example.run(&folder);
            if !fits(&example.output, &gives) {
                let Example { line, command, .. } = &example;
                wrong += &format!("\n{}:{line}: $ {command}\n{}\n", document.path, gives.join("\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "these examples give something else than is written, namely:\n{wrong}");
}

#[test]
fn every_file_is_a_chapter_that_the_program_lists_and_prints() {
    let folder = Folder::new();
    let listed = folder.brokenpipe(&["guide"]).exits(0).silent().out;
    let (list, last) = listed.split_once("\n\n").expect("a list and a sentence");
    assert_eq!(last, "`brokenpipe guide CHAPTER` prints one of them.\n");
    let mut list: Vec<_> = list.lines().map(|line| line.split_once("  ").expect("a name and a title")).collect();
    list.sort_unstable();
    let chapters = chapters();
    let of_file = |chapter: &Document| {
        let title = chapter.text.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a heading");
        (chapter.name().to_owned(), title.to_owned())
    };
    let mut files: Vec<_> = chapters.iter().map(of_file).collect();
    // The one chapter that the program makes.
    files.push(("steps".to_owned(), "The step language: every operation and its words".to_owned()));
    files.sort_unstable();
    assert_eq!(list.iter().map(|(name, title)| (name.to_string(), title.trim().to_owned())).collect::<Vec<_>>(), files);
    for chapter in chapters {
        let printed = folder.brokenpipe(&["guide", chapter.name()]).exits(0).silent().out;
        let expected: Vec<_> = chapter.text.lines().filter(|line| !line.starts_with("<!-- ")).collect();
        assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn an_unknown_chapter_is_answered_with_the_nearest() {
    let folder = Folder::new();
    let said = |name: &str| {
        let ran = folder.brokenpipe(&["guide", name]).exits(1);
        assert_eq!(ran.out, "");
        ran.err
    };
    let all = "`brokenpipe guide` lists all of them";
    assert_eq!(said("outcome"), format!("brokenpipe: no chapter \"outcome\"; nearest: outcomes; {all}\n"));
    assert_eq!(said("zzz\u{1b}"), format!("brokenpipe: no chapter \"zzz\\u{{1b}}\"; {all}\n"));
}

#[test]
fn a_chapter_can_be_read_in_a_terminal() {
    for chapter in chapters() {
        for (number, line) in (1..).zip(chapter.text.lines()) {
            let width = line.chars().count();
            assert!(width <= WIDEST, "{}:{number}: {width} characters wide", chapter.path);
        }
        let prose: Vec<_> = chapter.prose().collect();
        for pair in prose.windows(2).filter(|pair| pair.iter().all(|(_, line)| line.starts_with('|'))) {
            let ends =
                |line: &str| line.match_indices('|').map(|(at, _)| line[..at].chars().count()).collect::<Vec<_>>();
            let (number, line) = pair[1];
            assert_eq!(ends(pair[0].1), ends(line), "{}:{number}: the columns are not aligned", chapter.path);
        }
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    for document in chapters().into_iter().chain([Document::read("README.md")]) {
        let folder = Path::new(&document.path).parent().expect("a file is in a folder").to_owned();
        for (number, line) in document.prose() {
            for link in line.split("](").skip(1).map(|rest| rest.split(')').next().unwrap_or_default()) {
                if link.starts_with("https://") {
                    continue;
                }
                let (file, heading) = link.split_once('#').unwrap_or((link, ""));
                let target = folder.join(file);
                assert!(crate_folder().join(&target).is_file(), "{}:{number}: no file {file}", document.path);
                let target = Document::read(target.to_str().expect("a path is UTF-8"));
                let mut headings =
                    target.prose().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| anchor(line));
                assert!(heading.is_empty() || headings.any(|anchor| anchor == heading), "{number}: no heading {link}");
            }
        }
    }
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn the_readme_is_short_and_links_to_every_chapter() {
    let readme = Document::read("README.md");
    assert!(readme.text.lines().count() <= 160, "{} lines", readme.text.lines().count());
    for chapter in chapters() {
        let link = format!("[{}]({})", chapter.name(), chapter.path);
        assert!(readme.text.contains(&link), "the README does not link to {}", chapter.path);
    }
}

/// The program names all operations of an actor where it refuses a step.
#[test]
fn the_chapter_on_scenarios_names_every_operation() {
    let chapter = Document::read("src/guide/scenarios.md").text;
    let text = Document::read("README.md");
    let block = text.blocks().into_iter().find(|block| block.info == "toml own.toml").expect("a scenario");
    for actor in ["client", "server", "listener", "crowd"] {
        let scenario = block.lines.join("\n").replace("client connect", &format!("{actor} dance"));
        let folder = Folder::with("own.toml", scenario);
        let err = folder.brokenpipe(&["list", "own", "--scenarios", "own.toml"]).exits(2).err;
        let (_, names) = err.split_once(&format!("the {actor} can ")).expect("a list of operations");
        let names: Vec<_> = names.lines().next().expect("a line").split(", ").collect();
        assert!(names.len() >= 2, "{err}");
        for name in names {
            let name = name.trim_matches('`');
            let written = [format!("`{name}`"), format!("`{name} "), format!("{name} ")];
            assert!(written.iter().any(|text| chapter.contains(text)), "{actor} {name}");
        }
    }
}
