//! A mistake in a TOML file, of scenarios or of known exceptions: file, line, column, a caret under the word, and what is allowed there.

use std::{fmt, io::IsTerminal, ops::Range};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::untrusted::one_line;

/// One mistake in a text, by byte range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the file that are wrong.
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

/// All mistakes found in one file. Its `Display` is the whole report, carets included.
#[derive(Debug)]
pub struct Mistakes {
    /// The file's name as the user gave it.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// In order of place; never empty.
    pub list: Vec<Mistake>,
}

impl Mistakes {
    /// What a text that is no TOML, or has other keys than it should, is told; `right` says what would be right.
    pub(crate) fn of_toml(path: &str, text: &str, error: &toml::de::Error, right: &str) -> Self {
        // An error without a place, or a place past the end, is about the file as a whole.
        let span = error.span().unwrap_or(0..0);
        let span = span.start.min(text.len())..span.end.min(text.len());
        let list = vec![Mistake::new(span, one_line(error.message()), right)];
        Mistakes { path: path.to_owned(), text: text.to_owned(), list }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = if std::io::stderr().is_terminal() { Renderer::styled() } else { Renderer::plain() };
        for (index, mistake) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            let report = Level::ERROR.primary_title(mistake.title.as_str()).element(
                Snippet::source(self.text.as_str())
                    .path(self.path.as_str())
                    .annotation(AnnotationKind::Primary.span(mistake.span.clone()).label(mistake.label.as_str())),
            );
            f.write_str(&renderer.render(&[report]))?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
