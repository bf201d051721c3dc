# shellcheck shell=bash
# What a rehearsal says: its parts with the time, and what was not as it has to be. Sourced by ci/rehearse after ci/lib.sh;
# `work` is the folder of what it writes.

begun=$SECONDS failed=0 asserted=0 timeline=${work:?}/timeline
trap 'if [ $? != 0 ] && ((!failed)); then say "it came to an end before all was played"; fi' EXIT

part() { # NAME
    printf '%5d s  %s\n' $((SECONDS - begun)) "$1" | tee -a "$timeline"
}

wrong() { # MESSAGE
    failed=$((failed + 1))
    echo "         WRONG: $1" | tee -a "$timeline"
}

# A step of a workflow: a script, what it is given, the code it has to end with. What it printed is in `log`.
played=' '
plays() { # CODE SCRIPT [ARGUMENT]...
    local code=0 wanted=$1
    shift
    played+="$1 "
    log=$work/log.$((++asserted))
    "$@" >"$log" 2>&1 </dev/null || code=$?
    if ((code != wanted)); then
        wrong "'$*' ended with $code, not $wanted; it said:"
        tail -n 20 "$log" | plain
    fi
}

has() { # FILE TEXT
    asserted=$((asserted + 1))
    if ! grep -qF -e "$2" "$1"; then wrong "${1#"$work/"} does not say '$2'"; fi
}

has_not() { # FILE TEXT
    asserted=$((asserted + 1))
    if grep -qF -e "$2" "$1"; then wrong "${1#"$work/"} says '$2'"; fi
}

is() { # WHAT VALUE EXPECTED
    asserted=$((asserted + 1))
    if [ "$2" != "$3" ]; then wrong "$1 is '$2', not '$3'"; fi
}

same_file() { # FILE FILE
    asserted=$((asserted + 1))
    if ! cmp -s "$1" "$2"; then wrong "$1 is not $2"; fi
}

# The end: what there was of it, and exit 1 if something was wrong.
finish() {
    part "done: $asserted asserted, $failed wrong"
    echo
    echo "timeline, in seconds since the beginning (all of it in ${work#"$crate/"}):"
    cat "$timeline"
    if ((failed)); then exit 1; fi
}
