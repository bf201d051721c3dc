# shellcheck shell=bash
# Functions shared by the measure-* scripts and by others that build for foreign
# systems. A script sources this, calls `options`, then `column` for each platform,
# then `finish`.
#
# A column is a platform's results. It is measured into a scratch folder and merged
# into the results folder when it is complete, so that a failure leaves the results as
# they were. Downloads and builds stay under target/platforms.

set -euo pipefail
umask 022
export LC_ALL=C

crate=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
caller_folder=$PWD
platforms=$crate/target/platforms
script=$(basename "$0")

out=$crate/results
skip_unavailable=
chosen=()    # the words on the command line, or all that the script offers
good=measured # the word printed for a column that did not fail
all_well=yes # nothing failed, and nothing was skipped without --skip-unavailable
# Deadlines for runs on an emulated processor or kernel. On a busy machine, processes
# there have missed the usual 200 ms and so looked silent, and four connects in some
# 30,000 have taken longer than the usual 5 s.
# shellcheck disable=SC2034 # scripts use it
patient=(--await-deadline 2s --connect-deadline 60s)
# Unoptimised, because building takes far longer than running, which is mostly waiting.
opt_level=0
child=       # the process to end if this script is ended
scratch=

say() { echo "$script: $*" >&2; }

die() { # CODE MESSAGE
    say "$2"
    if [ -n "$scratch" ]; then echo "$2" >"$scratch/reason"; fi
    exit "$1"
}

# ---- arguments ----------------------------------------------------------------

