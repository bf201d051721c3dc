//! The matrix as CSV: a column for each platform, and whether platforms differ in a row: `yes`, `no`, or `stated` if
//! only something that is documented or reported differs.

use std::io::{self, Write};

use super::cell;
use crate::{matrix::View, untrusted::csv_field};

pub(super) fn render(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let head = ["scenario", "cases", "step", "actor", "operation", "differs"];
    let platforms = view.columns().iter().map(|column| column.name.as_str());
    let rows = view.rows().map(|row| {
        let differs = match (row.differs(), row.differs_from_stated()) {
            (true, _) => "yes",
            (false, true) => "stated",
            (false, false) => "no",
        };
        let (cases, step) = (row.case_names(), row.step().to_string());
        let head = [row.scenario(), &cases, &step, row.actor(), row.operation(), differs].map(str::to_owned);
        head.into_iter().chain((0..view.columns().len()).map(move |column| cell::in_full(row, column)))
    });
    table(head.into_iter().chain(platforms), rows, out)
}

/// Writes a head and records as CSV that a spreadsheet can open: no field is a formula.
///
/// # Errors
///
/// Those of `out`, with their own kinds, and [`io::ErrorKind::Other`] if the records are of different lengths.
pub(super) fn table(
    head: impl IntoIterator<Item: AsRef<str>>,
    records: impl IntoIterator<Item: IntoIterator<Item: AsRef<str>>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    write_record(&mut writer, head)?;
    records.into_iter().try_for_each(|record| write_record(&mut writer, record))?;
    writer.flush()
}

fn write_record(
    writer: &mut csv::Writer<&mut dyn Write>,
    fields: impl IntoIterator<Item: AsRef<str>>,
) -> io::Result<()> {
    for field in fields {
        writer.write_field(csv_field(field.as_ref()).as_bytes()).map_err(io_error)?;
    }
    writer.write_record(None::<&[u8]>).map_err(io_error)
}

/// The operating system's own error. The conversion of `csv` would hide its kind, which tells a closed pipe from a
/// failure.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
