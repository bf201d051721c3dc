//! The words of the program: the step language, selectors, names of cases and platforms, outcomes and their classes.

use std::io;

use brokenpipe::{
    catalogue::{
        Axes, Call, CaseName, Catalogue, ReadCall, Selection, Sigpipe, Step, Transport, Wait, name_all, operations,
        parse_step, parse_steps, parse_steps_over,
    },
    outcome::{Class, Observation, Outcome, Readiness, Signal, class_of, forms_of},
    platform::{Platform, check_name},
};

/// The mistakes in these steps: the word that is pointed at, the title and the label.
fn mistakes(text: &str) -> Vec<(&str, String, String)> {
    parse_steps(text).unwrap_err().into_iter().map(|m| (&text[m.span], m.title, m.label)).collect()
}

#[test]
fn every_operation_is_written_as_it_is_read() {
    let text = "client connect\nserver accept\nclient write 7\nserver read 9\nclient so_error\n\
                client shutdown read\nclient shutdown write\nclient shutdown both\nclient await fin\n\
                client await reset\nlistener await readable\nclient await writable\nclient await connected\n\
                client await event\nclient await quiet on none\nclient await reset on none again\nclient took\nclient peek 2\nclient fill\nserver drain\n\
                client peer_name\nclient local_name\nclient set nodelay\nclient connect_again\n\
                client set user_timeout\nclient set keepalive_fast\nclient reset\nclient reconnect\nserver depart\n\
                server crash\nserver accept\nserver vanish\nserver reboot\nlistener vanish\nlistener close\n\
                listener backlog 3\ncrowd connect\nclient exec plain\nserver accept\nserver accepted_from\n\
                server race reset\nlistener write 1\ncrowd close\nclient deregister\nclient set user_timeout 3s\n\
                client set sndbuf 4096\nclient set linger 0s\nclient set read_timeout 1s\nclient urgent 2\n\
                client read_urgent\nclient blocks read 1\nclient shutdown both\nclient await woken\nclient disconnect\n\
                client destroy\nclient close\nlistener vanish\nlistener returns\nclient blocks connect\n\
                client await woken\nserver blocks accept\nserver await woken\nserver blocks write 7\nserver await woken\nserver close\n\
                client set recverr\nclient read_error\nclient close\nclient bind\nserver bind\n\
                server send_to client 3\nlistener send_to server 0\nclient send_to listener 1\nclient recv_from 9";
    let steps = parse_steps(text).unwrap();
    let written: Vec<_> = steps.iter().map(Step::to_string).collect();
    assert_eq!(written.join("\n"), text);
}

#[test]
fn comments_blank_lines_and_windows_line_ends_are_ignored() {
    let plain = parse_steps("client connect\nserver accept");
    assert_eq!(parse_steps("# first\r\n\r\n  client   connect # to it\r\n\tserver accept\r\n"), plain);
}

#[test]
fn each_wrong_word_is_pointed_at() {
    let found = mistakes("client connect\npeer accept\nclient wriet 1\nclient await fni\nserver read\nclient close 3");
    let places: Vec<_> = found.iter().map(|(word, ..)| *word).collect();
    assert_eq!(places, ["peer", "wriet", "fni", "", "3"]);
    assert_eq!(found[0].2, "expected one of `listener`, `client`, `server`, `crowd`");
    assert_eq!(found[1].1, "unknown operation `wriet`");
    assert!(found[1].2.starts_with("did you mean `write`? the client can `connect`, "), "{}", found[1].2);
    assert_eq!(
        found[2].2,
        "did you mean `fin`? expected one of `fin`, `reset`, `readable`, `writable`, `connected`, `event`, `quiet`, `woken`, then perhaps, but not after `woken`, `on` and one of `read`, `write`, `none`, and perhaps `again`"
    );
    assert_eq!(found[3].1, "`read` without its argument");
    assert_eq!(found[4].1, "unexpected word `3`");
}

#[test]
fn an_actor_does_only_what_it_can() {
    assert_eq!(mistakes("server connect")[0].1, "the server cannot `connect`");
    assert_eq!(
        mistakes("listener fill")[0].2,
        "the listener can `backlog`, `write`, `read`, `send_to`, `recv_from`, `close`, `shutdown`, `so_error`, `peer_name`, `local_name`, `vanish`, `returns`, `await`, `took`"
    );
    assert_eq!(mistakes("crowd read 1")[0].2, "the crowd can `connect`, `close`");
}