# Reads the command line. The words are the platforms that the script can measure.
options() { # NUMBER_OF_WORDS WORD... ARGUMENT...
    local known=("${@:2:$1}")
    shift "$(($1 + 1))"
    while (($#)); do
        case $1 in
            -h | --help)
                sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
                exit 0
                ;;
            --out)
                if (($# < 2)) || [ -z "$2" ]; then die 2 "--out needs a folder"; fi
                out=$2
                shift
                ;;
            --out=?*) out=${1#*=} ;;
            --out=) die 2 "--out needs a folder" ;;
            --skip-unavailable) skip_unavailable=yes ;;
            -*) die 2 "unknown option $1; see --help" ;;
            *)
                case " ${known[*]} " in
                    *" $1 "*) chosen+=("$1") ;;
                    *) die 2 "unknown argument '$1'; ${known:+expected one of: ${known[*]}; }see --help" ;;
                esac
                ;;
        esac
        shift
    done
    if ((! ${#chosen[@]})); then chosen=("${known[@]}"); fi
    case $out in /*) ;; *) out=$caller_folder/$out ;; esac
    local folder
    for folder in "$out" "$platforms"; do
        mkdir -p "$folder" 2>/dev/null || die 2 "$folder: cannot create this folder"
        if [ ! -w "$folder" ]; then die 2 "$folder: cannot write to this folder"; fi
    done
    # Wine cannot start a program through a symbolic link.
    platforms=$(realpath "$platforms")
    cd "$crate"
    scratch=$(mktemp -d "$platforms/scratch.XXXXXX")
    trap tidy EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# ---- leaving nothing behind ---------------------------------------------------

# Ends the column that is running and removes the scratch folder. A column runs in the
# background, so that bash calls this at once on a signal instead of after its child
# has ended, and in its own process group, so that its children get the signal, too.
tidy() {
    if [ -n "$child" ]; then
        kill -- "-$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    rm -rf "$scratch"
}

# Runs a command in its own process and mount namespaces, so that no process or mount
# is left when it ends, its time is over, or this script ends. The signal is KILL,
# because unshare ignores TERM and INT.
contained() { # SECONDS COMMAND...
    local flags=(--mount --pid --fork --mount-proc --kill-child=KILL) code=0 contained
    if ((EUID)); then flags+=(--map-root-user); fi
    unshare "${flags[@]}" timeout --signal=KILL "$@" </dev/null &
    contained=$!
    # shellcheck disable=SC2064 # expands now, because the variable is local
    trap "kill -KILL $contained 2>/dev/null || true" EXIT
    trap 'exit 143' TERM
    wait "$contained" || code=$?
    trap - EXIT
    return "$code"
}

# Runs a command while none of these scripts runs another for the same folder. The
# command does not inherit the lock, so a process that it leaves running does not block
# the others.
one_at_a_time() { # FOLDER COMMAND...
    local code=0 folder=$1
    shift
    mkdir -p "$folder"
    exec 9<"$folder"
    flock --timeout 600 9 || die 1 "$folder: another script has held its lock for ten minutes"
    "$@" 9<&- || code=$?
    exec 9<&-
    return $code
}

# ---- columns ------------------------------------------------------------------

# Ends the current column, because something it needs is not available here.
skip() { # REASON
    echo "$1" >"$scratch/reason"
    exit 77
}

# Measures a column in a subshell and prints a line about it. The results it leaves in
# $scratch/out are merged into the results folder.
column() { # LABEL COMMAND...
    local start=$SECONDS code=0 result=$good name=$1
    shift
    rm -rf "${scratch:?}"/*
    set -m
    (
        set +m
        child=
        trap - EXIT HUP INT TERM
        "$@"
    ) &
    child=$!
    set +m
    wait "$child" || code=$?
    child=
    if ((code == 0)) && [ -d "$scratch/out" ]; then (trap - EXIT && merge "$scratch/out") || code=$?; fi
    if [ -s "$scratch/merged" ]; then name=$(<"$scratch/merged"); fi
    case $code in
        0) ;;
        77)
            result="skipped ($(<"$scratch/reason"))"
            if [ -z "$skip_unavailable" ]; then all_well=; fi
            ;;
        *)
            result=failed
            if [ -s "$scratch/reason" ]; then result="failed ($(<"$scratch/reason"))"; fi
            all_well=
            ;;
    esac
    printf '%-28s %4d s  %s\n' "$name" $((SECONDS - start)) "$result"
}

finish() {
    if [ -z "$all_well" ]; then exit 1; fi
}

# Merges the one column in a folder into the results with `brokenpipe accept`, which
# replaces each file as a whole and keeps the outcomes of races seen before. It locks
# the folder itself.
merge() { # FOLDER
    local name
    name=$(awk -F, 'NR == 2 { print $1 } END { if (NR != 2) exit 1 }' "$1/platforms.csv") ||
        die 1 "$1/platforms.csv does not hold one platform"
    build_static
    quietly "$program" accept --yes --into "$out" "$1" ||
        die 1 "the results of $name could not be merged into $out"
    echo "$name" >"$scratch/merged"
}

# ---- Debian's packages --------------------------------------------------------

# Runs apt-get under a lock, because apt does not wait for another one that updates the lists.
apt_alone() { one_at_a_time "$platforms/apt" quietly apt-get "$@"; }

# Runs a command and shows its output only if it fails.
quietly() { # COMMAND...
    if ! "$@" >"$scratch/log" 2>&1 </dev/null; then
        cat "$scratch/log" >&2
        return 1
    fi
}

# Installs packages from this machine's Debian release, if any is missing.
need() { # PACKAGE...
    local package missing=() apt=(-q -y -o DPkg::Lock::Timeout=300)
    for package in "$@"; do
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>&1 || true) in
            installed) ;;
            *) missing+=("$package") ;;
        esac
    done
    if ((! ${#missing[@]})); then return; fi
    if ((EUID)); then skip "not installed: ${missing[*]}; installing needs root"; fi
    export DEBIAN_FRONTEND=noninteractive
    # Installs all, not only the missing ones, because some must have the same version.
    if ! { apt_alone "${apt[@]}" update && apt_alone "${apt[@]}" install --no-install-recommends "$@"; }; then
        skip "apt could not install ${missing[*]}"
    fi
}

# Sets `suite_apt` to apt options that use this suite only. The lists and sources of the
# machine stay as they are.
use_suite() { # SUITE
    local folder=$platforms/apt/$1 site
    # shellcheck disable=SC2016 # apt expands it
    site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | head -n 1) || true
    if [ -z "$site" ]; then
        apt_alone -q update || true
        # shellcheck disable=SC2016
        site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | head -n 1) || true
    fi
    if [ -z "$site" ]; then skip "apt knows no archive of Debian"; fi
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $1 main" >"$folder/sources.list"
    suite_apt=(-q -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=-
        -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
    one_at_a_time "$platforms/apt" update_once "$folder/updated" || skip "apt could not read the lists of $1"
}

# Updates the lists of `suite_apt`, unless the marker file says that this was done.
update_once() { # MARKER_FILE
    if [ ! -e "$1" ]; then quietly apt-get "${suite_apt[@]}" update && touch "$1"; fi
}

# Downloads a package of a suite without installing it, and sets `package` to its file.
# A package that was downloaded before is not downloaded again.
fetch() { # SUITE PACKAGE
    local folder=$platforms/debs/$1
    package=$(compgen -G "$folder/$2_*.deb" | head -n 1) || true
    if [ -n "$package" ]; then return; fi
    use_suite "$1"
    mkdir -p "$folder" "$scratch/download"
    if ! (cd "$scratch/download" && quietly apt-get "${suite_apt[@]}" download "$2"); then
        # The archive may have changed since its lists were read.
        rm -f "$platforms/apt/$1/updated"
        use_suite "$1"
        (cd "$scratch/download" && quietly apt-get "${suite_apt[@]}" download "$2") ||
            skip "apt could not download $2 of $1"
    fi
    mv "$scratch/download/$2"_*.deb "$folder/"
    package=$(compgen -G "$folder/$2_*.deb" | head -n 1)
}

# Unpacks packages of a suite into a folder, once.
unpack() { # FOLDER SUITE PACKAGE...
    local folder=$1 suite=$2 name
    shift 2
    if [ -e "$folder/.unpacked" ]; then return; fi
    rm -rf "$folder"
    mkdir -p "$folder"
    for name in "$@"; do
        fetch "$suite" "$name"
        dpkg-deb -x "$package" "$folder"
    done
    touch "$folder/.unpacked"
}

# ---- builds -------------------------------------------------------------------

# Unsets flags and wrappers of the user's usual builds.
clean_build() {
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
}

# Builds the program with the machine's own toolchain and sets `program`. It is linked
# statically, so that it runs without a C library, and for a fixed address, so that an
# emulator need not relocate it in each of hundreds of processes.
build_static() {
    local target
    clean_build
    target=$(rustc -vV | sed -n 's/^host: //p')
    export CARGO_TARGET_DIR=$platforms/static
    RUSTFLAGS='-C target-feature=+crt-static -C relocation-model=static' \
        quietly cargo build --release --locked --target "$target" ||
        die 1 "cargo could not build a static program"
    program=$CARGO_TARGET_DIR/$target/release/brokenpipe
}

# Makes cargo use Debian's compiler, because that can build the standard library from
# source.
use_debian_rust() {
    local versions
    need rustc-web cargo-web rust-web-src
    versions=$(dpkg-query -W -f='${Package} ${Version}\n' rustc-web cargo-web rust-web-src)
    if (($(cut -d' ' -f2 <<<"$versions" | sort -u | wc -l) != 1)); then
        skip "a compiler builds only its own version of the standard library, and these differ: ${versions//$'\n'/, }"
    fi
    clean_build
    unset "${!RUSTUP_@}"
    export RUSTC=/usr/bin/rustc
    export RUSTC_BOOTSTRAP=1 # otherwise a release compiler refuses -Z
}

# Options for the standard library of a program that aborts when it panics: without
# unwinding and without backtraces.
aborting=("-Zbuild-std=std,panic_abort" -Zbuild-std-features=)

# Prepares cargo for a target without a standard library in the machine's toolchain.
# Sets `from_source` to the options, except those that say which parts of the library
# are built.
use_source() { # TARGET LINKER [FLAG]...
    local target=$1 linker=$2 list='' upper flag
    shift 2
    use_debian_rust
    for flag in "$@"; do list+="${list:+, }\"$flag\""; done
    upper=${target^^}
    export CARGO_TARGET_DIR=$platforms/from-source
    if [ -n "$linker" ]; then export "CARGO_TARGET_${upper//-/_}_LINKER=$linker"; fi
    from_source=(--locked --target "$target" --config "target.$target.rustflags=[$list]")
}

# Builds the program with `use_source` and sets `program`.
build_from_source() { # TARGET LINKER [FLAG]...
    use_source "$@"
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=$opt_level
    quietly /usr/bin/cargo build --release "${from_source[@]}" "${aborting[@]}" || die 1 "cargo could not build for $1"
    program=$CARGO_TARGET_DIR/$1/release/brokenpipe
    if [ -e "$program.exe" ]; then program+=.exe; fi
}
