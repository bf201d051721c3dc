//! The records of a CSV file with the place of every field, which the reader of results does not keep.

use std::{borrow::Cow, ops::Range};

/// A field's text, and its bytes in the file with the quotes around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) span: Range<usize>,
}

/// The records of a text; empty lines are none.
pub(super) fn records(text: &str) -> impl Iterator<Item = Vec<Field<'_>>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            if at >= text.len() {
                return None;
            }
            let fields = record(text, &mut at);
            if fields.len() > 1 || !fields[0].text.is_empty() {
                return Some(fields);
            }
        }
    })
}

/// The record that begins at a byte, which becomes that of the next one.
fn record<'a>(text: &'a str, at: &mut usize) -> Vec<Field<'a>> {
    let bytes = text.as_bytes();
    let mut fields = Vec::new();
    loop {
        let field = if bytes.get(*at) == Some(&b'"') { quoted(text, at) } else { bare(text, at) };
        fields.push(field);
        let end = bytes.get(*at).copied();
        *at += 1;
        if end != Some(b',') {
            return fields;
        }
    }
}

fn bare<'a>(text: &'a str, at: &mut usize) -> Field<'a> {
    let start = *at;
    let end = text[start..].find([',', '\n']).map_or(text.len(), |length| start + length);
    *at = end;
    let is_last = text.as_bytes().get(end) != Some(&b',');
    let field = &text[start..end];
    let field = if is_last { field.strip_suffix('\r').unwrap_or(field) } else { field };
    Field { text: field.into(), span: start..start + field.len() }
}

fn quoted<'a>(text: &'a str, at: &mut usize) -> Field<'a> {
    let start = *at;
    let mut end = start + 1;
    // A doubled quote is one of the field, and any other one ends it.
    let close = loop {
        match text[end..].find('"') {
            None => break text.len(),
            Some(length) if text.as_bytes().get(end + length + 1) == Some(&b'"') => end += length + 2,
            Some(length) => break end + length,
        }
    };
    let inner = &text[start + 1..close];
    let inner = if inner.contains('"') { Cow::Owned(inner.replace("\"\"", "\"")) } else { Cow::Borrowed(inner) };
    let after = (close + 1).min(text.len());
    *at = text[after..].find([',', '\n']).map_or(text.len(), |length| after + length);
    Field { text: inner, span: start..after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_the_csv_library_and_stand_where_their_spans_say() {
        let text = "a,b,c\r\n\n1,\"two, \"\"2\"\"\",3\n,,\r\n\"x\ny\",ü,\"\"\nlast,1,2";
        let own: Vec<Vec<String>> =
            records(text).map(|fields| fields.into_iter().map(|field| field.text.into_owned()).collect()).collect();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let library: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(own, library);
        for field in records(text).flatten() {
            let place = &text[field.span.clone()];
            assert_eq!(place.trim_matches('"').replace("\"\"", "\""), field.text.trim_matches('"'), "{field:?}");
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_ends_with_the_text() {
        let fields: Vec<_> = records("a,\"b,c\n").flatten().map(|field| field.text.into_owned()).collect();
        assert_eq!(fields, ["a", "b,c\n"]);
    }
}
