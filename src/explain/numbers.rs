//! Numbers in a line: which of them are errors, exit statuses or signals, and of which error.

use super::{
    errors::{Code, Errors},
    line::Line,
    signal::{Rank, Signal},
};

/// What the words around a number say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// An errno, or an error of Windows: `os error 104`.
    Error,
    /// An error of Windows: `WinError 10054`.
    Windows,
    /// Perhaps an error: `code: 104`, `error 104`, `(104)`.
    Perhaps,
    /// The status that a process ended with: `exit status 141`.
    Exit,
    /// A signal: `signal 13`.
    Signal,
    /// An exit code of curl: `curl: (56)`.
    Curl,
    /// The whole input.
    Bare,
}

/// Words that stand before a number, longest first where one ends another.
const WORDS: &[(&str, About)] = &[
    ("winerror", About::Windows),
    ("win32exception", About::Windows),
    ("win32 error", About::Windows),
    ("win32", About::Windows),
    ("windows error", About::Windows),
    ("getlasterror()", About::Windows),
    ("getlasterror", About::Windows),
    ("last error", About::Windows),
    ("lasterror", About::Windows),
    ("wsa error", About::Windows),
    ("wsaerror", About::Windows),
    ("winsock error", About::Windows),
    ("winsock", About::Windows),
    ("wsa", About::Windows),
    ("libcurl error", About::Curl),
    ("curl error", About::Curl),
    ("curl error code", About::Curl),
    ("curl exit code", About::Curl),
    ("curl exited with", About::Curl),
    ("curl returned", About::Curl),
    ("curl code", About::Curl),
    ("curle", About::Curl),
    ("curl", About::Curl),
    ("exit status code", About::Exit),
    ("exit status", About::Exit),
    ("exit_status", About::Exit),
    ("exitstatus", About::Exit),
    ("exit code", About::Exit),
    ("exit_code", About::Exit),
    ("exit-code", About::Exit),
    ("exitcode", About::Exit),
    ("exited", About::Exit),
    ("exited with", About::Exit),
    ("exits with", About::Exit),
    ("exit with", About::Exit),
    ("exited with code", About::Exit),
    ("exited with error code", About::Exit),
    ("terminated with code", About::Exit),
    ("failed with code", About::Exit),
    ("failed with exit code", About::Exit),
    ("finished with exit code", About::Exit),
    ("exited with return code", About::Exit),
    ("exited with status", About::Exit),
    ("with status", About::Exit),
    ("exit", About::Exit),
    ("return code", About::Exit),
    ("return_code", About::Exit),
    ("returncode", About::Exit),
    ("return value", About::Exit),
    ("retcode", About::Exit),
    ("retval", About::Exit),
    ("returned", About::Exit),
    ("return", About::Exit),
    ("rc", About::Exit),
    ("ret", About::Exit),
    ("status", About::Exit),
    ("$?", About::Exit),
    ("term signal", About::Signal),
    ("signal", About::Signal),
    ("sig", About::Signal),
    ("signo", About::Signal),
    ("sigpipe", About::Signal),
    ("termsig", About::Signal),
    ("unix_wait_status", About::Signal),
    ("os error", About::Error),
    ("os_error", About::Error),
    ("oserror", About::Error),
    ("raw_os_error", About::Error),
    ("errno", About::Error),
    ("err no", About::Error),
    ("errnum", About::Error),
    ("error no", About::Error),
    ("error_no", About::Error),
    ("error number", About::Error),
    ("errornumber", About::Error),
    ("so_error", About::Error),
    ("system error", About::Error),
    ("system", About::Error),
    ("syserr", About::Error),
    ("sys_err", About::Error),
    ("socket error", About::Error),
    ("sockerr", About::Error),
    ("socketexception", About::Error),
    ("nativeerrorcode", About::Error),
    ("native error code", About::Error),
    ("native error", About::Error),
    ("nativeerror", About::Error),
    ("nsposixerrordomain code", About::Error),
    ("nsposixerrordomain", About::Error),
    ("kcferrordomainposix", About::Error),
    ("posixerrorcode(rawvalue", About::Error),
    ("domainposix code", About::Error),
    ("posix error", About::Error),
    ("asio.system", About::Error),
    ("connectionreseterror", About::Error),
    ("brokenpipeerror", About::Error),
    ("connectionabortederror", About::Error),
    ("connectionrefusederror", About::Error),
    ("error code", About::Perhaps),
    ("error_code", About::Perhaps),
    ("errorcode", About::Perhaps),
    ("error", About::Perhaps),
    ("err code", About::Perhaps),
    ("errcode", About::Perhaps),
    ("err", About::Perhaps),
    ("code", About::Perhaps),
    ("failed", About::Perhaps),
    ("failed with", About::Perhaps),
    ("reason", About::Perhaps),
    ("_kcfstreamerrorcodekey", About::Error),
    ("os 错误", About::Error),
    ("错误", About::Perhaps),
    ("错误代码", About::Perhaps),
    ("错误码", About::Perhaps),
    ("エラー", About::Perhaps),
    ("오류", About::Perhaps),
    ("fehler", About::Perhaps),
    ("fehlercode", About::Perhaps),
    ("erreur", About::Perhaps),
    ("ошибка", About::Perhaps),
    ("код ошибки", About::Perhaps),
    ("erro", About::Perhaps),
    ("errore", About::Perhaps),
];

