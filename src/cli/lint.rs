//! `brokenpipe lint`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use super::{
    failure::{Done, Failure, print},
    load::{catalogue, select},
    options::{Own, is_coloured, platform_name},
};
use crate::{
    catalogue::Selection,
    lint::{self, Findings},
    platform::Provenance,
    untrusted::no_command,
};

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Files of results, or folders of them
    #[arg(value_name = "FILE", required_unless_present = "template", conflicts_with = "template")]
    files: Vec<PathBuf>,
    /// Print rows to fill in by hand: one for each step of each case that SELECTOR chooses, without outcomes
    #[arg(long, num_args = 2, value_names = ["SELECTOR", "PLATFORM"])]
    template: Vec<String>,
    /// Where the rows of the template are known from
    #[arg(long, value_enum, default_value_t = Provenance::Documented, requires = "template")]
    provenance: Provenance,
    #[command(flatten)]
    own: Own,
}

/// The most mistakes of a file that are shown.
const MOST: usize = 50;

pub(super) fn lint(args: &LintArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    if let [selector, platform] = args.template.as_slice() {
        let platform = platform_name(platform)
            .map_err(|right| Failure::Wrong(format!("invalid platform {platform:?} of --template: {right}")))?;
        let selection = Selection::new(&[selector]).map_err(Failure::wrong)?.with_slow(true);
        let cases = select(&selection, &catalogue, "lint --template")?;
        return print(&lint::template(&cases, &platform, args.provenance));
    }
    let findings = lint::lint(&args.files, &catalogue).map_err(Failure::wrong)?;
    let is_styled = is_coloured(&io::stderr());
    for warnings in &findings.warnings {
        // There is nobody to tell if standard error is closed.
        let _ = writeln!(io::stderr(), "{}\n", no_command(&warnings.render_warnings(is_styled)));
    }
    if findings.count() > 0 {
        return Err(Failure::Lint(report(findings, is_styled)));
    }
    if findings.files == 0 {
        return Err(Failure::no("no results there; `lint` checks files of results, and the *.csv of folders"));
    }
    print(&format!(
        "no mistakes: {} of {} in {}\n",
        counted(findings.rows, "row"),
        counted(findings.platforms.len(), "platform"),
        counted(findings.files, "file")
    ))
}

/// All that is wrong, and how much it is.
fn report(mut findings: Findings, is_styled: bool) -> String {
    let count = findings.count();
    let files = findings.files;
    let mut parts: Vec<String> = findings.problems.iter().map(|problem| format!("error: {problem}")).collect();
    for mistakes in &mut findings.mistakes {
        let more = mistakes.list.len().saturating_sub(MOST);
        mistakes.list.truncate(MOST);
        parts.push(mistakes.render(is_styled));
        if more > 0 {
            parts.push(format!("{}: {} more", mistakes.path, counted(more, "mistake")));
        }
    }
    parts.push(format!("brokenpipe: {} in {}", counted(count, "mistake"), counted(files, "file")));
    parts.join("\n\n")
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