#[test]
fn an_await_names_what_can_come_and_what_is_there_to_go_on_with() {
    let begun = "client connect\nserver accept\n";
    let first = |steps: &str| mistakes_of(&format!("{begun}{steps}"));
    for (steps, word, title) in [
        ("client await fin on", "on", "unexpected word `on`"),
        ("client await fin again on read", "on", "unexpected word `on`"),
        ("client await writable on read", "client await writable on read", "this is never met"),
        ("client await readable on none", "client await readable on none", "this is never met"),
        ("client await fin again", "client await fin again", "nothing is registered to wait for again"),
        (
            "server await fin\nclient await fin again",
            "client await fin again",
            "nothing is registered to wait for again",
        ),
        (
            "client await event\nclient deregister\nclient await fin again",
            "client await fin again",
            "nothing is registered to wait for again",
        ),
        (
            "client await event\nclient reconnect\nclient await fin again",
            "client await fin again",
            "nothing is registered to wait for again",
        ),
        (
            "client await event\nclient await fin on read again",
            "client await fin on read again",
            "another readiness was asked for before",
        ),
        ("listener took", "listener took", "there is no time to tell"),
        ("client await quiet\nclient took", "client took", "this time tells nothing"),
    ] {
        assert_eq!(first(steps), (word.to_owned(), title.to_owned()), "{steps}");
    }
    for steps in [
        "client await event\nclient read 1\nclient await fin again\nclient await quiet again",
        "client await fin on none\nclient write 1\nclient await reset on none again",
        "client close\nclient took\nclient took",
    ] {
        assert!(parse_steps(&format!("{begun}{steps}")).is_ok(), "{steps}");
    }
}

/// The first mistake's word and title.
fn mistakes_of(text: &str) -> (String, String) {
    let (word, title, _) = mistakes(text).remove(0);
    (word.to_owned(), title)
}

#[test]
fn every_word_that_the_language_lists_is_taken() {
    let all = operations();
    for operation in &all {
        let argument = operation.argument.iter().flat_map(|argument| argument.examples.clone());
        let arguments = if operation.argument.is_some() { argument.collect() } else { vec![String::new()] };
        for actor in operation.actors {
            for argument in &arguments {
                let step = format!("{actor} {} {argument}", operation.word);
                let step = step.trim_end();
                assert_eq!(parse_step(step).map(|step| step.to_string()).as_deref(), Ok(step));
            }
        }
    }
    assert!(all.len() > 20);
}

#[test]
fn the_nearest_word_is_named() {
    for (step, near) in [
        ("clent connect", "client"),
        ("client conect", "connect"),
        ("client so-error", "so_error"),
        ("client CLOSE", "close"),
        ("client shutdown wirte", "write"),
        ("client set keep_alive", "keepalive"),
        ("client await readble", "readable"),
        ("server race rest", "reset"),
    ] {
        let label = &mistakes(step)[0].2;
        assert!(label.starts_with(&format!("did you mean `{near}`? ")), "{step}: {label}");
    }
    assert!(!mistakes("client dance")[0].2.contains("did you mean"));
}

#[test]
fn counts_have_bounds() {
    for word in ["-1", "1048577", "99999999999999999999", "one"] {
        assert_eq!(mistakes(&format!("client write {word}"))[0].0, word);
    }
}

