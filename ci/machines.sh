# shellcheck shell=bash
# Plays what may go wrong in a job that measures, and how a program is handed from one job to others. ci/rehearse sources
# this after it has measured; this uses its variables and functions.
# shellcheck disable=SC2154

part 'measure: a job that does not exist, and one whose program fails'
plays 2 ci/measure no-such-job
MINUTES=soon plays 2 ci/measure native-1
measured=target/ci/measured/native-1
BROKENPIPE=false plays 1 ci/measure native-1
is 'what a job that failed leaves' "$(ls "$measured")" incomplete.txt
has "$measured/incomplete.txt" 'the program does not run here'

part 'measure: a job that is stopped keeps what it has, and says why'
# Would measure for minutes.
cat >"$work/bin/long" <<END
#!/bin/sh
if [ "\$1" = run ]; then shift; set -- run --repeat 200 "\$@"; fi
exec "$BROKENPIPE" "\$@"
END
chmod +x "$work/bin/long"
# The step as a workflow's runner begins it; a signal goes to the first process only.
# shellcheck disable=SC2016 # the step's shell is to expand it
sed -n 's/^      - run: \(.*ci\/measure "$JOB"\)$/\1/p' .github/workflows/measure.yml >"$work/step.sh"
stopped_by() { # SIGNAL
    local step code=0
    # In a group of its own, because a job in the background would ignore SIGINT, as this script may itself.
    set -m
    JOB=native-1 BROKENPIPE=$work/bin/long env --default-signal=INT bash --noprofile --norc -e -o pipefail "$work/step.sh" &
    step=$!
    set +m
    sleep 6
    kill -s "$1" "$step"
    wait "$step" || code=$?
    return $code
}
plays 0 ci/measure native-1 --begin
has "$measured/incomplete.txt" 'the job ended before it measured'
plays 2 ci/measure native-1 --end
for signal in INT TERM; do
    plays 1 stopped_by $signal
    has "$log" 'native-1: incomplete: it was asked to stop'
    has "$measured/incomplete.txt" 'not run'
    has "$measured/$native.csv" ',not-run,'
done
is 'processes that a job leaves behind' "$(pgrep -fc "$work/bin/long|tail -f target/ci/measured" || true)" 0

part 'measure: a run that its time limit ends'
# Of the options it takes the folder, the fourth, and leaves out that slow scenarios run.
cat >"$work/bin/short" <<END
#!/bin/sh
if [ "\$1" = run ]; then exec "$BROKENPIPE" run --repeat 200 --quiet --out "\$5" --time-limit 25s; fi
exec "$BROKENPIPE" "\$@"
END
chmod +x "$work/bin/short"
BROKENPIPE=$work/bin/short plays 1 ci/measure native-1
has "$measured/incomplete.txt" 'the time limit passed before all cases were complete'
has "$measured/$native.csv" ',not-run,'
has "$measured/$native.csv" ',EPIPE,'
# As a step of the workflow uploads it: for a part below.
cp -r "$measured" "$work/cut-short"

part 'program: one build, handed on'
plays 0 ci/program --key
key=$(sed -n 's/^key=//p' "$log")
is 'the key of the cache' "$(grep -cE '^program-[a-z0-9_-]+-[0-9a-f]{8}-[0-9a-f]{16}$' <<<"$key")" 1
rm -rf target/ci/program
plays 0 ci/program
cp -r target/ci/program "$work/handed"
# An artifact does not keep the permission.
chmod -x "$work/handed/brokenpipe"
# Fails if it is asked to build.
mkdir "$work/bin-without-cargo"
printf '#!/bin/sh\necho "cargo was asked" >&2\nexit 1\n' >"$work/bin-without-cargo/cargo"
chmod +x "$work/bin-without-cargo/cargo"
collects() { # CODE FOLDER
    rm -rf "$work/handed.out"
    PATH=$work/bin-without-cargo:$PATH BROKENPIPE='' HANDED_PROGRAM=$2 plays "$1" ci/collect "$artifacts" "$work/handed.out"
}
collects 0 "$work/handed"
has_not "$log" 'cargo was asked'
echo 'other sources' >"$work/handed/sources"
collects 2 "$work/handed"
has "$log" 'the program is of other sources, so the program is built here'
has "$log" 'cargo was asked'
collects 2 "$work/no-such-folder"
has "$log" 'no program was handed on'
cp target/ci/program/sources "$work/handed/"
printf '#!/no/such/interpreter\n' >"$work/handed/brokenpipe"
collects 2 "$work/handed"
has "$log" 'the program does not run here'

part 'check: it installs what an image with Rust lacks'
mkdir "$work/bin-bare"
cat >"$work/bin-bare/cargo" <<END
#!/bin/sh
if [ "\$2" = --version ] && [ -e "$work/component.\$1" ]; then exit 0; fi
exit 9
END
cat >"$work/bin-bare/rustup" <<END
#!/bin/sh
[ "\$1 \$2" = 'component add' ] && touch "$work/component.\$(echo "\$3" | sed s/rustfmt/fmt/)"
END
chmod +x "$work/bin-bare"/*
# Its first check is that of the format, which this cargo fails.
PATH=$work/bin-bare:$PATH plays 9 ci/check
has "$log" '=== format'
is 'the components' "$(cd "$work" && echo component.*)" 'component.clippy component.fmt'

part 'tests: what cargo says is kept'
PATH=$work/bin-bare:$PATH plays 9 ci/test
has target/ci/tests/log.txt Linux
