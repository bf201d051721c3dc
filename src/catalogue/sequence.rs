//! Whether steps can follow each other: a step whose actor cannot have a socket would be `not-run` on every platform,
//! which is a mistake in the scenario.

use std::ops::Range;

use super::{
    operations::Operation,
    scenario::Step,
    transports::misfit,
    vocabulary::{Actor, Setting, Transport},
};
use crate::diagnostic::Mistake;

/// The most steps that a scenario can have.
pub const MAX_STEPS: usize = 100;

/// The first mistake in the steps as a sequence, if there is one. Each step comes with its place in the file; `whole`
/// is the place of all of them, and `transports` what they are taken over, empty if that is not known.
pub(super) fn first_impossible(
    steps: &[(Step, Range<usize>)],
    whole: Range<usize>,
    racing: bool,
    transports: &[Transport],
) -> Option<Mistake> {
    if steps.is_empty() {
        return Some(Mistake::new(whole, "a scenario without steps", "at least one step, such as `client connect`"));
    }
    if let Some((_, span)) = steps.get(MAX_STEPS) {
        return Some(Mistake::new(span.clone(), format!("more than {MAX_STEPS} steps"), "this step is one too many"));
    }
    if steps.iter().all(|(step, _)| step.actor == Actor::Client) {
        let label = "needs a step of the other end: `server accept`, or `listener close`";
        return Some(Mistake::new(whole, "a scenario without a peer", label));
    }
    let over = |transport: Option<Transport>| {
        let mut sockets = OpenSockets { open: vec![Actor::Listener], transport, ..OpenSockets::default() };
        steps.iter().find_map(|(step, span)| Some((sockets.take(*step).err()?, span)))
    };
    let impossible =
        if transports.is_empty() { over(None) } else { transports.iter().find_map(|transport| over(Some(*transport))) };
    impossible
        .or_else(|| wrong_race(steps, racing))
        .map(|((title, label), span)| Mistake::new(span.clone(), title, label))
}

/// What is wrong, and what would be right.
pub(super) type Problem = (&'static str, &'static str);

/// The sockets that can be there after some steps.
#[derive(Default)]
struct OpenSockets {
    /// What the steps are taken over; `None` if that is not known.
    transport: Option<Transport>,
    /// Whose sockets are open.
    open: Vec<Actor>,
    /// Whose socket blocks.
    blocking: Vec<Actor>,
    /// Who had a socket with a name of its own: datagrams can still be sent to it when it is closed.
    named: Vec<Actor>,
    /// Whether the client has tried to connect its socket.
    connected: bool,
    /// Whether the server's socket is in a process of its own.
    departed: bool,
}

impl OpenSockets {
    /// Takes the next step.
    fn take(&mut self, Step { actor, operation }: Step) -> Result<(), Problem> {
        use Operation::*;
        let is_open = self.open.contains(&actor);
        let ends = matches!(operation, Close | Reset | Race(_) | Reboot);
        if self.blocking.contains(&actor) && !ends {
            return Err(("this socket blocks, and would block the whole run", "only `close` or `reset` may follow"));
        }
        if let Some(problem) = self.transport.and_then(|transport| misfit(transport, Step { actor, operation })) {
            return Err(problem);
        }
        match operation {
            Connect | StartConnect if actor == Actor::Client && is_open && self.connected => {
                return Err(("the client has connected already", "use `client reconnect` for a new socket"));
            }
            Bind if is_open => {
                return Err(("this actor has a socket already", "use `bind` before any other operation of a socket"));
            }
            Open if is_open => return Err(("the client has a socket already", "use `client reconnect` for a new one")),
            Accept if !self.open.contains(&Actor::Listener) => {
                return Err(("nothing to accept from", "an earlier step closes the listener"));
            }
            // Nobody can open a named pipe for writing that nobody reads (ENXIO), so that the client has no end then.
            Connect | Reconnect if self.transport == Some(Transport::Fifo) && !self.open.contains(&Actor::Server) => {
                self.open.retain(|other| *other != actor);
            }
            Connect | Reconnect | StartConnect | Accept | Open | Bind | Backlog(_) => {
                if operation == Bind {
                    self.named.push(actor);
                } else if !is_open || operation == Reconnect {
                    self.named.retain(|other| *other != actor);
                }
                self.open.push(actor);
                if actor == Actor::Client {
                    self.connected = !matches!(operation, Open | Bind);
                }
            }
            SendTo(datagram) if datagram.to != Actor::Listener && !self.named.contains(&datagram.to) => {
                return Err(("this actor has no name to send to", "needs its `bind` first"));
            }
            Race(_) | Depart if self.named.contains(&actor) => {
                return Err(("a socket that was bound stays in this process and thread", "use `close` or `reset`"));
            }
            Crash if self.departed => self.departed = false,
            Crash => return Err(("the server is not in a process of its own", "needs `server depart` first")),
            _ if !is_open => return Err(without_socket(actor, self.transport)),
            Set(Setting::Blocking) => self.blocking.push(actor),
            Depart => {
                self.departed = true;
                self.open.retain(|other| *other != actor);
            }
            _ if ends => {
                self.open.retain(|other| *other != actor);
                self.blocking.retain(|other| *other != actor);
            }
            _ => {}
        }
        Ok(())
    }
}

fn without_socket(actor: Actor, transport: Option<Transport>) -> Problem {
    match actor {
        Actor::Client if transport == Some(Transport::Fifo) => (
            "the client has no end here",
            "needs `server accept`, which opens the reading end, and then `client connect`",
        ),
        Actor::Server if transport.is_some_and(Transport::is_datagram) => {
            ("the server has no socket here", "needs `server bind` first")
        }
        Actor::Listener => ("the listener is closed here", "it listens from the start until `listener close`"),
        Actor::Client => ("the client has no socket here", "needs `client connect` or `client reconnect` first"),
        Actor::Server => ("the server has no socket here", "needs `server accept` first"),
        Actor::Crowd => ("the crowd has no sockets here", "needs `crowd connect` first"),
    }
}

/// A race in a scenario without `racing`, where a second outcome would be taken for a mistake of this program; or a
/// race that has nothing to race with.
fn wrong_race(steps: &[(Step, Range<usize>)], racing: bool) -> Option<(Problem, &Range<usize>)> {
    let is_race = |(step, _): &&(Step, _)| matches!(step.operation, Operation::Race(_));
    if let Some((_, span)) = steps.iter().find(is_race).filter(|_| !racing) {
        return Some((("a race in a scenario without `racing`", "needs `racing = true` beside `steps`"), span));
    }
    let (_, span) = steps.last().filter(is_race)?;
    Some((("nothing to race with", "a race needs a step after it"), span))
}