#[test]
fn a_step_needs_a_socket() {
    assert_eq!(mistakes("client write 1\nserver accept")[0].1, "the client has no socket here");
    assert_eq!(mistakes("client connect\nserver read 1")[0].1, "the server has no socket here");
    assert_eq!(mistakes("client connect\nserver accept\nserver close\nserver read 1")[0].0, "server read 1");
    assert_eq!(mistakes("client connect\nlistener close\nserver accept")[0].1, "nothing to accept from");
    assert_eq!(mistakes("client connect\nclient connect\nserver accept")[0].1, "the client has connected already");
    assert_eq!(mistakes("client open\nclient open\nserver accept")[0].1, "the client has a socket already");
    let departed = "client connect\nserver accept\nserver depart\n";
    assert_eq!(mistakes(&format!("{departed}server write 1"))[0].1, "the server has no socket here");
    assert_eq!(mistakes(&format!("{departed}server depart"))[0].1, "the server has no socket here");
    assert_eq!(mistakes(&format!("{departed}server crash\nserver crash"))[0].0, "server crash");
    let rebooted = "client connect\nserver accept\nserver reboot\n";
    assert_eq!(mistakes(&format!("{rebooted}server vanish"))[0].1, "the server has no socket here");
    let blocking = "client connect\nserver accept\nclient set blocking\n";
    assert_eq!(mistakes(&format!("{blocking}client read 1"))[0].0, "client read 1");
    assert!(parse_steps(&format!("{blocking}client close\nclient reconnect\nclient read 1")).is_ok());
    assert_eq!(mistakes("server accept\ncrowd close")[0].1, "the crowd has no sockets here");
    assert_eq!(mistakes("client start_connect\nclient start_connect\nserver accept")[0].0, "client start_connect");
    assert!(parse_steps("client open\nclient connect\nserver accept").is_ok());
}

/// What the parser says of steps over a transport: the title of its mistake.
fn over(transport: Transport, text: &str) -> String {
    parse_steps_over(text, &[transport]).err().map(|mut mistakes| mistakes.remove(0).title).unwrap_or_default()
}

#[test]
fn a_transport_takes_only_the_steps_that_it_can() {
    use Transport::{Fifo, Mptcp, Pty, Socketpair, Tcp4, Udp4, UnixDgram, UnixSeqpacket, Vsock};
    let without_peer = |transport| parse_steps_over("client connect", &[transport]).unwrap_err().remove(0).label;
    assert_eq!(without_peer(Udp4), "needs a step of the other end: `listener read 1`, or `server bind`");
    assert_eq!(without_peer(Tcp4), "needs a step of the other end: `server accept`, or `listener close`");
    for transport in [Udp4, UnixDgram] {
        assert_eq!(over(transport, "client connect\nserver accept"), "there is no accept over UDP and `unix-dgram`");
        assert_eq!(over(transport, "crowd connect"), "no queue of connections over UDP and `unix-dgram`");
        assert_eq!(over(transport, "client bind\nserver read 1"), "the server has no socket here");
        assert_eq!(over(transport, "client bind\nserver bind\nclient send_to server 1\nserver recv_from 1"), "");
    }
    for transport in [Tcp4, UnixSeqpacket, Vsock, Mptcp, Pty] {
        assert_eq!(over(transport, "client connect\nserver accept\nclient write 1"), "");
        assert_eq!(over(transport, "client bind\nserver accept"), "only sockets of datagrams are bound", "{transport}");
        for step in ["client connect\nclient recv_from 1", "client connect\nclient send_to listener 1"] {
            let title = over(transport, &format!("{step}\nserver accept"));
            assert_eq!(title, "only datagrams are sent without a connection", "{transport} {step}");
        }
    }
    for transport in [Transport::Pipe, Socketpair, Pty, Fifo] {
        let title = over(transport, "client connect\nserver accept\nlistener close");
        assert_eq!(title, "there is no listener over `pipe`, `socketpair`, `fifo` and `pty`");
    }
    for transport in [Transport::Pipe, Socketpair, Pty] {
        assert_eq!(over(transport, "server accept\nclient connect"), "nothing to accept yet", "{transport}");
        assert_eq!(over(transport, "client connect\nclient close\nserver accept"), "", "{transport}");
    }
    assert_eq!(over(Fifo, "client connect\nserver accept\nclient write 1"), "the client has no end here");
    assert_eq!(over(Fifo, "server accept\nclient connect\nclient write 1"), "");
    assert_eq!(
        over(UnixDgram, "client bind\nclient read_error\nlistener close"),
        "no queue of errors but over TCP and UDP"
    );
}

/// Each transport is looked at, and the first that cannot is told of.
#[test]
fn every_transport_of_a_scenario_must_allow_its_steps() {
    let text = "client connect\nserver accept";
    assert!(parse_steps_over(text, &[Transport::Tcp4, Transport::Pty]).is_ok());
    assert_eq!(parse_steps_over(text, &[Transport::Tcp4, Transport::Udp6]).unwrap_err().len(), 1);
}

