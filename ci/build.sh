# shellcheck shell=bash
# Functions that build the program in the same way wherever the caller is, and whatever it has set up for its own builds.
# ci/action/program and ci/release source this after ci/lib.sh.
# shellcheck disable=SC2034 # they use what is set here
: "${crate:?}"

# Removes from the environment what changes a build. Where crates come from, and how they are fetched, stays.
clean_environment() {
    local name
    for name in $(compgen -e); do
        case $name in
            CARGO_NET_OFFLINE) unset "$name" ;;
            CARGO_HOME | CARGO_HTTP_* | CARGO_NET_* | CARGO_REGISTR* | CARGO_SOURCE_*) ;;
            CARGO | CARGO_* | RUSTC | RUSTC_* | RUSTDOC | RUSTDOCFLAGS | RUSTFLAGS | RUSTUP_TOOLCHAIN | RUST_TARGET_PATH)
                unset "$name"
                ;;
        esac
    done
    # These have precedence over $CARGO_HOME/config.toml.
    export RUSTC=rustc CARGO_ENCODED_RUSTFLAGS='' RUSTC_WRAPPER='' RUSTC_WORKSPACE_WRAPPER=''
}

# Runs a command in the top folder: cargo reads .cargo/config.toml, and rustup rust-toolchain.toml, in the current folder
# and in those above it.
at_top() { (cd / && "$@"); }

# Sets `rustc` to the version of the compiler, and `host` to the target it runs on. Installs a newer one if it is too old.
find_toolchain() {
    local needed about
    needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$crate/Cargo.toml")
    about=$(at_top rustc -vV 2>/dev/null) || about=
    if ! is_at_least "$(field release "$about")" "$needed"; then
        command -v rustup >/dev/null ||
            die 2 "building needs Rust $needed or newer, and here is $(field release "$about" | grep . || echo none)"
        say "building needs Rust $needed or newer, so rustup installs the stable toolchain"
        at_top rustup toolchain install stable --profile minimal --no-self-update >&2 || die 2 "rustup could not install Rust"
        export RUSTUP_TOOLCHAIN=stable
        about=$(at_top rustc -vV) || die 2 "rustc does not run"
    fi
    rustc=$(field release "$about") host=$(field host "$about")
}

field() { sed -n "s/^$1: //p" <<<"$2"; } # NAME TEXT

is_at_least() { # VERSION NEEDED
    awk -v version="$1" -v needed="$2" 'BEGIN {
        split(version, a, "."); split(needed, b, ".")
        exit !(a[1] + 0 > b[1] + 0 || (a[1] + 0 == b[1] + 0 && a[2] + 0 >= b[2] + 0))
    }'
}

# Builds the program for a target in a folder for what cargo writes, and sets `program`.
build() { # TARGET FOLDER
    at_top cargo build --release --locked --manifest-path "$(native_path "$crate/Cargo.toml")" --target "$1" \
        --target-dir "$(native_path "$2")" --bin brokenpipe >&2 || return 1
    program=$2/$1/release/brokenpipe
    if [ -e "$program.exe" ]; then program+=.exe; fi
}
