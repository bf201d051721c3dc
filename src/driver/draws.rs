//! What the trials of a case ask of the system besides what their steps call: resets, and answers to packets that find
//! nobody. Systems limit these, and filters take them away. Everything here follows from the case's steps.

use crate::catalogue::{Actor, BlockingCall, Case, Ending, Half, Operation};

/// How many answers a trial of this case draws: over TCP, RSTs in answer to a segment; over UDP, ICMP errors. It draws
/// fewer where a system tells the sender sooner, or sends a RST unasked where others send a FIN.
pub(super) fn answers(case: &Case<'_>) -> u32 {
    let drawn = Drawn::by(case);
    drawn.refusals + drawn.others
}

/// Whether a step of this case connects to a port at which nothing listens any more, over TCP.
pub(super) fn needs_refusal(case: &Case<'_>) -> bool {
    is_tcp(case) && Drawn::by(case).refusals > 0
}

/// Whether a RST may be on its way in a trial of this case, on any system. Some send one where others send a FIN, so
/// this is true of every case in which there may be a reason.
pub(super) fn needs_resets(case: &Case<'_>) -> bool {
    let any =
        |fits: fn(Actor, Operation) -> bool| case.scenario.steps.iter().any(|step| fits(step.actor, step.operation));
    let resets = |actor, operation| match operation {
        Operation::Reset | Operation::Race(_) | Operation::Crash | Operation::Vanish | Operation::Reboot => true,
        Operation::Disconnect | Operation::Destroy => true,
        Operation::Close | Operation::Shutdown(_) | Operation::Write(_) | Operation::Read(_) => {
            actor == Actor::Listener
        }
        _ => actor == Actor::Crowd,
    };
    // Data that is left unread, or that comes later, may be answered with RST.
    let ends = |_, operation| matches!(operation, Operation::Close | Operation::Shutdown(Half::Read | Half::Both));
    is_tcp(case) && (any(resets) || any(ends) && any(|_, operation| sends(operation)) || answers(case) > 0)
}

/// Whether a datagram of this case finds nobody, so that an ICMP error is on its way.
pub(super) fn needs_icmp(case: &Case<'_>) -> bool {
    is_udp(case) && answers(case) > 0
}

fn is_udp(case: &Case<'_>) -> bool {
    case.axes.transport.is_udp()
}

fn is_tcp(case: &Case<'_>) -> bool {
    case.axes.transport.is_tcp()
}

fn sends(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::Write(1..)
            | Operation::Fill
            | Operation::Exec(_)
            | Operation::Urgent(1..)
            | Operation::Blocks(BlockingCall::Write(1..))
    )
}

/// What a trial has drawn so far, and what decides whether the next step draws more.
#[derive(Default)]
struct Drawn {
    /// RSTs in answer to a SYN.
    refusals: u32,
    /// All other answers.
    others: u32,
    client: End,
    server: End,
    /// Whether the listener no longer listens.
    is_closed: bool,
}

/// One end of the present connection.
#[derive(Default)]
struct End {
    /// Whether what is sent to this end finds no connection.
    is_gone: bool,
    /// How often it has sent something that was answered.
    drawn: u32,
    /// Whether it knows that the other end is gone, so that it sends no more.
    knows: bool,
    /// Whether more is under way from this end than the other one has room for.
    is_full: bool,
}

impl Drawn {
    fn by(case: &Case<'_>) -> Self {
        let mut drawn = Drawn::default();
        match case.axes.transport {
            transport if transport.is_udp() => {
                case.scenario.steps.iter().for_each(|step| drawn.over_udp(step.actor, step.operation));
            }
            transport if transport.is_tcp() => {
                case.scenario.steps.iter().for_each(|step| drawn.over_tcp(step.actor, step.operation));
                // In the end all is closed, perhaps with data under way.
                drawn.others += u32::from(drawn.client.is_full) + u32::from(drawn.server.is_full);
            }
            _ => {}
        }
        drawn
    }

