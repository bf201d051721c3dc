//! Whether steps can follow each other: a step whose actor cannot have a socket would give `not-run` on every platform,
//! which is a mistake of the scenario.

use std::ops::Range;

use super::{
    operations::Operation,
    scenario::Step,
    vocabulary::{Actor, Setting},
};
use crate::diagnostic::Mistake;

/// Most steps in a scenario.
pub const MAX_STEPS: usize = 100;

/// What is wrong with the steps as a sequence, if anything is; each has its place in the file. `whole` is the place of all
/// of them.
pub(super) fn first_impossible(steps: &[(Step, Range<usize>)], whole: Range<usize>, racing: bool) -> Option<Mistake> {
    if steps.is_empty() {
        return Some(Mistake::new(whole, "a scenario without steps", "at least one step, such as `client connect`"));
    }
    if let Some((_, span)) = steps.get(MAX_STEPS) {
        return Some(Mistake::new(span.clone(), format!("more than {MAX_STEPS} steps"), "one step too many"));
    }
    if steps.iter().all(|(step, _)| step.actor == Actor::Client) {
        let label = "needs a step of the other end: `server accept`, or `listener close`";
        return Some(Mistake::new(whole, "a scenario without a peer", label));
    }
    let mut sockets = Sockets { open: vec![Actor::Listener], ..Sockets::default() };
    let impossible = steps.iter().find_map(|(step, span)| Some((sockets.take(*step).err()?, span)));
    impossible
        .or_else(|| wrong_race(steps, racing))
        .map(|((title, label), span)| Mistake::new(span.clone(), title, label))
}

/// What is wrong, and what would be right.
type Problem = (&'static str, &'static str);

/// The sockets that there can be after some steps.
#[derive(Default)]
struct Sockets {
    /// Whose sockets are open.
    open: Vec<Actor>,
    /// Whose socket blocks.
    blocking: Vec<Actor>,
    /// Whether the client has tried to connect its socket.
    connected: bool,
    /// Whether the server's socket is in a process of its own.
    departed: bool,
}

impl Sockets {
    /// Takes one step more.
    fn take(&mut self, Step { actor, operation }: Step) -> Result<(), Problem> {
        use Operation::*;
        let is_open = self.open.contains(&actor);
        let ends = matches!(operation, Close | Reset | Race(_) | Reboot);
        if self.blocking.contains(&actor) && !ends {
            return Err(("this socket blocks, and would block the whole run", "only `close` or `reset` may follow"));
        }
        match operation {
            Connect | StartConnect if actor == Actor::Client && is_open && self.connected => {
                return Err(("the client has connected already", "a new socket: `client reconnect`"));
            }
            Open if is_open => return Err(("the client has a socket already", "a new one: `client reconnect`")),
            Accept if !self.open.contains(&Actor::Listener) => {
                return Err(("nothing to accept from", "an earlier step closes the listener"));
            }
            Connect | Reconnect | StartConnect | Accept | Open | Backlog(_) => {
                self.open.push(actor);
                if actor == Actor::Client {
                    self.connected = operation != Open;
                }
            }
            Crash if self.departed => self.departed = false,
            Crash => return Err(("the server is not a process of its own", "`server depart` comes before")),
            _ if !is_open => return Err(without_socket(actor)),
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

fn without_socket(actor: Actor) -> Problem {
    match actor {
        Actor::Listener => ("the listener is closed by now", "the listener listens from the start until its `close`"),
        Actor::Client => ("the client has no socket here", "`client connect` or `client reconnect` comes before"),
        Actor::Server => ("the server has no socket here", "`server accept` comes before"),
        Actor::Crowd => ("the crowd has no sockets here", "`crowd connect` comes before"),
    }
}

/// A race that the scenario does not announce, whose further outcomes would be taken for mistakes of this program, or one
/// that has nothing to race with.
fn wrong_race(steps: &[(Step, Range<usize>)], racing: bool) -> Option<(Problem, &Range<usize>)> {
    let is_race = |(step, _): &&(Step, _)| matches!(step.operation, Operation::Race(_));
    if let Some((_, span)) = steps.iter().find(is_race).filter(|_| !racing) {
        return Some((("a race in a scenario that announces none", "needs `racing = true` beside `steps`"), span));
    }
    let (_, span) = steps.last().filter(is_race)?;
    Some((("a race with nothing", "it races with the step after it, and there is none"), span))
}
