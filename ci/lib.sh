# shellcheck shell=bash
# Functions shared by the scripts of the workflow. They run on any Unix, including macOS with bash 3.2, and in bash on
# Windows.

set -euo pipefail
export LC_ALL=C
# A machine of CI builds a clone once: what the compiler keeps for a second build only fills its disk, 7 of 16 GB.
if [ -n "${CI-}" ]; then export CARGO_INCREMENTAL=0; fi

crate=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
script=ci/$(basename "$0")

say() { echo "$script: $*" >&2; }

die() { # CODE MESSAGE
    say "$2"
    exit "$1"
}

help() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# Makes untrusted text safe for a log: no control characters, and no line that the workflow runner takes for a command
# (`::name::` at the beginning of a line, `##[name]` anywhere).
plain() { tr -d '\000-\010\013-\037\177' | sed -e 's/##\[/## [/g' -e 's/^/  | /'; }

# Prints a path in a form that the program accepts, on Windows too.
native_path() { if command -v cygpath >/dev/null; then cygpath -m "$1"; else echo "$1"; fi; }

# Sets `program` to the program, built from these sources. BROKENPIPE can name one that is already built, and
# HANDED_PROGRAM the folder that ci/program made on another machine.
find_program() {
    if [ -n "${BROKENPIPE-}" ]; then
        program=$BROKENPIPE
        return
    fi
    if [ -n "${HANDED_PROGRAM-}" ]; then
        take_program "$HANDED_PROGRAM"
        if [ -z "$why" ]; then return; fi
        say "$HANDED_PROGRAM: $why, so the program is built here"
    fi
    command -v cargo >/dev/null || die 2 "cargo is not installed; it is needed to build the program"
    local folder
    folder=$(native_path "${CARGO_TARGET_DIR:-$crate/target}")
    cargo build --quiet --release --locked --manifest-path "$(native_path "$crate/Cargo.toml")" --target-dir "$folder" >&2 ||
        die 2 "cargo could not build the program"
    program=$folder/release/brokenpipe
    if [ -e "$program.exe" ]; then program+=.exe; fi
}

# Sets `program` to that in a folder that ci/program made, or `why` if it is not to be used.
take_program() { # FOLDER
    why=
    program=$1/brokenpipe
    if [ -e "$program.exe" ]; then program+=.exe; fi
    if [ ! -f "$program" ]; then
        why='no program was handed on'
    elif [ "$(cat "$1/sources" 2>/dev/null)" != "$(sources)" ]; then
        why='the program is of other sources'
    # An artifact does not keep the permission.
    elif ! chmod +x "$program" || ! "$program" --version >/dev/null 2>&1; then
        why='the program does not run here'
    fi
}

# Prints the options for deadlines, one word a line. Only Linux has been measured so often that it is known what the usual
# ones are enough for.
deadlines() {
    if [ "$(uname -s)" != Linux ]; then printf '%s\n' --await-deadline 2s --connect-deadline 60s; fi
}

# Prints the SHA-256 of files, one a line and followed by the file's name, or of standard input.
sha256_lines() { # [FILE]...
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi | sed -e 's/^\\//' -e 's/ [ *]/ /'
}

# Prints the SHA-256 of standard input.
sha256() { sha256_lines | sed 's/ .*//'; }

# Prints a checksum of the names and bytes of everything that the program is built from, but the accepted results, which
# the action reads from its own folder.
sources() {
    (
        cd "$crate" || exit
        files=()
        while IFS= read -r file; do files+=("$file"); done < <(find Cargo.toml Cargo.lock build.rs src -type f | sort)
        sha256_lines "${files[@]}" | sha256
    )
}

# Installs a Debian package unless COMMAND succeeds. `need` in scripts/lib.sh asks dpkg, and leaves a column out if it
# fails; here a tool from elsewhere is accepted, on any system, and a missing one ends the script.
need_package() { # PACKAGE COMMAND...
    local package=$1 apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
    shift
    if "$@" >/dev/null 2>&1; then return; fi
    if ((EUID)); then die 2 "not installed: $package; installing needs root"; fi
    export DEBIAN_FRONTEND=noninteractive
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$package"; } </dev/null >/dev/null ||
        die 2 "apt could not install $package"
}

# Installs these versions of Python programs in a folder, unless it has exactly those.
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

# Installs this version of a cargo subcommand, unless it is installed.
cargo_tool() { # NAME VERSION
    if [ "$(cargo "$1" --version 2>/dev/null)" = "cargo-$1 $2" ]; then return; fi
    cargo install --quiet --locked "cargo-$1@$2" >&2 || die 2 "cargo could not install cargo-$1 $2"
}

# Prints the rows of ci/platforms, with fields separated by one space. PLATFORMS_FILE can name another table.
job_rows() { sed -e 's/#.*//' -e 's/[[:space:]]\{1,\}/ /g' -e 's/ $//' -e '/^$/d' "${PLATFORMS_FILE:-$crate/ci/platforms}"; }

# Sets an output of the workflow step. The value has to be one line.
output() { # NAME VALUE
    case $1$2 in *$'\n'*) die 2 "an output has more than one line: $1" ;; esac
    if [ -n "${GITHUB_OUTPUT-}" ]; then echo "$1=$2" >>"$GITHUB_OUTPUT"; else echo "$1=$2"; fi
}
