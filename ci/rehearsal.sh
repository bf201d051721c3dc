# shellcheck shell=bash
# Functions that print a rehearsal's parts, with times, and failed assertions. ci/rehearse sources this after ci/lib.sh;
# `work` is the folder that it writes to.

begun=$SECONDS failed=0 asserted=0 timeline=${work:?}/timeline
trap 'if [ $? != 0 ] && ((!failed)); then say "it stopped before all parts were played"; fi' EXIT

part() { # NAME
    printf '%5d s  %s\n' $((SECONDS - begun)) "$1" | tee -a "$timeline"
}

wrong() { # MESSAGE
    failed=$((failed + 1))
    echo "         WRONG: $1" | tee -a "$timeline"
}

# Runs a step of a workflow, which has to exit with CODE. Its output is in the file `log`.
played=' '
plays() { # CODE SCRIPT [ARGUMENT]...
    local code=0 wanted=$1
    shift
    played+="$1 "
    log=$work/log.$((++asserted))
    "$@" >"$log" 2>&1 </dev/null || code=$?
    if ((code != wanted)); then
        wrong "'$*' exited with $code, not $wanted; its output:"
        tail -n 20 "$log" | plain
    fi
}

has() { # FILE TEXT
    asserted=$((asserted + 1))
    if ! grep -qF -e "$2" "$1"; then wrong "${1#"$work/"} does not contain '$2'"; fi
}

has_not() { # FILE TEXT
    asserted=$((asserted + 1))
    if grep -qF -e "$2" "$1"; then wrong "${1#"$work/"} contains '$2'"; fi
}

is() { # WHAT VALUE EXPECTED
    asserted=$((asserted + 1))
    if [ "$2" != "$3" ]; then wrong "$1 is '$2', not '$3'"; fi
}

same_file() { # FILE FILE
    asserted=$((asserted + 1))
    if ! cmp -s "$1" "$2"; then wrong "$1 differs from $2"; fi
}

# Prints the timeline, and exits with 1 if an assertion failed.
finish() {
    part "done: $asserted assertions, $failed failed"
    echo
    echo "timeline, in seconds since the start (all files are in ${work#"$crate/"}):"
    cat "$timeline"
    if ((failed)); then exit 1; fi
}
