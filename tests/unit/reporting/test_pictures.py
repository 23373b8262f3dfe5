"""The pictures of a report: the same figures as the object, drawn and in a table."""

import re
import struct
from dataclasses import replace
from datetime import date

import pytest

from internkontroll.files.charts import ROOM, Picture
from internkontroll.files.charts.shapes import Words
from internkontroll.files.pdf import set_all, unset_pictures
from internkontroll.findings.models import Severity
from internkontroll.reporting.documents import document_data, report_html
from internkontroll.reporting.pictures import report_pictures
from internkontroll.reporting.rules import (
    ClosingCount,
    CountDoesNotClose,
    Report,
    ShownReport,
    build_report,
    report_from_plain,
    to_plain,
    total,
)
from internkontroll.reporting.rules.lines import AreaYear, BoundLine
from internkontroll.reporting.rules.spread import area_years, area_years_of, month_counts
from tests.report_facts import CUT_OFF, REPORT_DECISION, at, occurrence, sample_facts


@pytest.fixture
def report() -> Report:
    return build_report(
        sample_facts(), cut_off_at=CUT_OFF, until=at(5, 27), decision=REPORT_DECISION
    )


def test_the_months_add_up_to_what_was_due(report: Report) -> None:
    added = total(one.count for one in report.months)
    assert (added.due, added.in_time, added.late, added.undone) == (
        report.total.due,
        report.total.in_time,
        report.total.late,
        report.total.undone,
    )
    assert [one.month for one in report.months] == [date(2020, month, 1) for month in range(1, 6)]
    picture = next(one for one in report_pictures(report) if one.ident == "gjort-per-manad")
    assert sum(int(row[1]) for row in picture.table.rows) == report.total.due


def test_months_that_do_not_add_up_are_refused() -> None:
    facts = [occurrence(1, 1, signed=at(5, 1)), occurrence(2, 1)]
    with pytest.raises(CountDoesNotClose):
        month_counts(facts, CUT_OFF, ClosingCount(due=3, in_time=1, missed=2))


def test_the_findings_of_the_years_are_the_areas_and_of_five_years_at_most() -> None:
    earlier = [AreaYear(year, "A", 1, 0, 0) for year in range(2019, 2010, -1)]
    made = area_years(2020, ["A", "B"], [("A", Severity.MINOR), ("A", Severity.SERIOUS)], earlier)

    assert made[0] == AreaYear(2020, "A", 1, 0, 1)
    assert made[1] == AreaYear(2020, "B", 0, 0, 0)
    assert [one.year for one in made[2:]] == [2019, 2018, 2017, 2016]


def test_a_report_from_before_the_years_were_kept_is_counted_by_its_rows(report: Report) -> None:
    plain = to_plain(report)
    kept = area_years_of(plain)
    assert kept == report.by_year
    assert sum(one.findings for one in kept) == report.findings
    for name in ("by_year", "months"):
        del plain[name]
    assert set(area_years_of(plain)) == set(kept)
    assert report_from_plain(plain).months == ()


def figures_of(picture: Picture) -> list[str]:
    """What stands at the end of each bar."""
    drawn = picture.chart.shapes
    return [part.text for part in drawn if isinstance(part, Words) and part.kind == "figure"]


def test_a_picture_tells_the_same_as_its_table(report: Report) -> None:
    years = (*report.by_year, AreaYear(2019, report.by_year[0].area, 0, 3, 1))
    pictures = {one.ident: one for one in report_pictures(replace(report, by_year=years))}
    found, done = pictures["avvikelser-per-omrade"], pictures["gjort-per-manad"]

    assert figures_of(found) == [row[-1] for row in found.table.rows]
    assert "4" in figures_of(found)
    assert figures_of(done) == [
        f"{one.count.performed} av {one.count.due}" for one in report.months
    ]


