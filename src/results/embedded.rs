//! The accepted results of this project, which the program carries with it. `build.rs` packs the files of `results`.

use miniz_oxide::inflate::decompress_to_vec;

/// A file as it was when the program was built.
#[derive(Debug)]
pub(super) struct EmbeddedFile {
    /// Its path in the project, with `/` on every system.
    pub(super) path: &'static str,
    /// Compressed with DEFLATE (RFC 1951).
    deflated: &'static [u8],
}

impl EmbeddedFile {
    /// What is in it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        decompress_to_vec(self.deflated).expect("build.rs compressed it")
    }
}

// `FILES: &[EmbeddedFile]`, in the order of their paths.
include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The tables among the files: results, and facts of platforms.
pub(super) fn tables() -> impl Iterator<Item = &'static EmbeddedFile> {
    FILES.iter().filter(|file| file.path.ends_with(".csv"))
}

/// The text of an embedded file, by its path in the project, such as `results/known.toml`; `None` if there is no such
/// file, or it is no text.
pub fn embedded_text(path: &str) -> Option<String> {
    let file = FILES.iter().find(|file| file.path == path)?;
    String::from_utf8(file.bytes()).ok()
}