#[test]
fn a_datagram_needs_a_name_to_be_sent_to() {
    let found = mistakes("client bind\nserver bind\nclient send_to crowd 1\nclient send_to server");
    assert_eq!(found[0].0, "crowd 1");
    assert_eq!(
        found[0].2,
        "expected an actor and a number of bytes, such as one of `listener 1`, `client 1`, `server 1`"
    );
    assert_eq!(mistakes("client connect\nlistener send_to client 1")[0].1, "this actor has no name to send to");
    assert_eq!(
        mistakes("client bind\nclient reconnect\nlistener send_to client 1")[0].1,
        "this actor has no name to send to"
    );
    assert_eq!(mistakes("client bind\nclient bind\nlistener close")[0].1, "this actor has a socket already");
    // Its name stays when it is closed.
    assert!(parse_steps("client bind\nclient connect\nclient close\nlistener send_to client 1").is_ok());
}

#[test]
fn a_value_fits_its_setting_and_has_bounds() {
    let words =
        ["user_timeout 0s", "user_timeout 6s", "user_timeout 5", "sndbuf 1s", "sndbuf 01", "nodelay 1", "rcvbuf +1"];
    for word in words {
        assert_eq!(mistakes(&format!("client set {word}"))[0].0, word.split_once(' ').unwrap().1);
    }
    assert_eq!(mistakes("client set read_timeout")[0].1, "`set` cannot take `read_timeout`");
    assert_eq!(mistakes("client blocks peek 1")[0].1, "`blocks` cannot take `peek 1`");
}

#[test]
fn a_call_in_another_thread_is_waited_for() {
    let begun = "client connect\nserver accept\nclient blocks read 1\n";
    let in_call = "this socket is in a call of another thread";
    for step in ["client read 1", "client blocks read 1", "client fill", "client set blocking", "client exec std"] {
        assert_eq!(mistakes(&format!("{begun}{step}"))[0].1, in_call, "{step}");
    }
    assert!(parse_steps(&format!("{begun}client close\nclient await woken\nclient await woken")).is_ok());
    assert_eq!(mistakes(&format!("{begun}client close\nclient reconnect"))[0].1, in_call);
    assert!(parse_steps(&format!("{begun}client await woken\nclient read 1\nclient blocks write 1")).is_ok());
    assert_eq!(mistakes(&format!("{begun}server await woken"))[0].1, "no call that could return");
    assert_eq!(mistakes("client blocks accept\nserver accept")[0].1, "only the server can accept");
    assert_eq!(mistakes("client connect\nserver accept\nserver blocks connect")[0].1, "only the client can connect");
    let accepting = "server blocks accept\n";
    assert_eq!(mistakes(&format!("{accepting}server accept"))[0].1, in_call);
    assert_eq!(mistakes(&format!("{accepting}server read 1"))[0].1, in_call);
    let text = format!("{accepting}listener read 1");
    assert_eq!(mistakes(&text)[0].1, "the listener is in a call of another thread");
    assert!(parse_steps(&format!("{accepting}listener close\nserver await woken\nserver read 1")).is_ok());
}

#[test]
fn only_what_has_vanished_returns() {
    let begun = "client connect\nserver accept\n";
    let nothing = "nothing that could return";
    assert_eq!(mistakes(&format!("{begun}server returns"))[0].1, nothing);
    assert_eq!(mistakes(&format!("{begun}server vanish\nserver returns\nserver returns"))[0].1, nothing);
    assert_eq!(mistakes(&format!("{begun}server vanish\nlistener returns"))[0].1, nothing);
    assert!(parse_steps(&format!("{begun}client disconnect\nclient connect")).is_ok());
}

#[test]
fn a_race_is_announced_and_has_something_to_race_with() {
    let begun = "client connect\nserver accept\nserver race reset";
    let more = format!("{begun}\nclient write 1");
    assert!(parse_steps(&more).is_ok());
    let file = format!(
        "[[scenario]]\nid = \"a/b\"\ntitle = \"t\"\nwhy = \"w\"\ntransports = [\"tcp4\"]\nsteps = '''\n{more}'''\n"
    );
    let found = Catalogue::default().add("own.toml", &file).unwrap_err().list.remove(0);
    assert_eq!((&file[found.span], &*found.label), ("server race reset", "needs `racing = true` beside `steps`"));
    assert_eq!(mistakes(begun)[0].0, "server race reset");
    assert_eq!(mistakes(begun)[0].1, "nothing to race with");
}

