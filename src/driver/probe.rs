//! Whether this system, where it runs now, sends what trials await: a refusal from a closed port, every reset, and
//! every ICMP error. A limit that is not known, or a filter, takes some away without a word, and a trial would observe
//! that instead of the peer. So connections and datagrams that belong to no trial draw them before, beside and after
//! the trials.

mod drawn;
mod icmp_errors;

use std::{
    io,
    net::UdpSocket,
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use drawn::{Resets, await_resets, draws_icmp_error, held_port, refuses};
use icmp_errors::IcmpErrors;

use super::{
    draws::{needs_icmp, needs_refusal, needs_resets},
    pacing::Pacing,
    settings::{Progress, Settings},
    tally::CaseResult,
    trial::loopback,
};
use crate::{
    catalogue::{Case, Transport},
    parallel::parallel_map,
};

/// Resets awaited at a time, unless fewer trials are in flight.
const BURST: usize = 64;

/// Before the trials: more than any system is known to send a second where it has a limit (RSTs: FreeBSD 200 and its
/// jitter; ICMP errors: macOS 250), which takes a few hundredths of a second where there is none.
const BEFORE: Press = Press { count: 320, budget: Duration::from_secs(2) };

/// A single one, beside the trials.
const BESIDE: Press = Press { count: 1, budget: Duration::MAX };

/// After the trials.
const AFTERWARDS: Press = Press { count: 32, budget: Duration::from_secs(2) };

/// The same, if the trials disagree. Where there is a limit, it is above what came before.
const IN_DOUBT: Press = Press { count: 2048, budget: Duration::from_secs(10) };

/// Answers that are drawn one after another.
#[derive(Clone, Copy)]
struct Press {
    count: usize,
    /// After this time no other is drawn: where each takes long, fewer have to do.
    budget: Duration,
}

/// The transports over which there are ICMP errors.
const UDP: [Transport; 2] = [Transport::Udp4, Transport::Udp6];

/// How long a refusal may take there: less than the second after which a SYN is sent again (RFC 6298, 2.1), since a
/// refusal of the second one does not show that that of the first was lost.
const REFUSED_AT_ONCE: Duration = Duration::from_millis(900);

/// How often resets are awaited beside the trials: one that refuses a connect, and one that a program sends; so is an
/// ICMP error. These are few enough to cost no time.
const PAUSE: Duration = Duration::from_millis(20);

/// The same where a limit is known: trials need the answers.
const PACED_PAUSE: Duration = Duration::from_millis(250);

/// The longest deadline of a run that is probed: where events are awaited for longer, such as in gVisor and emulators, a
/// refusal that comes late cannot be told from one that was lost.
const PROMPT: Duration = Duration::from_secs(1);

/// A burst that takes longer shows a slow machine; others take some milliseconds.
const SLOW: Duration = Duration::from_millis(500);

/// What a run finds out about resets, refusals and ICMP errors.
pub(super) struct Probe<'a> {
    /// The transports over which selected cases await resets.
    transports: Vec<Transport>,
    /// The transports over which selected cases await ICMP errors.
    datagrams: Vec<Transport>,
    /// When the run stops by itself.
    end: Option<Instant>,
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
    /// For IPv4 and for IPv6.
    icmp_errors: Mutex<[IcmpErrors; 2]>,
    /// Held while resets are awaited beside the trials.
    beside: Mutex<()>,
}

