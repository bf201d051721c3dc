//! Beginning trials no faster than the system answers them: where it limits its answers, those beyond the limit never
//! come, and a trial that awaits one would observe the limit instead of the peer.

use std::{
    collections::VecDeque,
    num::NonZero,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::draws;
use crate::{
    catalogue::Case,
    sys::{self, Answers},
};

/// How many answers a second the trials of a run may draw together; `None` is any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AnswerRates {
    /// RSTs in answer to segments.
    pub resets: Option<NonZero<u32>>,
    /// ICMP errors in answer to datagrams.
    pub icmp_errors: Option<NonZero<u32>>,
}

impl AnswerRates {
    /// Half of what this system allows: what a trial draws comes later than it begins, so answers can come closer
    /// together than trials begin, and other programs draw answers, too.
    pub fn here() -> Self {
        let limits = sys::answer_limits();
        let lowest = |kind| limits.iter().filter_map(|limit| limit.a_second(kind)).min();
        let half = |limit: u32| NonZero::new(limit / 2).unwrap_or(NonZero::<u32>::MIN);
        AnswerRates { resets: lowest(Answers::Resets).map(half), icmp_errors: lowest(Answers::IcmpErrors).map(half) }
    }

    /// The same number of each.
    pub fn of_each(rate: NonZero<u32>) -> Self {
        AnswerRates { resets: Some(rate), icmp_errors: Some(rate) }
    }
}

/// What decides when a trial that draws answers begins.
#[derive(Debug)]
pub(super) struct Pacing {
    /// How many answers a trial of each case draws.
    answers: Vec<u32>,
    /// The place of each case's kind of answers in the state.
    kinds: Vec<usize>,
    /// `None` where nothing is limited, so that nothing is asked either.
    state: Option<Mutex<[Kind; 2]>>,
}

/// One kind of answers.
#[derive(Debug)]
struct Kind {
    /// `None` where this kind is not limited.
    bucket: Option<Bucket>,
    /// Trials that were to begin and would have drawn too much, by the 0-based numbers of their cases.
    held: VecDeque<usize>,
}

/// The answers that may be drawn now; more may be as time passes.
#[derive(Debug)]
struct Bucket {
    a_second: f64,
    left: f64,
    counted: Instant,
}

impl Pacing {
    pub(super) fn new(cases: &[Case<'_>], rates: AnswerRates) -> Self {
        if rates == AnswerRates::default() {
            return Pacing::unlimited();
        }
        let is_udp = |case: &Case<'_>| case.axes.transport.is_udp();
        let kind = |rate: Option<NonZero<u32>>| Kind { bucket: rate.map(Bucket::new), held: VecDeque::new() };
        Pacing {
            answers: cases.iter().map(draws::answers).collect(),
            kinds: cases.iter().map(|case| usize::from(is_udp(case))).collect(),
            state: Some(Mutex::new([kind(rates.resets), kind(rates.icmp_errors)])),
        }
    }

    pub(super) fn unlimited() -> Self {
        Pacing { answers: Vec::new(), kinds: Vec::new(), state: None }
    }

    /// Takes the next trial that may begin: one that was held back if its time has come, or the first that `take` gives
    /// and that draws no more than is left. Returns `None` if there is none at present.
    pub(super) fn take(&self, mut take: impl FnMut() -> Option<usize>, now: Instant) -> Option<usize> {
        let Some(state) = &self.state else { return take() };
        let mut kinds = lock(state);
        for kind in kinds.iter_mut() {
            if let Some(&case) = kind.held.front()
                && kind.draw(self.answers[case], now)
            {
                return kind.held.pop_front();
            }
        }
        loop {
            let case = take()?;
            let kind = &mut kinds[self.kinds[case]];
            // Those that were held back come first.
            if self.answers[case] == 0 || kind.held.is_empty() && kind.draw(self.answers[case], now) {
                return Some(case);
            }
            kind.held.push_back(case);
        }
    }

    /// When the next trial that is held back may begin; `None` if there is none.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let mut kinds = lock(self.state.as_ref()?);
        let next = |kind: &mut Kind| {
            let &case = kind.held.front()?;
            Some(now + kind.bucket.as_mut()?.wait(self.answers[case], now))
        };
        kinds.iter_mut().filter_map(next).min()
    }

    /// How many of these trials, from the first on, one process may be handed at once: as many as a full bucket pays
    /// for, and at least one.
    pub(super) fn affordable(&self, trials: &[usize]) -> usize {
        let Some(state) = &self.state else { return trials.len() };
        let kinds = lock(state);
        let mut drawn = [0; 2];
        let fits = |&&case: &&usize| {
            let kind = self.kinds[case];
            drawn[kind] += self.answers[case];
            kinds[kind].bucket.as_ref().is_none_or(|bucket| f64::from(drawn[kind]) <= bucket.most())
        };
        trials.iter().take_while(fits).count().max(1)
    }

    /// Waits until all these trials may begin; `false` if the run `is_stopped` before.
    pub(super) fn wait(&self, trials: &[usize], is_stopped: impl Fn() -> bool) -> bool {
        let Some(state) = &self.state else { return true };
        for kind in 0..2 {
            let drawn = trials.iter().filter(|&&case| self.kinds[case] == kind).map(|&case| self.answers[case]).sum();
            while !lock(state)[kind].draw(drawn, Instant::now()) {
                if is_stopped() {
                    return false;
                }
                let wait = |bucket: &mut Bucket| bucket.wait(drawn, Instant::now());
                let wait = lock(state)[kind].bucket.as_mut().map_or(Duration::ZERO, wait);
                thread::sleep(wait.clamp(Duration::from_millis(1), LONGEST_WAIT));
            }
        }
        true
    }

