"""Every figure of one report, read back from every form it is written in: none differs."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from internkontroll.files import html, pdf
from internkontroll.findings.models import CorrectionOutcome
from internkontroll.reporting import documents
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules import ReportFacts, ShownReport, report_from_plain
from internkontroll.reporting.rules.lines import (
    ActionLine,
    ActionStanding,
    Change,
    Comparison,
    CorrectionLine,
    EarlierPoint,
)
from internkontroll.reporting.words import NOT_YET, STATES
from tests import report_figures
from tests.report_facts import many_facts, sample_facts
from tests.report_figures import Figures, differences, expected
from tests.report_made import decided

WORDS: dict[str | None, str] = {
    **{kind.value: STATES[kind].word for kind in Assessment},
    **{kind.value: STATES[kind].word for kind in ActionStanding},
    None: NOT_YET.word,
}
FORMS = ("html", "pdf", "docx", "xlsx", "csv")


def wanted(shown: ShownReport) -> Figures:
    return expected(json.loads(documents.report_json(shown)), WORDS)


def read(shown: ShownReport, form: str) -> Figures:
    match form:
        case "html":
            return report_figures.from_html(documents.report_html(shown))
        case "pdf":
            return report_figures.from_pdf(documents.report_pdf(shown))
        case "docx":
            return report_figures.from_docx(documents.report_docx(shown))
        case "xlsx":
            names = documents.table_names(shown)
            return report_figures.from_xlsx(documents.report_xlsx(shown), names)
        case _:
            return report_figures.from_csv(documents.report_csv(shown))


def with_what_followed() -> ShownReport:
    """The report with rättelser and åtgärder, compared with the point and the year before."""
    report = decided(sample_facts()).report
    first = ActionLine(
        "Åtgärd 1", 1, "Skriv om rutinen.", ActionStanding.LATE, date(2020, 5, 1), 2, manned=False
    )
    second = replace(first, number=2, standing=ActionStanding.DONE, ended_on=date(2020, 5, 2))
    row = report.rows[3]
    finding = replace(
        row.findings[0],
        about_item=True,
        correction=CorrectionLine(CorrectionOutcome.CORRECTED, "Beloppet är rättat.", None),
        actions=(first, second),
    )
    row = replace(
        row,
        lineage="c4",
        findings=(finding,),
        previous=Comparison(Change.WORSE, Assessment.MINOR, 7, 6, 1),
        last_year=Comparison(Change.SAME, Assessment.MATERIAL, 9, 8, 3),
    )
    return ShownReport(
        replace(
            report,
            rows=(*report.rows[:3], row, *report.rows[4:]),
            previous=EarlierPoint("årsbokslut", 2019, date(2020, 2, 20)),
            last_year=EarlierPoint("april", 2019, date(2019, 5, 30)),
        )
    )


@pytest.mark.parametrize("form", FORMS)
def test_no_action_and_no_comparison_differs_either(form: str) -> None:
    shown = with_what_followed()
    told = wanted(shown)

    assert len([key for key in told if key[0] == "action"]) == 4
    assert len([key for key in told if key[0] == "then"]) == 6
    assert differences(read(shown, form), told) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("facts", [sample_facts, many_facts], ids=["every-outcome", "a-whole-year"])
def test_no_figure_differs_between_the_json_and_the_document(
    form: str, facts: Callable[[], ReportFacts]
) -> None:
    shown = decided(facts())

    assert differences(read(shown, form), wanted(shown)) == []


def test_the_figures_that_are_compared_are_many() -> None:
    shown = decided(sample_facts())

    assert len(wanted(shown)) > 120
    assert len([value for value in wanted(shown).values() if value]) > 60


@pytest.mark.parametrize("form", FORMS)
def test_a_report_with_one_other_figure_differs_in_that_figure_alone(form: str) -> None:
    shown = decided(sample_facts())
    changed = json.loads(documents.report_json(shown))
    changed["rows"][3]["deviating"] += 1
    other = replace(shown, report=report_from_plain(changed))

    assert differences(read(other, form), wanted(shown)) == [
        "('row', 4, 'deviating'): 3, not 2",
    ]


@pytest.mark.parametrize(
    ("form", "template", "before", "after"),
    [
        ("html", "report.html", "row.count.due|tal", "(row.count.due + 1)|tal"),
        ("html", "report.html", "count.expired) -%}", "count.expired + 1) -%}"),
        ("pdf", "report.typ", "grouped(row.deviating) }", "grouped(row.deviating + 1) }"),
        ("pdf", "report.typ", "grouped(count.late)", "grouped(count.late + 1)"),
    ],
)
def test_one_altered_figure_in_one_template_is_seen(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    form: str,
    template: str,
    before: str,
    after: str,
) -> None:
    shown = decided(sample_facts())
    own = tmp_path / "documents"
    own.mkdir()
    for path in html.TEMPLATES.iterdir():
        (own / path.name).write_bytes(path.read_bytes())
    text = (own / template).read_text("utf-8")
    assert before in text, "the template has changed: alter another figure here"
    (own / template).write_text(text.replace(before, after, 1), "utf-8")
    monkeypatch.setattr(html, "TEMPLATES", own)
    monkeypatch.setattr(pdf, "TEMPLATES", own)
    html._environment.cache_clear()
    try:
        found = differences(read(shown, form), wanted(shown))
    finally:
        html._environment.cache_clear()

    assert found
    assert all(re.search(r"due|expired|deviating|late", line) for line in found)
