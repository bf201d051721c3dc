//! `brokenpipe guide`.

use std::borrow::Cow;

use clap::Args;

use super::{
    failure::{Done, Failure, print_as},
    language,
};
use crate::{nearest::nearest, report::Format, untrusted::quoted};

#[derive(Debug, Args)]
pub(super) struct GuideArgs {
    /// The chapter to print; without one, the chapters are listed
    #[arg(value_name = "CHAPTER")]
    chapter: Option<String>,
}

/// A file in `src/guide`, without `.md`, and its text; or a chapter that the program makes.
struct Chapter {
    name: &'static str,
    text: Cow<'static, str>,
}

/// The name of the chapter that [`language`] makes, and of the one before it.
const STEPS: (&str, &str) = ("steps", "scenarios");

macro_rules! chapters {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../guide/", $name, ".md")))),*]
    };
}

/// All chapters that are files, in the order in which they are best read.
const FILES: &[(&str, &str)] = chapters! {
    "reading" "site" "errors" "cases" "outcomes" "catalogue" "documentation" "standards" "scenarios" "check"
    "exceptions" "ci" "data" "lint" "measuring" "runs" "environment" "platforms"
};

/// All chapters, in the order in which they are best read.
fn chapters() -> Vec<Chapter> {
    let mut chapters: Vec<_> = FILES.iter().map(|(name, text)| Chapter { name, text: Cow::Borrowed(text) }).collect();
    let before = chapters.iter().position(|chapter| chapter.name == STEPS.1);
    let at = before.map_or(chapters.len(), |before| before + 1);
    chapters.insert(at, Chapter { name: STEPS.0, text: Cow::Owned(language::chapter()) });
    chapters
}

impl Chapter {
    /// Its first line, which is a heading.
    fn title(&self) -> &str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// What a reader sees: the marks around generated parts are for `ci/readme`.
    fn print(&self) -> Done {
        print_as(Format::Table, |out| {
            self.text.lines().filter(|line| !line.starts_with("<!-- ")).try_for_each(|line| writeln!(out, "{line}"))
        })
    }
}

pub(super) fn guide(args: &GuideArgs) -> Done {
    let Some(asked) = &args.chapter else { return list() };
    let chapters = chapters();
    match chapters.iter().find(|chapter| chapter.name == asked) {
        Some(chapter) => chapter.print(),
        None => {
            let near = nearest(asked, chapters.iter().map(|chapter| chapter.name));
            let near = if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
            Err(Failure::No(format!("no chapter {}{near}; `brokenpipe guide` lists all of them", quoted(asked))))
        }
    }
}

fn list() -> Done {
    let chapters = chapters();
    let widest = chapters.iter().map(|chapter| chapter.name.len()).max().unwrap_or(0);
    print_as(Format::Table, |out| {
        chapters.iter().try_for_each(|chapter| writeln!(out, "{:widest$}  {}", chapter.name, chapter.title()))?;
        writeln!(out, "\n`brokenpipe guide CHAPTER` prints one of them.")
    })
}
