//! Whether steps can follow each other: a step whose actor cannot have a socket would be `not-run` on every platform,
//! which is a mistake in the scenario.

use std::ops::Range;

use super::{
    arguments::BlockingCall,
    awaited::Awaited,
    operations::Operation,
    scenario::Step,
    transports::misfit,
    vocabulary::{Actor, Asked, Condition, Setting, Transport},
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
        let of_datagrams = !transports.is_empty() && transports.iter().all(|transport| transport.is_datagram());
        let label = match of_datagrams {
            true => "needs a step of the other end: `listener read 1`, or `server bind`",
            false => "needs a step of the other end: `server accept`, or `listener close`",
        };
        return Some(Mistake::new(whole, "a scenario without a peer", label));
    }
    let over = |transport: Option<Transport>| {
        let mut sockets = OpenSockets { open: vec![Actor::Listener], transport, ..OpenSockets::default() };
        let mut waits = Waits::default();
        steps.iter().find_map(|(step, span)| {
            let problem = sockets.take(*step).and_then(|()| waits.take(*step)).err()?;
            Some((problem, span))
        })
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
    /// Whose sockets are cut off.
    vanished: Vec<Actor>,
    /// Whose call blocks in another thread, and which call, as long as no step has waited for it.
    calling: Vec<(Actor, BlockingCall)>,
    /// Whose call has been begun, be it waited for or not.
    began: Vec<Actor>,
}

impl OpenSockets {
    /// Takes the next step.
    fn take(&mut self, Step { actor, operation }: Step) -> Result<(), Problem> {
        use Operation::*;
        let is_open = self.open.contains(&actor);
        let ends = matches!(operation, Close | Reset | Race(_) | Reboot);
        if operation == Took {
            // It asks for no socket.
            return Ok(());
        }
        if self.blocking.contains(&actor) && !ends {
            return Err(("this socket blocks, and would block the whole run", "only `close` or `reset` may follow"));
        }
        self.check_calls(actor, operation)?;
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
            Accept
                if !self.connected && self.transport.is_some_and(|it| !it.has_listener() && it != Transport::Fifo) =>
            {
                return Err(("nothing to accept yet", "needs `client connect` first, which makes both ends"));
            }
            Blocks(call) => return self.begin_call(actor, call),
            Await(Awaited { condition: Condition::Woken, .. }) => self.wait_for_call(actor),
            // Nobody can open a named pipe for writing that nobody reads (ENXIO), so that the client has no end then.
            Connect | Reconnect if self.transport == Some(Transport::Fifo) && !self.open.contains(&Actor::Server) => {
                self.open.retain(|other| *other != actor);
            }
            Connect | Reconnect | StartConnect | Accept | Open | Bind | Backlog(_) => {
                self.vanished.retain(|other| *other != actor);
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
            Set(assignment) if assignment.setting == Setting::Blocking => self.blocking.push(actor),
            Vanish => self.vanished.push(actor),
            Returns if !self.vanished.contains(&actor) => {
                return Err(("nothing that could return", "needs a `vanish` of the same socket first"));
            }
            Returns => self.vanished.retain(|other| *other != actor),
            Disconnect if actor == Actor::Client => self.connected = false,
            Depart => {
                self.departed = true;
                self.open.retain(|other| *other != actor);
            }
            _ if ends => {
                self.open.retain(|other| *other != actor);
                self.blocking.retain(|other| *other != actor);
                self.vanished.retain(|other| *other != actor);
            }
            _ => {}
        }
        Ok(())
    }

    /// What would hang this program, or have nothing to wait for, because of a call in another thread.
    fn check_calls(&self, actor: Actor, operation: Operation) -> Result<(), Problem> {
        use Operation::*;
        let accepts = self.calling.iter().any(|(_, call)| *call == BlockingCall::Accept);
        if operation == Await(Awaited::usual(Condition::Woken)) && !self.began.contains(&actor) {
            return Err(("no call that could return", "needs `blocks` of the same actor first"));
        }
        if accepts && actor == Actor::Listener && matches!(operation, Read(_) | Write(_) | Backlog(_)) {
            return Err(("the listener is in a call of another thread", "needs `server await woken` first"));
        }
        let may_follow = match operation {
            Set(assignment) => assignment.setting != Setting::Blocking,
            Await(_) | Close | Reset | Race(_) | Shutdown(_) | SoError | PeerName | LocalName | AcceptedFrom => true,
            Vanish | Returns | Disconnect | Destroy | Deregister => true,
            _ => false,
        };
        if self.calling.iter().any(|(other, _)| *other == actor) && !may_follow {
            return Err((
                "this socket is in a call of another thread",
                "needs `await woken` first; what ends the connection, asks or sets an option may come before",
            ));
        }
        Ok(())
    }

