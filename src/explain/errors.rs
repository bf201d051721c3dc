//! Errors by their canonical names: numbers and names on every system, and what they mean.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::matrix::title;

/// What is known of errors: `errors.toml` and `codes.csv`.
#[derive(Debug)]
pub struct Errors {
    /// The systems and libraries, in the order in which they are shown.
    pub systems: Vec<Numbering>,
    /// The errors.
    pub errors: Vec<Error>,
    /// Every number, with the system that gives it.
    pub codes: Vec<Code>,
    /// Statuses with which programs end.
    pub statuses: Vec<Status>,
}

/// A system, or a library on it, that numbers errors in its own way.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// A short name: `linux`, `winsock`.
    pub id: String,
    /// What people call it: the system's title where the file has nothing else.
    #[serde(default)]
    pub label: String,
    /// The lower, the likelier a bare number comes from it.
    pub rank: u8,
    /// Where the numbers are from.
    pub source: String,
}

/// An error by its canonical name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Error {
    /// POSIX's name, or one of `SIGPIPE`, `EOF`, `LOCAL-CLOSED`, `LOCAL-TIMEOUT`, `OTHER`.
    pub name: String,
    /// Whether it says nothing about the other end of a connection.
    #[serde(default)]
    pub aside: bool,
    /// A few words.
    pub title: String,
    /// Two sentences.
    pub meaning: String,
    /// What it is taken for, and is not.
    pub not: String,
    /// What to do about it, where a test for a lost connection is no answer; otherwise empty.
    #[serde(default)]
    pub advice: String,
    /// Where all this is known from.
    pub source: String,
    /// What tells it apart from the others that a text may mean.
    #[serde(default)]
    pub sign: String,
    /// Scenarios that show it best, the most telling first.
    #[serde(default)]
    pub scenarios: Vec<String>,
}

/// A number of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The number as the system prints it.
    pub code: i64,
    /// The system's own name of it.
    pub native: String,
    /// The canonical names that it may stand for, likeliest first.
    pub errors: Vec<String>,
    /// The id of the [`Numbering`], or `win32`, `wininet`, `ntstatus`, `nsurl`.
    pub table: String,
    /// Where the number is from.
    pub source: String,
}