/// What may stand between such a word and its number.
const BETWEEN: &[char] = &[' ', ':', '=', '#', '(', '[', '{', '"', '\'', '<', '>', '-', ','];

/// Exit codes of curl (`CURLcode` in curl's `include/curl/curl.h`), with what they say of the connection.
const CURL: &[(i64, &[&str])] = &[
    (7, &["ECONNREFUSED", "ECONNRESET"]),
    (18, &["EOF"]),
    (23, &["EPIPE"]),
    (28, &["LOCAL-TIMEOUT"]),
    (35, &["ECONNRESET", "EOF"]),
    (52, &["EOF"]),
    (55, &["EPIPE", "ECONNRESET"]),
    (56, &["ECONNRESET", "EOF"]),
];

/// Exit statuses that tell of a lost connection: of a shell and of ssh (ssh(1), EXIT STATUS).
const STATUSES: &[(i64, &[&str])] =
    &[(141, &["SIGPIPE"]), (135, &["SIGPIPE", "OTHER"]), (255, &["EPIPE", "ECONNRESET", "EOF", "ECONNREFUSED"])];

/// The number of SIGPIPE, everywhere but on Haiku.
const SIGPIPE: i64 = 13;

/// What is known about the line a number is in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// Whether it is from Windows (`Some(true)`) or from a Unix.
    pub(super) is_windows: Option<bool>,
    /// Where the system's own texts stand.
    pub(super) strerrors: &'a [(usize, usize)],
}

/// Every number in a line that may be an error's.
pub(super) fn find(line: &Line, known: &Errors, around: Around) -> Vec<Signal> {
    let bytes = line.lower.as_bytes();
    let mut signals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let is_marked = bytes[at..].starts_with(b"0x");
        // An HRESULT is also written without `0x`.
        let is_hex = is_marked || bytes[at..].starts_with(b"8007");
        let from = if is_marked { at + 2 } else { at };
        let is_part = |b: &u8| if is_hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
        let end = from + bytes[from..].iter().take_while(|b| is_part(b)).count();
        let (start, end) = (at, end.max(at + 1));
        at = end;
        let inside = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if inside(start.checked_sub(1).and_then(|at| bytes.get(at))) || inside(bytes.get(end)) {
            continue;
        }
        // A part of an address, a time or a version.
        if bytes.get(end).is_some_and(|b| b".:".contains(b)) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
            || bytes.get(start.wrapping_sub(1)) == Some(&b'.')
        {
            continue;
        }
        signals.extend(number(line, known, around, start, end, is_hex));
    }
    signals
}

fn number(line: &Line, known: &Errors, around: Around, start: usize, end: usize, is_hex: bool) -> Option<Signal> {
    let digits = &line.lower[start..end];
    let is_negative = line.lower[..start].ends_with('-')
        && line.lower[..start - 1].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric());
    let start = start - usize::from(is_negative);
    let value: i64 = match is_hex {
        true => i64::from_str_radix(digits.trim_start_matches("0x"), 16).ok()?,
        false => digits.parse().ok()?,
    };
    let value = if is_negative { -value } else { value };
    let is_empty = |text: &str| text.chars().all(|c| "()[]{}'\"#., ".contains(c));
    let is_all = is_empty(&line.lower[..start]) && is_empty(&line.lower[end..]);
    let (errors, rank, about) = match status_of_windows(known, value, is_hex) {
        Some(errors) => (errors, Rank::Number, "a status of Windows"),
        None => {
            let about = if is_all { About::Bare } else { about(line, start, end, value, around)? };
            let (errors, rank) = meaning(line, known, around, value, about)?;
            (errors, rank, about.words())
        }
    };
    Some(Signal {
        start,
        end,
        rank,
        errors,
        what: format!("{} ({about})", &line.text[start..end]),
        code: Some(value),
        runtime: String::new(),
        os: String::new(),
        source: String::new(),
    })
}