    fn over_udp(&mut self, actor: Actor, operation: Operation) {
        match operation {
            Operation::Close if actor == Actor::Listener => self.is_closed = true,
            Operation::Close | Operation::Reset => self.ends(actor).0.is_gone = true,
            Operation::Bind => *self.ends(actor).0 = End::default(),
            Operation::SendTo(datagram) => {
                let is_gone = match datagram.to {
                    Actor::Listener => self.is_closed,
                    to => self.ends(to).0.is_gone,
                };
                self.others += u32::from(is_gone);
            }
            // Even a datagram without data is one.
            Operation::Write(_) | Operation::Fill | Operation::Exec(_) if self.is_closed => self.others += 1,
            _ => {}
        }
    }

    fn over_tcp(&mut self, actor: Actor, operation: Operation) {
        let operation = match operation {
            Operation::Blocks(BlockingCall::Connect) => Operation::Connect,
            Operation::Blocks(BlockingCall::Accept) => Operation::Accept,
            // Each ends the connection, and tells the other end.
            Operation::Disconnect | Operation::Destroy => Operation::Reset,
            operation => operation,
        };
        match (actor, operation) {
            (Actor::Listener, Operation::Close | Operation::Shutdown(_)) => {
                self.is_closed = true;
                // What nobody has accepted goes with the listener.
                self.server.is_gone = true;
            }
            (Actor::Listener, Operation::Backlog(_)) => self.is_closed = false,
            (Actor::Listener, _) => {}
            (_, Operation::Connect | Operation::Reconnect | Operation::ConnectAgain | Operation::StartConnect)
                if self.is_closed =>
            {
                self.refusals += 1
            }
            (Actor::Client, Operation::Connect | Operation::Reconnect) => {
                (self.client, self.server) = (End::default(), End::default());
            }
            (_, Operation::Connect) => self.others += 1,
            (_, Operation::Reboot) => {
                // What was vanished finds no connection afterwards, whoever sends next: a step, or a timer.
                self.others += 1;
                self.server.is_gone = true;
            }
            (_, Operation::Accept) => self.server.is_gone = false,
            (
                Actor::Client | Actor::Server,
                Operation::Close | Operation::Crash | Operation::Reset | Operation::Race(Ending::Close | Ending::Reset),
            ) => {
                let (own, other) = self.ends(actor);
                own.is_gone = true;
                let under_way = u32::from(std::mem::take(&mut other.is_full));
                self.others += under_way;
            }
            (Actor::Client | Actor::Server, Operation::Await(_)) => {
                let (own, _) = self.ends(actor);
                own.knows |= own.drawn > 0;
            }
            (Actor::Client | Actor::Server, Operation::Drain) => self.ends(actor).1.is_full = false,
            (Actor::Client | Actor::Server, operation) if sends(operation) => {
                let (own, other) = self.ends(actor);
                own.is_full |= operation == Operation::Fill && !other.is_gone;
                let is_answered = other.is_gone && !own.knows;
                own.drawn += u32::from(is_answered);
                // The first answer is there before a third segment goes: over loopback a packet takes no time.
                self.others += u32::from(is_answered && own.drawn <= 2);
            }
            _ => {}
        }
    }