impl<'a> Probe<'a> {
    /// Probes before any trial and until the `end` at most; with `few_descriptors`, which trials need, less than usual
    /// and not beside them. What cannot be probed, for want of descriptors, of a network or of time, has no verdict.
    pub(super) fn begin(
        cases: &[Case<'_>],
        settings: &Settings,
        few_descriptors: bool,
        pacing: &'a Pacing,
        progress: &'a Progress,
        end: Option<Instant>,
    ) -> Probe<'a> {
        let over = |transports: [Transport; 2], fits: fn(&Case<'_>) -> bool| {
            let is_used =
                |transport: &Transport| cases.iter().any(|case| case.axes.transport == *transport && fits(case));
            transports.into_iter().filter(is_used).collect::<Vec<_>>()
        };
        let mut probe = Probe {
            transports: over([Transport::Tcp4, Transport::Tcp6], needs_resets),
            datagrams: over(UDP, needs_icmp),
            end,
            pacing,
            progress,
            burst: if few_descriptors { 2 } else { settings.in_flight.clamp(2, BURST) },
            not_beside: few_descriptors,
            patience: (2 * settings.await_deadline).clamp(Duration::from_secs(1), Duration::from_secs(4)),
            unrefused: Vec::new(),
            refusing: None,
            resets: Mutex::default(),
            icmp_errors: Mutex::default(),
            beside: Mutex::default(),
        };
        if settings.repeat > 0 && settings.await_deadline <= PROMPT {
            let refuses = |&transport: &Transport| {
                let begun = Instant::now();
                let (_port, address) = held_port(transport)?;
                let refuses = refuses(&address, probe.time_left(probe.patience)).ok()?;
                // What was cut short tells nothing.
                (!probe.is_over()).then(|| (transport, refuses, begun.elapsed()))
            };
            let found: Vec<_> =
                parallel_map(probe.transports.len(), &probe.transports, refuses).into_iter().flatten().collect();
            let unrefused = found.iter().filter(|(_, refuses, _)| !refuses);
            probe.unrefused = unrefused.map(|(transport, ..)| *transport).collect();
            let mut at_once = found.iter().filter(|(_, refuses, time)| *refuses && *time < REFUSED_AT_ONCE);
            probe.refusing = at_once.next().map(|(transport, ..)| *transport);
            probe.burst();
            probe.press(BEFORE);
            probe.press_datagrams(BEFORE);
        } else {
            (probe.transports, probe.datagrams) = (Vec::new(), Vec::new());
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
        if self.transports.is_empty() && self.datagrams.is_empty() || self.not_beside {
            return work();
        }
        let done = thread::scope(|scope| {
            let (_working, worked) = mpsc::channel::<()>();
            let probes = move || {
                let mut transports = self.transports.iter().cycle();
                let pause = |is_limited| if is_limited { PACED_PAUSE } else { PAUSE };
                let for_resets = pause(self.pacing.most_resets().is_some());
                let for_datagrams = pause(self.pacing.limits_icmp_errors());
                let (mut next_reset, mut next_datagram) = (Instant::now() + for_resets, Instant::now() + for_datagrams);
                while worked.recv_timeout(for_resets.min(for_datagrams)) == Err(RecvTimeoutError::Timeout) {
                    let _turn = lock(&self.beside);
                    let now = Instant::now();
                    let mut is_possible = true;
                    if now >= next_reset {
                        next_reset = now + for_resets;
                        is_possible = transports.next().is_none_or(|&transport| self.await_resets(transport, 0, 1))
                            && self.press(BESIDE);
                    }
                    if now >= next_datagram {
                        next_datagram = now + for_datagrams;
                        is_possible &= self.press_datagrams(BESIDE);
                    }
                    if !is_possible {
                        break;
                    }
                }
            };
            // Without this thread there are still the probes before and after.
            let _ = thread::Builder::new().spawn_scoped(scope, probes);
            work()
        });
        self.burst();
        self.press_datagrams(AFTERWARDS);
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
        let (what, awaited, lost) = if needs_icmp(case) {
            let IcmpErrors { awaited, lost } = IcmpErrors::limited(&*lock(&self.icmp_errors))?;
            ("ICMP errors", awaited, lost)
        } else {
            let Resets { awaited, lost, .. } = *self.resets();
            ("resets", awaited, if needs_resets(case) { lost } else { 0 })
        };
        (lost > 0).then(|| {
            format!("{lost} of {awaited} {what} did not arrive: this system, or a filter, limits or drops them")
        })
    }

    /// Takes away the results that are not to be believed. Trials that disagree though their steps do not race are a
    /// reason to look again.
    pub(super) fn judge(&self, cases: &[Case<'_>], results: &mut [CaseResult]) {
        let is_unsteady = |needs: fn(&Case<'_>) -> bool| {
            cases.iter().zip(&*results).any(|(case, result)| match result {
                CaseResult::Measured { steps, .. } if !case.scenario.racing && needs(case) => {
                    steps.iter().any(|step| step.len() > 1)
                }
                _ => false,
            })
        };
        if is_unsteady(needs_resets) {
            self.press(IN_DOUBT);
        }
        if is_unsteady(needs_icmp) {
            self.press_datagrams(IN_DOUBT);
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

    /// Has that many connects refused as fast as can be, which shows a limit. One that has shown itself need not be
    /// tried again. Limits are of a system and not of a transport. Returns whether it can be done.
    fn press(&self, Press { count, budget }: Press) -> bool {
        let Some(transport) = self.refusing else { return true };
        let Some((_port, address)) = held_port(transport) else { return false };
        let begun = Instant::now();
        for _ in 0..count {
            let is_enough = self.resets().lost > 0 || begun.elapsed() > budget;
            if self.is_over() || is_enough || !self.pacing.draw_resets(1) {
                break;
            }
            let Ok(refuses) = refuses(&address, self.time_left(REFUSED_AT_ONCE)) else { return false };
            if !refuses && self.is_over() {
                break;
            }
            let mut resets = self.resets();
            resets.awaited += 1;
            resets.lost += usize::from(!refuses);
        }
        true
    }

    /// Has that many datagrams over each transport answered with ICMP errors, one after another. Returns whether it can
    /// be done.
    fn press_datagrams(&self, press: Press) -> bool {
        let pressed = parallel_map(self.datagrams.len(), &self.datagrams, |&transport| {
            self.press_datagrams_over(transport, press).is_ok()
        });
        pressed.into_iter().all(|is_possible| is_possible)
    }

    /// Does so over one transport.
    ///
    /// # Errors
    ///
    /// A datagram cannot be sent, or its answer not be awaited.
    fn press_datagrams_over(&self, transport: Transport, Press { count, budget }: Press) -> io::Result<()> {
        let (_port, address) = held_port(transport).ok_or(io::ErrorKind::AddrNotAvailable)?;
        let socket = UdpSocket::bind(loopback(transport))?;
        socket.connect(address)?;
        let place = usize::from(transport == UDP[1]);
        let begun = Instant::now();
        for number in 0..count {
            let known = lock(&self.icmp_errors)[place];
            // Where none has come, one is awaited before and after the trials, since each takes long.
            let is_enough = known.are_limited() || known.never_come() && (number > 0 || count == BESIDE.count);
            let is_over = self.is_over() || begun.elapsed() > budget;
            if is_enough || is_over || !self.pacing.draw_icmp_errors(1) {
                break;
            }
            let comes = draws_icmp_error(&socket, self.time_left(self.patience))?;
            if !comes && self.is_over() {
                break;
            }
            let errors = &mut lock(&self.icmp_errors)[place];
            errors.awaited += 1;
            errors.lost += usize::from(!comes);
        }
        Ok(())
    }

    /// Whether the run is to end, which it is when its time is over.
    fn is_over(&self) -> bool {
        if self.end.is_some_and(|end| Instant::now() >= end) {
            self.progress.run_out();
        }
        self.progress.is_stopped()
    }

    /// This time, or what is left of that of the run; never zero, with which nothing could be awaited.
    fn time_left(&self, time: Duration) -> Duration {
        let left = self.end.map_or(time, |end| time.min(end.saturating_duration_since(Instant::now())));
        left.max(Duration::from_millis(1))
    }

    /// Awaits that many answers, and resets that a program sends, unless trials have to wait for the answers. Returns
    /// whether it can be done.
    fn await_resets(&self, transport: Transport, answers: usize, sent: usize) -> bool {
        if self.is_over() || !self.pacing.draw_resets(u32::try_from(answers).unwrap_or(u32::MAX)) {
            return true;
        }
        match await_resets(transport, answers, sent, self.time_left(self.patience), || self.is_over()) {
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
