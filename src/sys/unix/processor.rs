//! What tells whether the processor that the kernel runs on is of this program's kind.

use std::{env, fs};

/// Which file says that the kernel's own architecture is none of this program's: then something translates its system
/// calls. What nobody here knows tells nothing.
pub(super) fn foreign_kernel() -> Option<String> {
    let own = family(env::consts::ARCH)?;
    let (file, kernel) = FILES.iter().find_map(|file| Some((file, known(&fs::read_to_string(file).ok()?)?)))?;
    (family(&kernel) != Some(own)).then(|| format!("{file} says {kernel}"))
}

/// Who translates system calls makes uname(2) fit, but not these. The first is uname's machine as the kernel began with
/// it (kernel/utsname_sysctl.c, since Linux 6.1); the second is on those architectures only whose kernels load modules
/// by the processor's features (drivers/base/cpu.c).
const FILES: [&str; 2] = ["/proc/sys/kernel/arch", "/sys/devices/system/cpu/modalias"];

/// What either file says of the architecture, if it is one that is known.
fn known(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("cpu:type:").unwrap_or(text);
    let arch = text.split([',', ':']).next().unwrap_or_default();
    family(arch).map(|_| arch.to_owned())
}

/// A processor's family, of which a kernel runs programs of more than one kind by itself: by how its name begins in Rust,
/// in uname's machine, or in the kernel's ELF_PLATFORM, which include/linux/cpufeature.h writes into `modalias`.
fn family(arch: &str) -> Option<&'static str> {
    const FAMILIES: [(&str, &[&str]); 12] = [
        // Older kernels begin their `modalias` with `x86cpu` (arch/x86/kernel/cpu/match.c).
        ("x86", &["x86", "i386", "i486", "i586", "i686"]),
        // `v7l`: arch/arm/mm/proc-*.S.
        ("arm", &["arm", "aarch64", "v4", "v5", "v6", "v7"]),
        // `g5`, `z900`, `zEC12`, `z13`: arch/s390/kernel/processor.c.
        ("s390", &["s390", "g5", "z1", "z9", "zEC"]),
        // `power9`, `ppc970`, `pa6t`: arch/powerpc/kernel/cputable.c and cpu_specs*.h.
        ("power", &["power", "ppc", "pa6t"]),
        ("riscv", &["riscv"]),
        ("mips", &["mips"]),
        ("loongarch", &["loongarch"]),
        ("sparc", &["sparc"]),
        ("m68k", &["m68k"]),
        ("csky", &["csky"]),
        ("hexagon", &["hexagon"]),
        ("xtensa", &["xtensa"]),
    ];
    FAMILIES.iter().find(|(_, names)| names.iter().any(|name| arch.starts_with(name))).map(|(family, _)| *family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernels_architecture_is_read_from_either_file() {
        for (text, arch, own) in [
            ("x86_64\n", "x86_64", "x86_64"),
            ("i686\n", "i686", "x86"),
            ("aarch64\n", "aarch64", "aarch64"),
            ("armv6l\n", "armv6l", "arm"),
            ("armv7l\n", "armv7l", "arm"),
            ("s390x\n", "s390x", "s390x"),
            ("ppc64le\n", "ppc64le", "powerpc64"),
            ("ppc64\n", "ppc64", "powerpc64"),
            ("ppc\n", "ppc", "powerpc"),
            ("riscv64\n", "riscv64", "riscv64"),
            ("mips64\n", "mips64", "mips64r6"),
            ("loongarch64\n", "loongarch64", "loongarch64"),
            ("sparc64\n", "sparc64", "sparc64"),
            ("cpu:type:x86,ven0000fam0006mod00A7:feature:,0000,0001\n", "x86", "x86_64"),
            ("x86cpu:vendor:0000:family:0006:model:003A:feature:,0000\n", "x86cpu", "x86_64"),
            ("cpu:type:aarch64:feature:,0000,0001\n", "aarch64", "aarch64"),
            ("cpu:type:v7l:feature:,0001\n", "v7l", "arm"),
            ("cpu:type:g5:feature:,0000\n", "g5", "s390x"),
            ("cpu:type:z900:feature:,0000\n", "z900", "s390x"),
            ("cpu:type:zEC12:feature:,0000\n", "zEC12", "s390x"),
            ("cpu:type:z15:feature:,0000\n", "z15", "s390x"),
            ("cpu:type:power9:feature:,0021\n", "power9", "powerpc64"),
            ("cpu:type:ppc970:feature:,0021\n", "ppc970", "powerpc64"),
        ] {
            assert_eq!(known(text).as_deref(), Some(arch), "{text}");
            assert_eq!(family(arch), family(own), "{text}");
        }
    }

    #[test]
    fn an_unknown_text_tells_nothing() {
        for text in ["", "\n", "cpu:type:(null):feature:\n", "cpu:type::feature:\n", "alpha\n", "something else"] {
            assert_eq!(known(text), None, "{text}");
        }
    }

    /// Every processor of which Rust has a Unix that runs on it by itself.
    #[test]
    fn families_differ_and_each_of_rusts_names_has_one() {
        let rust = [
            ["x86", "x86_64"].as_slice(),
            &["arm", "aarch64"],
            &["s390x"],
            &["powerpc", "powerpc64"],
            &["riscv32", "riscv64"],
            &["mips", "mips32r6", "mips64", "mips64r6"],
            &["loongarch32", "loongarch64"],
            &["sparc", "sparc64"],
            &["m68k"],
            &["csky"],
            &["hexagon"],
            &["xtensa"],
        ];
        let mut seen = std::collections::BTreeSet::new();
        for names in rust {
            let found: std::collections::BTreeSet<_> = names.iter().map(|name| family(name)).collect();
            assert_eq!(found.len(), 1, "{names:?}");
            assert!(seen.insert(found.first().copied().flatten().expect("known")), "{names:?}");
        }
        assert!(family(env::consts::ARCH).is_some());
    }
}
