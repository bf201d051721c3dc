# shellcheck shell=bash
# Functions shared by the steps of the composite action, which source this first.

# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
script=ci/action/$(basename "$0")

# A path that bash takes on Windows, too.
bash_path() { if command -v cygpath >/dev/null; then cygpath -u "$1"; else echo "$1"; fi; }

# shellcheck disable=SC2034 # the steps use it
temporary=$(bash_path "${RUNNER_TEMP:-${TMPDIR:-/tmp}}")

# Writes why there is no verdict into the summary. A file has the words of a command that failed; the last are shown.
summarize_nothing() { # REASON [FILE]
    summarized=yes
    if [ -z "${GITHUB_STEP_SUMMARY-}" ]; then return; fi
    {
        echo '## brokenpipe: inconclusive'
        echo
        echo 'There is no verdict, for this reason:'
        echo
        { echo "$1" && if [ -n "${2-}" ]; then tail -n 20 "$2"; fi; } | plain | sed 's/^/    /'
        echo
    } >>"$GITHUB_STEP_SUMMARY"
}

# Ends the action where there is no verdict, and says why in the log and in the summary.
give_up() { # REASON [FILE]
    if [ -n "${2-}" ]; then plain <"$2" >&2; fi
    summarize_nothing "$@"
    say "$1"
    exit 2
}

# Functions of other scripts end with this.
die() { give_up "$2"; } # CODE MESSAGE

# The summary is never empty.
summarized=
# shellcheck disable=SC2154 # the trap sets it
trap 'code=$?; if [ $code != 0 ] && [ -z "$summarized" ]; then summarize_nothing "$script failed with code $code; the log says why"; fi' EXIT
