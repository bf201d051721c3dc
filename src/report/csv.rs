//! The matrix as CSV: one row a row, one column a platform, and whether platforms differ in it: `yes`, `no`, or `stated` if
//! only something that is documented or reported differs.

use std::io::{self, Write};

use super::cell;
use crate::{matrix::View, untrusted::csv_field};

pub(super) fn render(matrix: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let head = ["scenario", "cases", "step", "actor", "operation", "differs"].map(str::to_owned);
    let platforms = matrix.columns().iter().map(|column| column.name.clone());
    let rows = matrix.rows().map(|row| {
        let differs = match (row.differs(), row.differs_from_stated()) {
            (true, _) => "yes",
            (false, true) => "stated",
            (false, false) => "no",
        };
        let head = [
            row.scenario().to_owned(),
            row.case_names(),
            row.step().to_string(),
            row.actor().to_owned(),
            row.operation().to_owned(),
            differs.to_owned(),
        ];
        let cells = (0..matrix.columns().len()).map(|column| cell::in_full(row, column));
        head.into_iter().chain(cells).collect::<Vec<_>>()
    });
    table(std::iter::once(head.into_iter().chain(platforms).collect()).chain(rows), out)
}

/// Records as CSV, the head first.
pub(super) fn table(records: impl Iterator<Item = Vec<String>>, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for record in records {
        for field in &record {
            writer.write_field(csv_field(field).as_bytes()).map_err(of_system)?;
        }
        writer.write_record(None::<&[u8]>).map_err(of_system)?;
    }
    writer.flush()
}

/// The system's own error, which csv's conversion would hide: whether the reader has left is told by its kind.
fn of_system(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
