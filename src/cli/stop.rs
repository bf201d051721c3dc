//! Being asked to stop: by a signal, or by the time limit.

use std::{
    process,
    sync::atomic::{AtomicU8, Ordering},
    time::{Duration, Instant},
};

use crate::sys;

/// The exit code that tells why the program stops; 0 while nothing has asked for it.
static CODE: AtomicU8 = AtomicU8::new(0);

/// What the time limit ends with: the answer is not complete.
const OUT_OF_TIME: u8 = 3;

/// Calls `stop` when a signal asks the program to stop. Another one ends the program after `at_once` is called.
pub(super) fn on_signal(mut stop: impl FnMut() + Send + 'static, mut at_once: impl FnMut() + Send + 'static) {
    // The same signal can reach the program twice within that time: through its process group and its parent, as a
    // terminal and timeout(1) send it.
    const SAME: Duration = Duration::from_secs(1);
    let mut first: Option<(u8, Instant)> = None;
    // Without a handler a signal ends the program at once, and every file is still complete.
    let _ = sys::on_stop(move |code| match first {
        None => {
            first = Some((code, Instant::now()));
            CODE.store(code, Ordering::Relaxed);
            stop();
        }
        Some((signal, at)) if signal == code && at.elapsed() <= SAME => {}
        Some(_) => {
            at_once();
            process::exit(code.into());
        }
    });
}

/// Notes that the time limit has passed, unless a signal came before.
pub(super) fn out_of_time() {
    let _ = CODE.compare_exchange(0, OUT_OF_TIME, Ordering::Relaxed, Ordering::Relaxed);
}

/// Whether the time limit has stopped the program.
pub(super) fn is_out_of_time() -> bool {
    code() == OUT_OF_TIME
}

/// The exit code that tells why the program stops.
pub(super) fn code() -> u8 {
    CODE.load(Ordering::Relaxed)
}

/// Why the program stops, at the beginning of a message.
pub(super) fn cause() -> &'static str {
    if is_out_of_time() { "the time limit has passed" } else { "interrupted" }
}
