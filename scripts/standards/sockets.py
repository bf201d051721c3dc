"""What the two ends of a connection are in for, by POSIX's words: the states that scripts/write-standard walks through.

A step has answers in a state: the outcome with the name of the sentence that demands or allows it, or None where the
standard leaves the outcome open; and the state after it, or None where nothing is settled any more.
"""

from dataclasses import dataclass, replace

# A buffer that is full, in bytes: more than any step reads.
FULL = 1 << 20
LOST = frozenset({"reset"})


class Open(Exception):
    """From here on no sentence of the standard settles the state."""


@dataclass(frozen=True)
class End:
    """What the standard's sentences ask of one end of a connection."""

    # none, open (never connected), up, or closed.
    socket: str = "none"
    shut_read: bool = False
    shut_write: bool = False
    # The peer has ended in order, and its end has arrived.
    ended: bool = False
    # The peer has aborted, or its socket is gone, so that nothing can be sent any more.
    lost: bool = False
    aborted: bool = False
    # SO_ERROR.
    pending: str = ""
    # Bytes to be read.
    data: int = 0
    # What is on its way: for each event the kinds of which it can be; "" is none.
    coming: tuple = ()

    def is_shut(self):
        return self.shut_read and self.shut_write

    def arrives(self, kind):
        """The ends that an event can lead to."""
        if kind == "end":
            return [replace(self, ended=True)]
        if kind == "refused":
            return [replace(self, pending="ECONNREFUSED")]
        if kind == "reset":
            after = replace(self, lost=True, aborted=True, pending="ECONNRESET")
            # Once both directions have ended in order, a reset may come too late to be noticed.
            late = [self] if self.shut_write and self.ended else []
            # No sentence says what becomes of data that was not read.
            return late + ([after, replace(after, data=0)] if self.data else [after])
        if kind == "gone":
            return [replace(self, ended=True, lost=True)]
        if kind == "gone unread":
            return [replace(self, ended=True, lost=True, aborted=True, pending="ECONNRESET")]
        return [self]

    def after(self, events):
        """The ends after that many events have arrived."""
        ends = [replace(self, coming=self.coming[events:])]
        for kinds in self.coming[:events]:
            ends = [after for end in ends for kind in sorted(kinds) for after in end.arrives(kind)]
        return ends


@dataclass(frozen=True)
class World:
    client: End = End()
    server: End = End()
    listens: bool = True
    accepted: bool = False
    transport: str = "tcp4"

    def end(self, actor):
        return getattr(self, actor)

    def with_end(self, actor, end):
        return replace(self, **{actor: end})

    def is_over(self):
        return any(
            end.socket == "closed" or end.shut_read or end.shut_write or end.lost or end.pending
            for end in (self.client, self.server)
        )


def other(actor):
    return "server" if actor == "client" else "client"


def connect(world, actor, again):
    end = world.end(actor)
    if again and end.socket == "up":
        if end.lost or world.transport == "unix" and end.ended:
            raise Open
        return [(("EISCONN", "connect-connected"), world)]
    if world.transport.startswith("udp"):
        return [(None, world.with_end(actor, replace(end, socket="up")))]
    if not world.listens:
        if world.transport == "unix":
            raise Open
        # What a socket is good for after a connect that has failed is unspecified.
        return [(("ECONNREFUSED", "connect-refused"), None), (("in-progress", "connect-waits"), None)]
    return [(None, replace(world, client=replace(end, socket="up"), server=End(socket="up")))]


def accept(world):
    if world.accepted or world.client.socket == "none" or world.server.socket != "up":
        raise Open
    if world.server.aborted and world.transport.startswith("tcp"):
        return [(("ECONNABORTED", "accept-aborted"), None), (("would-block", "accept-empty"), None)]
    return [(None, replace(world, accepted=True))]