/// A status with which a program ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The status.
    pub code: i64,
    /// The program, such as `curl`.
    pub program: String,
    /// The canonical names that it may stand for, likeliest first.
    pub errors: Vec<String>,
    /// Where that is known from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    system: Vec<Numbering>,
    error: Vec<Error>,
    status: Vec<Statuses>,
    windows: Vec<Windows>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Windows {
    table: String,
    source: String,
    codes: Vec<(i64, String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    program: String,
    source: String,
    codes: Vec<(i64, String)>,
}

impl Error {
    /// Whether the answer to it is the test for a lost connection.
    pub fn is_lost_connection(&self) -> bool {
        !self.aside && self.advice.is_empty() && self.name != "OTHER"
    }
}

impl Errors {
    /// The built-in ones, which are read on the first call.
    pub fn builtin() -> &'static Errors {
        static BUILTIN: LazyLock<Errors> =
            LazyLock::new(|| Errors::parse(include_str!("errors.toml"), include_str!("codes.csv")));
        &BUILTIN
    }

    /// # Panics
    ///
    /// At a mistake in the built-in files, which a test reads.
    fn parse(toml: &str, codes: &str) -> Errors {
        let mut file: File = toml::from_str(toml).unwrap_or_else(|error| panic!("errors.toml: {error}"));
        let mut numbers = Vec::new();
        for record in csv::Reader::from_reader(codes.as_bytes()).records() {
            let record = record.unwrap_or_else(|error| panic!("codes.csv: {error}"));
            for (system, code) in file.system.iter().zip(record.iter().skip(1)).filter(|(_, code)| !code.is_empty()) {
                let code = code.parse().unwrap_or_else(|error| panic!("codes.csv: {code:?}: {error}"));
                numbers.push(Code {
                    code,
                    native: native(&system.id, &record[0]),
                    errors: vec![record[0].to_owned()],
                    table: system.id.clone(),
                    source: system.source.clone(),
                });
            }
        }
        for Windows { table, source, codes } in file.windows {
            numbers.extend(codes.into_iter().map(|(code, native, errors)| Code {
                code,
                native,
                errors: names(&errors),
                table: table.clone(),
                source: source.clone(),
            }));
        }
        for system in file.system.iter_mut().filter(|system| system.label.is_empty()) {
            system.label = title(&system.id).to_owned();
        }
        let of_program = |Statuses { program, source, codes }: Statuses| {
            let codes = codes.into_iter();
            codes.map(move |(code, errors)| {
                let (program, source) = (program.clone(), source.clone());
                Status { code, program, errors: names(&errors), source }
            })
        };
        let statuses = file.status.into_iter().flat_map(of_program).collect();
        Errors { systems: file.system, errors: file.error, codes: numbers, statuses }
    }

    /// The error of this canonical name.
    pub fn find(&self, name: &str) -> Option<&Error> {
        self.errors.iter().find(|error| error.name == name)
    }

    /// The number of an error on a system, and its name there; `None` where the system has no such error.
    pub fn code(&self, error: &str, system: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.table == system && code.errors[0] == error)
    }

    /// What people call a system, by its name in data or the id of its [`Numbering`]; that itself where there is none.
    pub fn label<'a>(&'a self, system: &'a str) -> &'a str {
        let known = self.systems.iter().find(|known| known.id == system);
        known.map_or_else(|| title(system), |known| &known.label)
    }

    /// The known names that are spelt most like a word, at most two letters from it: names of errors are so alike that
    /// a looser measure would find one for any word.
    pub fn nearest(&self, word: &str) -> Vec<&str> {
        let word = word.to_uppercase();
        let names = self.errors.iter().map(|error| error.name.as_str());
        let natives = self.codes.iter().map(|code| code.native.as_str());
        let far = |name: &str| strsim::damerau_levenshtein(&word, name);
        let mut near: Vec<_> =
            names.chain(natives).map(|name| (far(name), name)).filter(|(far, _)| *far <= 2).collect();
        near.sort_unstable();
        near.dedup();
        let nearest = near.first().map(|(far, _)| *far);
        near.into_iter().filter(|(far, _)| Some(*far) == nearest).map(|(_, name)| name).collect()
    }

    /// Every system and table that has this number.
    pub fn with_code(&self, code: i64) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(move |known| known.code == code)
    }
}

/// The names in a list with `|` between them.
fn names(list: &str) -> Vec<String> {
    list.split('|').map(str::to_owned).collect()
}

