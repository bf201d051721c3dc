//! Rows whose code, name, kind or signal is not that of their outcome.

mod common;

use common::{Folder, good_but};

/// Asserts that `report` refuses this `box-1.csv` with exactly this message.
#[track_caller]
fn wrong_with(text: impl AsRef<[u8]>, message: &str) {
    let ran =
        Folder::with("box-1.csv", text).brokenpipe(&["report", "--details", "--legend", "box-1.csv"]).refuses(&[]);
    assert_eq!(ran.err, format!("error: box-1.csv:{message}\n"));
}

/// Rows in which each field is valid for itself. A program that takes an outcome from one field and an error from another
/// must not get two answers.
#[test]
fn fields_that_do_not_belong_to_the_outcome_are_refused() {
    const EPIPE: &str = ",EPIPE,32,EPIPE,BrokenPipe,,,7,10,";
    for (column, value, right, old, new) in [
        ("code", "104", "a code of EPIPE, the outcome; this is one of ECONNRESET", EPIPE, ",EPIPE,104,EPIPE,,,,7,10,"),
        (
            "name",
            "WSAECONNRESET",
            "a name of EPIPE, the outcome; this is one of ECONNRESET",
            EPIPE,
            ",EPIPE,32,WSAECONNRESET,,,,7,10,",
        ),
        (
            "kind",
            "ConnectionReset",
            "the kind of EPIPE, the outcome; this is that of ECONNRESET",
            EPIPE,
            ",EPIPE,32,EPIPE,ConnectionReset,,,7,10,",
        ),
        (
            "signal",
            "SIGPIPE",
            "nothing, since the outcome EPIPE has no signal",
            EPIPE,
            ",EPIPE,32,EPIPE,BrokenPipe,SIGPIPE,,7,10,",
        ),
        (
            "signal",
            "",
            "SIGPIPE, since the outcome is EPIPE+SIGPIPE",
            EPIPE,
            ",EPIPE+SIGPIPE,32,EPIPE,BrokenPipe,,,7,10,",
        ),
        ("signal", "", "SIGPIPE, since the outcome is killed SIGPIPE", EPIPE, ",killed SIGPIPE,,,,,,7,10,"),
        ("code", "32", "nothing, since the outcome would-block is no error", EPIPE, ",would-block,32,,,,,7,10,"),
        ("code", "5", "4711, as the outcome says, or nothing", EPIPE, ",errno 4711,5,,,,,7,10,"),
        (
            "name",
            "EPIPE",
            "nothing, since the outcome errno 4711 is a code without a name",
            EPIPE,
            ",errno 4711,4711,EPIPE,,,,7,10,",
        ),
        (
            "code",
            "32",
            "nothing, since the outcome error BrokenPipe is an error without a code",
            EPIPE,
            ",error BrokenPipe,32,,BrokenPipe,,,7,10,",
        ),
        ("kind", "BrokenPipe", "Other, as the outcome says, or nothing", EPIPE, ",error Other,,,BrokenPipe,,,7,10,"),
    ] {
        let message = format!("3: column `{column}`: invalid value \"{value}\": expected {right}");
        wrong_with(good_but(old, new), &message);
    }
    for (column, value, new) in [
        ("code", "32", ",ok 1,32,,,,,3,10,"),
        ("name", "EPIPE", ",ok 1,,EPIPE,,,,3,10,"),
        ("kind", "Other", ",ok 1,,,Other,,,3,10,"),
    ] {
        let right = "nothing, since the outcome ok 1 is no error";
        let message = format!("4: column `{column}`: invalid value \"{value}\": expected {right}");
        wrong_with(good_but(",ok 1,,,,,,3,10,", new), &message);
    }
}

/// Codes and names of other systems than this one, sources that tell only part, and outcomes of later versions.
#[test]
fn fields_that_may_belong_to_the_outcome_are_accepted() {
    for fields in [
        "EPIPE,,,,",
        "EPIPE,,EPIPE,,",
        "EPIPE,232,ERROR_NO_DATA,BrokenPipe,",
        "EPIPE,233,ERROR_PIPE_NOT_CONNECTED,Uncategorized,",
        "ECONNRESET,54,ECONNRESET,ConnectionReset,",
        "ECONNRESET,131,ECONNRESET,ConnectionReset,",
        "ECONNRESET,10054,WSAECONNRESET,ConnectionReset,",
        "EPIPE+SIGPIPE,32,EPIPE,,SIGPIPE",
        "EPIPE+SIGPIPE elsewhere,32,EPIPE,,SIGPIPE",
        "killed SIGPIPE,,,,SIGPIPE",
        "errno 4711,4711,,Uncategorized,",
        "error UnexpectedEof,,,UnexpectedEof,",
        "an outcome of tomorrow,1,A,B,C",
    ] {
        let folder = Folder::with("box-1.csv", good_but("EPIPE,32,EPIPE,BrokenPipe,,,7,", &format!("{fields},,7,")));
        folder.brokenpipe(&["report", "--details", "--legend", "box-1.csv"]).exits(0).silent();
    }
}
