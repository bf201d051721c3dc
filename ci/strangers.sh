# shellcheck shell=bash
# Checks that hostile results of a job do no harm. ci/rehearse sources this after it has measured and accepted results;
# this uses its variables and functions.
# shellcheck disable=SC2154

part 'report: hostile results'

# Free text may hold anything: these results are accepted, and their text has to be harmless wherever it is shown.
hostile words
awk -v FS=, -v OFS=, '
    BEGIN {
        word[2] = "<img src=x onerror=alert(1)>"; word[3] = "\"=HYPERLINK(\"\"http://a.example\"\")\""; word[4] = "::error::gotcha"
        word[5] = "##[set-env name=A]b"; word[6] = "@everyone|`x`"; word[7] = "$(touch pwned)"; word[8] = "%0A::error::gotcha"
        word[9] = "<!-- </table><script>alert(1)</script>"
    }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR in word {
        $NF = word[NR]; $at["outcome"] = "unsupported"; $at["code"] = $at["name"] = $at["kind"] = $at["signal"] = ""
    }
    { print }
' "$artifacts/results-words/stranger-words.csv" >"$work/csv"
mv "$work/csv" "$artifacts/results-words/stranger-words.csv"

# The results below are refused.
hostile html
sed -i '2s/,ok,/,<script>alert(1)<\/script>,/' "$artifacts/results-html/stranger-html.csv"
hostile formula
sed -i '2s/,ok,/,=cmd|calc,/' "$artifacts/results-formula/stranger-formula.csv"
hostile control
sed -i $'2s/$/\033[2J/' "$artifacts/results-control/stranger-control.csv"
hostile command
sed -i '2s/^/::error::gotcha\n/' "$artifacts/results-command/stranger-command.csv"
hostile commandname
sed -i 's/stranger-commandname/::error::gotcha/' "$artifacts/results-commandname"/*.csv
hostile escape
sed -i 's#stranger-escape#../../etc#' "$artifacts/results-escape"/*.csv
hostile absolute
sed -i 's#stranger-absolute#/etc/passwd#' "$artifacts/results-absolute"/*.csv
hostile device
sed -i 's#stranger-device#NUL#' "$artifacts/results-device"/*.csv
hostile longrow
awk 'NR == 5 { printf "%s", $0; for (i = 0; i < 300000; i++) printf "x"; print ""; next } 1' \
    "$artifacts/results-longrow/stranger-longrow.csv" >"$work/csv"
mv "$work/csv" "$artifacts/results-longrow/stranger-longrow.csv"
hostile link
ln -s /etc/passwd "$artifacts/results-link/passwd.csv"
hostile folder
mkdir "$artifacts/results-folder/deeper.csv"
hostile filename
cp "$artifacts/results-filename/platforms.csv" "$artifacts/results-filename/::error::gotcha.csv"
hostile newline
cp "$artifacts/results-newline/platforms.csv" "$artifacts/results-newline/a"$'\n'"::error::gotcha.csv"
hostile dots
cp "$artifacts/results-dots/platforms.csv" "$artifacts/results-dots/..x.csv"
hostile many
for i in $(seq 60); do cp "$artifacts/results-many/platforms.csv" "$artifacts/results-many/x$i.csv"; done
hostile large
truncate -s 65M "$artifacts/results-large/large.csv"
hostile nothing
rm "$artifacts/results-nothing"/*
hostile binary
head -c 100000 /dev/urandom >"$artifacts/results-binary/stranger-binary.csv"
hostile cut
head -c 50000 "$artifacts/results-cut/stranger-cut.csv" >"$work/csv"
mv "$work/csv" "$artifacts/results-cut/stranger-cut.csv"
hostile documented
sed -i 's/,measured,/,documented,/' "$artifacts/results-documented"/*.csv
# Claims to be this machine, with other outcomes.
another impostor "$native"
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
$at["outcome"] == "EPIPE" {
    $at["outcome"] = $at["name"] = "ECONNRESET"; $at["code"] = 104; $at["kind"] = "ConnectionReset" } { print }' \
    "$artifacts/results-impostor/$native.csv" >"$work/csv"
mv "$work/csv" "$artifacts/results-impostor/$native.csv"
another usurper no-results
# Sends a platform of its own, and one that another job has already given.
hostile greedy
cp "$artifacts/results-native-1/$native.csv" "$artifacts/results-greedy/"
sed -n 2p "$artifacts/results-native-1/platforms.csv" >>"$artifacts/results-greedy/platforms.csv"
printf 'linked ubuntu-24.04 here native\n' >>"$PLATFORMS_FILE"
ln -s results-native-1 "$artifacts/results-linked"
# Belongs to no job.
cp -r "$artifacts/results-native-1" "$artifacts/results-::error::gotcha"
refused=(html formula control command commandname escape absolute device longrow link folder filename newline dots many large nothing
    binary cut documented impostor usurper greedy linked)

report strangers changed
plays 1 ci/verdict "$out" changed
for job in "${refused[@]}"; do
    is "the state of $job" "$(state "$job")" refused
    has "$collected" "ci/collect: $job: refused: "
    has "$out/merged/$job.csv" 'its results were refused'
    if [ -n "$(find "$out/merged" -name "stranger-$job.csv")" ]; then wrong "the refused results of $job were merged"; fi
done
is 'the state of what belongs to no job' "$(state '(others)')" refused
is 'the state of words' "$(state words)" measured
for job in "${good[@]}"; do
    for csv in "$work/well/measured/$job"/*.csv; do
        name=$(basename "$csv")
        if [ -e "$csv" ] && [ "$name" != platforms.csv ]; then same_file "$out/merged/$name" "$work/well/merged/$name"; fi
    done
done
same_file "$out/merged/$native-next.csv" "$work/change/merged/$native-next.csv"

part 'report: hostile text has no effect'
asserted=$((asserted + 4))
# A log line that begins with two colons is a command. Only the annotations of the check itself are allowed.
for text in "$collected" "$annotations"; do
    if sed 's/^[[:space:]]*//' "$text" | grep '^::' | grep -qvE '^::((error|warning|notice) (file|title)=|group::[0-9]+ further|endgroup::$)'; then wrong "${text#"$work/"} has a command that the check did not write"; fi
    if grep -qF '##[' "$text"; then wrong "${text#"$work/"} has a command"; fi
    if LC_ALL=C grep -q $'[\001-\010\013-\037\177]' "$text"; then wrong "${text#"$work/"} has control characters"; fi
done
if grep -F 'gotcha' "$annotations" | grep -vF 'ci/' | grep -qE '^::'; then wrong 'an annotation has a stranger'"'"'s words unescaped'; fi
for words in '<script' '<img' '</table><' '<!-- <' '://a.example'; do has_not "$out.summary" "$words"; done
for text in "$out.summary" "$out/site/index.html" "$out/site/changes.html" "$out/site/platforms/stranger-words.html"; do
    for words in '<script>' '<img' '</table><script' '<!-- <'; do has_not "$text" "$words"; done
    if LC_ALL=C grep -q $'\033' "$text"; then wrong "${text#"$work/"} has control characters"; fi
done
has_not "$out.summary" '@everyone'
# The text has to be there as text, or the checks above would prove nothing.
for words in 'alert(1)' 'HYPERLINK' 'gotcha' 'everyone'; do has "$out.summary" "$words"; done
has "$out/site/platforms/stranger-words.html" 'alert(1)'
if [ -e pwned ] || [ -e "$artifacts/pwned" ] || [ -e /etc.csv ]; then wrong 'a stranger wrote a file'; fi
if [ -n "$(find "$out" -type l)" ]; then wrong 'the collected results contain a link'; fi
