"""The pictures of a report: the same figures as the object, drawn and in a table."""

import re
import struct
from dataclasses import replace
from datetime import date

import pytest

from internkontroll.files.charts import ROOM, Picture
from internkontroll.files.charts.shapes import Dot, Words
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
from internkontroll.reporting.rules.count import settled
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
        month_counts(settled(facts, CUT_OFF), ClosingCount(due=3, in_time=1, missed=2))


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


LINE = BoundLine(date(2020, 3, 1), None, 5, 320, 1, "Högst 80.", is_bound=True, at_most=80)


def bounds_of(report: Report, *bounds: tuple[BoundLine, ...]) -> list[Picture]:
    """The pictures of the samples, where so many kontrollmoment have those and no others any."""
    rows = [replace(row, bounds=()) for row in report.rows]
    for number, lines in enumerate(bounds):
        made = replace(report.rows[0], number=number + 1, bounds=lines)
        rows[number : number + 1] = [made]
    drawn = report_pictures(replace(report, rows=tuple(rows)))
    return [one for one in drawn if one.ident.startswith("granser")]


def test_many_kontrollmoment_are_several_pictures_and_the_tables_have_them_all(
    report: Report,
) -> None:
    made = bounds_of(report, *[(LINE,) * 12] * 40)

    assert len(made) > 2
    assert sum(len(one.table.rows) for one in made) == 40
    assert len({one.ident for one in made}) == len({one.title for one in made}) == len(made)
    assert all(one.chart.height <= ROOM + 30 for one in made)
    assert made[0].title.endswith(f", del 1 av {len(made)}")


def test_the_parts_of_a_picture_of_samples_have_one_scale(report: Report) -> None:
    line = BoundLine(date(2020, 3, 12), None, 60, 1000, 0, "Text", is_bound=True, at_most=30)

    drawn = bounds_of(report, (replace(line, at_most=450),), *[(line,)] * 40)
    ends = [
        [part.text for part in one.chart.shapes if isinstance(part, Words) and part.kind == "tick"][
            -1
        ]
        for one in drawn
    ]

    assert ends == ["50 %"] * 3


def test_a_kontrollmoment_is_drawn_by_the_worst_of_its_samples_and_they_are_never_added_up(
    report: Report,
) -> None:
    deviating = BoundLine(date(2020, 3, 1), None, 60, 320, 12, "T", is_bound=True, at_most=90)
    small = BoundLine(date(2020, 4, 1), "Knivsta", 3, 100, 0, "T", is_bound=True, at_most=62)
    without = replace(LINE, is_bound=False, at_most=None)

    (drawn,) = bounds_of(report, (small, deviating, LINE), (without,), (LINE,))

    assert [row[1:] for row in drawn.table.rows] == [
        ("3", "12 av 60, 1 mars 2020", "62 av 100, 1 april 2020, Knivsta"),
        ("1", "1 av 5, 1 mars 2020", "80 av 320, 1 mars 2020"),
    ]
    dots = [part.x for part in drawn.chart.shapes if isinstance(part, Dot)]
    assert len(dots) == 2
    assert dots[0] == dots[1], "12 of 60 and 1 of 5 are the same share"
    assert bounds_of(report, (without,)) == []


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
