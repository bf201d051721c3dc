# shellcheck shell=bash
# What the scripts of the workflow share. They run on any Unix and on Windows' bash, macOS' bash 3.2 among them.

set -euo pipefail
export LC_ALL=C

crate=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=ci/$(basename "$0")

say() { echo "$script: $*" >&2; }

die() { # CODE MESSAGE
    say "$2"
    exit "$1"
}

help() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# Text of strangers, as a log may hold it: no control characters, and no line that the machine that runs the workflow takes
# for a command (`::name::` at the beginning of a line, `##[name]` anywhere).
plain() { tr -d '\000-\010\013-\037\177' | sed -e 's/##\[/## [/g' -e 's/^/  | /'; }

# A path the program takes on Windows too.
native_path() { if command -v cygpath >/dev/null; then cygpath -m "$1"; else echo "$1"; fi; }

# Sets `program` to the program, built from these sources. BROKENPIPE names one that was built before.
find_program() {
    if [ -n "${BROKENPIPE-}" ]; then
        program=$BROKENPIPE
        return
    fi
    command -v cargo >/dev/null || die 2 "there is no cargo; Rust is needed to build the program"
    local folder
    folder=$(native_path "${CARGO_TARGET_DIR:-$crate/target}")
    cargo build --quiet --release --locked --manifest-path "$(native_path "$crate/Cargo.toml")" --target-dir "$folder" >&2 ||
        die 2 "cargo could not build the program"
    program=$folder/release/brokenpipe
    if [ -e "$program.exe" ]; then program+=.exe; fi
}

# Installs a package of Debian's unless a command tells that it is there. `need` of scripts/lib.sh asks Debian's own list
# and leaves a column out; here a tool that comes from elsewhere is as good, on any system, and without it there is no going on.
need_package() { # PACKAGE COMMAND...
    local package=$1 apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
    shift
    if "$@" >/dev/null 2>&1; then return; fi
    if ((EUID)); then die 2 "not installed: $package; installing needs root"; fi
    export DEBIAN_FRONTEND=noninteractive
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$package"; } </dev/null >/dev/null ||
        die 2 "apt could not install $package"
}

# Makes a folder of Python programs of these versions, anew if they are not those that it has.
python_tools() { # FOLDER PACKAGE==VERSION...
    local folder=$1
    shift
    if [ "$(cat "$folder/.tools" 2>/dev/null)" = "$*" ]; then return; fi
    need_package python3-venv python3 -c 'import venv, ensurepip'
    rm -rf "$folder"
    { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"; } >&2 ||
        die 2 "pip could not install $*"
    echo "$*" >"$folder/.tools"
}

# Installs a subcommand of cargo's in this version, unless it is there.
cargo_tool() { # NAME VERSION
    if [ "$(cargo "$1" --version 2>/dev/null)" = "cargo-$1 $2" ]; then return; fi
    cargo install --quiet --locked "cargo-$1@$2" >&2 || die 2 "cargo could not install cargo-$1 $2"
}

# Prints the rows of ci/platforms, fields parted by one space; PLATFORMS_FILE names another table.
job_rows() { sed -e 's/#.*//' -e 's/[[:space:]]\{1,\}/ /g' -e 's/ $//' -e '/^$/d' "${PLATFORMS_FILE:-$crate/ci/platforms}"; }

# Hands a value on to later steps: one line.
output() { # NAME VALUE
    case $1$2 in *$'\n'*) die 2 "an output has more than one line: $1" ;; esac
    if [ -n "${GITHUB_OUTPUT-}" ]; then echo "$1=$2" >>"$GITHUB_OUTPUT"; else echo "$1=$2"; fi
}