/// The name that a system has for a POSIX error.
fn native(system: &str, error: &str) -> String {
    match (system, error) {
        ("winsock", "EAGAIN") => "WSAEWOULDBLOCK".to_owned(),
        ("winsock", "ECANCELED") => "WSAECANCELLED".to_owned(),
        ("winsock", _) => format!("WSA{error}"),
        ("libuv", _) => format!("UV_{error}"),
        _ => error.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::sys;

    #[test]
    fn a_number_means_one_thing_in_a_table() {
        let known = Errors::builtin();
        let mut seen = HashSet::new();
        for code in &known.codes {
            assert!(seen.insert((&code.table, code.code)), "{code:?}");
            assert!(code.errors.iter().all(|error| known.find(error).is_some()), "{code:?}");
        }
        assert_eq!(known.codes.len(), seen.len());
        assert_eq!(known.errors.len(), known.errors.iter().map(|error| &error.name).collect::<HashSet<_>>().len());
    }

    #[test]
    fn the_columns_of_the_codes_are_the_systems() {
        let mut reader = csv::Reader::from_reader(include_str!("codes.csv").as_bytes());
        let columns: Vec<_> = reader.headers().unwrap().iter().skip(1).map(str::to_owned).collect();
        let systems: Vec<_> = Errors::builtin().systems.iter().map(|system| system.id.clone()).collect();
        assert_eq!(columns, systems);
    }

    /// The numbers of the system that this runs on are those that the program itself names.
    #[test]
    fn the_numbers_of_this_system_agree_with_its_library() {
        let tables: &[&str] = match std::env::consts::OS {
            "linux" | "android" if cfg!(any(target_arch = "mips", target_arch = "mips64")) => &["linux-mips"],
            "linux" | "android" if cfg!(any(target_arch = "sparc", target_arch = "sparc64")) => &["linux-sparc"],
            "linux" | "android" => &["linux"],
            "macos" | "ios" => &["macos"],
            "freebsd" | "dragonfly" => &["freebsd"],
            "netbsd" => &["netbsd"],
            "openbsd" => &["openbsd"],
            "illumos" | "solaris" => &["illumos"],
            "windows" => &["winsock", "win32"],
            _ => return,
        };
        let known = Errors::builtin();
        for code in known.codes.iter().filter(|code| tables.contains(&code.table.as_str())) {
            let Some(name) = i32::try_from(code.code).ok().and_then(sys::error_name) else { continue };
            assert_eq!(name.native, code.native, "{code:?}");
            // What Windows alone has keeps its own name in results, and says `OTHER` or `EOF` here.
            if name.canonical != name.native || cfg!(unix) {
                let canonical = if name.canonical == "ENOTSUP" { "EOPNOTSUPP" } else { name.canonical };
                assert_eq!(canonical, code.errors[0], "{code:?}");
            }
        }
    }

    #[test]
    fn a_number_has_several_meanings() {
        let of = |number| {
            let meanings = Errors::builtin().with_code(number);
            meanings.map(|code| (code.table.as_str(), code.errors[0].as_str())).collect::<Vec<_>>()
        };
        assert_eq!(of(10054), [("winsock", "ECONNRESET")]);
        assert!(of(32).contains(&("linux", "EPIPE")) && of(32).contains(&("win32", "OTHER")));
        assert!(of(54).contains(&("macos", "ECONNRESET")));
        assert_eq!(of(-4077), [("libuv", "ECONNRESET")]);
    }

    #[test]
    fn systems_have_the_names_that_they_have_everywhere() {
        let known = Errors::builtin();
        let label = |id| known.systems.iter().find(|system| system.id == id).map(|system| system.label.as_str());
        assert_eq!(label("macos"), Some("macOS"));
        assert_eq!(label("winsock"), Some(title("windows")));
        assert!(known.systems.iter().all(|system| system.label != system.id || system.id == "illumos"));
        assert_eq!(
            [known.label("windows"), known.label("netbsd"), known.label("plan9")],
            ["Windows", "NetBSD", "plan9"]
        );
    }

    #[test]
    fn statuses_stand_for_known_errors() {
        let known = Errors::builtin();
        for status in &known.statuses {
            assert!(status.errors.iter().all(|error| known.find(error).is_some()), "{status:?}");
        }
        let of = |code| known.statuses.iter().filter(move |status| status.code == code).map(|status| &*status.program);
        assert_eq!(of(7).collect::<Vec<_>>(), ["curl"]);
        assert_eq!(of(255).collect::<Vec<_>>(), ["ssh"]);
    }

    #[test]
    fn every_error_has_a_source_and_something_to_do_where_a_test_says_nothing() {
        for error in &Errors::builtin().errors {
            assert!(!error.source.is_empty(), "{}", error.name);
            assert!(error.advice.is_empty() || error.advice.ends_with('.'), "{}", error.name);
            assert!(!error.name.starts_with("LOCAL-") || !error.advice.is_empty(), "{}", error.name);
        }
    }

    #[test]
    fn texts_end_as_sentences_and_say_two_at_least_of_what_matters() {
        for error in &Errors::builtin().errors {
            assert!(error.meaning.ends_with('.') && error.not.ends_with('.'), "{}", error.name);
            assert!(error.meaning.len() < 330 && error.not.len() < 330, "{}", error.name);
        }
    }
}