#[test]
fn a_scenario_needs_a_peer_and_steps() {
    assert_eq!(mistakes("client connect\nclient close")[0].1, "a scenario without a peer");
    assert_eq!(mistakes("# nothing\n")[0].1, "a scenario without steps");
}

#[test]
fn the_builtin_scenarios_can_be_read_and_explain_themselves() {
    for scenario in Catalogue::builtin().scenarios() {
        let sentences = scenario.why.matches(". ").count() + 1;
        assert!((2..=4).contains(&sentences), "{}: {sentences} sentences in its why", scenario.id);
        assert!(scenario.why.ends_with('.'), "{}", scenario.id);
        assert!(scenario.title.len() <= 80, "{}: title too long for a table", scenario.id);
    }
}

/// The message about a second scenario of an id names the file of the first.
#[test]
fn every_scenario_stands_in_the_file_of_its_family() {
    let mut catalogue = Catalogue::builtin();
    let second = |id: &str| {
        let rest = "title = 't'\nwhy = 'w'\ntransports = ['tcp4']\nsteps = \"client connect\\nserver accept\"\n";
        format!("[[scenario]]\nid = '{id}'\n{rest}")
    };
    let text: String = catalogue.ids().map(second).collect();
    let mistakes = catalogue.add("own.toml", &text).unwrap_err().list;
    assert_eq!(mistakes.len(), catalogue.scenarios().len());
    for (mistake, scenario) in mistakes.iter().zip(catalogue.scenarios()) {
        let family = scenario.family();
        assert_eq!(mistake.label, format!("an id is used once; the first is in src/scenarios/{family}.toml"));
    }
}

fn selected(selectors: &[&str]) -> Vec<String> {
    let catalogue = Catalogue::builtin();
    let selection = Selection::new(selectors).unwrap().with_slow(true);
    selection.scenarios(&catalogue).iter().map(|scenario| scenario.id.clone()).collect()
}

#[test]
fn an_id_a_family_and_a_glob_select() {
    assert_eq!(selected(&["peer-close/read-read-write"]), ["peer-close/read-read-write"]);
    let family = selected(&["peer-close"]);
    assert!(family.len() > 1);
    assert!(family.iter().all(|id| id.starts_with("peer-close/")));
    assert_eq!(selected(&["*/after-close"]), ["accept/after-close"]);
    assert_eq!(selected(&["no-such"]), Vec::<String>::new());
}

#[test]
fn without_selectors_everything_is_selected_once() {
    let catalogue = Catalogue::builtin();
    assert_eq!(selected(&[]).len(), catalogue.scenarios().len());
    assert_eq!(selected(&["*", "peer-close"]).len(), catalogue.scenarios().len());
}

#[test]
fn slow_scenarios_are_left_out_unless_asked_for() {
    let catalogue = Catalogue::builtin();
    let is_slow = |selection: &Selection| selection.scenarios(&catalogue).iter().any(|scenario| scenario.slow);
    let everything = Selection::default();
    assert!(!is_slow(&everything) && is_slow(&everything.with_slow(true)));
    let named = Selection::new(&["timeout", "peer-close", "no-such"]).unwrap();
    assert!(!is_slow(&named));
    assert_eq!(named.slow_only(&catalogue), ["timeout"]);
    assert_eq!(named.with_slow(true).slow_only(&catalogue), Vec::<&str>::new());
}

#[test]
fn a_selection_is_named_by_what_was_asked_for() {
    let named =
        |selectors: &[&str], transports: &[Transport]| Selection::new(selectors).unwrap().over(transports).to_string();
    let over = [Transport::Tcp4, Transport::Unix];
    assert_eq!(named(&["peer-*", "udp"], &over), "of \"peer-*\", \"udp\" over tcp4, unix");
    assert_eq!(named(&["udp"], &[]), "of \"udp\"");
    assert_eq!(named(&[], &over[..1]), "over tcp4");
}

