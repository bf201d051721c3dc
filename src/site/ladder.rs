//! The steps of a scenario as a picture: a lane for each actor, and time downwards.

use crate::{
    catalogue::{Actor, Assignment, Awaited, Condition, Ending, Half, Operation, Scenario, Setting, Start},
    matrix::Outline,
};

/// The two ends of a connection are beside each other.
const ORDER: [Actor; 4] = [Actor::Client, Actor::Server, Actor::Listener, Actor::Crowd];

// In the picture's units, which are pixels where the page is wide enough.
const BOX: u32 = 166;
const BETWEEN: u32 = 12;
const MARGIN: u32 = 2;
const HEAD: u32 = 28;
const LOW: u32 = 28;
const HIGH: u32 = 43;
const GAP: u32 = 18;

/// The picture; `ladder.html` draws it.
#[derive(Debug)]
pub(super) struct Ladder {
    pub(super) width: u32,
    pub(super) height: u32,
    /// All steps in words.
    pub(super) words: String,
    pub(super) lanes: Vec<Lane>,
    pub(super) steps: Vec<StepBox>,
    /// The number of the step in which outcomes differ most, if they differ at all.
    pub(super) telling: Option<u32>,
    /// Whether outcomes differ in other steps, too.
    pub(super) has_more: bool,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) actor: &'static str,
    /// The left edge of its boxes.
    pub(super) left: u32,
    pub(super) middle: u32,
}

/// A step.
#[derive(Debug)]
pub(super) struct StepBox {
    pub(super) number: u32,
    pub(super) words: String,
    pub(super) operation: String,
    /// What the operation's word does not say.
    pub(super) detail: &'static str,
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) height: u32,
    /// The line from the step before it, as the data of an SVG path; empty for the first step.
    pub(super) line: String,
    /// Whether this is the step in which outcomes differ most.
    pub(super) is_telling: bool,
    /// Whether its outcomes differ.
    pub(super) differs: bool,
}

impl StepBox {
    pub(super) fn right(&self) -> u32 {
        self.left + BOX
    }
}

impl Ladder {
    /// The steps of a scenario, with marks for those in which outcomes differ.
    pub(super) fn of(scenario: &Scenario, outline: Option<&Outline<'_>>) -> Self {
        let actors = ORDER.into_iter().filter(|actor| scenario.steps.iter().any(|step| step.actor == *actor));
        let lanes: Vec<_> = (0..)
            .zip(actors)
            .map(|(at, actor)| {
                let left = MARGIN + at * (BOX + BETWEEN);
                Lane { actor: actor.word(), left, middle: left + BOX / 2 }
            })
            .collect();
        let differing = |number: u32| {
            let mut steps = outline.iter().flat_map(|outline| &outline.steps);
            steps.any(|step| step.place.step == number && step.outcomes().len() > 1)
        };
        let most = outline.and_then(Outline::most_telling).filter(|step| step.outcomes().len() > 1);
        let telling = most.map(|step| step.place.step);
        let mut steps: Vec<StepBox> = Vec::new();
        let mut top = MARGIN + HEAD + GAP;
        for (number, step) in (1..).zip(&scenario.steps) {
            let lane = lanes.iter().find(|lane| lane.actor == step.actor.word());
            let (left, middle) = lane.map_or((MARGIN, MARGIN), |lane| (lane.left, lane.middle));
            let detail = detail(step.operation);
            let height = if detail.is_empty() { LOW } else { HIGH };
            let line = steps.last().map_or_else(String::new, |before| {
                let (from, bottom) = (before.left + BOX / 2, before.top + before.height);
                match from == middle {
                    true => format!("M{middle} {bottom}V{top}"),
                    false => format!("M{from} {bottom}v{half}H{middle}V{top}", half = GAP / 2),
                }
            });
            steps.push(StepBox {
                number,
                words: step.to_string(),
                operation: step.operation.to_string(),
                detail,
                left,
                top,
                height,
                line,
                is_telling: telling == Some(number),
                differs: differing(number),
            });
            top += height + GAP;
        }
        let words: Vec<_> = steps.iter().map(|step| format!("{} {}", step.number, step.words)).collect();
        Ladder {
            width: lanes.last().map_or(0, |lane| lane.left + BOX + MARGIN),
            height: top - GAP + MARGIN,
            words: words.join(", "),
            has_more: steps.iter().any(|step| step.differs && !step.is_telling),
            lanes,
            steps,
            telling,
        }
    }

