//! Whether this system, where it runs now, sends what trials await: a refusal from a closed port, and every reset.
//! A limit that is not known, or a filter, takes some away without a word, and a trial would observe that instead of
//! the peer. So connections that belong to no trial draw resets before, beside and after the trials.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token};
use socket2::SockRef;

use super::{
    draws::{needs_refusal, needs_resets},
    pacing::Pacing,
    settings::{Progress, Settings},
    tally::CaseResult,
    trial::{HeldPort, loopback},
};
use crate::{
    catalogue::{Case, Transport},
    outcome::Readiness,
    parallel::parallel_map,
    sys,
};

/// Resets awaited at a time, unless fewer trials are in flight.
const BURST: usize = 64;

/// Connects that are refused one after another before the trials: more than any system is known to send a second where it has a
/// limit (FreeBSD 200 and its jitter, macOS 250 ICMP errors), and a few hundredths of a second where it has none.
const BEFORE: usize = 320;

/// The same after the trials, if these disagree. Where there is a limit, it is above what came before.
const IN_DOUBT: usize = 2048;

/// How long each of them may take: less than the second after which a SYN is sent again (RFC 6298, 2.1), since a refusal
/// of the second one does not show that that of the first was lost.
const REFUSED_AT_ONCE: Duration = Duration::from_millis(900);

/// How often resets are awaited beside the trials: one that refuses a connect, and one that a program sends. These are
/// few enough to cost no time.
const PAUSE: Duration = Duration::from_millis(20);

/// The same where a limit is known: trials need the answers.
const PACED_PAUSE: Duration = Duration::from_millis(250);

/// A burst that takes longer shows a slow machine; others take some milliseconds.
const SLOW: Duration = Duration::from_millis(500);

/// What a run finds out about resets and refusals.
pub(super) struct Probe<'a> {
    /// The transports over which selected cases await resets.
    transports: Vec<Transport>,
    pacing: &'a Pacing,
    progress: &'a Progress,
    burst: usize,
    /// Whether trials are to have all descriptors.
    not_beside: bool,
    /// How long a reset, or a refusal, may take.
    patience: Duration,
    /// The transports over which a closed port did not refuse.
    unrefused: Vec<Transport>,
    /// A transport over which one refused at once. Windows takes two seconds everywhere.
    refusing: Option<Transport>,
    resets: Mutex<Resets>,
    /// Held while resets are awaited beside the trials.
    beside: Mutex<()>,
}

/// The resets that were awaited.
#[derive(Default)]
struct Resets {
    awaited: usize,
    lost: usize,
    /// The longest time that a burst took until its last reset.
    slowest: Duration,
}

impl<'a> Probe<'a> {
    /// Probes before any trial; with `few_descriptors`, which trials need, less than usual and not beside them. What cannot be probed, for want of descriptors or of a network, has no verdict.
    pub(super) fn begin(
        cases: &[Case<'_>],
        settings: &Settings,
        few_descriptors: bool,
        pacing: &'a Pacing,
        progress: &'a Progress,
    ) -> Probe<'a> {
        let over = |fits: fn(&Case<'_>) -> bool| {
            let is_used =
                |transport: &Transport| cases.iter().any(|case| case.axes.transport == *transport && fits(case));
            [Transport::Tcp4, Transport::Tcp6].into_iter().filter(is_used).collect::<Vec<_>>()
        };
        let mut probe = Probe {
            transports: over(needs_resets),
            pacing,
            progress,
            burst: if few_descriptors { 2 } else { settings.in_flight.clamp(2, BURST) },
            not_beside: few_descriptors,
            patience: (2 * settings.await_deadline).clamp(Duration::from_secs(1), Duration::from_secs(4)),
            unrefused: Vec::new(),
            refusing: None,
            resets: Mutex::default(),
            beside: Mutex::default(),
        };
        if settings.repeat > 0 {
            let refuses = |&transport: &Transport| {
                let begun = Instant::now();
                Some((
                    transport,
                    held_port(transport).and_then(|(_port, address)| refuses(&address, probe.patience).ok())?,
                    begun.elapsed(),
                ))
            };
            let found: Vec<_> =
                parallel_map(probe.transports.len(), &probe.transports, refuses).into_iter().flatten().collect();
            let unrefused = found.iter().filter(|(_, refuses, _)| !refuses);
            probe.unrefused = unrefused.map(|(transport, ..)| *transport).collect();
            let mut at_once = found.iter().filter(|(_, refuses, time)| *refuses && *time < REFUSED_AT_ONCE);
            probe.refusing = at_once.next().map(|(transport, ..)| *transport);
            probe.burst();
            probe.press(BEFORE);
        } else {
            probe.transports.clear();
        }
        probe
    }

