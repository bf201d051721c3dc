//! Mistakes in a TOML file of scenarios or of known exceptions, reported by file, line and column, with carets under
//! the word and what is expected there.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::untrusted::one_line;

/// One mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the file that are wrong; an empty range is a place where something is missing.
    pub span: Range<usize>,
    /// What is wrong.
    pub title: String,
    /// What would be right, short enough to stand beside the caret.
    pub label: String,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, title: impl Into<String>, label: impl Into<String>) -> Self {
        Mistake { span, title: title.into(), label: label.into() }
    }
}

/// All mistakes found in one file. Its `Display` is [`render`](Mistakes::render) without colours.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.render(false))]
pub struct Mistakes {
    /// The file's name as the user gave it.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// In the order in which they were found; never empty.
    pub list: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn new(path: &str, text: &str, list: Vec<Mistake>) -> Self {
        Mistakes { path: path.to_owned(), text: text.to_owned(), list }
    }

    /// The mistake of a text that is not TOML, or has missing or unknown keys; `expected` says what would be right.
    pub(crate) fn of_toml(path: &str, text: &str, error: &toml::de::Error, expected: &str) -> Self {
        // An error may have no place, or one past the end.
        let span = error.span().unwrap_or(0..0);
        let span = span.start.min(text.len())..span.end.min(text.len());
        Mistakes::new(path, text, vec![Mistake::new(span, one_line(error.message()), expected)])
    }

    /// A report for each mistake, which begins with `error: `, with an empty line between two reports and no newline at
    /// the end.
    ///
    /// # Panics
    ///
    /// If a span is not within the text.
    pub fn render(&self, styled: bool) -> String {
        self.render_as(&Level::ERROR, styled)
    }

    /// The same for what may be right, which begins with `warning: `.
    ///
    /// # Panics
    ///
    /// If a span is not within the text.
    pub fn render_warnings(&self, styled: bool) -> String {
        self.render_as(&Level::WARNING, styled)
    }

    fn render_as(&self, level: &Level<'static>, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let reports = self.list.iter().map(|Mistake { span, title, label }| {
            // Of a large file the renderer is given the lines in question alone, since it goes through all that it gets.
            let start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
            let end = self.text[span.end..].find('\n').map_or(self.text.len(), |at| span.end + at + 1);
            let line = self.text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
            let place = AnnotationKind::Primary.span(span.start - start..span.end - start).label(label.as_str());
            let source = Snippet::source(&self.text[start..end]).line_start(line);
            let snippet = source.path(self.path.as_str()).annotation(place);
            renderer.render(&[level.clone().primary_title(title.as_str()).element(snippet)])
        });
        reports.collect::<Vec<_>>().join("\n\n")
    }
}
