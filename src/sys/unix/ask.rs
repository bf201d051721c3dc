//! Other ways to ask for readiness than mio's.

use std::io;
#[cfg(select)]
use std::os::fd::AsRawFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::Socket;

use crate::{
    catalogue::{Asked, Wait},
    outcome::RawFlags,
};

/// epoll_ctl(2), EPOLL_CTL_MOD with no event but EPOLLET: EPOLLERR and EPOLLHUP are always reported.
#[cfg(epoll)]
pub(crate) fn ask_nothing(registry: &mio::Registry, socket: &Socket, token: mio::Token) -> io::Result<()> {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

    use rustix::event::epoll;
    // SAFETY: the registry keeps its descriptor open for as long as it is borrowed.
    let selector = unsafe { BorrowedFd::borrow_raw(registry.as_raw_fd()) };
    // mio has the token as the event's u64: src/sys/unix/selector/epoll.rs.
    let token = epoll::EventData::new_u64(token.0 as u64);
    Ok(epoll::modify(selector, socket.as_fd(), token, epoll::EventFlags::ET)?)
}

/// Why this system cannot wait with this call.
pub(super) fn cannot_wait_with(wait: Wait) -> Option<&'static str> {
    match wait {
        Wait::Select if !cfg!(select) => Some("select takes no descriptor above FD_SETSIZE on this system"),
        _ => None,
    }
}

/// Not to wait at all.
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// One call of poll(2) or select(2), which does not wait. A signal that comes in between leaves nothing seen.
pub(crate) fn look(wait: Wait, socket: &Socket, asked: Option<Asked>) -> io::Result<RawFlags> {
    let seen = match wait {
        Wait::Mio => return Err(io::ErrorKind::Unsupported.into()),
        Wait::Poll => poll_once(socket, asked),
        #[cfg(select)]
        Wait::Select => select_once(socket, asked),
        #[cfg(not(select))]
        Wait::Select => return Err(io::ErrorKind::Unsupported.into()),
    };
    match seen {
        Err(rustix::io::Errno::INTR) => Ok(RawFlags::default()),
        seen => Ok(seen?),
    }
}

/// What poll(2) is asked for, and what it returns; POLLRDHUP where it exists.
const FLAGS: &[(PollFlags, &str)] = &[
    (PollFlags::IN, "POLLIN"),
    (PollFlags::PRI, "POLLPRI"),
    (PollFlags::OUT, "POLLOUT"),
    (PollFlags::ERR, "POLLERR"),
    (PollFlags::HUP, "POLLHUP"),
    (PollFlags::NVAL, "POLLNVAL"),
    #[cfg(pollrdhup)]
    (PollFlags::RDHUP, "POLLRDHUP"),
];

fn poll_once(socket: &Socket, asked: Option<Asked>) -> rustix::io::Result<RawFlags> {
    #[cfg(pollrdhup)]
    const READ: PollFlags = PollFlags::IN.union(PollFlags::RDHUP);
    #[cfg(not(pollrdhup))]
    const READ: PollFlags = PollFlags::IN;
    let events = match asked {
        None => READ | PollFlags::OUT,
        Some(Asked::Read) => READ,
        Some(Asked::Write) => PollFlags::OUT,
        Some(Asked::None) => PollFlags::empty(),
    };
    let mut fds = [PollFd::new(socket, events)];
    poll(&mut fds, Some(&AT_ONCE))?;
    let returned = fds[0].revents();
    let names = FLAGS.iter().filter(|(flag, _)| returned.contains(*flag)).map(|(_, name)| RawFlags::named(name));
    Ok(names.fold(RawFlags::default(), RawFlags::union))
}

/// rustix has sets as long as the descriptor needs: the limit of FD_SETSIZE is that of C's fd_set.
#[cfg(select)]
fn select_once(socket: &Socket, asked: Option<Asked>) -> rustix::io::Result<RawFlags> {
    use rustix::event::{FdSetElement, fd_set_bound, fd_set_insert, fd_set_num_elements, select};
    let fd = socket.as_raw_fd();
    let set = |is_asked: bool| {
        is_asked.then(|| {
            let mut set = vec![FdSetElement::default(); fd_set_num_elements(1, fd + 1)];
            fd_set_insert(&mut set, fd);
            set
        })
    };
    let mut read = set(matches!(asked, None | Some(Asked::Read)));
    let mut write = set(matches!(asked, None | Some(Asked::Write)));
    let mut except = set(matches!(asked, None | Some(Asked::None)));
    // SAFETY: the only descriptor in the sets is the socket's, which is open while it is borrowed.
    unsafe { select(fd + 1, read.as_deref_mut(), write.as_deref_mut(), except.as_deref_mut(), Some(&AT_ONCE))? };
    let sets = [(read, "readfds"), (write, "writefds"), (except, "exceptfds")];
    let is_in = |set: &Option<Vec<FdSetElement>>| set.as_deref().is_some_and(|set| fd_set_bound(set) > 0);
    let names = sets.iter().filter(|(set, _)| is_in(set)).map(|(_, name)| RawFlags::named(name));
    Ok(names.fold(RawFlags::default(), RawFlags::union))
}
