"""The made-up facts as reports: one live, one decided."""

from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.reporting.rules import ReportFacts, ShownReport, build_report, to_plain
from tests.report_facts import CUT_OFF, REPORT_DECISION, at


def live(facts: ReportFacts) -> ShownReport:
    """The report as a draft."""
    return ShownReport(build_report(facts, cut_off_at=CUT_OFF, until=at(5, 27)))


def decided(facts: ReportFacts) -> ShownReport:
    """The report as the board decided it."""
    made = build_report(facts, cut_off_at=CUT_OFF, until=at(5, 29), decision=REPORT_DECISION)
    content = to_plain(made)
    return ShownReport(made, sha256_of(content), canonical_json(content))
