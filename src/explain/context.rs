//! What the words around a number say of it.

use super::line::Line;

/// The number of SIGPIPE, everywhere but on Haiku.
pub(super) const SIGPIPE: i64 = 13;

/// What is known about the line a number is in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// Whether it is from Windows (`Some(true)`) or from a Unix.
    pub(super) is_windows: Option<bool>,
    /// Where the system's own texts stand.
    pub(super) strerrors: &'a [(usize, usize)],
}

/// What the words around a number say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// An errno: `errno 104`.
    Errno,
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
    ("exits", About::Exit),
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
    ("errno", About::Errno),
    ("err no", About::Errno),
    ("errnum", About::Errno),
    ("error no", About::Errno),
    ("error_no", About::Errno),
    ("error number", About::Error),
    ("errornumber", About::Error),
    ("so_error", About::Errno),
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
    ("nsposixerrordomain code", About::Errno),
    ("nsposixerrordomain", About::Errno),
    ("kcferrordomainposix", About::Errno),
    ("posixerrorcode(rawvalue", About::Errno),
    ("domainposix code", About::Errno),
    ("posix error", About::Errno),
    ("ntresnt[1]", About::Errno),
    ("nt os err code", About::Errno),
    ("asio.system", About::Error),
    ("connectionreseterror", About::Errno),
    ("brokenpipeerror", About::Errno),
    ("connectionabortederror", About::Errno),
    ("connectionrefusederror", About::Errno),
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
    ("_kcfstreamerrorcodekey", About::Errno),
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

impl About {
    /// The same for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            About::Errno | About::Error => "an error number",
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
pub(super) fn about(line: &Line, start: usize, end: usize, value: i64, around: Around) -> Option<About> {
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
    let is_word = before.ends_with(|c: char| c.is_alphabetic() || "_?)]".contains(c));
    let found = WORDS
        .iter()
        .filter(|_| is_word)
        .filter_map(|(word, about)| Some((ends(word)?, *about)))
        .max_by_key(|(length, _)| *length);
    let behind = &line.lower[end..];
    match found {
        // No exit status is negative, or larger than a byte.
        Some((_, About::Exit)) if !(0..=255).contains(&value) && value != -SIGPIPE => Some(About::Perhaps),
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
