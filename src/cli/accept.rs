//! `brokenpipe accept`.

use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Args;

use super::{
    failure::{Done, Failure, note, print},
    load::{catalogue, refuse_loss_of_facts},
    options::{Own, RESULTS},
};
use crate::{
    catalogue::{CaseName, Catalogue},
    check::{self, Against, Terms},
    matrix::{Column, Comparison, Member},
    outcome,
    report::{self, CheckFormat},
    results::{AdoptError, Adopted, adopt},
    untrusted::shown,
};

#[derive(Debug, Args)]
pub(super) struct AcceptArgs {
    /// Files of results, or folders of them
    #[arg(value_name = "RUN", required = true)]
    run: Vec<PathBuf>,
    /// The folder that takes them over, made if need be
    #[arg(long, value_name = "DIR", default_value = RESULTS)]
    into: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    own: Own,
}

pub(super) fn accept(args: &AcceptArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let before = if args.into.exists() { vec![args.into.clone()] } else { Vec::new() };
    let pair = Comparison::read(&before, &args.run, &catalogue).map_err(Failure::wrong)?;
    note(&pair.notes);
    let checked = check::check(&pair, &[], &Terms { only_own: true, ..Terms::default() });
    let mut adopted = Vec::new();
    for (column, found) in pair.run.iter().filter(|column| column.is_measured()).zip(&checked.platforms) {
        let Member { platform: name, facts, .. } = &column.members[0];
        let own = pair.baseline.iter().find(|own| own.has(name));
        if let Some(own) = own {
            if matches!(found.against, Against::NotMeasured(_)) && pair.cells(own).any(|cell| cell.is_observed()) {
                note(&[format!("{name} was not measured; what was accepted of it stays")]);
                continue;
            }
            refuse_part(&pair, own, column, &catalogue)?;
        }
        refuse_file(&pair, name, args)?;
        let same_facts = facts.is_some() && own.is_some_and(|own| own.members[0].facts == *facts);
        adopted.push(Adopted { platform: name, same_facts });
    }
    refuse_loss_of_facts(&args.into, |name| adopted.iter().any(|adopted| adopted.platform == name), "--into")?;
    let stated: Vec<_> = pair.run.iter().filter(|column| !column.is_measured()).collect();
    note(
        &stated
            .iter()
            .map(|column| format!("{} was not measured by this program; left out", column.name))
            .collect::<Vec<_>>(),
    );
    print(&report::check(&checked, CheckFormat::Text))?;
    if adopted.is_empty() {
        return Err(Failure::Wrong("nothing to adopt: none of these platforms was measured".to_owned()));
    }
    if !args.yes {
        ask(adopted.len(), args)?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    // Without a handler Ctrl-C ends the program at once, and files are still whole.
    let _ = ctrlc::set_handler(move || stopped.store(true, Ordering::Relaxed));
    adopt(&args.run, &args.into, &adopted, &catalogue, &stop).map_err(|error| match error {
        AdoptError::Stopped => Failure::Interrupted(error.to_string()),
        error => Failure::wrong(error),
    })
}

/// A run of some cases must not cost the accepted results of the others.
fn refuse_part(pair: &Comparison, own: &Column, run: &Column, catalogue: &Catalogue) -> Done {
    let (mut accepted, mut run_now) = (BTreeSet::new(), BTreeSet::new());
    let mut names = std::collections::BTreeMap::new();
    for step in pair.beside(Some(own), run) {
        let case = step.case_number();
        if step.baseline.is_some_and(|cell| cell.is_observed()) && is_in(catalogue, step.scenario(), step.case()) {
            accepted.insert(case);
            names.entry(case).or_insert_with(|| format!("{} {}", step.scenario(), step.case()));
        }
        if step.run.is_some_and(|cell| cell.outcomes.iter().any(|seen| *seen.outcome != *outcome::NOT_RUN)) {
            run_now.insert(case);
        }
    }
    let mut missing = accepted.difference(&run_now);
    let count = missing.clone().count();
    let Some(first) = missing.next() else { return Ok(()) };
    Err(Failure::Wrong(format!(
        "{}: {count} of its {} accepted cases were not run, the first of them {}; only a whole run is adopted: run \
         everything (with --slow what takes seconds, too), or the selection into the folder itself (`brokenpipe run SELECTOR --out DIR`)",
        run.name,
        accepted.len(),
        names[first]
    )))
}

fn is_in(catalogue: &Catalogue, scenario: &str, case: &CaseName) -> bool {
    catalogue.find(scenario).is_some_and(|scenario| scenario.axes.iter().any(|axes| CaseName::from(axes) == *case))
}

/// A platform has a file of its own, and a file a platform: nothing else must be replaced, and nothing stay twice.
fn refuse_file(pair: &Comparison, name: &str, args: &AcceptArgs) -> Done {
    let path = args.into.join(format!("{name}.csv"));
    for column in &pair.baseline {
        let is_own = column.has(name);
        if is_own != (pair.path(column) == path) {
            let (found, right) = (shown(pair.path(column)), format!("{}.csv", column.name));
            return Err(Failure::Wrong(format!(
                "{}: holds the results of {}; they have to be in {right} of {} before others are adopted",
                found,
                column.name,
                shown(&args.into)
            )));
        }
        if is_own && !column.is_measured() {
            return Err(Failure::Wrong(format!(
                "{name}: what {} has of it is {}, and was not measured",
                shown(&args.into),
                column.provenance.word()
            )));
        }
    }
    Ok(())
}

fn ask(platforms: usize, args: &AcceptArgs) -> Done {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Failure::Wrong(
            "nothing is adopted: there is no terminal to ask on; --yes says so here".to_owned(),
        ));
    }
    let into = shown(&args.into);
    let noun = if platforms == 1 { "platform" } else { "platforms" };
    let _ = write!(io::stderr(), "Adopt {platforms} {noun} into {into}? [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::Wrong(format!("standard input: {error}")))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(Failure::No("nothing is adopted".to_owned())) }
}