impl About {
    fn words(self) -> &'static str {
        match self {
            About::Error => "an error number",
            About::Windows => "an error number of Windows",
            About::Perhaps => "perhaps an error number",
            About::Exit => "an exit status",
            About::Signal => "a signal",
            About::Curl => "an exit code of curl",
            About::Bare => "a number alone",
        }
    }
}

/// What the words around a number say of it.
fn about(line: &Line, start: usize, end: usize, value: i64, around: Around) -> Option<About> {
    let before = line.before(start, BETWEEN);
    // `error code is 104`, `errno value: 104`.
    let before = [" is", " was", " of", " value", " no.", " nr"]
        .iter()
        .fold(before, |text, word| text.strip_suffix(word).map_or(text, |text| text.trim_end_matches(BETWEEN)));
    let ends = |word: &str| {
        let rest = before.strip_suffix(word)?;
        let is_whole = !rest.ends_with(|c: char| c.is_ascii_alphanumeric()) || !word.starts_with(char::is_alphanumeric);
        is_whole.then_some(word.len())
    };
    let is_word = before.ends_with(|c: char| c.is_alphabetic() || "_?)".contains(c));
    let found = WORDS
        .iter()
        .filter(|_| is_word)
        .filter_map(|(word, about)| Some((ends(word)?, *about)))
        .max_by_key(|(length, _)| *length);
    let behind = &line.lower[end..];
    match found {
        // `status` and `returned` are said of HTTP, too.
        Some((_, About::Exit)) if value < 0 && value != -SIGPIPE => Some(About::Perhaps),
        Some((_, About::Perhaps)) if before.contains("exit") && value > 0 => Some(About::Exit),
        Some((_, About::Perhaps)) if value == 141 => Some(About::Exit),
        Some((_, about)) => Some(about),
        // `(104: Connection reset by peer)`, `Broken pipe (32)`.
        None if is_beside(around.strerrors, start, end) => Some(About::Error),
        None if (10_035..=10_065).contains(&value) && !before.ends_with("port") && !behind.starts_with('/') => {
            let words = ["error", "fail", "socket", "send", "recv", "connect", "wsa", "reset", "abort", "lost"];
            words.iter().any(|word| line.lower.contains(word)).then_some(About::Perhaps)
        }
        // `Can't connect to MySQL server on 'host' (111)`.
        None if (32..=150).contains(&value) && line.lower[..start].ends_with(" (") && behind.starts_with(')') => {
            let words =
                ["can't connect", "cannot connect", "error", "failed", "unable", "could not", "lost connection"];
            words.iter().any(|word| line.lower.contains(word)).then_some(About::Perhaps)
        }
        None if (-4095..=-4029).contains(&value) => Some(About::Perhaps),
        // As drivers write it: `failed to read: -110`.
        None if (-146..=-32).contains(&value) && line.lower[..start].ends_with(": ") => {
            ["fail", "error", "unable", "cannot"].iter().any(|word| before.contains(word)).then_some(About::Perhaps)
        }
        None => None,
    }
}

/// Whether one of the system's own texts begins or ends next to the number.
fn is_beside(texts: &[(usize, usize)], start: usize, end: usize) -> bool {
    /// `] ` and the like.
    const BETWEEN: usize = 3;
    texts.iter().any(|(from, to)| (end..=end + BETWEEN).contains(from) || (*to..=*to + BETWEEN).contains(&start))
}

/// An HRESULT or NTSTATUS, written in hexadecimal or as a negative number.
fn status_of_windows(known: &Errors, value: i64, is_hex: bool) -> Option<Vec<String>> {
    let value = match value {
        value if is_hex && (0x8000_0000..=0xffff_ffff).contains(&value) => value,
        value if (-0x8000_0000..-0x1000_0000).contains(&value) => value + 0x1_0000_0000,
        _ => return None,
    };
    let of = |number: i64, tables: &[&str]| {
        known.with_code(number).find(|code| tables.contains(&code.table.as_str())).map(|code| code.errors.clone())
    };
    match value >> 16 {
        0x8007 => of(value & 0xffff, &["win32", "winsock", "wininet"]),
        _ => of(value, &["ntstatus"]),
    }
}

