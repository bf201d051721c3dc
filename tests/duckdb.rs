//! The query in the guide gives the same counts over the committed results as `report`.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use brokenpipe::{
    catalogue::Catalogue,
    matrix::{Matrix, Options, View},
};

/// Runs the query with DuckDB's module for Python, in the interpreter that `BROKENPIPE_DUCKDB` names, or `python3`.
#[test]
#[ignore = "needs DuckDB, which ci/check installs"]
fn the_query_of_the_guide_counts_what_report_counts() {
    let python = std::env::var("BROKENPIPE_DUCKDB").unwrap_or_else(|_| "python3".to_owned());
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let chapter = std::fs::read_to_string(here.join("src/guide/data.md")).unwrap();
    let (_, query) = chapter.split_once("```sql\n").expect("the chapter has a query");
    let (query, _) = query.split_once("```").expect("the query ends");
    // A query that takes longer than two seconds would draw a progress bar on standard output.
    let script = "import duckdb, sys; duckdb.execute('SET enable_progress_bar = false'); \
                  print(*duckdb.execute(sys.stdin.read()).fetchone())";
    let mut duckdb = Command::new(python);
    duckdb.current_dir(here).args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut duckdb = duckdb.spawn().unwrap();
    std::io::Write::write_all(&mut duckdb.stdin.take().unwrap(), query.as_bytes()).unwrap();
    let output = duckdb.wait_with_output().unwrap();
    assert!(output.status.success(), "Python failed with the error above; is its module `duckdb` installed?");
    let (matrix, _) = Matrix::read(&[here.join("results")], &Catalogue::builtin()).unwrap();
    let view = View::new(&matrix, &Options::default()).unwrap();
    let rows = view.rows().filter(|row| row.family() != "race");
    let (rows, differing) = (rows.clone().count(), rows.filter(|row| row.differs()).count());
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), format!("{rows} {differing}"));
}
