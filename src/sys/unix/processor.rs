//! What runs this program's instructions, according to the processor and to the kernel's files about it.

use std::{env, fs};

/// `native`; `qemu-user` where this program is translated and its kernel is not; `qemu` where the whole machine is. And
/// the evidence.
pub(super) fn runtime() -> (&'static str, String) {
    let kernel = FILES.iter().find_map(|file| Some((*file, known(&fs::read_to_string(file).ok()?)?)));
    let model = model().map(|model| (MODEL, model));
    tell(env::consts::ARCH, kernel, Cpuid::ask(cpuid), model)
}

/// The same of a program for `own`, by a file and the kernel's architecture in it, by CPUID, and by the processor that
/// the kernel has found, with where it says so.
fn tell(
    own: &str,
    kernel: Option<(&str, String)>,
    cpuid: Option<Cpuid>,
    model: Option<(&str, String)>,
) -> (&'static str, String) {
    let kernel = match kernel {
        Some((file, arch)) if family(own).is_some_and(|own| family(&arch) != Some(own)) => {
            return ("qemu-user", format!("{file} says {arch}, and this is a program for {own}"));
        }
        Some((file, arch)) => format!("{file} says {arch}"),
        None => "no file tells the kernel's architecture".to_owned(),
    };
    let Some(Cpuid { hypervisor, processor }) = cpuid else {
        return ("native", format!("{kernel}; the processor cannot be asked here for a hypervisor"));
    };
    match hypervisor.as_deref() {
        None => ("native", format!("{kernel}; CPUID tells of no hypervisor")),
        Some(TRANSLATOR) => {
            let (runtime, rest) = translated(processor, model);
            (runtime, format!("CPUID names the hypervisor {TRANSLATOR}{rest}"))
        }
        Some(name) => ("native", format!("{kernel}; CPUID names the hypervisor {name}")),
    }
}

/// Whether QEMU translates the program or the whole machine. In an emulated machine the kernel and the program have
/// asked the same CPUID; where QEMU translates the program only, the kernel has asked that of the real processor.
fn translated(processor: Option<String>, model: Option<(&str, String)>) -> (&'static str, String) {
    match (processor, model) {
        (Some(here), Some((source, kernels))) if here != kernels => (
            "qemu-user",
            format!(
                " and the processor {here}, which to the kernel is {kernels} ({source}): QEMU translates the program"
            ),
        ),
        (Some(here), Some((source, _))) => {
            ("qemu", format!(" and the processor {here}, as {source} does: QEMU emulates the whole machine"))
        }
        _ => ("qemu", ": QEMU translates, and nothing tells whether the kernel too".to_owned()),
    }
}

/// QEMU's name where it translates (target/i386/cpu.c); with KVM it leaves KVM's.
const TRANSLATOR: &str = "TCGTCGTCGTCG";

/// The kernel's file about the processor; on x86, `model name` is CPUID's (arch/x86/kernel/cpu/common.c,
/// `get_model_name`).
#[cfg(not(sysctl))]
const MODEL: &str = "/proc/cpuinfo";

/// The same by sysctl(8). NetBSD's hw.model and that of Apple's systems may be of the machine (NetBSD sysctl(7),
/// `machdep.cpu_brand`; XNU bsd/kern/kern_mib.c, `HW_MODEL`).
#[cfg(sysctl)]
const MODEL: &str = if cfg!(target_os = "netbsd") {
    "machdep.cpu_brand"
} else if cfg!(target_vendor = "apple") {
    "machdep.cpu.brand_string"
} else {
    "hw.model"
};

/// The processor that the kernel has found, which a translator of system calls passes on as it is.
fn model() -> Option<String> {
    #[cfg(sysctl)]
    return super::sysctl::text(MODEL).and_then(|model| name(model.as_bytes()));
    #[cfg(not(sysctl))]
    return model_name(&String::from_utf8_lossy(&fs::read(MODEL).ok()?));
}

/// The first processor's `model name`, which many architectures do not have.
#[cfg(any(not(sysctl), test))]
fn model_name(cpuinfo: &str) -> Option<String> {
    let mut fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(field, _)| field.trim() == "model name").and_then(|(_, value)| name(value.as_bytes()))
}

/// What CPUID says.
struct Cpuid {
    hypervisor: Option<String>,
    processor: Option<String>,
}

