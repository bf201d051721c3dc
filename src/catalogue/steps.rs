//! The step language: one step a line, `actor operation [argument]`; `#` begins a comment.

use std::ops::Range;

use super::{
    operations::{OPERATIONS, Operation, Word},
    scenario::Step,
    sequence::first_impossible,
    vocabulary::Actor,
};
use crate::diagnostic::Mistake;

/// Parses steps. `base` is the byte at which `text` begins in its file, where spans of mistakes count from. `racing` is
/// whether the scenario announces that its steps race with each other, without which none may.
///
/// # Errors
///
/// Every line that is not a step, or else the first step that cannot follow those before it.
pub(super) fn parse(text: &str, base: usize, racing: bool) -> Result<Vec<Step>, Vec<Mistake>> {
    let (mut steps, mut mistakes) = (Vec::new(), Vec::new());
    let mut offset = base;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        match parse_line(&words(code, offset)) {
            Ok(step) => steps.extend(step),
            Err(mistake) => mistakes.push(mistake),
        }
        offset += line.len();
    }
    if mistakes.is_empty() {
        mistakes.extend(first_impossible(&steps, base..base + text.len(), racing));
    }
    if mistakes.is_empty() { Ok(steps.into_iter().map(|(step, _)| step).collect()) } else { Err(mistakes) }
}

/// A word of a line, and where it stands.
type Placed<'a> = (&'a str, Range<usize>);

fn words(code: &str, offset: usize) -> Vec<Placed<'_>> {
    code.split_whitespace()
        .map(|word| {
            let start = offset + (word.as_ptr() as usize - code.as_ptr() as usize);
            (word, start..start + word.len())
        })
        .collect()
}

