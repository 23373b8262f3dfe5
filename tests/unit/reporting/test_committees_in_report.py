"""The report tells each committee's reviews on one line, and never as one random sample."""

import json
from dataclasses import replace
from datetime import date

import pytest

from internkontroll.reporting.documents import report_html, report_json, report_pdf
from internkontroll.reporting.rules import (
    COMMITTEE_RULE,
    Report,
    ReportFacts,
    ShownReport,
    build_report,
    report_from_plain,
    to_plain,
)
from tests.pdf_text import pdf_text
from tests.report_facts import CUT_OFF, at, occurrence, sample_facts


def made(facts: ReportFacts) -> Report:
    return build_report(facts, cut_off_at=CUT_OFF, until=at(5, 27))


@pytest.fixture
def report() -> Report:
    return made(sample_facts())


def test_each_committee_has_one_line_with_n_of_n_over_its_meetings(report: Report) -> None:
    first, second = report.committees
    assert (first.name, first.count.performed, first.count.late) == ("Individutskott 1", 3, 1)
    assert (first.reviewed, first.population, first.deviating) == (9, 40 + 41 + 42, 1)
    assert (second.name, second.count.not_performed) == ("Individutskott 2", 1)
    assert (second.reviewed, second.population) == (0, 0)


def test_the_lines_are_what_the_rows_of_the_committees_tell(report: Report) -> None:
    row = next(row for row in report.rows if row.number == 1)
    assert sum(line.reviewed for line in report.committees) == row.reviewed
    assert sum(line.deviating for line in report.committees) == row.deviating
    assert sum(line.count.due for line in report.committees) == row.count.due


def test_no_bound_is_told_of_the_meetings_together(report: Report) -> None:
    assert "ingen gemensam gräns" in report.committee_rule
    assert all("proof" not in vars(line) for line in report.committees)
    assert next(row for row in report.rows if row.number == 1).proof is None


def test_what_the_point_does_not_report_is_in_no_line() -> None:
    facts = sample_facts()
    aside = occurrence(
        99, 9, scheduled=date(2020, 4, 2), due=date(2020, 4, 2), signed=at(4, 2), where="Utskott 3"
    )
    told = made(replace(facts, occurrences=[*facts.occurrences, aside]))
    assert [line.name for line in told.committees] == ["Individutskott 1", "Individutskott 2"]


def test_what_was_signed_after_the_cut_off_is_in_no_line() -> None:
    facts = sample_facts()
    late = occurrence(
        14, 1, scheduled=date(2020, 4, 20), due=date(2020, 4, 20), signed=at(5, 25),
        where="Individutskott 2",
    )  # fmt: skip
    second = made(replace(facts, occurrences=[*facts.occurrences, late])).committees[1]
    assert (second.count.missed, second.reviewed) == (1, 0)


def test_a_report_without_committees_has_no_such_part() -> None:
    facts = sample_facts()
    own = [fact for fact in facts.occurrences if fact.where is None]
    report = made(replace(facts, occurrences=own))
    assert (report.committees, report.committee_rule) == ((), "")
    for text in (
        report_html(ShownReport(report)).decode(),
        pdf_text(report_pdf(ShownReport(report))),
    ):
        assert "Utskottens granskningar" not in text


def test_html_pdf_and_json_tell_the_same_lines(report: Report) -> None:
    shown = ShownReport(report)
    line = json.loads(report_json(shown))["committees"][0]
    assert (line["name"], line["reviewed"], line["population"], line["deviating"]) == (
        "Individutskott 1",
        9,
        123,
        1,
    )
    text = pdf_text(report_pdf(shown))
    assert "Individutskott 1 3 3 1 sent 0 0 9 av 123 1" in text
    assert COMMITTEE_RULE in text
    page = " ".join(report_html(shown).decode().split())
    assert '<th scope="row">Individutskott 1</th> <td class="num">3</td>' in page
    assert '<td class="num">9 av 123</td> <td class="num">1</td>' in page
    assert COMMITTEE_RULE in page


def test_a_snapshot_from_before_there_were_lines_is_still_read(report: Report) -> None:
    old = to_plain(report)
    del old["committees"], old["committee_rule"]
    assert report_from_plain(old).committees == ()
    assert report_from_plain(to_plain(report)) == report