#[test]
fn a_bad_glob_is_quoted() {
    assert!(Selection::new(&["peer-[close"]).unwrap_err().to_string().contains("peer-[close"));
}

fn case(transport: Transport, sigpipe: Sigpipe, call: Call) -> CaseName {
    CaseName::from(&Axes { transport, sigpipe, call, ..Axes::USUAL })
}

#[test]
fn usual_values_are_not_named() {
    let usual = [Transport::Tcp4, Transport::Tcp6].map(|transport| case(transport, Sigpipe::Ignore, Call::Std));
    assert_eq!(name_all(&usual), ["tcp4 tcp6"]);
    assert_eq!(case(Transport::Unix, Sigpipe::Default, Call::Std).to_string(), "unix sigpipe=default");
    let recvmsg = CaseName::from(&Axes { read_call: ReadCall::Recvmsg, wait: Wait::Poll, ..Axes::USUAL });
    assert_eq!(recvmsg.to_string(), "tcp4 read_call=recvmsg wait=poll");
}

#[test]
fn cases_are_named_as_products() {
    let mut cases = vec![case(Transport::Tcp6, Sigpipe::Ignore, Call::Std)];
    for sigpipe in [Sigpipe::Default, Sigpipe::Handler] {
        for call in [Call::Send, Call::Write] {
            cases.push(case(Transport::Tcp4, sigpipe, call));
        }
    }
    assert_eq!(name_all(&cases), ["tcp6", "tcp4 sigpipe=default, handler call=send, write"]);
    cases.pop();
    let names = ["tcp6", "tcp4 sigpipe=default call=send, write", "tcp4 sigpipe=handler call=send"];
    assert_eq!(name_all(&cases), names);
}

#[test]
fn readiness_is_written_in_one_order() {
    let flags = Readiness::WRITE_CLOSED | Readiness::READABLE;
    assert_eq!(Outcome::Ready(flags).to_string(), "readable+write_closed");
    assert_eq!(Outcome::NoEvent(flags).to_string(), "no-event readable+write_closed");
    assert_eq!(Outcome::NoEvent(Readiness::default()).to_string(), "no-event");
}

#[test]
fn an_error_without_a_known_name_is_never_guessed() {
    assert_eq!(Outcome::Error(4711).to_string(), "errno 4711");
    assert_eq!(Outcome::Error(4711).native_name(), None);
}

#[test]
fn every_observation_has_a_form_and_can_be_handed_to_another_process() {
    use Outcome::*;
    let other = Outcome::from_error(&io::ErrorKind::UnexpectedEof.into());
    let seen = NoEvent(Readiness::WRITABLE);
    let words = [Done, Eof, WouldBlock, InProgress, Full, Drained, Quiet, NoError, NotRun];
    let others = [
        Bytes(7),
        Took(brokenpipe::outcome::Took::ThreeToFive),
        Took(brokenpipe::outcome::Took::Longer),
        NoEvent(Readiness::default()),
        seen,
        Ready(Readiness::ERROR),
        Error(-3),
        other,
    ];
    for outcome in words.into_iter().chain(others) {
        for signal in [Signal::None, Signal::Delivered, Signal::Elsewhere, Signal::Killed] {
            let observation = Observation::new(outcome, signal);
            let forms = if matches!(signal, Signal::None | Signal::Killed) { 1 } else { 2 };
            assert_eq!(forms_of(&observation.to_string()).count(), forms, "{observation}");
            let text = serde_json::to_string(&observation).unwrap();
            assert_eq!(serde_json::from_str::<Observation>(&text).unwrap(), observation, "{text}");
        }
    }
}

#[test]
fn would_block_is_not_an_error() {
    let error = io::Error::from(io::ErrorKind::WouldBlock);
    assert_eq!(Outcome::from_error(&error), Outcome::WouldBlock);
}

#[cfg(unix)]
#[test]
fn errors_carry_code_name_and_kind() {
    let reset = Outcome::from_error(&io::Error::from_raw_os_error(libc::ECONNRESET));
    assert_eq!(reset.to_string(), "ECONNRESET");
    assert_eq!(reset.code(), Some(libc::ECONNRESET));
    assert_eq!(reset.native_name(), Some("ECONNRESET"));
    assert_eq!(reset.kind(), Some("ConnectionReset".to_owned()));
}