def test_a_month_of_another_year_says_which(report: Report) -> None:
    months = (report.months[0], replace(report.months[0], month=date(2021, 1, 1)))
    (done,) = (
        one
        for one in report_pictures(replace(report, months=months))
        if one.ident == "gjort-per-manad"
    )
    told = [part.text for part in done.chart.shapes if isinstance(part, Words)]

    assert "Jan 2021" in told
    assert [row[0] for row in done.table.rows][1] == "Januari 2021"


def test_many_draws_are_several_pictures_and_the_tables_have_them_all(report: Report) -> None:
    line = BoundLine(date(2020, 3, 1), None, 5, 320, 1, "Högst 80.", is_bound=True, at_most=80)
    rows = tuple(replace(row, bounds=(line,) * 12) for row in report.rows)
    made = [
        one
        for one in report_pictures(replace(report, rows=rows))
        if one.ident.startswith("granser")
    ]

    assert len(made) > 3
    assert sum(len(one.table.rows) for one in made) == 12 * len(rows)
    assert len({one.ident for one in made}) == len({one.title for one in made}) == len(made)
    assert all(one.chart.height <= ROOM + 30 for one in made)
    assert made[0].title.endswith(f", del 1 av {len(made)}")


def test_the_parts_of_a_picture_of_draws_have_one_scale(report: Report) -> None:
    line = BoundLine(date(2020, 3, 12), None, 60, 1000, 0, "Text", is_bound=True, at_most=30)
    wide = replace(line, at_most=450)
    rows = (replace(report.rows[0], bounds=(wide, *[line] * 40)),)

    drawn = [
        one
        for one in report_pictures(replace(report, rows=rows))
        if one.ident.startswith("granser")
    ]
    ends = [
        [part.text for part in one.chart.shapes if isinstance(part, Words) and part.kind == "tick"][
            -1
        ]
        for one in drawn
    ]

    assert ends == ["50 %"] * 3


def test_only_a_draw_with_a_limit_is_drawn_and_never_several_as_one(report: Report) -> None:
    line = BoundLine(date(2020, 3, 1), None, 5, 320, 1, "Högst 80.", is_bound=True, at_most=80)
    rows = list(report.rows)
    rows[0] = replace(rows[0], bounds=(line, replace(line, at_most=90)))
    rows[1] = replace(rows[1], bounds=(replace(line, is_bound=False, at_most=None),))
    rows[2:] = [replace(row, bounds=()) for row in rows[2:]]
    pictures = {one.ident: one for one in report_pictures(replace(report, rows=tuple(rows)))}

    assert [row[-1] for row in pictures["granser"].table.rows] == ["80", "90"]
    none = replace(report, rows=tuple(replace(row, bounds=()) for row in rows))
    assert "granser" not in {one.ident for one in report_pictures(none)}


def test_the_documents_have_every_picture_with_its_table(report: Report) -> None:
    shown = ShownReport(report, "c" * 64, None)
    pictures = report_pictures(report)
    html = report_html(shown).decode()
    data = document_data(shown)["pictures"]

    assert pictures
    assert html.count('role="img"') == len(pictures) == len(data)
    for one, told in zip(pictures, data, strict=True):
        assert f"<caption>{one.table.caption}</caption>" in html
        assert told["rows"] == one.table.rows
        assert re.search(r"<svg [^>]*role=\"img\"", told["svg"])


def test_the_pictures_can_be_had_as_png_for_those_who_take_no_svg(report: Report) -> None:
    svgs = [one.image.svg for one in report_pictures(report)]

    (drawn,) = set_all([unset_pictures("bilder", svgs, list)])

    assert [one[:4] for one in drawn] == [b"\x89PNG"] * len(svgs)
    # The charts have sizes of their own, so that the wrong one in a place would show.
    shapes = [
        [int(side) for side in re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0]] for svg in svgs
    ]
    for made, (width, height) in zip(drawn, shapes, strict=True):
        across, down = struct.unpack(">II", made[16:24])
        assert down / across == pytest.approx(height / width, abs=0.01)
