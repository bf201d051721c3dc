# shellcheck shell=bash
# Plays reports of runs in which a platform is new, a job did not come to its end, or many gave nothing. ci/rehearse
# sources this after the report of a changed outcome; this uses its variables and functions.
# shellcheck disable=SC2034,SC2154 # they are its, too

kept_artifacts=$artifacts kept_platforms=$PLATFORMS_FILE
artifacts=$work/artifacts.verdicts
export PLATFORMS_FILE=$work/platforms.verdicts

# Begins with a job that measured this machine as it is accepted.
anew() {
    rm -rf "$artifacts"
    mkdir "$artifacts"
    cp -r "$work/well/measured/native-1" "$artifacts/results-native-1"
    echo 'native-1 ubuntu-24.04 here change - native' >"$PLATFORMS_FILE"
}
job() { echo "$1 ubuntu-24.04 here ${2:-weekly} - native" >>"$PLATFORMS_FILE"; } # JOB [WHEN]

# Adds a job that measured a platform of which nothing is accepted.
stranger_to_us() { # JOB PLATFORM
    local table
    mkdir "$artifacts/results-$1"
    for table in platforms "$native"; do
        sed -e "s/^$native,/$2,/" -e '2,$s/,linux,/,macos,/' "$work/well/measured/native-1/$table.csv" \
            >"$artifacts/results-$1/${table/$native/$2}.csv"
    done
    job "$1"
}
first_annotation() { grep '^::' "$annotations" | head -n 1; }

part 'verdicts: a platform of which nothing is accepted'
anew
stranger_to_us new-system macos-99-aarch64
report new new
plays 0 ci/verdict "$out" changed
plays 0 ci/verdict "$out" inconclusive
plays 4 ci/verdict "$out" new
plays 0 ci/verdict "$out" never
has "$out.summary" '## Behaviour: new'
has "$out.summary" '**No accepted results to compare with:** macos-99-aarch64.'
is 'the first annotation of a new platform' "$(first_annotation | sed 's/, .*//')" '::warning title=no baseline::macos-99-aarch64: new'
has "$out/check.xml" 'macos-99-aarch64'

part 'verdicts: a job that did not come to its end'
anew
job cut-short
sed "s/^$native,/$native-cut,/" "$work/cut-short/$native.csv" >"$work/csv"
mkdir "$artifacts/results-cut-short"
mv "$work/csv" "$artifacts/results-cut-short/$native-cut.csv"
sed "s/^$native,/$native-cut,/" "$work/cut-short/platforms.csv" >"$artifacts/results-cut-short/platforms.csv"
cp "$work/cut-short/incomplete.txt" "$artifacts/results-cut-short/"
report unfinished inconclusive
is 'the state of cut-short' "$(state cut-short)" incomplete
plays 0 ci/verdict "$out" changed
plays 2 ci/verdict "$out" inconclusive
has "$out.summary" "**Incomplete:** cut-short (${native//_/\\_}-cut: the time limit passed before all cases were complete)"
has_not "$out.summary" '**missing**'
has "$annotations" '::error title=incomplete::cut-short: the time limit passed'
has_not "$annotations" 'title=missing'
# A step that was not run is missing in the results for other programs, so that none of them takes it for the same.
has "$out/check.xml" '<failure message="missing '
has "$out.summary" 'Steps of cases of incomplete jobs: '
has "$out/merged/$native-cut.csv" ',not-run,'
if [ -e "$out/measured/cut-short" ]; then wrong 'results of a job that did not come to its end can be accepted'; fi

# What has changed is known even so.
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
!done && $at["outcome"] == "EPIPE" {
    $at["outcome"] = $at["name"] = "ECONNRESET"; $at["code"] = 104; $at["kind"] = "ConnectionReset"; done = 1 } { print }' \
    "$artifacts/results-cut-short/$native-cut.csv" >"$work/csv"
mv "$work/csv" "$artifacts/results-cut-short/$native-cut.csv"
report unfinished-change changed
plays 1 ci/verdict "$out" changed
has "$out.summary" '| **changed** |'
is 'the first annotation of a change before the end' "$(first_annotation | sed 's/.*title=\([a-z]*\) .*/\1/')" changed

