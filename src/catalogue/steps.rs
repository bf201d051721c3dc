//! The step language: one step a line, `actor operation [argument]`, `#` begins a comment.

use std::ops::Range;

use super::{
    operations::{OPERATIONS, Operation, Word},
    scenario::Step,
    vocabulary::{Actor, Setting},
};
use crate::diagnostic::Mistake;

/// Most steps in a scenario.
pub const MAX_STEPS: usize = 100;

/// Parses steps. `base` is where `text` begins in its file; spans of mistakes count from the file's beginning. `racing`
/// is whether the scenario says that its steps race with each other, without which none may.
///
/// # Errors
///
/// Every line that is wrong, or the first step that cannot follow those before it.
pub fn parse(text: &str, base: usize, racing: bool) -> Result<Vec<Step>, Vec<Mistake>> {
    let mut steps = Vec::new();
    let mut mistakes = Vec::new();
    let mut offset = base;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        match parse_line(&words(code, offset)) {
            Ok(None) => {}
            Ok(Some(step)) => steps.push((step, trimmed(code, offset))),
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

fn trimmed(code: &str, offset: usize) -> Range<usize> {
    let start = offset + (code.len() - code.trim_start().len());
    start..start + code.trim().len()
}

fn parse_line(words: &[Placed<'_>]) -> Result<Option<Step>, Mistake> {
    let [(actor_word, actor_span), rest @ ..] = words else { return Ok(None) };
    let actor = Actor::from_word(actor_word).ok_or_else(|| {
        Mistake::new(
            actor_span.clone(),
            format!("unknown actor `{actor_word}`"),
            format!("a step begins with {}", Actor::words()),
        )
    })?;
    let [(word, span), arguments @ ..] = rest else {
        let end = actor_span.end;
        return Err(Mistake::new(end..end, "a step without an operation", allowed_operations(actor)));
    };
    let entry = OPERATIONS
        .iter()
        .find(|entry| entry.word == *word)
        .ok_or_else(|| Mistake::new(span.clone(), format!("unknown operation `{word}`"), allowed_operations(actor)))?;
    if !entry.actors.contains(&actor) {
        return Err(Mistake::new(
            span.clone(),
            format!("the {actor} cannot `{}`", entry.word),
            allowed_operations(actor),
        ));
    }
    let operation = parse_argument(entry, arguments.first(), span.end)?;
    let expected = usize::from(entry.expected.is_some());
    if let Some((extra, extra_span)) = arguments.get(expected) {
        return Err(Mistake::new(
            extra_span.clone(),
            format!("`{extra}` is one word too many"),
            "the step ends before",
        ));
    }
    Ok(Some(Step { actor, operation }))
}

fn parse_argument(entry: &Word, argument: Option<&Placed<'_>>, end: usize) -> Result<Operation, Mistake> {
    let (word, span) = argument.cloned().unwrap_or(("", end..end));
    (entry.meaning)(word).ok_or_else(|| {
        let title = if word.is_empty() {
            format!("`{}` without its argument", entry.word)
        } else {
            format!("`{}` cannot take `{word}`", entry.word)
        };
        let expected = entry.expected.map_or("nothing".to_owned(), |expected| expected());
        Mistake::new(span, title, format!("here stands {expected}"))
    })
}

fn allowed_operations(actor: Actor) -> String {
    let words: Vec<_> = OPERATIONS
        .iter()
        .filter(|entry| entry.actors.contains(&actor))
        .map(|entry| format!("`{}`", entry.word))
        .collect();
    format!("the {actor} can {}", words.join(", "))
}

/// The first step that could only ever give `not-run`, since its actor has no socket by then: a mistake of the
/// author's.
fn first_impossible(steps: &[(Step, Range<usize>)], whole: Range<usize>, racing: bool) -> Option<Mistake> {
    if steps.is_empty() {
        return Some(Mistake::new(whole, "a scenario without steps", "at least one step, such as `client connect`"));
    }
    if steps.len() > MAX_STEPS {
        let (_, span) = &steps[MAX_STEPS];
        return Some(Mistake::new(span.clone(), format!("more than {MAX_STEPS} steps"), "one step too many"));
    }
    if steps.iter().all(|(step, _)| step.actor == Actor::Client) {
        return Some(Mistake::new(
            whole,
            "a scenario without a peer",
            "needs a step of the other end: `server accept`, or `listener close`",
        ));
    }
    let (mut listener, mut client, mut server, mut crowd) = (true, false, false, false);
    let (mut departed, mut connected) = (false, false);
    let mut blocking = Vec::new();
    for (step, span) in steps {
        let open = match step.actor {
            Actor::Listener => &mut listener,
            Actor::Client => &mut client,
            Actor::Server => &mut server,
            Actor::Crowd => &mut crowd,
        };
        let ends =
            matches!(step.operation, Operation::Close | Operation::Reset | Operation::Race(_) | Operation::Reboot);
        let problem = match step.operation {
            _ if blocking.contains(&step.actor) && !ends => Some((
                "this socket blocks, and the whole run would with it",
                "all that may follow is `close` or `reset`",
            )),
            Operation::Set(Setting::Blocking) if *open => {
                blocking.push(step.actor);
                None
            }
            Operation::Connect | Operation::StartConnect if step.actor == Actor::Client && *open && connected => {
                Some(("the client has connected already", "a fresh socket: `client reconnect`"))
            }
            Operation::Open if *open => Some(("the client has a socket already", "a fresh one: `client reconnect`")),
            Operation::Connect
            | Operation::Reconnect
            | Operation::StartConnect
            | Operation::Accept
            | Operation::Open
            | Operation::Backlog(_) => {
                *open = true;
                if step.actor == Actor::Client {
                    connected = step.operation != Operation::Open;
                }
                None
            }
            Operation::Crash if departed => {
                departed = false;
                None
            }
            Operation::Crash => Some(("the server is no process of its own", "`server depart` comes before")),
            _ if !*open => Some(match step.actor {
                Actor::Listener => {
                    ("the listener is closed by now", "a listener listens from the start until its `close`")
                }
                Actor::Client => {
                    ("the client has no socket here", "`client connect` or `client reconnect` comes before")
                }
                Actor::Server => ("the server has no socket here", "`server accept` comes before"),
                Actor::Crowd => ("the crowd has no sockets here", "`crowd connect` comes before"),
            }),
            Operation::Depart => {
                (*open, departed) = (false, true);
                None
            }
            _ if ends => {
                *open = false;
                blocking.retain(|actor| *actor != step.actor);
                None
            }
            _ => None,
        };
        if let Some((title, label)) = problem {
            return Some(Mistake::new(span.clone(), title, label));
        }
        if step.operation == Operation::Accept && !listener {
            return Some(Mistake::new(span.clone(), "nothing to accept from", "the listener is closed by now"));
        }
    }
    wrong_race(steps, racing)
}

/// A race that the scenario does not announce, so that its further outcomes would be taken for mistakes of this program;
/// or one that has nothing to race with.
fn wrong_race(steps: &[(Step, Range<usize>)], racing: bool) -> Option<Mistake> {
    let races = |step: &Step| matches!(step.operation, Operation::Race(_));
    let (_, span) =
        steps.iter().find(|(step, _)| !racing && races(step)).or(steps.last().filter(|(step, _)| races(step)))?;
    Some(match racing {
        false => {
            Mistake::new(span.clone(), "a race in a scenario that is none", "takes `racing = true` beside `steps`")
        }
        true => Mistake::new(span.clone(), "a race with nothing", "it races with the step after it, and none follows"),
    })
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
        assert_eq!(found[0].2, "a step begins with `listener`, `client`, `server`, `crowd`");
        assert_eq!(found[1].1, "unknown operation `wriet`");
        assert_eq!(found[2].2, "here stands `fin`, `reset`, `readable`, `writable`, `connected`, `event`, `quiet`");
        assert_eq!(found[3].1, "`read` without its argument");
        assert_eq!(found[4].1, "`3` is one word too many");
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
        assert_eq!((&more[found.span], &*found.label), ("server race reset", "takes `racing = true` beside `steps`"));
        assert_eq!(mistakes(begun)[0].0, "server race reset");
        assert_eq!(mistakes(begun)[0].1, "a race with nothing");
    }

    #[test]
    fn a_scenario_needs_a_peer_and_steps() {
        assert_eq!(mistakes("client connect\nclient close")[0].1, "a scenario without a peer");
        assert_eq!(mistakes("# nothing\n")[0].1, "a scenario without steps");
    }
}
