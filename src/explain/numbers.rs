//! Numbers in a line: which of them are errors, exit statuses or signals, and of which error.

use super::{
    context::{About, Around, SIGPIPE, about},
    errors::{Code, Errors, Status},
    line::Line,
    mention::{Mention, Rank},
    others::Others,
};

/// Every number in a line that may be an error's.
pub(super) fn find(line: &Line, known: &Errors, around: Around) -> Vec<Mention> {
    let bytes = line.lower.as_bytes();
    let mut mentions = Vec::new();
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
        mentions.extend(number(line, known, around, start, end, is_hex));
    }
    mentions
}

fn number(line: &Line, known: &Errors, around: Around, start: usize, end: usize, is_hex: bool) -> Option<Mention> {
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
    Some(Mention {
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
    // The statuses of curl, or of shells and ssh.
    let named = |is_curl: bool| {
        let of = |status: &&Status| status.code == value && (status.program == "curl") == is_curl;
        Some(known.statuses.iter().find(of)?.errors.clone())
    };
    let other = || Some((vec!["OTHER".to_owned()], Rank::Vague));
    match about {
        About::Curl => Some((named(true)?, Rank::Vague)),
        About::Exit if value == 141 || value == -SIGPIPE => Some((vec!["SIGPIPE".to_owned()], Rank::Decides)),
        About::Exit if line.lower.contains("curl") && named(true).is_some() => Some((named(true)?, Rank::Vague)),
        About::Exit if value == 255 && line.lower.contains("ssh") => Some((named(false)?, Rank::Vague)),
        About::Exit if value == 135 && line.lower.contains("haiku") => Some((named(false)?, Rank::Vague)),
        About::Exit if matches!(value, 13 | 32 | 104) => other(),
        About::Exit => None,
        About::Signal if value == SIGPIPE => Some((vec!["SIGPIPE".to_owned()], Rank::Decides)),
        About::Signal => None,
        About::Errno | About::Error | About::Windows | About::Perhaps => {
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
            let mut errors = named(false).unwrap_or_default();
            if value.abs() == SIGPIPE {
                errors.push("SIGPIPE".to_owned());
            }
            let mut codes = errors_of(known, around, value, About::Bare);
            let curl = named(true).unwrap_or_default();
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

/// The rank of the least common system of which numbers are taken at their word.
const COMMON: u8 = 6;

/// The errors that have a number on the systems that can be meant, likeliest first.
fn errors_of(known: &Errors, around: Around, value: i64, about: About) -> Vec<String> {
    let is_windows = if about == About::Windows { Some(true) } else { around.is_windows };
    let rank = |code: &Code| match code.table.as_str() {
        // Few of Windows' numbers below 200 are ever seen.
        "win32" if matches!(code.code, 64 | 109 | 232 | 233 | 995 | 1225 | 1236) => 3,
        "win32" => 6,
        "wininet" | "ntstatus" | "nsurl" => 8,
        table => known.systems.iter().find(|system| system.id == table).map_or(20, |system| system.rank),
    };
    let fits = |code: &&Code| match (code.table.as_str(), is_windows) {
        ("win32", None) if about == About::Errno => false,
        ("win32" | "winsock" | "wininet" | "ntstatus", Some(is_windows)) => is_windows,
        ("ucrt", Some(true)) => about != About::Windows,
        ("libuv" | "nsurl", _) => true,
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
    // What only rare systems call so is on a common one an error that is not about connections.
    let is_rare = |code: &&Code| rank(code) > COMMON;
    if !errors.is_empty() && is_windows != Some(true) && codes.iter().all(is_rare) && Others::builtin().has(value.abs())
    {
        errors.insert(0, "OTHER".to_owned());
    }
    errors
}