part 'verdicts: a job that did not come to its end, of a platform that another job measured'
cp -r "$work/cut-short" "$artifacts/results-native-0"
# The first in the table, so that it is seen before the one that is complete.
sed -i '1s/^/native-0 ubuntu-24.04 here weekly - native\n/' "$PLATFORMS_FILE"
rm -rf "$artifacts/results-cut-short"
sed -i '/^cut-short/d' "$PLATFORMS_FILE"
# Nothing but the reason, and with words that are commands in a log, and that a summary takes for markup.
mkdir "$artifacts/results-nothing"
printf '::error::gotcha ##[set-env] <b> @everyone\t%%0A \xe2 \xc2\x85\n' >"$artifacts/results-nothing/incomplete.txt"
job nothing
# A file that is not what it says.
mkdir "$artifacts/results-endless"
head -c 100000 /dev/zero | tr '\0' x >"$artifacts/results-endless/incomplete.txt"
job endless
report both inconclusive
is 'the state of native-0' "$(state native-0)" incomplete
is 'the state of native-1' "$(state native-1)" measured
is 'the state of nothing' "$(state nothing)" incomplete
is 'the state of endless' "$(state endless)" refused
same_file "$out/merged/$native.csv" "$work/well/merged/$native.csv"
has "$out.summary" "native-0 (${native//_/\\_}, the same as native-1: the time limit passed"
has "$out.summary" 'nothing (there are no results: ::error::gotcha ##'
for words in '##[' '<b>' ' @everyone'; do has_not "$out.summary" "$words"; done
has_not "$annotations" '##['
is 'lines of annotations that begin with the words of a job' "$(grep -c '^::error::' "$annotations")" 0
has "$annotations" '%250A'

part 'verdicts: a second attempt'
# The artifact of the first is replaced, as `overwrite` does; the report begins on a new machine.
rm -rf "$artifacts/results-nothing" "$artifacts/results-endless" "$artifacts/results-native-0"
sed -i -e '/^nothing/d' -e '/^endless/d' "$PLATFORMS_FILE"
report first-attempt inconclusive
is 'the state of native-0' "$(state native-0)" absent
cp -r "$work/well/measured/native-1" "$artifacts/results-native-0"
report second-attempt same
is 'the state of native-0' "$(state native-0)" measured
is 'the state of native-1' "$(state native-1)" same
attempts=0
for workflow in ci measure drift; do
    attempts=$((attempts + $(awk '
        function end() { if (upload && !ok) print name; upload = ok = 0 }
        /^ *- / { end() }
        /actions\/upload-(pages-)?artifact@/ { upload = 1; name = FILENAME ": " FNR }
        /overwrite: true/ || /name: .*github.run_attempt/ { ok = 1 }
        END { end() }
    ' ".github/workflows/$workflow.yml" | wc -l)))
done
is 'uploads that a second attempt cannot repeat' "$attempts" 0

part 'verdicts: twelve jobs without results beside one change'
anew
cp -r "$work/change/measured/changed" "$artifacts/results-a-change"
job a-change
for number in $(seq 12); do job "absent-$number"; done
report twelve changed
is 'the first annotation of twelve absent jobs' "$(first_annotation | sed 's/.*title=\([a-z]*\) .*/\1/')" changed
is 'annotations of twelve absent jobs' "$(grep -c 'title=not measured' "$annotations")" 1
is 'lines of the summary on twelve absent jobs' "$(grep -c 'its job failed' "$out.summary")" 1

part 'verdicts: a pull request does not wait for what it does not measure'
anew
job rare
report_scope=change
report pull-request same
is 'the state of rare' "$(state rare)" nowhere
has "$out.summary" '**Not measured:** rare (it is measured each week and on the default branch only).'
report_scope=''

part 'verdicts: nothing to report'
rm -rf "$artifacts" "$work/nothing"
mkdir "$artifacts"
plays 0 ci/collect "$artifacts" "$work/nothing"
GITHUB_STEP_SUMMARY=$work/nothing.summary GITHUB_OUTPUT=$work/nothing.outputs plays 0 ci/summarize "$work/nothing" --baseline "$work/baseline"
is 'the verdict of nothing' "$(<"$work/nothing.outputs")" verdict=inconclusive
has "$work/nothing.summary" '## Behaviour: inconclusive'
# As after a step that failed.
rm -rf "$work/nothing" "$work/nothing.summary" "$work/nothing.outputs"
GITHUB_STEP_SUMMARY=$work/nothing.summary GITHUB_OUTPUT=$work/nothing.outputs plays 2 ci/summarize "$work/nothing" --baseline "$work/baseline"
is 'the verdict without a report' "$(<"$work/nothing.outputs")" verdict=inconclusive
has "$work/nothing.summary" '## Behaviour: inconclusive'
has "$work/nothing.summary" "the log of ci/collect's step says why"

artifacts=$kept_artifacts
export PLATFORMS_FILE=$kept_platforms