/// The errors that a number stands for, likeliest first.
fn meaning(line: &Line, known: &Errors, around: Around, value: i64, about: About) -> Option<(Vec<String>, Rank)> {
    let named = |table: &[(i64, &[&str])]| {
        let (_, errors) = table.iter().find(|(code, _)| *code == value)?;
        Some(errors.iter().map(|error| (*error).to_owned()).collect::<Vec<_>>())
    };
    let other = || Some((vec!["OTHER".to_owned()], Rank::Vague));
    match about {
        About::Curl => Some((named(CURL)?, Rank::Vague)),
        About::Exit if value == 141 || value == -SIGPIPE => Some((vec!["SIGPIPE".to_owned()], Rank::Decides)),
        About::Exit if line.lower.contains("curl") && named(CURL).is_some() => Some((named(CURL)?, Rank::Vague)),
        About::Exit if value == 255 && line.lower.contains("ssh") => Some((named(STATUSES)?, Rank::Vague)),
        About::Exit if value == 135 && line.lower.contains("haiku") => Some((named(STATUSES)?, Rank::Vague)),
        About::Exit if matches!(value, 13 | 32 | 104) => other(),
        About::Exit => None,
        About::Signal if value == SIGPIPE => Some((vec!["SIGPIPE".to_owned()], Rank::Decides)),
        About::Signal => None,
        About::Error | About::Windows | About::Perhaps => {
            let rank = if about == About::Perhaps { Rank::Vague } else { Rank::Number };
            let errors = errors_of(known, around, value, about);
            let is_aside = |name: &String| known.find(name).is_some_and(|error| error.aside || name == "OTHER");
            match errors.is_empty() {
                true => None,
                // Numbers that everything has: `error code 1`, `errno: 2`.
                false if errors.iter().all(is_aside) && about == About::Perhaps && value.abs() < 100 => None,
                false if errors.iter().all(is_aside) && about != About::Windows => Some((errors, Rank::Vague)),
                false => Some((errors, rank)),
            }
        }
        About::Bare => {
            let mut errors = named(STATUSES).unwrap_or_default();
            if value.abs() == SIGPIPE {
                errors.push("SIGPIPE".to_owned());
            }
            let mut codes = errors_of(known, around, value, About::Bare);
            let curl = named(CURL).unwrap_or_default();
            // An errno of a common system is likelier than an exit code of curl.
            let is_common = known.with_code(value).any(|code| code.table == "linux" && codes.contains(&code.errors[0]));
            match is_common && !codes.is_empty() {
                true => codes.extend(curl),
                false => codes.splice(0..0, curl).for_each(drop),
            }
            for code in codes {
                if !errors.contains(&code) {
                    errors.push(code);
                }
            }
            (!errors.is_empty()).then_some((errors, Rank::Number))
        }
    }
}

/// The errors that have a number on the systems that can be meant, likeliest first.
fn errors_of(known: &Errors, around: Around, value: i64, about: About) -> Vec<String> {
    let is_windows = if about == About::Windows { Some(true) } else { around.is_windows };
    let rank = |code: &Code| match code.table.as_str() {
        // Few of Windows' numbers below 200 are ever seen.
        "win32" if matches!(code.code, 64 | 109 | 232 | 233 | 995 | 1225 | 1236) => 3,
        "win32" => 6,
        "wininet" | "ntstatus" => 8,
        table => known.systems.iter().find(|system| system.id == table).map_or(20, |system| system.rank),
    };
    let fits = |code: &&Code| match (code.table.as_str(), is_windows) {
        ("win32" | "winsock" | "wininet" | "ntstatus", Some(is_windows)) => is_windows,
        ("ucrt", Some(true)) => about != About::Windows,
        ("libuv", _) => true,
        (_, Some(true)) => false,
        ("ucrt", _) => about == About::Bare,
        // A number alone may come from anywhere, and `os error` only from where people run such programs.
        (_, _) => about == About::Bare || rank(code) <= 7,
    };
    // Node and the kernel write an errno as a negative number.
    let mut codes: Vec<_> = known.with_code(value).filter(fits).collect();
    if value < 0 && value > -1000 {
        let is_unix =
            |code: &&Code| matches!(code.table.as_str(), "linux" | "macos" | "freebsd" | "netbsd" | "openbsd");
        codes.extend(known.with_code(-value).filter(is_unix).filter(fits));
    }
    codes.sort_by_key(|code| {
        let is_aside = code.errors.iter().all(|name| known.find(name).is_some_and(|error| error.aside));
        (is_aside && code.table != "linux", rank(code))
    });
    let mut errors: Vec<String> = Vec::new();
    for error in codes.iter().flat_map(|code| &code.errors) {
        let is_aside = known.find(error).is_some_and(|known| known.aside);
        // Beside the meanings that are about a connection, those of rare systems that are not are left out.
        if !errors.contains(error) && (!is_aside || errors.is_empty()) {
            errors.push(error.clone());
        }
    }
    errors
}