    /// Whether the machine is slow, by what the probe took. A reset that is lost tells nothing about that.
    pub(super) fn is_slow(&self) -> bool {
        let Resets { lost, slowest, .. } = *self.resets();
        lost == 0 && slowest > SLOW
    }

    /// Does work, with probes beside it and afterwards.
    pub(super) fn beside<T>(&self, work: impl FnOnce() -> T) -> T {
        if self.transports.is_empty() || self.not_beside {
            return work();
        }
        let done = thread::scope(|scope| {
            let (_working, worked) = mpsc::channel::<()>();
            let probes = move || {
                let mut transports = self.transports.iter().cycle();
                let pause = if self.pacing.most_resets().is_none() { PAUSE } else { PACED_PAUSE };
                while worked.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    let _turn = lock(&self.beside);
                    let is_possible = transports.next().is_some_and(|&transport| self.await_resets(transport, 0, 1));
                    if !is_possible || !self.press(1) {
                        break;
                    }
                }
            };
            // Without this thread there are still the probes before and after.
            let _ = thread::Builder::new().spawn_scoped(scope, probes);
            work()
        });
        self.burst();
        done
    }

    /// Keeps the probes beside the trials still, for a trial that needs all descriptors, as long as this is held.
    pub(super) fn keep_still(&self) -> MutexGuard<'_, ()> {
        lock(&self.beside)
    }

    /// Why what a case observed here, or would, is not to be believed.
    pub(super) fn reason(&self, case: &Case<'_>) -> Option<String> {
        let transport = case.axes.transport;
        if self.unrefused.contains(&transport) && needs_refusal(case) {
            let (address, time) = (loopback(transport).ip(), self.patience);
            return Some(format!("a closed port of {address} does not refuse a connect within {time:?}"));
        }
        let Resets { awaited, lost, .. } = *self.resets();
        (lost > 0 && needs_resets(case)).then(|| {
            format!("{lost} of {awaited} resets did not arrive: this system, or a filter, limits or drops them")
        })
    }

    /// Takes away the results that are not to be believed. Trials that disagree though their steps do not race are a
    /// reason to look again.
    pub(super) fn judge(&self, cases: &[Case<'_>], results: &mut [CaseResult]) {
        let is_unsteady = |(case, result): (&Case<'_>, &CaseResult)| match result {
            CaseResult::Measured { steps, .. } if !case.scenario.racing && needs_resets(case) => {
                steps.iter().any(|step| step.len() > 1)
            }
            _ => false,
        };
        if cases.iter().zip(&*results).any(is_unsteady) {
            self.press(IN_DOUBT);
        }
        for (case, result) in cases.iter().zip(results) {
            if let CaseResult::Measured { .. } | CaseResult::NotRun(_) = result
                && let Some(reason) = self.reason(case)
            {
                *result = CaseResult::NotRun(reason);
            }
        }
    }

    /// Awaits as many resets over each transport as trials would await at a time. Half of them are answers.
    fn burst(&self) {
        for &transport in &self.transports {
            let half = self.burst / 2;
            let most = self.pacing.most_resets().map_or(half, |most| most as usize);
            self.await_resets(transport, half.min(most), half);
        }
    }

    /// Has that many connects refused as fast as can be, which shows a limit. One that has shown itself need not be tried
    /// again. Limits are of a system and not of a transport. Returns whether it can be done.
    fn press(&self, connects: usize) -> bool {
        let Some(transport) = self.refusing else { return true };
        let Some((_port, address)) = held_port(transport) else { return false };
        for _ in 0..connects {
            if self.progress.is_stopped() || self.resets().lost > 0 || !self.pacing.draw_resets(1) {
                break;
            }
            let Ok(refuses) = refuses(&address, REFUSED_AT_ONCE) else { return false };
            let mut resets = self.resets();
            resets.awaited += 1;
            resets.lost += usize::from(!refuses);
        }
        true
    }

    /// Awaits that many answers, and resets that a program sends, unless trials have to wait for the answers. Returns
    /// whether it can be done.
    fn await_resets(&self, transport: Transport, answers: usize, sent: usize) -> bool {
        if !self.pacing.draw_resets(u32::try_from(answers).unwrap_or(u32::MAX)) {
            return true;
        }
        match await_resets(transport, answers, sent, self.patience, self.progress) {
            Ok(Some(found)) => {
                let mut resets = self.resets();
                resets.awaited += found.awaited;
                resets.lost += found.lost;
                resets.slowest = resets.slowest.max(found.slowest);
                true
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }

    fn resets(&self) -> MutexGuard<'_, Resets> {
        lock(&self.resets)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a closed port refuses a connect in time.
///
/// # Errors
///
/// The connect failed in another way or not at all: this tells nothing.
fn refuses(address: &SocketAddr, patience: Duration) -> io::Result<bool> {
    match TcpStream::connect_timeout(address, patience) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(false),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

/// A port that is held as trials hold it, and its address. `None` if there is no loopback, or no port can be held.
fn held_port(transport: Transport) -> Option<(HeldPort, SocketAddr)> {
    let port = HeldPort::hold(&loopback(transport).into(), transport).ok()??;
    let address = port.address().ok()?.as_socket()?;
    Some((port, address))
}

/// A connection whose other end has been closed.
struct Bereaved {
    client: mio::net::TcpStream,
    /// Whether its end comes first, and it is a byte in answer to it that draws the reset.
    awaits_end: bool,
    has_reset: bool,
}

/// Awaits resets on connections of its own. `answers` of them answer a byte that comes after the other end was closed;
/// those that are `sent` come from an end that was closed with `SO_LINGER {on, 0}`. `None` if the run was stopped.
///
/// # Errors
///
/// Connections cannot be made or watched, or an end does not come: this tells nothing about resets.
fn await_resets(
    transport: Transport,
    answers: usize,
    sent: usize,
    patience: Duration,
    progress: &Progress,
) -> io::Result<Option<Resets>> {
    let begun = Instant::now();
    let listener = TcpListener::bind(loopback(transport))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let mut poll = Poll::new()?;
    let count = answers + sent;
    let mut connections = Vec::with_capacity(count);
    for number in 0..count {
        let (client, server) = connect(&listener, address, patience)?;
        let mut client = mio::net::TcpStream::from_std(client);
        poll.registry().register(&mut client, Token(number), BOTH)?;
        let awaits_end = number < answers;
        if !awaits_end {
            SockRef::from(&server).set_linger(Some(Duration::ZERO))?;
        }
        connections.push(Bereaved { client, awaits_end, has_reset: false });
    }
    let mut events = Events::with_capacity(2 * count);
    let mut slowest = begun.elapsed();
    while connections.iter().any(|connection| !connection.has_reset) {
        if progress.is_stopped() {
            return Ok(None);
        }
        let polled = Instant::now();
        match poll.poll(&mut events, Some(sys::REARM.unwrap_or(LONGEST_POLL))) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        }
        // A poll that began after that and brought nothing, since this thread may be late itself.
        if events.is_empty() && polled.duration_since(begun) > patience {
            break;
        }
        for event in &events {
            connections[event.token().0].note(Readiness::of(event));
            slowest = begun.elapsed();
        }
        if sys::REARM.is_some() {
            for (number, connection) in connections.iter_mut().enumerate().filter(|(_, other)| !other.has_reset) {
                poll.registry().reregister(&mut connection.client, Token(number), BOTH)?;
            }
        }
    }
    if connections.iter().any(|connection| connection.awaits_end) {
        return Err(io::ErrorKind::TimedOut.into());
    }
    let is_lost = |connection: &mut Bereaved| !connection.has_reset && !connection.is_reset();
    let lost = connections.iter_mut().map(is_lost).filter(|is_lost| *is_lost).count();
    Ok(Some(Resets { awaited: count, lost, slowest }))
}

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Upper bound on stop latency.
const LONGEST_POLL: Duration = Duration::from_millis(100);

impl Bereaved {
    /// Goes on after an event with these flags.
    fn note(&mut self, flags: Readiness) {
        if flags.has_any(Readiness::ERROR | Readiness::WRITE_CLOSED) {
            (self.awaits_end, self.has_reset) = (false, true);
        } else if self.awaits_end && flags.has_any(Readiness::READ_CLOSED | Readiness::READABLE) {
            // Only now is the other end known to be closed: a process that is being started may have had a copy of it.
            self.awaits_end = false;
            self.has_reset = self.is_reset();
        }
    }

    /// Whether a reset has arrived: then nothing can be written. Otherwise this draws one.
    fn is_reset(&mut self) -> bool {
        let mut byte = [0];
        let _ = self.client.read(&mut byte);
        self.client.write(&byte).is_err_and(|error| error.kind() != io::ErrorKind::WouldBlock)
    }
}

/// Both ends of a connection, the first of which does not block.
fn connect(listener: &TcpListener, address: SocketAddr, patience: Duration) -> io::Result<(TcpStream, TcpStream)> {
    let begun = Instant::now();
    let client = TcpStream::connect_timeout(&address, patience)?;
    client.set_nonblocking(true)?;
    let own = client.local_addr()?;
    loop {
        match listener.accept() {
            Ok((server, from)) if from == own => return Ok((client, server)),
            // Somebody else has connected.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && begun.elapsed() < patience => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
    }
}