impl Cpuid {
    /// The hypervisor: bit 31 of leaf 1's ECX, and leaf 0x40000000 (<https://docs.kernel.org/virt/kvm/x86/cpuid.html>).
    /// The processor: the three leaves from 0x80000002 on, if 0x80000000 says that there are as many.
    fn ask(cpuid: impl Fn(u32) -> Option<[u32; 4]>) -> Option<Self> {
        let name_in = |registers: &[u32]| name(&registers.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>());
        let [_, _, features, _] = cpuid(1)?;
        let [_, told @ ..] = cpuid(0x4000_0000)?;
        let hypervisor =
            (features & 1 << 31 != 0).then(|| name_in(&told).unwrap_or_else(|| "without a name".to_owned()));
        let [last, ..] = cpuid(0x8000_0000)?;
        let processor = if last < 0x8000_0004 {
            None
        } else {
            name_in(&[cpuid(0x8000_0002)?, cpuid(0x8000_0003)?, cpuid(0x8000_0004)?].concat())
        };
        Some(Cpuid { hypervisor, processor })
    }
}

/// EAX, EBX, ECX and EDX after CPUID.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn cpuid(leaf: u32) -> Option<[u32; 4]> {
    #[cfg(target_arch = "x86")]
    use std::arch::x86::__cpuid;
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::__cpuid;
    // SAFETY: every x86 processor that Rust's Unix targets run on has CPUID, and it only reads and writes registers.
    #[allow(unused_unsafe, reason = "the function is safe in later compilers than the oldest supported one")]
    let told = unsafe { __cpuid(leaf) };
    Some([told.eax, told.ebx, told.ecx, told.edx])
}

/// A program cannot ask other processors.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn cpuid(_leaf: u32) -> Option<[u32; 4]> {
    None
}