/// The step of a line and its place, or nothing if there are no words.
fn parse_line(words: &[Placed<'_>]) -> Result<Option<(Step, Range<usize>)>, Mistake> {
    let [(actor_word, actor_span), rest @ ..] = words else { return Ok(None) };
    let actor = Actor::from_word(actor_word).ok_or_else(|| {
        let label = format!("expected one of {}", Actor::words());
        Mistake::new(actor_span.clone(), format!("unknown actor `{actor_word}`"), label)
    })?;
    let [(word, span), arguments @ ..] = rest else {
        let end = actor_span.end;
        return Err(Mistake::new(end..end, "a step without an operation", allowed_operations(actor)));
    };
    let wrong_word = |title| Mistake::new(span.clone(), title, allowed_operations(actor));
    let known = OPERATIONS.iter().find(|entry| entry.word == *word);
    let entry = known.ok_or_else(|| wrong_word(format!("unknown operation `{word}`")))?;
    if !entry.actors.contains(&actor) {
        return Err(wrong_word(format!("the {actor} cannot `{word}`")));
    }
    let operation = parse_argument(entry, arguments.first(), span.end)?;
    if let Some((extra, span)) = arguments.get(usize::from(entry.expected.is_some())) {
        return Err(Mistake::new(span.clone(), format!("unexpected word `{extra}`"), "the step ends before this word"));
    }
    let end = arguments.last().map_or(span.end, |(_, span)| span.end);
    Ok(Some((Step { actor, operation }, actor_span.start..end)))
}

fn parse_argument(entry: &Word, argument: Option<&Placed<'_>>, end: usize) -> Result<Operation, Mistake> {
    let (word, span) = argument.cloned().unwrap_or(("", end..end));
    (entry.meaning)(word).ok_or_else(|| {
        let title = match word {
            "" => format!("`{}` without its argument", entry.word),
            word => format!("`{}` cannot take `{word}`", entry.word),
        };
        let expected = entry.expected.map_or_else(String::new, |expected| expected());
        Mistake::new(span, title, format!("expected {expected}"))
    })
}

fn allowed_operations(actor: Actor) -> String {
    let allowed = OPERATIONS.iter().filter(|entry| entry.actors.contains(&actor));
    format!("the {actor} can {}", allowed.map(|entry| format!("`{}`", entry.word)).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<(&str, String, String)> {
        parse(text, 0, true).unwrap_err().into_iter().map(|m| (&text[m.span], m.title, m.label)).collect()
    }

    #[test]
    fn every_operation_is_written_as_it_is_read() {
        let text = "client connect\nserver accept\nclient write 7\nserver read 9\nclient so_error\n\
                    client shutdown read\nclient shutdown write\nclient shutdown both\nclient await fin\n\
                    client await reset\nlistener await readable\nclient await writable\nclient await connected\n\
                    client await event\nclient await quiet\nclient peek 2\nclient fill\nserver drain\n\
                    client peer_name\nclient local_name\nclient set nodelay\nclient connect_again\n\
                    client set user_timeout\nclient set keepalive_fast\nclient reset\nclient reconnect\nserver depart\n\
                    server crash\nserver accept\nserver vanish\nserver reboot\nlistener vanish\nlistener close\n\
                    listener backlog 3\ncrowd connect\nclient exec plain\nserver accept\nserver accepted_from\n\
                    server race reset\nlistener write 1\ncrowd close";
        let steps = parse(text, 0, true).unwrap();
        let written: Vec<_> = steps.iter().map(Step::to_string).collect();
        assert_eq!(written.join("\n"), text);
    }

    #[test]
    fn comments_blank_lines_and_windows_line_ends_are_nothing() {
        let plain = parse("client connect\nserver accept", 0, true);
        assert_eq!(parse("# first\r\n\r\n  client   connect # to it\r\n\tserver accept\r\n", 0, true), plain);
    }

    #[test]
    fn each_wrong_word_is_pointed_at() {
        let found =
            mistakes("client connect\npeer accept\nclient wriet 1\nclient await fni\nserver read\nclient close 3");
        let places: Vec<_> = found.iter().map(|(word, ..)| *word).collect();
        assert_eq!(places, ["peer", "wriet", "fni", "", "3"]);
        assert_eq!(found[0].2, "expected one of `listener`, `client`, `server`, `crowd`");
        assert_eq!(found[1].1, "unknown operation `wriet`");
        assert_eq!(found[2].2, "expected one of `fin`, `reset`, `readable`, `writable`, `connected`, `event`, `quiet`");
        assert_eq!(found[3].1, "`read` without its argument");
        assert_eq!(found[4].1, "unexpected word `3`");
    }

    #[test]
    fn an_actor_does_only_what_it_can() {
        assert_eq!(mistakes("server connect")[0].1, "the server cannot `connect`");
        assert_eq!(
            mistakes("listener fill")[0].2,
            "the listener can `backlog`, `write`, `read`, `close`, `shutdown`, `so_error`, `peer_name`, `local_name`, `vanish`, `await`"
        );
        assert_eq!(mistakes("crowd read 1")[0].2, "the crowd can `connect`, `close`");
    }

    #[test]
    fn counts_have_bounds() {
        for word in ["-1", "1048577", "99999999999999999999", "one"] {
            assert_eq!(mistakes(&format!("client write {word}"))[0].0, word);
        }
    }

    #[test]
    fn a_step_needs_a_socket() {
        assert_eq!(mistakes("client write 1\nserver accept")[0].1, "the client has no socket here");
        assert_eq!(mistakes("client connect\nserver read 1")[0].1, "the server has no socket here");
        assert_eq!(mistakes("client connect\nserver accept\nserver close\nserver read 1")[0].0, "server read 1");
        assert_eq!(mistakes("client connect\nlistener close\nserver accept")[0].1, "nothing to accept from");
        assert_eq!(mistakes("client connect\nclient connect\nserver accept")[0].1, "the client has connected already");
        assert_eq!(mistakes("client open\nclient open\nserver accept")[0].1, "the client has a socket already");
        let departed = "client connect\nserver accept\nserver depart\n";
        assert_eq!(mistakes(&format!("{departed}server write 1"))[0].1, "the server has no socket here");
        assert_eq!(mistakes(&format!("{departed}server depart"))[0].1, "the server has no socket here");
        assert_eq!(mistakes(&format!("{departed}server crash\nserver crash"))[0].0, "server crash");
        let rebooted = "client connect\nserver accept\nserver reboot\n";
        assert_eq!(mistakes(&format!("{rebooted}server vanish"))[0].1, "the server has no socket here");
        let blocking = "client connect\nserver accept\nclient set blocking\n";
        assert_eq!(mistakes(&format!("{blocking}client read 1"))[0].0, "client read 1");
        assert!(parse(&format!("{blocking}client close\nclient reconnect\nclient read 1"), 0, true).is_ok());
        assert_eq!(mistakes("server accept\ncrowd close")[0].1, "the crowd has no sockets here");
        assert_eq!(mistakes("client start_connect\nclient start_connect\nserver accept")[0].0, "client start_connect");
        assert!(parse("client open\nclient connect\nserver accept", 0, true).is_ok());
    }

    #[test]
    fn a_race_is_announced_and_has_something_to_race_with() {
        let begun = "client connect\nserver accept\nserver race reset";
        let more = format!("{begun}\nclient write 1");
        assert!(parse(&more, 0, true).is_ok());
        let found = parse(&more, 0, false).unwrap_err().remove(0);
        assert_eq!((&more[found.span], &*found.label), ("server race reset", "needs `racing = true` beside `steps`"));
        assert_eq!(mistakes(begun)[0].0, "server race reset");
        assert_eq!(mistakes(begun)[0].1, "a race with nothing");
    }

    #[test]
    fn a_scenario_needs_a_peer_and_steps() {
        assert_eq!(mistakes("client connect\nclient close")[0].1, "a scenario without a peer");
        assert_eq!(mistakes("# nothing\n")[0].1, "a scenario without steps");
    }
}
