//! How many ICMP errors were lost, and what that tells of the system.

/// So many ICMP errors that are lost, and none that arrives, show that there are none.
const NEVER: usize = 2;

/// The ICMP errors that were awaited over one transport.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct IcmpErrors {
    pub(super) awaited: usize,
    pub(super) lost: usize,
}

impl IcmpErrors {
    /// Whether some arrived and some did not. Where none arrives, this system may not report them to a connected
    /// socket, which is what the scenarios ask and thus an outcome; a filter that drops every one looks the same.
    pub(super) fn are_limited(self) -> bool {
        0 < self.lost && self.lost < self.awaited
    }

    pub(super) fn never_come(self) -> bool {
        self.lost >= NEVER && self.lost == self.awaited
    }

    /// Those over the transports where some arrived, if any of them were lost. The limit of one may be that of the
    /// other.
    pub(super) fn limited(each: &[IcmpErrors]) -> Option<IcmpErrors> {
        let arrive = each.iter().filter(|errors| errors.lost < errors.awaited);
        let sum = arrive.fold(IcmpErrors::default(), |sum, errors| IcmpErrors {
            awaited: sum.awaited + errors.awaited,
            lost: sum.lost + errors.lost,
        });
        sum.are_limited().then_some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icmp_errors_are_limited_where_some_come_and_some_do_not() {
        let errors = |awaited, lost| IcmpErrors { awaited, lost };
        for (each, expected) in [
            ([(0, 0), (0, 0)], None),
            ([(9, 0), (9, 0)], None),
            ([(9, 1), (9, 0)], Some((18, 1))),
            ([(2, 2), (9, 1)], Some((9, 1))),
            // This system may not report them.
            ([(2, 2), (2, 2)], None),
            ([(2, 2), (9, 0)], None),
        ] {
            let found = IcmpErrors::limited(&each.map(|(awaited, lost)| errors(awaited, lost)));
            assert_eq!(found, expected.map(|(awaited, lost)| errors(awaited, lost)), "{each:?}");
        }
    }
}
