# shellcheck shell=bash
# Plays the composite action and a release. ci/rehearse sources this after its other parts.

# shellcheck disable=SC2154 # ci/rehearsal.sh sets log
: "${crate:?}" "${work:?}" "${native:?}"

# ---- the composite action -------------------------------------------------------------

# The sed and the outputs of the steps are as the runner has them; every step of action.yml is played, but the cache.
runner=$work/runner
mkdir -p "$runner/tools" "$runner/temp"
said() { sed -n "s/^$1=//p" "$runner/outputs" | tail -n 1; } # OUTPUT

# Plays a step of the action with a clean environment of the runner, and with inputs.
step() { # CODE SCRIPT [ARGUMENT | NAME=VALUE]...
    local code=$1 name=$2 inputs=() arguments=()
    shift 2
    for word in "$@"; do case $word in *=*) inputs+=("$word") ;; *) arguments+=("$word") ;; esac done
    plays "$code" env RUNNER_TOOL_CACHE="$runner/tools" RUNNER_TEMP="$runner/temp" GITHUB_OUTPUT="$runner/outputs" \
        GITHUB_STEP_SUMMARY="$runner/summary" RELEASES_FILE="$runner/releases" ${inputs[@]+"${inputs[@]}"} \
        "${action_path:-$crate}/$name" ${arguments[@]+"${arguments[@]}"}
    played+="$name "
}

# Plays the last step. Whatever it gives, there is a summary, and it begins with the verdict.
action() { # CODE VERDICT [NAME=VALUE]...
    local code=$1 verdict=$2
    shift 2
    rm -f "$runner/summary"
    : >"$runner/outputs"
    step "$code" ci/action/measure PROGRAM="$BROKENPIPE" "$@"
    is 'the beginning of the summary' "$(head -n 1 "$runner/summary" | sed 's/ on .*//')" "## brokenpipe: $verdict"
    if [ "$verdict" != inconclusive ]; then
        is 'the verdict of the action' "$(said verdict)" "$verdict"
        is 'the platform of the action' "$(said platform)" "${platform:-$native}"
        has "$runner/summary" 'Beside other systems'
        has "$runner/summary" '<details><summary>All results of this run</summary>'
        is 'the ends of what is folded' "$(grep -c '^</details>$' "$runner/summary")" 1
    fi
}

part 'action: the same, changed, new, and wrong inputs'
: >"$runner/releases"
action 0 same SELECT=$'  peer-reset\tpeer-crash\n\npeer-close/write-*\n' BASELINE="$work/baseline"
is 'the families that were selected' \
    "$(sed -n '2,$s/^[^,]*,[^,]*,\([^/]*\).*/\1/p' "$(said results)/$native.csv" | sort -u | tr '\n' ' ')" \
    'peer-close peer-crash peer-reset '
has "$runner/summary" "${native//_/\\_}"
has "$runner/summary" "|  | ${native//_/\\_} | Linux |"
mkdir "$work/other-baseline" "$work/no-baseline"
awk -F, -v name="$native" 'NR == 1 || $1 == name' "$work/baseline/platforms.csv" >"$work/other-baseline/platforms.csv"
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
!done && $3 ~ /^peer-reset/ && $at["outcome"] == "EPIPE" {
    $at["outcome"] = $at["name"] = "ECONNRESET"; $at["code"] = 104; $at["kind"] = "ConnectionReset"; done = 1 } { print }' \
    "$work/baseline/$native.csv" >"$work/other-baseline/$native.csv"
action 1 changed SELECT=peer-reset BASELINE="$work/other-baseline" FAIL_ON=changed
has "$runner/summary" '| **changed** |'
has "$log" '::error'
action 0 changed SELECT=peer-reset BASELINE="$work/other-baseline" FAIL_ON=never
for table in platforms "$native"; do
    sed -e "s/^$native,/elsewhere,/" -e '2,$s/,linux,/,freebsd,/' "$work/baseline/$table.csv" >"$work/no-baseline/${table/$native/elsewhere}.csv"
done
awk -F, 'NR == 1 || $1 == "elsewhere"' "$work/no-baseline/platforms.csv" >"$work/one" && mv "$work/one" "$work/no-baseline/platforms.csv"
action 0 new SELECT=peer-reset BASELINE="$work/no-baseline"
action 4 new SELECT=peer-reset BASELINE="$work/no-baseline" FAIL_ON=new
action 2 inconclusive SELECT=--format=json
action 2 inconclusive BASELINE="$work/no-such-folder"
action 2 inconclusive FAIL_ON=sometimes
action 2 inconclusive SELECT=no-such-scenario
has "$runner/summary" 'no-such-scenario'
action 0 inconclusive BASELINE="$work/baseline" TIME_LIMIT=1s
has "$runner/summary" 'The run is incomplete'
action 2 inconclusive TIME_LIMIT=soon
has "$runner/summary" 'time-limit'