    pub(super) fn box_width(&self) -> u32 {
        BOX
    }
    pub(super) fn head_height(&self) -> u32 {
        HEAD
    }
}

/// The option that `set` sets.
fn option(assignment: Assignment) -> &'static str {
    match assignment.setting {
        Setting::Nodelay => "TCP_NODELAY",
        Setting::Keepalive => "SO_KEEPALIVE",
        Setting::Rcvbuf => "SO_RCVBUF",
        Setting::Sndbuf => "SO_SNDBUF",
        Setting::Nosigpipe => "SO_NOSIGPIPE",
        Setting::Linger if assignment.value.is_none() => "SO_LINGER of 1 s",
        Setting::Linger => "SO_LINGER",
        Setting::Blocking => "no O_NONBLOCK",
        Setting::UserTimeout => "TCP_USER_TIMEOUT",
        Setting::KeepaliveFast => "after 1 s, 2 probes",
        Setting::ReadTimeout => "SO_RCVTIMEO",
        Setting::WriteTimeout => "SO_SNDTIMEO",
        Setting::OobInline => "SO_OOBINLINE",
        Setting::Recverr => "IP_RECVERR",
    }
}

/// What the word of an operation does not say, in the width of a box; may be empty.
fn detail(operation: Operation) -> &'static str {
    match operation {
        // What it asks for stands in the operation's words.
        Operation::Await(Awaited { condition, .. }) => match condition {
            Condition::Fin => "for read closed: a FIN",
            Condition::Reset => "for an error: a RST",
            Condition::Readable => "for data, end or error",
            Condition::Writable => "for room to write",
            Condition::Connected => "for the attempt to end",
            Condition::Event => "for any readiness flag",
            Condition::Quiet => "until the deadline",
            Condition::Woken => "for the call to return",
        },
        Operation::Took => "time of the step before",
        Operation::Shutdown(Half::Read) => "SHUT_RD",
        Operation::Shutdown(Half::Write) => "SHUT_WR",
        Operation::Shutdown(Half::Both) => "SHUT_RDWR",
        Operation::Reset => "close with SO_LINGER 0",
        Operation::Race(Ending::Close | Ending::Reset) => "in another thread",
        Operation::Reconnect => "with a new socket",
        Operation::ConnectAgain => "with the same socket",
        Operation::StartConnect => "without waiting",
        Operation::Peek(_) => "MSG_PEEK",
        Operation::Fill => "until there is no room",
        Operation::Drain => "until there are no data",
        Operation::AcceptedFrom => "length of the address",
        Operation::PeerName => "getpeername",
        Operation::LocalName => "getsockname",
        Operation::Depart => "into its own process",
        Operation::Crash => "its process is killed",
        Operation::Vanish => "its machine is gone",
        Operation::Reboot => "its machine restarts",
        Operation::Deregister => "the selector forgets it",
        Operation::Exec(Start::Plain) => "fork and exec",
        Operation::Exec(Start::Std) => "std::process::Command",
        Operation::Set(assignment) => option(assignment),
        Operation::Returns => "its machine is back",
        Operation::Blocks(_) => "in another thread",
        Operation::Disconnect => "connect to AF_UNSPEC",
        Operation::Destroy => "SOCK_DESTROY",
        Operation::Urgent(_) | Operation::ReadUrgent => "MSG_OOB",
        Operation::Bind => "to a name of its own",
        Operation::SendTo(_) => "sendto",
        Operation::RecvFrom(_) => "recvfrom",
        Operation::ReadError => "MSG_ERRQUEUE",
        Operation::Connect
        | Operation::Open
        | Operation::Backlog(_)
        | Operation::Accept
        | Operation::Write(_)
        | Operation::Read(_)
        | Operation::Close
        | Operation::SoError => "",
    }
}
