//! `brokenpipe list`.

use clap::Args;

use super::{Done, Failure, args::Own, catalogue, print};
use crate::catalogue::{Case, Selection};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// What to list; everything if nothing is named
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    #[command(flatten)]
    own: Own,
}

pub(super) fn list(args: &ListArgs) -> Done {
    let catalogue = catalogue(&args.own)?;
    let cases = Selection::new(&args.selectors).map_err(Failure::wrong)?.cases(&catalogue);
    if cases.is_empty() {
        return Err(Failure::No("nothing is selected; `brokenpipe list` names all scenarios".to_owned()));
    }
    let widest = cases.iter().map(|case| case.scenario.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for case in cases {
        text.push_str(&format!(
            "{:widest$} {} sigpipe={} call={} option={}\n",
            case.scenario.id,
            case.transport,
            Case::SIGPIPE,
            Case::CALL,
            Case::OPTION
        ));
    }
    print(&text)
}