part 'action: through a command, such as a sandbox'
# It has a file system of its own: what is written is lost. It says something on standard output before, and ends lines
# as a terminal does.
cat >"$work/bin/sandbox" <<'END'
#!/bin/sh
lost=$(mktemp -d)
echo 'welcome to the sandbox'
(cd "$lost" && TMPDIR=$lost "$@"; echo; echo 'good bye') | sed 's/$/\r/'
rm -r "$lost"
END
cat >"$work/bin/cut-off" <<'END'
#!/bin/sh
"$@" | head -n 20
END
chmod +x "$work/bin/sandbox" "$work/bin/cut-off"
action 0 same SELECT=peer-reset BASELINE="$work/baseline" COMMAND_PREFIX="$work/bin/sandbox  env A=b"
is 'the deadlines in the sandbox' "$(awk -F, 'NR == 2 { print $13, $14 }' "$(said results)/platforms.csv")" '2s 1m'
action 2 inconclusive SELECT=peer-reset BASELINE="$work/baseline" COMMAND_PREFIX="$work/bin/cut-off"
has "$runner/summary" 'no whole results'
action 2 inconclusive SELECT=peer-reset BASELINE="$work/baseline" COMMAND_PREFIX='no-such-command do'
has "$runner/summary" 'no-such-command'
action 1 changed SELECT=peer-reset BASELINE="$work/other-baseline" COMMAND_PREFIX="$work/bin/sandbox"

# A real one, if a job measured it, against the project's own accepted results.
runsc=$crate/target/platforms/gvisor-2024/usr/bin/runsc
case " ${others[*]-} " in
    *' gvisor-2024 '*)
        if [ -x "$runsc" ]; then
            part 'action: through gVisor'
            platform=$("$runsc" --rootless --network=none "do" -quiet -- "$BROKENPIPE" platform 2>/dev/null | awk 'NR == 1 { print $NF }')
            platform=$platform action 0 same SELECT='peer-close peer-reset' \
                COMMAND_PREFIX="$runsc --rootless --network=none do -quiet --"
            has "$runner/summary" gvisor
            unset platform
        fi
        ;;
esac

# ---- a release ------------------------------------------------------------------------

part 'release: an archive, twice the same'
# In place of a build, this copies the program that the rehearsal has.
cat >"$work/bin/cargo" <<END
#!/bin/sh
if [ "\$1" != build ]; then exec "$(command -v cargo)" "\$@"; fi
while [ "\$1" != --target ]; do shift; done
mkdir -p "\$4/\$2/release"
cp "$BROKENPIPE" "\$4/\$2/release/brokenpipe"
END
# Downloads no target.
printf '#!/bin/sh\ncase "$*" in *no-such-target*) exit 1 ;; esac\n' >"$work/bin/rustup"
chmod +x "$work/bin/cargo" "$work/bin/rustup"
host=$(rustc -vV | sed -n 's/^host: //p')
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=brokenpipe-$version-$host
for dist in dist dist-again; do
    PATH=$work/bin:$PATH RELEASE_TARGET_DIR=$work/release-target plays 0 ci/release "$host" "$work/$dist"
    touch -t 200102030000 "$work/release-target/$host/release/brokenpipe"
done
same_file "$work/dist/$name.tar.gz" "$work/dist-again/$name.tar.gz"
tar -tzf "$work/dist/$name.tar.gz" >"$work/listed"
for file in brokenpipe LICENSE-MIT LICENSE-APACHE LICENSES-OF-CRATES.txt README.md completions/brokenpipe.bash completions/_brokenpipe \
    man/man1/brokenpipe.1 man/man1/brokenpipe-check.1; do
    has "$work/listed" "$name/$file"
done
GITHUB_STEP_SUMMARY=$work/release.summary plays 0 ci/release --sums "$work/dist"
cp "$log" "$runner/releases"
has "$work/release.summary" "$(<"$runner/releases")"
plays 0 ci/release --tag "v$version"
plays 2 ci/release --tag v99.0.0
plays 2 ci/release --sums "$work/no-such-folder"
PATH=$work/bin:$PATH plays 2 ci/release no-such-target "$work/dist"
PATH=$work/bin:$PATH GITHUB_REPOSITORY=someone/brokenpipe plays 0 ci/publish "$work/dist" "v$version"
has "$work/gh" "gh release create v$version --draft --verify-tag"
plays 2 ci/publish "$work/listed" "v$version"
plays 2 ci/release "$host"
# As in the virtual machine, but for the program, which is this machine's.
TMPDIR=$work PATH=$work/bin-FreeBSD:$work/bin:$PATH plays 0 ci/release-in-vm
if [ ! -s "target/ci/dist/brokenpipe-$version-x86_64-unknown-freebsd.tar.gz" ]; then wrong 'there is no archive for FreeBSD'; fi
# It is not for FreeBSD, so nobody should find it.
rm -f "target/ci/dist/brokenpipe-$version-x86_64-unknown-freebsd.tar.gz"