def write(world, actor, count, case):
    end, peer = world.end(actor), world.end(other(actor))
    if count == 0:
        # "If nbyte is zero and the file is not a regular file, the results are unspecified."
        return [(None, world), (None, world.with_end(actor, replace(end, pending="")))]
    if world.transport == "pipe":
        if actor == "server":
            raise Open
        if peer.socket == "closed":
            return signalled(world, case, "pipe-broken", must=True)
        return [(None, world.with_end("server", replace(peer, data=peer.data + count)))]
    if end.socket == "open":
        answers = [(("ENOTCONN", "send-unconnected"), world)]
        if case["call"] in ("write", "writev"):
            answers.append((("ECONNRESET", "write-unconnected"), world))
        return answers
    answers = []
    if end.pending:
        answers.append(((end.pending, "pending"), world.with_end(actor, replace(end, pending=""))))
    if world.transport.startswith("udp"):
        if end.shut_write:
            return answers + signalled(world, case, "send-shut", must=False)
        coming = end.coming if world.listens else end.coming + (frozenset({"refused"}),)
        return answers or [(None, world.with_end(actor, replace(end, coming=coming)))]
    if end.lost:
        if end.aborted and not end.pending:
            answers.append((("ECONNRESET", "send-reset"), world))
        return answers + signalled(world, case, "send-lost", must=not end.shut_write)
    if end.shut_write:
        return answers + signalled(world, case, "send-shut", must=False)
    if peer.socket == "closed":
        # RFC 9293 3.10.7.1: a segment for a connection that is gone is answered with a reset.
        return [(None, world.with_end(actor, replace(end, coming=end.coming + (LOST,))))]
    if peer.shut_read and world.transport.startswith("tcp"):
        end = replace(end, coming=end.coming + (frozenset({"", "reset"}),))
    world = world.with_end(other(actor), replace(peer, data=min(peer.data + count, FULL)))
    return [(None, world.with_end(actor, end))]


def signalled(world, case, rule, must):
    """The answers of a write that fails with EPIPE; whether SIGPIPE must be sent, or may be."""
    if case["call"] == "send-nosignal" or case["sigpipe"] == "ignore":
        return [(("EPIPE", rule), world)]
    if case["sigpipe"] == "default":
        answers = [(("killed SIGPIPE", rule), None)]
    else:
        answers = [(("EPIPE+SIGPIPE", rule), world)]
    return answers if must else answers + [(("EPIPE", rule), world)]


def read(world, actor, count, peeks):
    end = world.end(actor)
    if count == 0:
        return [(None, world), (None, world.with_end(actor, replace(end, pending="")))]
    taken = world if peeks else world.with_end(actor, replace(end, data=max(end.data - count, 0)))
    if world.transport == "pipe":
        if peeks:
            return [(("ENOTSOCK", "no-socket"), world)]
        if actor == "client":
            # pipe() leaves it unspecified whether the end for writing is open for reading, too.
            return [(None, world)]
        if end.data:
            return [((f"ok {min(count, end.data)}", "pipe-data"), taken)]
        is_end = world.client.socket == "closed"
        return [(("eof", "pipe-end") if is_end else ("would-block", "pipe-empty"), world)]
    if end.socket == "open":
        return [(("ENOTCONN", "recv-unconnected"), world)]
    if end.shut_read:
        # "Disables further receive operations" does not say what they give.
        return [(None, world), (None, taken)]
    answers = []
    if end.pending:
        answers.append(((end.pending, "pending"), world.with_end(actor, replace(end, pending=""))))
    if end.data:
        return answers + [((f"ok {min(count, end.data)}", "recv-data"), taken)]
    if end.ended:
        answers.append((("eof", "recv-end"), world))
    if end.aborted and not end.pending:
        answers.append((("ECONNRESET", "recv-reset"), world))
        answers.append((("ENOTCONN", "recv-unconnected"), world))
    return answers or [(("would-block", "recv-empty"), world)]


def so_error(world, actor):
    end = world.end(actor)
    outcome = (end.pending, "pending") if end.pending else ("none", "error-none")
    answers = [(outcome, world.with_end(actor, replace(end, pending="")))]
    if end.shut_read or end.shut_write:
        answers.append((("EINVAL", "error-shut"), world))
    return answers


def peer_name(world, actor):
    end = world.end(actor)
    is_stream = world.transport.startswith("tcp")
    answers = []
    if end.socket == "open" or is_stream and (end.lost or end.is_shut() and end.ended):
        answers.append((("ENOTCONN", "peer-unconnected"), world))
    if is_stream and (end.is_shut() or end.lost and (end.shut_read or end.shut_write)):
        answers.append((("EINVAL", "peer-shut"), world))
    return answers or [(None, world)]


def shut_down(world, actor, half):
    end, peer = world.end(actor), world.end(other(actor))
    if end.socket == "open" or world.transport.startswith("tcp") and end.lost:
        return [(("ENOTCONN", "shutdown-unconnected"), world)]
    if half in ("write", "both") and not end.shut_write and not world.transport.startswith("udp"):
        if peer.socket == "up":
            peer = replace(peer, coming=peer.coming + (frozenset({"end"}),))
        elif peer.socket == "closed" and not end.ended:
            raise Open
    if half in ("read", "both") and end.data and world.transport.startswith("tcp"):
        # Whether data that nobody can read any more is answered with a reset is not said.
        peer = replace(peer, coming=peer.coming + (frozenset({"", "reset"}),))
    end = replace(
        end,
        shut_read=end.shut_read or half in ("read", "both"),
        shut_write=end.shut_write or half in ("write", "both"),
    )
    return [(None, world.with_end(actor, end).with_end(other(actor), peer))]


