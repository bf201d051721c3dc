//! `brokenpipe guide`.

use clap::Args;

use super::{
    failure::{Done, Failure, print_as},
    nearest::nearest,
};
use crate::{report::Format, untrusted::quoted};

#[derive(Debug, Args)]
pub(super) struct GuideArgs {
    /// The chapter to print; without one, the chapters are listed
    #[arg(value_name = "CHAPTER")]
    chapter: Option<String>,
}

/// A file in `src/guide`, without `.md`, and its text.
struct Chapter {
    name: &'static str,
    text: &'static str,
}

macro_rules! chapters {
    ($($name:literal)*) => {
        &[$(Chapter { name: $name, text: include_str!(concat!("../guide/", $name, ".md")) }),*]
    };
}

/// All chapters, in the order in which they are best read.
const CHAPTERS: &[Chapter] = chapters! {
    "reading" "site" "errors" "cases" "outcomes" "catalogue" "documentation" "standards" "scenarios" "check"
    "exceptions" "ci" "data" "measuring" "runs" "environment" "platforms"
};

impl Chapter {
    /// Its first line, which is a heading.
    fn title(&self) -> &'static str {
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
    match CHAPTERS.iter().find(|chapter| chapter.name == asked) {
        Some(chapter) => chapter.print(),
        None => {
            let near = nearest(asked, CHAPTERS.iter().map(|chapter| chapter.name));
            let near = if near.is_empty() { String::new() } else { format!("; nearest: {}", near.join(", ")) };
            Err(Failure::No(format!("no chapter {}{near}; `brokenpipe guide` lists all of them", quoted(asked))))
        }
    }
}

fn list() -> Done {
    let widest = CHAPTERS.iter().map(|chapter| chapter.name.len()).max().unwrap_or(0);
    print_as(Format::Table, |out| {
        CHAPTERS.iter().try_for_each(|chapter| writeln!(out, "{:widest$}  {}", chapter.name, chapter.title()))?;
        writeln!(out, "\n`brokenpipe guide CHAPTER` prints one of them.")
    })
}
