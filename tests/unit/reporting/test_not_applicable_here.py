"""An obligatory kontrollmoment that does not concern the board is told with its reason."""

from dataclasses import replace

import pytest

from internkontroll.reporting.documents import report_html, report_pdf
from internkontroll.reporting.rules import ReportFacts, ShownReport, build_report
from tests.pdf_text import pdf_text
from tests.report_facts import CUT_OFF, at, control, sample_facts

REASON = "Nämnden har inga placeringar utanför kommunen."


@pytest.fixture(scope="module")
def facts() -> ReportFacts:
    facts = sample_facts()
    own = control(10, "Att placeringar följs upp.", area=2, not_applicable=REASON)
    return replace(facts, controls=[*facts.controls, own])


@pytest.fixture(scope="module")
def shown(facts: ReportFacts) -> ShownReport:
    return ShownReport(build_report(facts, cut_off_at=CUT_OFF, until=at(5, 27)))


def test_it_has_a_row_that_counts_nothing(shown: ShownReport) -> None:
    row = shown.report.rows[-1]

    assert (row.number, row.count.due, row.assessment) == (10, 0, None)
    assert row.not_applicable == REASON


@pytest.mark.parametrize("written", ["pdf", "html"])
def test_its_document_says_why(shown: ShownReport, written: str) -> None:
    text = pdf_text(report_pdf(shown)) if written == "pdf" else report_html(shown).decode()
    text = " ".join(text.split())

    assert REASON in text
    assert text.count("Ej tillämpligt") >= 3, "as its state, under its text and before the reason"
