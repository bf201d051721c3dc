//! Steps that a transport rules out, since over it they could only be `not-run`.

use super::{
    arguments::BlockingCall,
    operations::Operation,
    scenario::Step,
    sequence::Problem,
    vocabulary::{Actor, Transport},
};

/// What is wrong with a step over this transport; `None` for one that can be tried there, even if the system refuses it:
/// its error is an outcome.
pub(super) fn misfit(transport: Transport, Step { actor, operation }: Step) -> Option<Problem> {
    use Operation::*;
    let of_datagrams = matches!(operation, Bind | SendTo(_) | RecvFrom(_));
    Some(match operation {
        _ if matches!(actor, Actor::Listener | Actor::Crowd) && !transport.has_listener() => (
            "there is no listener over `pipe`, `socketpair`, `fifo` and `pty`",
            "the ends are made by `client connect` and `server accept` alone",
        ),
        Accept if transport.is_datagram() => (
            "there is no accept over UDP and `unix-dgram`",
            "datagrams need no connection: use `listener read`, or `server bind` for another socket",
        ),
        Connect if actor == Actor::Crowd && transport.is_datagram() => {
            ("no queue of connections over UDP and `unix-dgram`", "a crowd fills the queue of a listener that accepts")
        }
        StartConnect | ConnectAgain if !transport.has_listener() => {
            ("no call of connect over `pipe`, `socketpair`, `fifo` and `pty`", "use `client connect`")
        }
        Open if transport == Transport::Fifo => ("a named pipe is opened at once", "use `client connect`"),
        Vanish | Reboot if !transport.has_listener() => {
            ("no machine can vanish over `pipe`, `socketpair`, `fifo` and `pty`", "both ends are in one kernel")
        }
        Blocks(BlockingCall::Accept | BlockingCall::Connect)
            if !matches!(transport, Transport::Tcp4 | Transport::Tcp6 | Transport::Unix) =>
        {
            ("accept and connect block only over TCP and `unix`", "take the step itself, without `blocks`")
        }
        ReadError if !transport.is_ip() => {
            ("no queue of errors but over TCP and UDP", "needs the transport `udp4`, `udp6`, `tcp4` or `tcp6`")
        }
        Bind if !transport.is_datagram() => {
            ("only sockets of datagrams are bound", "needs the transport `udp4`, `udp6` or `unix-dgram`")
        }
        _ if of_datagrams && !transport.is_datagram() => {
            ("only datagrams are sent without a connection", "needs the transport `udp4`, `udp6` or `unix-dgram`")
        }
        _ => return None,
    })
}
