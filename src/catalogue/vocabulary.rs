//! The words of the step language and of the axes.

use std::time::Duration;

use crate::words::words;

words! {
    /// Who takes a step.
    Actor {
        /// Listens when the scenario starts.
        Listener = "listener",
        /// Connects to the listener. The side under observation, as a rule.
        Client = "client",
        /// The accepted end of the connection. The peer, as a rule.
        Server = "server",
        /// Further clients, which only fill the listener's queue.
        Crowd = "crowd",
    }
}

words! {
    /// What a connection is made of.
    Transport {
        /// TCP over 127.0.0.1.
        Tcp4 = "tcp4",
        /// TCP over ::1.
        Tcp6 = "tcp6",
        /// A Unix stream socket.
        Unix = "unix",
        /// A pipe: the client writes, the server reads.
        Pipe = "pipe",
        /// UDP over 127.0.0.1.
        Udp4 = "udp4",
        /// UDP over ::1.
        Udp6 = "udp6",
        /// Two connected Unix stream sockets without names: `client connect` makes both.
        Socketpair = "socketpair",
        /// Unix datagram sockets.
        UnixDgram = "unix-dgram",
        /// Unix sockets with connections and records.
        UnixSeqpacket = "unix-seqpacket",
        /// A named pipe: the client opens it for writing, the server for reading.
        Fifo = "fifo",
        /// A pseudo-terminal in raw mode, which controls no process: the client has the terminal, the server the master.
        Pty = "pty",
        /// Stream sockets between virtual machines, over the loopback of this one.
        Vsock = "vsock",
        /// Multipath TCP over 127.0.0.1.
        Mptcp = "mptcp",
    }
}

impl Transport {
    /// Whether it is UDP.
    pub const fn is_udp(self) -> bool {
        matches!(self, Transport::Udp4 | Transport::Udp6)
    }

    /// Whether it is TCP, over one path or several.
    pub const fn is_tcp(self) -> bool {
        matches!(self, Transport::Tcp4 | Transport::Tcp6 | Transport::Mptcp)
    }

    /// Whether its ends are sockets of the Internet's protocols.
    pub const fn is_ip(self) -> bool {
        self.is_tcp() || self.is_udp()
    }

    /// Whether it has datagrams instead of connections, so that nothing can be accepted.
    pub const fn is_datagram(self) -> bool {
        self.is_udp() || matches!(self, Transport::UnixDgram)
    }

    /// Whether both ends are made by one call, of `client connect`; the server only takes its own.
    pub const fn is_pair(self) -> bool {
        matches!(self, Transport::Pipe | Transport::Socketpair | Transport::Pty)
    }

    /// Whether there is a listener, to which clients connect.
    pub const fn has_listener(self) -> bool {
        !self.is_pair() && !matches!(self, Transport::Fifo)
    }

    /// Whether its ends are sockets, with options and names.
    pub const fn is_socket(self) -> bool {
        !matches!(self, Transport::Pipe | Transport::Fifo | Transport::Pty)
    }
}

words! {
    /// What SIGPIPE does in the process that writes.
    Sigpipe {
        /// Nothing: Rust's runtime has it ignored before `main`.
        Ignore = "ignore",
        /// It kills the process, as it does in most languages.
        Default = "default",
        /// A handler counts it.
        Handler = "handler",
        /// It is blocked in the thread (pthread_sigmask) and stays pending.
        Blocked = "blocked",
        /// It is blocked in the thread that writes, but not in another one, where a handler counts it.
        OtherThread = "other-thread",
    }
}

words! {
    /// Which system call `write` is.
    Call {
        /// What mio and Rust's std call: on Linux and the BSDs send with MSG_NOSIGNAL, on Apple's systems without
        /// (std's `sys/net/connection/socket`).
        Std = "std",
        /// write(2).
        Write = "write",
        /// writev(2).
        Writev = "writev",
        /// send(2) without flags.
        Send = "send",
        /// send(2) with MSG_NOSIGNAL, which keeps SIGPIPE away (POSIX.1-2008, send()).
        SendNosignal = "send-nosignal",
        /// sendmsg(2) without flags.
        Sendmsg = "sendmsg",
        /// sendfile(2) from a file.
        Sendfile = "sendfile",
        /// splice(2) from a pipe.
        Splice = "splice",
        /// WSASend.
        WsaSend = "wsasend",
    }
}

words! {
    /// Which option against SIGPIPE is set before the client connects.
    SocketOption {
        /// None.
        None = "none",
        /// SO_NOSIGPIPE on the client's socket.
        SoNosigpipe = "so_nosigpipe",
        /// The descriptor's flag on the client's socket (fcntl F_SETNOSIGPIPE).
        FSetnosigpipe = "f_setnosigpipe",
        /// SO_NOSIGPIPE on the listener: a socket that is accepted from it may inherit it.
        ListenerNosigpipe = "listener_nosigpipe",
    }
}