/// A name that may end with a NUL: its printable characters, with one blank between words. `None` if there are no
/// words.
fn name(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next()?;
    let printable: String =
        bytes.iter().filter(|byte| matches!(byte, b' '..=b'~')).map(|byte| char::from(*byte)).collect();
    let words: Vec<_> = printable.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Files that a translator of system calls does not adapt, as it does uname(2). The first has uname's original machine
/// (kernel/utsname_sysctl.c, since Linux 6.1); the second exists on architectures whose kernels load modules by the
/// processor's features (drivers/base/cpu.c).
const FILES: [&str; 2] = ["/proc/sys/kernel/arch", "/sys/devices/system/cpu/modalias"];

/// The architecture in the text of either file; `None` for an unknown one, from which nothing follows.
fn known(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("cpu:type:").unwrap_or(text);
    let arch = text.split([',', ':']).next().unwrap_or_default();
    family(arch).map(|_| arch.to_owned())
}

/// The family of an architecture, within which a kernel runs programs without a translator. The name may be Rust's,
/// uname's machine, or the kernel's ELF_PLATFORM, which include/linux/cpufeature.h writes into `modalias`; only its
/// beginning counts.
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

    const TCG: &str = "QEMU TCG CPU version 2.5+";

    fn cpuid_of(hypervisor: Option<&str>, processor: Option<&str>) -> Option<Cpuid> {
        Some(Cpuid { hypervisor: hypervisor.map(str::to_owned), processor: processor.map(str::to_owned) })
    }

    #[test]
    fn translators_are_told_apart() {
        let x86 = |cpuid, model: Option<&str>| {
            let model = model.map(|model| ("/proc/cpuinfo", model.to_owned()));
            tell("x86_64", Some((FILES[0], "x86_64".to_owned())), cpuid, model)
        };
        let xeon = "Intel(R) Xeon(R) Processor";
        let (runtime, evidence) = x86(cpuid_of(Some(TRANSLATOR), Some(TCG)), Some(xeon));
        assert_eq!(runtime, "qemu-user");
        assert!(evidence.contains(TCG) && evidence.contains(xeon), "{evidence}");
        assert_eq!(x86(cpuid_of(Some(TRANSLATOR), Some(TCG)), Some(TCG)).0, "qemu");
        assert_eq!(x86(cpuid_of(Some(TRANSLATOR), Some(TCG)), None).0, "qemu");
        assert_eq!(x86(cpuid_of(Some(TRANSLATOR), None), Some(xeon)).0, "qemu");
        assert_eq!(x86(cpuid_of(Some("KVMKVMKVM"), Some(TCG)), Some(xeon)).0, "native");
        assert_eq!(x86(cpuid_of(None, Some(xeon)), Some(xeon)).0, "native");
    }

    /// As on the BSDs, which have none of the files.
    #[test]
    fn an_emulated_machine_is_told_by_sysctl() {
        let model = Some(("hw.model", TCG.to_owned()));
        let (runtime, evidence) = tell("x86_64", None, cpuid_of(Some(TRANSLATOR), Some(TCG)), model);
        assert_eq!(runtime, "qemu");
        assert_eq!(
            evidence,
            "CPUID names the hypervisor TCGTCGTCGTCG and the processor QEMU TCG CPU version 2.5+, as hw.model does: \
             QEMU emulates the whole machine"
        );
        let (_, unknown) = tell("x86_64", None, cpuid_of(Some(TRANSLATOR), Some(TCG)), None);
        assert_eq!(
            unknown,
            "CPUID names the hypervisor TCGTCGTCGTCG: QEMU translates, and nothing tells whether the kernel too"
        );
    }

    #[test]
    fn a_kernel_of_another_family_translates_and_an_unknown_one_does_not() {
        let s390 = |kernel: Option<&str>| tell("s390x", kernel.map(|arch| (FILES[0], arch.to_owned())), None, None).0;
        assert_eq!(s390(Some("x86_64")), "qemu-user");
        assert_eq!(s390(Some("s390x")), "native");
        assert_eq!(s390(None), "native");
        let kernel = Some((FILES[0], "x86_64".to_owned()));
        assert_eq!(tell("a processor of next year", kernel, None, None).0, "native");
    }

    /// Evidence does not claim that something is absent that was not looked at.
    #[test]
    fn evidence_is_what_was_asked() {
        let cannot = tell("aarch64", None, None, None).1;
        assert!(cannot.contains("no file tells") && cannot.contains("cannot be asked"), "{cannot}");
        let asked = tell("x86_64", Some((FILES[0], "x86_64".to_owned())), cpuid_of(None, None), None).1;
        assert!(asked.contains(FILES[0]) && asked.contains("no hypervisor"), "{asked}");
    }

    /// The registers of an emulated machine with QEMU's processor `max`.
    #[test]
    fn cpuids_leaves_hold_names() {
        let text = |text: &[u8; 16]| {
            std::array::from_fn(|i| u32::from_le_bytes(text[4 * i..4 * i + 4].try_into().expect("four bytes")))
        };
        let machine = |features: u32, last: u32| {
            Cpuid::ask(|leaf| {
                Some(match leaf {
                    1 => [0, 0, features, 0],
                    0x4000_0000 => text(b"\x01\0\0\x40TCGTCGTCGTCG"),
                    0x8000_0000 => [last, 0, 0, 0],
                    0x8000_0002 => text(b"QEMU TCG CPU ver"),
                    0x8000_0003 => text(b"sion 2.5+\0\0\0\0\0\0\0"),
                    _ => [0; 4],
                })
            })
            .expect("all leaves are there")
        };
        let whole = machine(1 << 31, 0x8000_0008);
        assert_eq!(whole.hypervisor.as_deref(), Some(TRANSLATOR));
        assert_eq!(whole.processor.as_deref(), Some(TCG));
        assert_eq!(machine(0, 0x8000_0008).hypervisor, None);
        assert_eq!(machine(1 << 31, 0x8000_0003).processor, None);
        assert!(Cpuid::ask(|_| None).is_none());
    }

    #[test]
    fn blanks_and_control_characters_do_not_distinguish_names() {
        assert_eq!(
            name(b"      Intel(R) Xeon(R)  CPU\x1b 2.40GHz\0...").as_deref(),
            Some("Intel(R) Xeon(R) CPU 2.40GHz")
        );
        assert_eq!(name(b"   \0"), None);
        let cpuinfo = "processor\t: 0\nmodel\t\t: 167\nmodel name\t: QEMU TCG  CPU version 2.5+\nmodel name\t: other\n";
        assert_eq!(model_name(cpuinfo).as_deref(), Some(TCG));
        assert_eq!(model_name("processor\t: 0\nCPU implementer\t: 0x41\nmodel name\t: \n"), None);
    }

    #[test]
    fn a_kernels_architecture_is_read_from_either_file() {
        let uname = "x86_64=x86_64 i686=x86 aarch64=aarch64 armv6l=arm armv7l=arm s390x=s390x ppc64le=powerpc64 \
                     ppc64=powerpc64 ppc=powerpc riscv64=riscv64 mips64=mips64r6 loongarch64=loongarch64 sparc64=sparc64";
        for (machine, own) in uname.split(' ').filter_map(|pair| pair.split_once('=')) {
            assert_eq!(known(&format!("{machine}\n")).as_deref(), Some(machine));
            assert_eq!(family(machine), family(own), "{machine}");
        }
        for (modalias, arch, own) in [
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
            assert_eq!(known(modalias).as_deref(), Some(arch), "{modalias}");
            assert_eq!(family(arch), family(own), "{modalias}");
        }
    }

    #[test]
    fn an_unknown_text_is_no_evidence() {
        for text in ["", "\n", "cpu:type:(null):feature:\n", "cpu:type::feature:\n", "alpha\n", "something else"] {
            assert_eq!(known(text), None, "{text}");
        }
    }

    /// Every processor that one of Rust's Unix targets is for.
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