def close(world, actor, operation):
    end, peer = world.end(actor), world.end(other(actor))
    if end.socket not in ("up", "open"):
        raise Open
    if operation == "reset" and end.is_shut():
        # SO_LINGER cannot be set on it, by the sentence set-shut, so that no reset is demanded.
        raise Open
    kinds = None
    if peer.socket == "up" and world.transport != "pipe":
        if world.transport == "unix":
            if operation == "reset":
                raise Open
            kinds = {"gone", "gone unread"} if end.data else {"gone"}
        elif operation == "reset":
            kinds = {"reset"}
        elif end.data or end.shut_read or operation == "crash":
            # RFC 9293 3.6.1: a reset that shows that data was lost is recommended (SHLD-3), not demanded. How the
            # connections of a process end that was killed is not said at all.
            kinds = {"end", "reset"}
        elif not end.shut_write:
            kinds = {"end"}
    if kinds:
        peer = replace(peer, coming=peer.coming + (frozenset(kinds),))
    return [(None, world.with_end(actor, replace(end, socket="closed")).with_end(other(actor), peer))]


def answers(world, actor, words, case):
    """The answers of a step in a world in which nothing more arrives before it."""
    operation, argument = words[0], words[1] if len(words) > 1 else ""
    is_pipe = world.transport == "pipe"
    if actor == "listener":
        if operation == "close" and (world.accepted or world.client.socket == "none"):
            return [(None, replace(world, listens=False))]
        if operation == "close" and world.transport.startswith("udp"):
            return [(None, replace(world, listens=False))]
        if operation in ("await", "backlog"):
            return [(None, world)]
        raise Open
    if actor not in ("client", "server"):
        raise Open
    if operation in ("connect", "connect_again"):
        if is_pipe:
            return [(None, replace(world, client=End(socket="up"), server=End(socket="up"), accepted=True))]
        return connect(world, actor, operation == "connect_again")
    if operation == "accept":
        return [(None, world)] if is_pipe else accept(world)
    if operation == "open":
        return [(None, world.with_end(actor, End(socket="open")))]
    if operation in ("depart", "deregister", "accepted_from", "await"):
        return [(None, world)]
    if operation == "local_name":
        return [(("ENOTSOCK", "no-socket"), world)] if is_pipe else [(None, world)]
    end = world.end(actor)
    if end.socket not in ("up", "open"):
        raise Open
    if operation in ("close", "crash", "reset"):
        return close(world, actor, operation)
    if operation == "write":
        return write(world, actor, int(argument), case)
    if operation in ("read", "peek"):
        return read(world, actor, int(argument), operation == "peek")
    if operation == "fill":
        peer = world.end(other(actor))
        if end.lost or end.shut_write or peer.socket != "up":
            raise Open
        return [(None, world.with_end(other(actor), replace(peer, data=FULL)))]
    if operation == "drain":
        # Whether the error that comes after the data is taken depends on which read asks for it.
        drained = replace(end, data=0)
        return [(None, world.with_end(actor, drained)), (None, world.with_end(actor, replace(drained, pending="")))]
    if is_pipe and operation in ("so_error", "peer_name", "shutdown", "set"):
        return [(("ENOTSOCK", "no-socket"), world)]
    if operation == "so_error":
        return so_error(world, actor)
    if operation == "peer_name":
        return peer_name(world, actor)
    if operation == "shutdown":
        return shut_down(world, actor, argument)
    if operation == "set" and argument in ("user_timeout", "keepalive_fast"):
        # The standard has no such option: how it ends a connection is the system's.
        raise Open
    if operation == "set":
        is_standard = argument in ("keepalive", "rcvbuf", "linger", "nodelay") and world.transport.startswith("tcp")
        if is_standard and end.is_shut() and not end.lost:
            return [(("EINVAL", "set-shut"), world)]
        return [(None, world)]
    raise Open


def worlds_before(world, actor, words):
    """The worlds that this one can have become when a step is taken: events may have arrived."""
    watched = "server" if actor == "listener" and not world.accepted else actor
    if watched not in ("client", "server"):
        return [world]
    end = world.end(watched)
    first = 0
    if words[0] == "await":
        sure = next((at for at, kinds in enumerate(end.coming, 1) if "" not in kinds), 0)
        first = {"reset": len(end.coming), "fin": sure}.get(words[1], 0)
    events = range(first, len(end.coming) + 1)
    return [world.with_end(watched, after) for count in events for after in end.after(count)]