part 'action: the program of a release, verified each time'
cat >"$work/bin/curl" <<END
#!/bin/sh
echo "curl \$*" >>"$work/curl"
if [ -e "$work/unreachable" ]; then exit 6; fi
while [ "\$1" != --output ]; do shift; done
cp "$work/served/\${3##*/}" "\$2"
END
chmod +x "$work/bin/curl"
cp -r "$work/dist" "$work/served"
program() { # CODE [NAME=VALUE]...
    rm -f "$runner/summary"
    : >"$runner/outputs"
    step "$1" ci/action/program PATH="$work/bin:$PATH" "${@:2}"
}
program 0
has "$log" "downloading $name"
has "$work/curl" "/releases/download/v$version/$name.tar.gz"
is 'what has to be built' "$(said key)" ''
same_file "$(said program)" "$BROKENPIPE"
program 0 VERSION="$version"
has "$log" 'from the tool cache'
is 'the number of downloads' "$(wc -l <"$work/curl" | tr -d ' ')" 1
start=$SECONDS
step 0 ci/action/measure PROGRAM="$(said program)" BASELINE="$work/baseline"
part "action: everything, with a release's program: $((SECONDS - start)) s"
echo tampered >>"$runner/tools/brokenpipe/$version/$name.tar.gz"
program 0
is 'the number of downloads' "$(wc -l <"$work/curl" | tr -d ' ')" 2
rm -r "$runner/tools/brokenpipe/$version"
echo tampered >>"$work/served/$name.tar.gz"
program 2
has "$log" 'its hash is not that of ci/action/releases'
has "$runner/summary" '## brokenpipe: inconclusive'
is 'the program after a false download' "$(said program)" ''
program 2 VERSION=99.0.0
has "$runner/summary" "no release '99.0.0'"
touch "$work/unreachable"
program 2 VERSION="$version"
program 0
has "$log" 'so the program is built'
sed 's/.$/0/; s/..$/00/' "$runner/releases" >"$work/stale" && mv "$work/stale" "$runner/releases"
program 0
has "$log" 'has no release of these sources'
key=$(said key) folder=$(said folder)
is 'whether there is a key' "${key:+yes}" yes

part 'action: a build in a checkout that breaks builds'
hostile=$work/hostile
mkdir -p "$hostile/tools"
ln -s "$crate" "$hostile/tools/brokenpipe"
plays 0 ci/action/hostile "$hostile"
hostile_environment=()
while IFS= read -r line; do hostile_environment+=("$line"); done <"$log"
is 'whether an ordinary build breaks there' "$(cd "$hostile" && cargo build >/dev/null 2>&1 && echo no || echo yes)" yes
# Kept from one rehearsal to the next, so that cargo builds only what changed.
mkdir -p "$crate/target/ci/action-target"
ln -s "$crate/target/ci/action-target" "$runner/temp/brokenpipe-target"
# Its home has such settings, too.
mkdir -p "$hostile/home"
ln -s "${CARGO_HOME:-$HOME/.cargo}/registry" "$hostile/home/registry"
sed -e '/offline/d' -e '/opt-level/d' "$hostile/.cargo/config.toml" >"$hostile/home/config.toml"
cd "$hostile" || exit
action_path=$hostile/tools/brokenpipe
rm -f "$runner/outputs" "$runner/summary"
start=$SECONDS
step 0 ci/action/program --build CARGO_HOME="$hostile/home" "${hostile_environment[@]}"
part "action: built in $((SECONDS - start)) s"
has "$log" "building brokenpipe and its crates for $host"
has "$log" 'built in '
is 'the folder of what was built' "$(said program)" "$folder/brokenpipe"
step 0 ci/action/measure PROGRAM="$(said program)" SELECT=peer-reset BASELINE="$work/baseline" "${hostile_environment[@]}"
is 'the verdict in the hostile checkout' "$(said verdict)" same
rm -f "$runner/outputs"
step 0 ci/action/program CARGO_HOME="$hostile/home" "${hostile_environment[@]}"
has "$log" 'taking what was built of these sources'
is 'what has to be built again' "$(said key)" ''
unset action_path
cd "$crate" || exit

part 'action: sources that changed are built anew'
mkdir "$work/changed"
cp -r Cargo.toml Cargo.lock build.rs src ci "$work/changed/"
echo '// changed' >>"$work/changed/src/main.rs"
rm -f "$runner/outputs"
action_path=$work/changed step 0 ci/action/program
has "$log" 'has no release of these sources'
is 'whether changed sources have another key' "$([ -n "$(said key)" ] && [ "$(said key)" != "$key" ] && echo yes)" yes
