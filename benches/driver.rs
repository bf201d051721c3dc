//! The cost of driving and recording: runs one scenario in turn through the driver and through a bare loop of blocking
//! system calls that records nothing, and prints the ratio of their times.

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    println!("not available here: the bare loop for comparison needs poll(2)");
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

    /// The flag with which poll(2) reports a FIN; only POLLRDHUP distinguishes it from data.
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "illumos"))]
    const FIN: PollFlags = PollFlags::RDHUP;
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "illumos")))]
    const FIN: PollFlags = PollFlags::IN;

    const SCENARIO: &str = "peer-close/write-write-write-read";
    const TRIALS: u32 = 20_000;
    const ROUNDS: usize = 5;

    pub fn main() {
        // Warm up both.
        drive(TRIALS / 10, 1);
        bare(TRIALS / 10);

        println!("{SCENARIO} over tcp4, {TRIALS} trials a round, one worker against a bare blocking loop, in turn");
        let ratios: Vec<_> = (1..=ROUNDS)
            .map(|round| {
                let (driven, bare) = (drive(TRIALS, 1), bare(TRIALS));
                let ratio = driven.as_secs_f64() / bare.as_secs_f64();
                println!(
                    "round {round}: driver {}, bare {}, ratio {ratio:.3}",
                    each(driven, TRIALS),
                    each(bare, TRIALS)
                );
                ratio
            })
            .collect();
        println!("median ratio driver/bare: {:.3} (goal: at most 1.20)", median(ratios));

        println!("\ntwo workers against one, {} trials a round, in turn", 2 * TRIALS);
        let ratios: Vec<_> = (1..=ROUNDS)
            .map(|round| {
                let (one, two) = (drive(2 * TRIALS, 1), drive(2 * TRIALS, 2));
                let ratio = one.as_secs_f64() / two.as_secs_f64();
                println!(
                    "round {round}: one {}, two {}, ratio {ratio:.3}",
                    each(one, 2 * TRIALS),
                    each(two, 2 * TRIALS)
                );
                ratio
            })
            .collect();
        println!("median trials a second, two workers/one: {:.3} (goal: at least 1.7)", median(ratios));
    }

    fn each(time: Duration, trials: u32) -> String {
        format!("{:.1} µs a trial", time.as_secs_f64() * 1e6 / f64::from(trials))
    }

    fn median(mut ratios: Vec<f64>) -> f64 {
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }

    fn drive(trials: u32, jobs: usize) -> Duration {
        let catalogue = Catalogue::builtin();
        let selection = Selection::new(&[SCENARIO]).expect("an id is a selector").over(&[Transport::Tcp4]);
        // The first case is the plain one; the others write with other system calls.
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
