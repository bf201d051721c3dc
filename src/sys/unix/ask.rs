//! What epoll is asked for beyond what mio can say.

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
};

use mio::{Registry, Token};
use rustix::event::epoll;
use socket2::Socket;

/// epoll_ctl(2), EPOLL_CTL_MOD with no event but EPOLLET: EPOLLERR and EPOLLHUP are always reported.
pub(crate) fn ask_nothing(registry: &Registry, socket: &Socket, token: Token) -> io::Result<()> {
    // SAFETY: the registry keeps its descriptor open for as long as it is borrowed.
    let selector = unsafe { BorrowedFd::borrow_raw(registry.as_raw_fd()) };
    // mio has the token as the event's u64: src/sys/unix/selector/epoll.rs.
    let token = epoll::EventData::new_u64(token.0 as u64);
    Ok(epoll::modify(selector, socket.as_fd(), token, epoll::EventFlags::ET)?)
}