    /// Draws that many resets for a purpose other than a trial, if no trial has to wait for that; where resets are not
    /// limited, that is always so.
    pub(super) fn draw_resets(&self, count: u32) -> bool {
        self.state.as_ref().is_none_or(|state| lock(state)[0].draw(count, Instant::now()))
    }

    /// The same for ICMP errors.
    pub(super) fn draw_icmp_errors(&self, count: u32) -> bool {
        self.state.as_ref().is_none_or(|state| lock(state)[1].draw(count, Instant::now()))
    }

    /// Whether it is limited how many ICMP errors may be drawn.
    pub(super) fn limits_icmp_errors(&self) -> bool {
        self.state.as_ref().is_some_and(|state| lock(state)[1].bucket.is_some())
    }

    /// How many resets may be drawn at once; `None` is any number.
    pub(super) fn most_resets(&self) -> Option<u32> {
        let state = self.state.as_ref()?;
        // Truncated: no more than that many.
        lock(state)[0].bucket.as_ref().map(|bucket| bucket.most() as u32)
    }

    /// Gives back what trials that were not begun would have drawn.
    pub(super) fn give_back(&self, trials: &[usize]) {
        if let Some(state) = &self.state {
            let mut kinds = lock(state);
            for &case in trials {
                if let Some(bucket) = &mut kinds[self.kinds[case]].bucket {
                    bucket.left += f64::from(self.answers[case]);
                }
            }
        }
    }
}

/// Upper bound on stop latency.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

fn lock(state: &Mutex<[Kind; 2]>) -> MutexGuard<'_, [Kind; 2]> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kind {
    fn draw(&mut self, count: u32, now: Instant) -> bool {
        self.bucket.as_mut().is_none_or(|bucket| bucket.draw(count, now))
    }
}

impl Bucket {
    /// A full one.
    fn new(a_second: NonZero<u32>) -> Self {
        let mut bucket = Bucket { a_second: f64::from(a_second.get()), left: 0.0, counted: Instant::now() };
        bucket.left = bucket.most();
        bucket
    }

    /// What a bucket holds: the answers of a quarter of a second.
    fn most(&self) -> f64 {
        (self.a_second / 4.0).max(1.0)
    }

    fn fill(&mut self, now: Instant) {
        let came = now.saturating_duration_since(self.counted).as_secs_f64() * self.a_second;
        self.left = (self.left + came).min(self.most());
        self.counted = now.max(self.counted);
    }

    /// Takes that many out. A full bucket gives more than it holds, and those after that wait longer.
    fn draw(&mut self, count: u32, now: Instant) -> bool {
        self.fill(now);
        let count = f64::from(count);
        let is_enough = self.left >= count.min(self.most());
        if is_enough {
            self.left -= count;
        }
        is_enough
    }

    /// How long it takes until so many can be taken out.
    fn wait(&mut self, count: u32, now: Instant) -> Duration {
        self.fill(now);
        let missing = f64::from(count).min(self.most()) - self.left;
        Duration::from_secs_f64((missing / self.a_second).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Selection, Transport};

    fn rates(rate: u32) -> AnswerRates {
        AnswerRates::of_each(NonZero::new(rate).expect("a rate above zero"))
    }

    #[test]
    fn trials_that_draw_nothing_begin_while_others_wait() {
        let catalogue = Catalogue::builtin();
        let text = |text: &str| text.to_owned();
        let ids = [text("peer-close/write-write-write-read"), text("peer-close/read-read-write")];
        let selection = Selection::new(&ids).expect("ids are selectors").over(&[Transport::Tcp4]);
        let all = selection.cases(&catalogue);
        let plain = |id: &str| *all.iter().find(|case| case.scenario.id == id).expect("the catalogue has it");
        let unix = Case { axes: crate::catalogue::Axes { transport: Transport::Unix, ..all[0].axes }, ..all[0] };
        let cases = [plain(&ids[0]), unix];
        assert_eq!((draws::answers(&cases[0]), draws::answers(&cases[1])), (1, 0));

        // A bucket of five, filled with twenty a second.
        let pacing = Pacing::new(&cases, rates(20));
        let mut trials = std::iter::repeat_n(0, 8).chain(std::iter::repeat_n(1, 8));
        let mut take = |now| pacing.take(|| trials.next(), now);
        let mut now = Instant::now();
        let order: Vec<_> = std::iter::from_fn(|| take(now)).collect();
        assert_eq!(order[..5], [0; 5]);
        assert_eq!(order[5..], [1; 8]);
        for _ in 0..3 {
            let next = pacing.next(now).expect("trials are held back");
            assert!((49..=51).contains(&next.duration_since(now).as_millis()), "{:?}", next - now);
            now = next + Duration::from_micros(1);
            assert_eq!((take(now), take(now)), (Some(0), None));
        }
        assert_eq!(pacing.next(now), None);
    }

    #[test]
    fn a_process_is_handed_no_more_than_may_be_drawn_at_once() {
        let catalogue = Catalogue::builtin();
        let selection = Selection::new(&["peer-close/write-write-write-read".to_owned()]).expect("an id is a selector");
        let cases = selection.over(&[Transport::Tcp4]).cases(&catalogue);
        let trials = vec![0; 100];
        let pacing = Pacing::new(&cases, rates(40));
        assert_eq!(pacing.affordable(&trials), 10);
        assert_eq!(pacing.affordable(&trials[..3]), 3);
        assert_eq!(Pacing::new(&cases, rates(1)).affordable(&trials), 1);
        assert_eq!(Pacing::unlimited().affordable(&trials), 100);
        assert!(pacing.wait(&trials[..10], || false));
        assert!(!pacing.wait(&trials[..10], || true));
        pacing.give_back(&trials[..10]);
        assert!(pacing.wait(&trials[..10], || true));
    }
}