    /// Begins a call in another thread.
    fn begin_call(&mut self, actor: Actor, call: BlockingCall) -> Result<(), Problem> {
        let is_open = self.open.contains(&actor);
        match call {
            BlockingCall::Accept if actor != Actor::Server => {
                return Err(("only the server can accept", "use `server blocks accept`"));
            }
            BlockingCall::Accept if !self.open.contains(&Actor::Listener) => {
                return Err(("nothing to accept from", "an earlier step closes the listener"));
            }
            BlockingCall::Connect if actor != Actor::Client => {
                return Err(("only the client can connect", "use `client blocks connect`"));
            }
            BlockingCall::Connect if is_open && self.connected => {
                return Err(("the client has connected already", "use `client open` before `client blocks connect`"));
            }
            BlockingCall::Connect => {
                self.connected = true;
                self.open.push(actor);
            }
            BlockingCall::Read(_) | BlockingCall::Write(_) if !is_open => {
                return Err(without_socket(actor, self.transport));
            }
            BlockingCall::Accept | BlockingCall::Read(_) | BlockingCall::Write(_) => {}
        }
        self.calling.push((actor, call));
        self.began.push(actor);
        Ok(())
    }

    /// Waits for a call in another thread, which may go on after that.
    fn wait_for_call(&mut self, actor: Actor) {
        if self.calling.contains(&(actor, BlockingCall::Accept)) {
            self.open.push(actor);
        }
        self.calling.retain(|(other, _)| *other != actor);
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

/// What the awaits before a step leave to it, and whether there is a step whose time can be told.
#[derive(Default)]
struct Waits {
    /// Whose socket is registered as its latest `await` left it, and which readiness that asked for.
    registered: Vec<(Actor, Option<Asked>)>,
    /// Each actor's latest step that takes a time.
    last: Vec<(Actor, Operation)>,
}

impl Waits {
    /// Takes the next step, for which its actor has a socket if it needs one.
    fn take(&mut self, Step { actor, operation }: Step) -> Result<(), Problem> {
        use Operation::*;
        let last = self.last.iter().rev().find(|(other, _)| *other == actor).map(|(_, operation)| *operation);
        match operation {
            Await(awaited) if awaited.is_impossible() => {
                return Err((
                    "this is never met",
                    "what is awaited has to be asked for: leave out `on`, or name it there",
                ));
            }
            Await(Awaited { asked, again: true, .. }) => {
                match self.registered.iter().find(|(other, _)| *other == actor) {
                    None => {
                        let label =
                            "needs an earlier `await` of this socket, and no `connect`, `deregister` or `crash` since";
                        return Err(("nothing is registered to wait for again", label));
                    }
                    Some((_, before)) if *before != asked => {
                        return Err((
                            "another readiness was asked for before",
                            "needs the same `on` as the `await` before",
                        ));
                    }
                    Some(_) => {}
                }
            }
            Await(Awaited { condition: Condition::Woken, .. }) => {}
            Await(Awaited { asked, .. }) => {
                self.forget(actor);
                self.registered.push((actor, asked));
            }
            // Before the process of the server's socket is killed, the client is watched.
            Crash => self.forget(Actor::Client),
            Connect | Reconnect | ConnectAgain | Accept | Open | Backlog(_) | Blocks(_) | Close | Reset | Race(_)
            | Depart | Reboot | Deregister => self.forget(actor),
            Took if last.is_none() => return Err(("there is no time to tell", "needs an earlier step of this actor")),
            Took if matches!(last, Some(Await(Awaited { condition: Condition::Quiet, .. }))) => {
                return Err(("this time tells nothing", "`await quiet` takes as long as the deadline"));
            }
            _ => {}
        }
        if operation != Took {
            self.last.push((actor, operation));
        }
        Ok(())
    }

    /// The actor's socket is another one now, or is registered otherwise.
    fn forget(&mut self, actor: Actor) {
        self.registered.retain(|(other, _)| *other != actor);
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
