//! How many trials may run at a time where there are few descriptors.
//!
//! A trial that runs out of them half-way has waited in vain, and so have those that begin anew with it. Where few are
//! left, they are counted beforehand, and a trial begins only when there are enough for it. Where even these make the
//! run slow, its trials are run in processes, one in each: the limit is one of a process (getrlimit(2)).

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::settings::Settings;
use crate::{
    catalogue::{Actor, Call, Case, Operation},
    sys,
};

/// What a trial of most cases needs: a listener and both ends of a connection.
const USUAL: usize = 3;

/// A worker's selector, and the copy that its trials register with.
pub(super) const WORKER: usize = 2;

/// To start a process takes two pipes and one more to learn whether its program could be run.
const START: usize = 6;

/// A worker for so many: more than one helps only where its trials keep a processor busy.
const FOR_A_WORKER: usize = 32;

/// How many descriptors this process may still open, if they are few.
#[derive(Debug, Clone, Copy)]
pub(super) struct Few(usize);

impl Few {
    /// `None` if there are as many as a run with these settings would use.
    pub(super) fn left(settings: &Settings) -> Option<Self> {
        let enough = settings.jobs.saturating_mul(settings.in_flight).saturating_mul(2 * USUAL);
        sys::free_descriptors().filter(|&free| free < enough).map(Few)
    }

    pub(super) fn descriptors(self) -> usize {
        self.0
    }

    /// How many workers to have.
    pub(super) fn workers(self, jobs: usize) -> usize {
        jobs.min(self.0 / FOR_A_WORKER).max(1)
    }

    /// How many processes may run at a time. Of each the journal is open, and one is being started.
    pub(super) fn processes(self) -> usize {
        self.0.saturating_sub(START).max(1)
    }

    /// About how many trials run at a time in this process.
    fn trials_here(self) -> usize {
        (self.0.saturating_sub(WORKER) / USUAL).max(1)
    }

    /// Whether these make a run slower.
    pub(super) fn slow_down(self, settings: &Settings) -> bool {
        self.trials_here() < settings.in_flight / 2
    }

    /// Whether all trials should run in processes of their own. These do not keep the pace.
    pub(super) fn want_processes(self, settings: &Settings) -> bool {
        let can_have = settings.program.is_some() && settings.pace.is_zero();
        can_have && self.slow_down(settings) && self.processes() > self.trials_here()
    }

    /// About how many trials run at a time, if a run with these settings takes longer for that.
    pub(super) fn trials_at_a_time(self, settings: &Settings) -> Option<usize> {
        let at_a_time = if self.want_processes(settings) { self.processes() } else { self.trials_here() };
        self.slow_down(settings).then_some(at_a_time)
    }
}

/// The descriptors that the trials of all workers share.
#[derive(Debug)]
pub(super) struct Descriptors(Mutex<State>);

#[derive(Debug)]
struct State {
    all: usize,
    lent: usize,
    /// What a trial of each case gets.
    needs: Vec<usize>,
}

impl Descriptors {
    /// Those that are left beside this number of workers, for trials of these cases.
    pub(super) fn new(Few(free): Few, workers: usize, cases: &[Case<'_>]) -> Self {
        let all = free.saturating_sub(workers * WORKER);
        Descriptors(Mutex::new(State { all, lent: 0, needs: cases.iter().map(need).collect() }))
    }

    /// Lends a trial of this case what it needs, if that is there, and returns how many these are. A trial that needs
    /// all, or more, gets them when no other has any.
    pub(super) fn lend(&self, case: usize) -> Option<usize> {
        let mut state = self.state();
        let need = state.needs[case].min(state.all);
        let fits = state.lent + need <= state.all;
        fits.then(|| {
            state.lent += need;
            need
        })
    }

    /// Takes back what a trial was lent.
    pub(super) fn take_back(&self, lent: usize) {
        self.state().lent -= lent;
    }

    /// Writes off what the trials of a worker were lent that hangs, and what it has itself.
    pub(super) fn lose(&self, lent: usize) {
        let mut state = self.state();
        state.lent = state.lent.saturating_sub(lent);
        state.all = state.all.saturating_sub(lent + WORKER);
    }

    /// What a trial of this case was lent was not enough: the next one gets twice as many. Returns whether there are
    /// more.
    pub(super) fn lend_more(&self, case: usize, lent: usize) -> bool {
        let mut state = self.state();
        state.needs[case] = state.needs[case].max(2 * lent);
        lent < state.all
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most descriptors that a trial of this case is expected to have open at a time. Where a system's queues are
/// longer, a crowd needs more.
fn need(case: &Case<'_>) -> usize {
    let call = match case.axes.call {
        Call::Sendfile => 1,
        Call::Splice => 2,
        _ => 0,
    };
    let extra = |operation, actor| match operation {
        Operation::Connect if actor == Actor::Crowd => USUAL,
        // The port of a listener that no longer listens is held by a socket of its own.
        Operation::Shutdown(_) if actor == Actor::Listener => 1,
        // A socket of netlink.
        Operation::Destroy => 1,
        Operation::Depart => START,
        // And the program's standard input, and its copy of the socket.
        Operation::Exec(_) => START + 2,
        _ => 0,
    };
    let steps = case.scenario.steps.iter().map(|step| extra(step.operation, step.actor)).max().unwrap_or(0);
    let listener = usize::from(case.axes.transport.has_listener());
    USUAL - 1 + listener + call + steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Selection, Transport};

    #[test]
    fn no_more_is_lent_than_there_is_and_a_trial_that_had_too_few_gets_more() {
        let catalogue = Catalogue::builtin();
        let selection = Selection::new(&["peer-close/read-read-write"]).expect("it is a name");
        let cases = selection.over(&[Transport::Tcp4]).cases(&catalogue);
        let descriptors = Descriptors::new(Few(9), 1, &cases);
        // The worker has two of the nine.
        assert_eq!([0, 0, 0].map(|case| descriptors.lend(case)), [Some(3), Some(3), None]);
        descriptors.take_back(3);
        assert!(descriptors.lend_more(0, 3));
        descriptors.take_back(3);
        // Six, and then all, which one trial has to itself.
        assert_eq!([0, 0].map(|case| descriptors.lend(case)), [Some(6), None]);
        assert!(descriptors.lend_more(0, 6));
        descriptors.take_back(6);
        assert_eq!([0, 0].map(|case| descriptors.lend(case)), [Some(7), None]);
        assert!(!descriptors.lend_more(0, 7));
    }
}