#[cfg(windows)]
#[test]
fn windows_errors_have_posix_outcomes_and_their_own_names() {
    let aborted = Outcome::Error(10053);
    assert_eq!(aborted.to_string(), "ECONNABORTED");
    assert_eq!(aborted.native_name(), Some("WSAECONNABORTED"));
}

#[test]
fn outcomes_have_the_class_that_portable_code_acts_on() {
    let classes = [
        ("EPIPE", "disconnected"),
        ("EPIPE+SIGPIPE", "disconnected"),
        ("EPIPE+SIGPIPE elsewhere", "disconnected"),
        ("ECONNRESET", "disconnected"),
        ("readable+writable+error+read_closed+write_closed", "disconnected"),
        ("readable+writable+read_closed", "end"),
        ("eof", "end"),
        ("readable", "data"),
        ("ok 17", "data"),
        ("ok 0", "done"),
        ("ok", "done"),
        ("writable", "done"),
        ("no-event writable", "wait"),
        ("ENOTCONN", "misuse"),
        ("killed SIGPIPE", "killed"),
    ];
    for (outcome, word) in classes {
        assert_eq!(class_of(outcome).map(Class::word), Some(word), "{outcome}");
    }
    for outcome in ["errno 4711", "ok x", "not-run", "unsupported", "EMFILE"] {
        assert_eq!(class_of(outcome), None, "{outcome}");
    }
}

#[test]
fn every_outcome_is_of_its_own_form_alone() {
    let forms = |outcome: &str| forms_of(outcome).map(|form| form.form).collect::<Vec<_>>();
    for (outcome, form) in [
        ("ok", "ok"),
        ("ok 3", "ok N"),
        ("WSANO_DATA", "ERROR"),
        ("errno -3", "errno N"),
        ("error Unsupported", "error KIND"),
        ("no-event", "no-event"),
        ("no-event readable+writable", "no-event"),
        ("readable+writable", "FLAGS"),
        ("killed SIGPIPE", "killed SIGPIPE"),
        ("within 2900ms", "within TIME"),
        ("longer", "longer"),
    ] {
        assert_eq!(forms(outcome), [form], "{outcome}");
    }
    assert_eq!(forms("ok 1+SIGPIPE"), ["ok N", "+SIGPIPE"]);
    assert_eq!(forms("EPIPE+SIGPIPE elsewhere"), ["ERROR", "+SIGPIPE elsewhere"]);
    let no_outcomes = [
        "", "okay", "within 7s", "within ", "longer 1", "ok -", "writable+readable", "no-event sometimes", "epipe",
        "x+SIGPIPE", "ok+SIGPIPE!",
    ];
    for no_outcome in no_outcomes {
        assert_eq!(forms(no_outcome), Vec::<&str>::new(), "{no_outcome}");
    }
}

#[test]
fn no_error_is_of_two_classes() {
    let mut all: Vec<_> = Class::ALL.into_iter().flat_map(Class::errors).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn the_name_of_this_platform_is_a_name() {
    assert_eq!(check_name(&Platform::here().platform), Ok(()));
}

#[test]
fn names_that_are_paths_devices_or_markup_are_refused() {
    let long = "x".repeat(65);
    for name in ["", "../x", "/etc", "a/b", "a\\b", "C:x", "<b>", "a|b", "a b", "=1", "@x", "a\u{1b}[1m", "ü", &long] {
        assert_eq!(check_name(name), Err("a name of 1 to 64 of a-z, A-Z, 0-9, `.`, `_` and `-`"), "{name}");
    }
    for name in ["..", ".x", "x.", "-x"] {
        let right = "a name that begins with a letter or digit and does not end with a dot";
        assert_eq!(check_name(name), Err(right), "{name}");
    }
    for name in ["nul", "NUL.txt", "com1", "LPT9.x"] {
        assert_eq!(check_name(name), Err("another name: Windows takes this one for a device"), "{name}");
    }
    for name in ["platforms", "Platforms"] {
        assert_eq!(check_name(name), Err("another name: its file would be the table of platforms"), "{name}");
    }
    for name in ["linux-6.18-x86_64-gnu", "comb", "com10"] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
}
