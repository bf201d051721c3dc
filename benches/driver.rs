//! What driving and recording cost: the same scenario through the driver and through a bare loop of blocking system
//! calls that records nothing, in turn, as a ratio. `cargo bench` prints it.

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    println!("the bare loop to compare with is written for poll(2); there is none here");
}

#[cfg(unix)]
mod unix {
    use std::{
        io::{Read, Write},
        net::{Ipv4Addr, TcpListener, TcpStream},
        time::{Duration, Instant},
    };

    use brokenpipe::{
        catalogue::{Catalogue, Selection, Transport},
        driver::{self, CaseResult, Progress, Settings},
    };
    use rustix::event::{PollFd, PollFlags, poll};

    /// poll(2) tells of a FIN by itself where there is POLLRDHUP.
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "illumos"))]
    const FIN: PollFlags = PollFlags::RDHUP;
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "illumos")))]
    const FIN: PollFlags = PollFlags::IN;

    const SCENARIO: &str = "peer-close/write-write-write-read";
    const TRIALS: u32 = 20_000;
    const ROUNDS: usize = 5;

    pub fn main() {
        // Both once before anything counts.
        drive(TRIALS / 10, 1);
        bare(TRIALS / 10);

        println!("{SCENARIO} over tcp4, {TRIALS} trials a round, one worker against a bare blocking loop, in turn");
        let ratio = compare(["driver", "bare"], TRIALS, || [drive(TRIALS, 1), bare(TRIALS)]);
        println!("median ratio driver/bare: {ratio:.3} (goal: at most 1.20)");

        const TWICE: u32 = 2 * TRIALS;
        println!("\ntwo workers against one, {TWICE} trials a round, in turn");
        let ratio = compare(["one", "two"], TWICE, || [drive(TWICE, 1), drive(TWICE, 2)]);
        println!("median trials a second, two workers/one: {ratio:.3} (goal: at least 1.7)");
    }

    /// Measures both several times, and returns the median of their ratios.
    fn compare(names: [&str; 2], trials: u32, measure: impl Fn() -> [Duration; 2]) -> f64 {
        let mut ratios: Vec<_> = (1..=ROUNDS)
            .map(|round| {
                let times = measure();
                let ratio = times[0].as_secs_f64() / times[1].as_secs_f64();
                let [first, second] = times.map(|time| each(time, trials));
                println!("round {round}: {} {first}, {} {second}, ratio {ratio:.3}", names[0], names[1]);
                ratio
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ROUNDS / 2]
    }

    fn each(time: Duration, trials: u32) -> String {
        format!("{:.1} µs a trial", time.as_secs_f64() * 1e6 / f64::from(trials))
    }

    fn drive(trials: u32, jobs: usize) -> Duration {
        let catalogue = Catalogue::builtin();
        let selection = Selection::new(&[SCENARIO]).expect("an id is a selector").over(&[Transport::Tcp4]);
        // The first case is the plain one; the others write by other calls.
        let cases = &selection.cases(&catalogue)[..1];
        let settings = Settings { repeat: trials, jobs, ..Settings::default() };
        let begun = Instant::now();
        let results = driver::run(cases, &settings, &Progress::default()).expect("the selector works");
        let time = begun.elapsed();
        let CaseResult::Measured { trials: counted, .. } = &results[0] else { panic!("{results:?}") };
        assert_eq!(*counted, u64::from(trials));
        time
    }

    fn bare(trials: u32) -> Duration {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback can be listened on");
        let address = listener.local_addr().expect("a bound socket has an address");
        let mut byte = [0];
        let begun = Instant::now();
        for _ in 0..trials {
            let mut client = TcpStream::connect(address).expect("the listener listens");
            let (mut server, _) = listener.accept().expect("a connection is there");
            let _ = client.write(&byte);
            let _ = server.read(&mut byte);
            drop(server);
            wait(&client, FIN);
            let _ = client.write(&byte);
            wait(&client, PollFlags::ERR);
            let _ = client.write(&byte);
            let _ = client.write(&byte);
            let _ = client.read(&mut byte);
        }
        begun.elapsed()
    }

    fn wait(stream: &TcpStream, flags: PollFlags) {
        poll(&mut [PollFd::new(stream, flags)], None).expect("poll works");
    }
}