    /// The actor's end, and the other one.
    fn ends(&mut self, actor: Actor) -> (&mut End, &mut End) {
        if actor == Actor::Client { (&mut self.client, &mut self.server) } else { (&mut self.server, &mut self.client) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Axes, Catalogue, Scenario, Transport, parse_steps};

    fn scenario(steps: &str) -> Scenario {
        let text = |text: &str| text.to_owned();
        Scenario {
            id: text("own/one"),
            title: text(""),
            why: text(""),
            source: None,
            axes: vec![Axes::USUAL],
            slow: false,
            racing: true,
            races_on: Vec::new(),
            steps: parse_steps(&steps.replace("; ", "\n")).expect("these are steps"),
        }
    }

    /// The answers drawn, whether a refusal is needed, and whether resets are.
    fn needs(steps: &str, transport: Transport) -> (u32, bool, bool) {
        let scenario = scenario(steps);
        let case = Case { scenario: &scenario, axes: Axes { transport, ..Axes::USUAL } };
        (answers(&case), needs_refusal(&case), needs_resets(&case))
    }

    #[test]
    fn steps_tell_what_they_draw() {
        for (steps, expected) in [
            ("client connect; server accept; server close; client await fin; client read 1", (0, false, false)),
            // The second write is not sent, since the client knows then.
            (
                "client connect; server accept; server close; client write 1; client await reset; client write 1",
                (1, false, true),
            ),
            ("client connect; server accept; server close; client write 1; client write 1", (2, false, true)),
            (
                "client connect; server accept; server race close; client write 1; client write 1; client write 1",
                (2, false, true),
            ),
            ("client connect; server accept; server close; client write 0", (0, false, false)),
            ("client connect; server accept; client write 1; server close", (0, false, true)),
            // A RST that a program sends is not limited, but what comes for the connection before that is answered.
            ("client connect; server accept; server reset; client await reset; client so_error", (0, false, true)),
            ("client connect; server accept; server reset; client write 1", (1, false, true)),
            ("listener close; client connect; client connect_again", (2, true, true)),
            ("client connect; listener close; client await reset; client reconnect", (1, true, true)),
            ("client connect; server accept; client fill; server close", (1, false, true)),
            ("client connect; server accept; client fill; server drain; server close", (0, false, true)),
            ("client connect; server accept; client shutdown write; server await fin", (0, false, false)),
        ] {
            assert_eq!(needs(steps, Transport::Tcp4), expected, "{steps}");
            assert_eq!(needs(steps, Transport::Tcp6), expected, "{steps}");
            assert_eq!(needs(steps, Transport::Unix), (0, false, false), "{steps}");
        }
        let steps = "listener close; client connect; client write 1; client await reset; client write 1";
        assert_eq!(needs(steps, Transport::Udp4), (2, false, false));
    }

    #[test]
    fn a_datagram_that_finds_nobody_needs_an_icmp_error() {
        for (steps, transport, expected) in [
            ("listener close; client connect; client write 1", Transport::Udp4, true),
            ("listener close; client connect; client write 0", Transport::Udp6, true),
            ("client connect; client write 1; listener close", Transport::Udp4, false),
            ("client connect; client shutdown write; client write 1; listener close", Transport::Udp6, false),
            ("listener close; client connect; client write 1", Transport::Tcp4, false),
            ("listener close; client bind; client send_to listener 1", Transport::Udp4, true),
            ("client bind; server bind; server close; client send_to server 1", Transport::Udp6, true),
            ("client bind; server bind; server close; client send_to listener 1", Transport::Udp4, false),
            ("server bind; server close; server bind; listener send_to server 1", Transport::Udp4, false),
        ] {
            let scenario = scenario(steps);
            let case = Case { scenario: &scenario, axes: Axes { transport, ..Axes::USUAL } };
            assert_eq!(needs_icmp(&case), expected, "{steps}");
        }
    }

    /// Every scenario that is about a refusal or a reset is found out.
    #[test]
    fn cases_that_name_a_reset_or_a_refusal_need_it() {
        let catalogue = Catalogue::builtin();
        let cases = catalogue.scenarios().iter().flat_map(|scenario| {
            let case = move |&axes: &Axes| Case { scenario, axes };
            scenario.axes.iter().map(case).filter(is_tcp)
        });
        let mut counts = (0, 0);
        for case in cases {
            let id = &case.scenario.id;
            if id.contains("refused") {
                assert!(needs_refusal(&case), "{id}");
                counts.0 += 1;
            }
            if id.contains("reset") || id.starts_with("race/") || id.starts_with("peer-crash/") {
                assert!(needs_resets(&case), "{id}");
                counts.1 += 1;
            }
        }
        assert!(counts.0 >= 8 && counts.1 >= 100, "{counts:?}");
    }
}
