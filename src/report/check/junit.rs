//! A check as test results: a suite for each platform, a test for each scenario.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{FindingGroup, against, counts, stale};
use crate::{
    check::{Against, Checked, Concern, Finding, PlatformCheck},
    untrusted::log_line,
};

pub(super) fn render(checked: &Checked<'_>) -> String {
    let mut report = Report::new("brokenpipe check");
    report.add_test_suites(checked.platforms.iter().map(|platform| suite(platform, checked)));
    if !checked.stale.is_empty() {
        let mut suite = TestSuite::new("known exceptions");
        for found in &checked.stale {
            let text = stale(found);
            let status = if checked.policy.fails(Concern::Stale) {
                problem(NonSuccessKind::Failure, &text, "stale", &found.known.link)
            } else {
                TestCaseStatus::success()
            };
            let name = format!("{}:{}", found.known.path, found.known.line);
            suite.add_test_case(case("known exceptions", &name, status, &text));
        }
        report.add_test_suite(suite);
    }
    let text = report.to_string().expect("writing to memory does not fail");
    // Jenkins' schema, which others follow, has this attribute on a suite but not on the root.
    let text = text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1);
    if text.ends_with('\n') { text } else { text + "\n" }
}

fn suite(platform: &PlatformCheck<'_>, checked: &Checked<'_>) -> TestSuite {
    let mut suite = TestSuite::new(platform.name);
    suite.set_system_out(log_line(&counts(|verdict| platform.count_of(verdict))));
    let standing = against(&platform.against).unwrap_or_else(|| "compared with its own baseline".to_owned());
    let status = match &platform.against {
        Against::NotMeasured(_) => problem(NonSuccessKind::Error, &standing, "not measured", ""),
        Against::Nothing(_) if checked.policy.fails(Concern::NewPlatform) => {
            problem(NonSuccessKind::Failure, &standing, "new platform", "")
        }
        Against::Nothing(_) => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(log_line(&standing));
            skipped
        }
        Against::Own | Against::Nearest(..) => TestCaseStatus::success(),
    };
    suite.add_test_case(case(platform.name, "baseline", status, &standing));
    if platform.is_compared() {
        let mut rest = platform.findings.as_slice();
        for scenario in &platform.scenarios {
            let count = rest.iter().take_while(|finding| finding.step.scenario() == scenario).count();
            let (findings, others) = rest.split_at(count);
            suite.add_test_case(test(platform.name, scenario, findings, checked));
            rest = others;
        }
    }
    suite
}

/// A scenario, which fails if one of its steps does. Findings that do not fail are its output.
fn test(platform: &str, scenario: &str, findings: &[Finding<'_>], checked: &Checked<'_>) -> TestCase {
    let groups = FindingGroup::of(findings);
    let (failing, passing): (Vec<_>, Vec<_>) =
        groups.iter().partition(|group| checked.policy.fails_on(group.finding.verdict));
    let lines = |groups: &[&FindingGroup<'_>]| groups.iter().copied().map(line).collect::<Vec<_>>().join("\n");
    let status = match failing.as_slice() {
        [] => TestCaseStatus::success(),
        [first, further @ ..] => {
            let more = if further.is_empty() { String::new() } else { format!(" (and {} more)", further.len()) };
            let message = format!("{}{more}", line(first));
            problem(NonSuccessKind::Failure, &message, first.finding.verdict.word(), &lines(&failing))
        }
    };
    case(platform, scenario, status, &lines(&passing))
}

/// A test with an output, unless that is empty.
fn case(class: &str, name: &str, status: TestCaseStatus, output: &str) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    if !output.is_empty() {
        case.set_system_out(clean(output));
    }
    case
}

fn line(group: &FindingGroup<'_>) -> String {
    let why = group.why().map(|why| format!("; allowed: {why}")).unwrap_or_default();
    // A line break in a note would otherwise make two lines of it.
    log_line(&format!("{} {}: {}{why}", group.finding.verdict.word(), group.place(), group.change()))
}

fn problem(kind: NonSuccessKind, message: &str, word: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(log_line(message)).set_type(word);
    if !text.is_empty() {
        status.set_description(clean(text));
    }
    status
}

/// A text of several lines, each of them made safe.
fn clean(text: &str) -> String {
    text.lines().map(log_line).collect::<Vec<_>>().join("\n")
}
