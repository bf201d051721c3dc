# shellcheck shell=bash disable=SC2154 # lib.sh sets what is not set here
# Functions shared by the scripts for Wine, sourced after lib.sh: the build for Windows,
# and a Wine to run it in, which is unpacked but not installed.

# The target and its linker, without flags.
# shellcheck disable=SC2034 # scripts use it
wine_target=(x86_64-pc-windows-gnu x86_64-w64-mingw32-gcc-win32)

need_wine() {
    local arch
    arch=$(uname -m)
    if [ "$arch" != x86_64 ]; then skip "this was tried on x86_64 only, and this is $arch"; fi
    contained 20 mount -t overlay -o lowerdir=/usr:/etc wine /mnt 2>/dev/null ||
        skip "cannot mount an overlay here, which is needed to put Wine's packages over /usr"
    need gcc-mingw-w64-x86-64-win32
}

# Runs a program in the Wine unpacked in $platforms/wine-$1. An overlay that only the
# command sees puts its packages, including their C library, over /usr. $platforms is
# mounted at /mnt. /tmp, where Wine leaves a folder, is empty, except for this crate if
# it is there.
in_wine() { # VERSION SECONDS PROGRAM...
    local version=$1 seconds=$2
    shift 2
    # shellcheck disable=SC2016 # the inner shell is to expand it
    contained "$seconds" bash -euc '
        mount --bind "$1" /mnt
        mount -t overlay -o "lowerdir=$1/wine-$2/usr:/usr" wine /usr
        exec 3<"$3"
        mount -t tmpfs tmp /tmp
        mkdir -p "$3"
        mount --no-canonicalize --bind /proc/self/fd/3 "$3"
        exec 3<&-
        shift 3
        cd /mnt
        exec env -i PATH=/usr/bin:/bin HOME=/tmp USER="$(id -un)" "$@"
    ' bash "$(realpath "$platforms")" "$version" "$crate" \
        WINEPREFIX="/mnt/wine-$version-prefix" WINESERVER=/usr/lib/wine/wineserver64 WINEDEBUG=-all \
        WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe=' "$@"
}

# Unpacks Wine and makes its C: drive, unless this was done before.
make_drive() { # VERSION
    local root=$platforms/wine-$1 prefix=$platforms/wine-$1-prefix suite=bookworm zlib
    if [ -e "$prefix/.made" ]; then return; fi
    if [ "$1" = 10 ]; then suite=trixie; fi
    unpack "$root" "$suite" wine64 libwine libz-mingw-w64 libunwind8 liblzma5 libgcc-s1 libc6
    # A copy of zlib, marked as part of Wine, as the package's postinst makes it.
    zlib=$root/usr/x86_64-w64-mingw32/lib/zlib1.dll
    {
        head -c 64 "$zlib"
        printf 'Wine builtin DLL'
        head -c 16 /dev/zero
        tail -c +97 "$zlib"
    } >"$root/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/zlib1.dll"
    rm -rf "$prefix"
    mkdir "$prefix"
    in_wine "$1" 120 sh -c '/usr/lib/wine/wine64 wineboot --init && /usr/lib/wine/wineserver64 -w' 2>"$scratch/log" || {
        tail -n 20 "$scratch/log" >&2
        die 1 "Wine $1 could not make its drive"
    }
    touch "$prefix/.made"
}

# Makes a DLL that Wine 8 lacks and that Rust's standard library takes random numbers
# from. It forwards the call to the underlying function.
make_random_dll() { # FILE
    printf '%s\n' 'LIBRARY bcryptprimitives.dll' 'EXPORTS' 'ProcessPrng = advapi32.SystemFunction036' >"$scratch/random.def"
    x86_64-w64-mingw32-gcc-win32 -shared -nostdlib -Wl,--entry=0 -o "$1" "$scratch/random.def"
}

prepare() { # VERSION
    local dlls=$platforms/wine-$1/usr/lib/x86_64-linux-gnu/wine/x86_64-windows name=bcryptprimitives.dll
    make_drive "$1"
    local system=$platforms/wine-$1-prefix/drive_c/windows/system32
    if [ ! -e "$dlls/$name" ] && [ ! -e "$system/$name" ]; then make_random_dll "$system/$name"; fi
}