words! {
    /// Which system call `read` is.
    ReadCall {
        /// What mio and Rust's std call: recv for sockets, read for pipes (std's `sys/net/connection/socket`).
        Std = "std",
        /// read(2).
        Read = "read",
        /// readv(2), or WSARecv on Windows, as std's `read_vectored` calls them.
        Readv = "readv",
        /// recv(2) without flags.
        Recv = "recv",
        /// recvmsg(2) without flags.
        Recvmsg = "recvmsg",
        /// recv(2) with MSG_WAITALL, which asks for all that fits the buffer.
        RecvWaitall = "recv-waitall",
    }
}

words! {
    /// Which system call `await` waits with.
    Wait {
        /// The selector that mio uses: epoll, kqueue, AFD and others.
        Mio = "mio",
        /// poll(2), WSAPoll on Windows.
        Poll = "poll",
        /// select(2).
        Select = "select",
    }
}

words! {
    /// Which direction of a connection `shutdown` ends.
    Half {
        /// Reading ends here (SHUT_RD, SD_RECEIVE).
        Read = "read",
        /// Writing ends here (SHUT_WR, SD_SEND): the peer gets a FIN.
        Write = "write",
        /// Both directions (SHUT_RDWR, SD_BOTH).
        Both = "both",
    }
}

words! {
    /// What `set` sets.
    Setting {
        /// TCP_NODELAY.
        Nodelay = "nodelay",
        /// SO_KEEPALIVE.
        Keepalive = "keepalive",
        /// SO_RCVBUF, a small one (8192 bytes) unless there is a value.
        Rcvbuf = "rcvbuf",
        /// SO_SNDBUF, a small one (8192 bytes) unless there is a value.
        Sndbuf = "sndbuf",
        /// SO_NOSIGPIPE.
        Nosigpipe = "nosigpipe",
        /// `SO_LINGER {on, 1 s}`, or with the time of the value: close may wait that long for the peer to take what was
        /// written.
        Linger = "linger",
        /// The socket blocks (no O_NONBLOCK), as most programs' sockets do.
        Blocking = "blocking",
        /// TCP_USER_TIMEOUT of 1 s, or of the value: how long sent data, or a SYN, may go unanswered.
        UserTimeout = "user_timeout",
        /// SO_KEEPALIVE after 1 s of silence, with 2 probes 1 s apart.
        KeepaliveFast = "keepalive_fast",
        /// SO_RCVTIMEO of the value: how long a read may block.
        ReadTimeout = "read_timeout",
        /// SO_SNDTIMEO of the value: how long a write may block.
        WriteTimeout = "write_timeout",
        /// SO_OOBINLINE: urgent data is read with the rest.
        OobInline = "oobinline",
        /// IP_RECVERR, IPV6_RECVERR: errors that come from the network are queued, each with where it came from.
        Recverr = "recverr",
    }
}

/// The values of settings: the shortest that TCP's whole seconds allow, so that a scenario takes few seconds.
impl Setting {
    /// SO_LINGER's time of `linger`.
    pub const LINGER: Duration = Duration::from_secs(1);
    /// SO_RCVBUF of `rcvbuf` and SO_SNDBUF of `sndbuf`, in bytes, which no system refuses.
    pub const SMALL_BUFFER: usize = 8192;
    /// TCP_USER_TIMEOUT of `user_timeout`.
    pub const USER_TIMEOUT: Duration = Duration::from_secs(1);
    /// How long a connection is idle before the first probe of `keepalive_fast` (TCP_KEEPIDLE).
    pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(1);
    /// The time between its probes (TCP_KEEPINTVL).
    pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(1);
    /// How many probes go unanswered before the connection ends (TCP_KEEPCNT).
    pub const KEEPALIVE_PROBES: u32 = 2;
}

words! {
    /// How a connection is ended in another thread.
    Ending {
        /// close(2), closesocket.
        Close = "close",
        /// Close with `SO_LINGER {on, 0}`.
        Reset = "reset",
    }
}

words! {
    /// How another program is started.
    Start {
        /// With fork and exec and nothing between: what SIGPIPE does is inherited as exec(3) says.
        Plain = "plain",
        /// As Rust's std does it: `std::process::Command`.
        Std = "std",
    }
}

words! {
    /// Which readiness an `await` asks the selector for, where it does not ask for all.
    Asked {
        /// Reading alone.
        Read = "read",
        /// Writing alone.
        Write = "write",
        /// Nothing: what comes is what a selector reports unasked, such as EPOLLERR and EPOLLHUP (epoll_ctl(2)).
        None = "none",
    }
}

words! {
    /// What `await` waits for. Every condition but `woken` is decided by the selector's readiness flags alone, because
    /// reading `SO_ERROR`, peeking or sending would change what is observed.
    Condition {
        /// Read closed: the peer's FIN, or anything else that ends reading.
        Fin = "fin",
        /// Write closed, or error: the peer's RST has arrived.
        Reset = "reset",
        /// A read would not block: there are data, the end or an error.
        Readable = "readable",
        /// There is room to write.
        Writable = "writable",
        /// The attempt to connect has ended, with a connection or without.
        Connected = "connected",
        /// Any flag: what the selector reports at this moment.
        Event = "event",
        /// Nothing comes before the deadline. Room to write does not count, since it is always there.
        Quiet = "quiet",
        /// The call that `blocks` began has returned, which gives its outcome; `quiet` if it has not before the deadline.
        Woken = "woken",
    }
}
