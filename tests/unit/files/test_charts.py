"""Charts: where everything is drawn, every figure in words, and no markup out of a text."""

from fractions import Fraction
from xml.etree import ElementTree

import pytest

from internkontroll.files.charts import (
    ROOM,
    Chart,
    Fill,
    IntervalRow,
    Series,
    StackedRow,
    interval_chart,
    interval_height,
    parted,
    stacked_chart,
    stacked_height,
)
from internkontroll.files.charts.interval import LEFT, RIGHT
from internkontroll.files.charts.shapes import Dot, Line, Rect, Words

SERIES = (
    Series("I tid", Fill.STRONG),
    Series("Sent", Fill.HATCHED),
    Series("Inte gjort", Fill.OPEN),
)


def words_of(chart: Chart, kind: str) -> list[str]:
    return [part.text for part in chart.shapes if isinstance(part, Words) and part.kind == kind]


def test_nothing_to_show_is_no_chart() -> None:
    assert interval_chart([]) is None
    assert stacked_chart(SERIES, []) is None


@pytest.mark.parametrize(
    ("largest", "end"), [("0.04", 5), ("0.05", 5), ("0.06", 10), ("0.45", 50), ("0.51", 100)]
)
def test_the_axis_ends_at_the_first_scale_that_holds_everything(largest: str, end: int) -> None:
    chart = interval_chart([IntervalRow("a", Fraction(0), Fraction(largest))])
    assert chart is not None
    ticks = words_of(chart, "tick")
    assert (ticks[0], ticks[-1]) == ("0 %", f"{end} %")
    grid = [part.x1 for part in chart.shapes if isinstance(part, Line) and part.kind == "grid"]
    assert (grid[0], grid[-1]) == (LEFT, RIGHT)


def test_a_bar_goes_from_what_was_found_to_the_limit_and_is_missing_without_one() -> None:
    rows = [
        IntervalRow("a", Fraction(1, 10), Fraction(1, 2)),
        IntervalRow("b", Fraction(1, 4), None),
    ]
    chart = interval_chart(rows)
    assert chart is not None
    width = RIGHT - LEFT
    found = [part.x for part in chart.shapes if isinstance(part, Dot)]
    assert found == [LEFT + round(width / 5), LEFT + width // 2]
    reaches = [part for part in chart.shapes if isinstance(part, Line) and part.kind == "reach"]
    assert [(part.x1, part.x2) for part in reaches] == [(found[0], RIGHT)]


def test_every_share_stands_at_the_nearest_unit_of_its_axis() -> None:
    wholes = (*range(1, 61), 256)  # of 256 some stand between two units
    shares = sorted({Fraction(part, whole) for whole in wholes for part in range(whole + 1)})
    for end in (Fraction(1, 20), Fraction(1)):
        held = [share for share in shares if share <= end]
        chart = interval_chart([IntervalRow("a", share, end) for share in held])
        assert chart is not None
        found = [part.x for part in chart.shapes if isinstance(part, Dot)]
        assert found == [LEFT + round((RIGHT - LEFT) * share / end) for share in held]


def test_the_parts_of_a_bar_lie_after_each_other_and_are_as_long_as_their_numbers() -> None:
    chart = stacked_chart(
        SERIES,
        [StackedRow("januari", (6, 3, 0), "9 av 9"), StackedRow("februari", (1, 0, 17), "1 av 18")],
    )
    assert chart is not None
    rects = [part for part in chart.shapes if isinstance(part, Rect)][len(SERIES) :]
    parts = [part for part in rects if part.fill is not Fill.PLATE]
    assert [part.fill for part in parts] == [Fill.STRONG, Fill.HATCHED, Fill.STRONG, Fill.OPEN]
    first, second, third, fourth = parts
    assert first.x + first.width == second.x
    assert third.x + third.width == fourth.x
    assert abs(first.width - 2 * second.width) <= 2
    assert abs(fourth.width - 17 * third.width) <= 17
    assert words_of(chart, "figure") == ["9 av 9", "1 av 18"]


def test_everything_stays_within_the_box_also_with_long_words_and_large_numbers() -> None:
    rows = [
        StackedRow(
            "Nämnden för arbetsmarknad, vuxenutbildning och integration " * 2,
            (9_999, 1, 1),
            "10 000 av 10 001",
            group="Kontroll av efterlevnad av regler och policyer " * 3,
        ),
        StackedRow("B", (0, 0, 0), "0 av 0"),
    ]
    chart = stacked_chart(SERIES, rows)
    assert chart is not None
    for part in chart.shapes:
        if isinstance(part, Rect):
            assert 0 <= part.x <= part.x + part.width <= chart.width
            assert 0 <= part.y <= part.y + part.height <= chart.height
        if isinstance(part, Words):
            assert 0 <= part.y <= chart.height
            assert part.x + 7 * len(part.text) <= chart.width or part.anchor != "start"


def test_a_row_that_lacks_a_number_or_has_a_negative_one_is_refused() -> None:
    for parts in ((1, 2), (1, 2, -1)):
        with pytest.raises(ValueError, match="not a number for each part"):
            stacked_chart(SERIES, [StackedRow("a", parts, "")])


def test_the_drawing_is_named_described_and_takes_no_text_as_markup() -> None:
    hostile = "<script>alert(1)</script>&\"'"
    chart = stacked_chart(SERIES, [StackedRow(hostile, (1, 2, 3), hostile, group=hostile)])
    assert chart is not None
    drawn = str(chart.svg("prov", hostile, hostile))
    assert "<script" not in drawn
    assert " style=" not in drawn
    root = ElementTree.fromstring(drawn)  # noqa: S314 -- our own
    name = {child.get("id"): child.text for child in root}
    assert root.get("role") == "img"
    assert [name[ident] for ident in str(root.get("aria-labelledby")).split()] == [hostile] * 2


def test_parts_are_told_apart_without_colour() -> None:
    chart = stacked_chart(SERIES, [StackedRow("a", (10, 10, 10), "30")])
    assert chart is not None
    fills = [part.fill for part in chart.shapes if isinstance(part, Rect)]
    assert len({*fills} - {Fill.PLATE}) == len(SERIES)
    drawn = str(chart.svg("prov", "a", "b"))
    assert 'fill="url(#prov-hatched)"' in drawn
    assert '<pattern id="prov-hatched"' in drawn
    within = words_of(chart, "within") + words_of(chart, "over")
    assert within == ["10", "10", "10"]


def test_a_number_over_a_pattern_stands_on_a_plate_of_paper_without_an_edge() -> None:
    chart = stacked_chart(SERIES, [StackedRow("a", (10, 10, 10), "30")])
    assert chart is not None
    drawn = str(chart.svg("prov", "a", "b"))
    plates = [part for part in drawn.split("<") if part.startswith('rect class="plate"')]

    assert len(plates) == 1
    assert 'fill="#ffffff" stroke="none"' in plates[0]


def test_rows_that_would_not_have_room_on_a_page_become_charts_of_one_scale() -> None:
    rows = [
        IntervalRow(
            f"dag {number}",
            Fraction(number, 100),
            Fraction(number + 1, 100),
            f"Kontroll {number // 20}" if number % 20 == 0 else None,
        )
        for number in range(40)
    ]
    parts = parted(rows, interval_height)
    charts = [interval_chart(part, rows) for part in parts]

    assert len(parts) == 3
    assert [row.label for part in parts for row in part] == [row.label for row in rows]
    assert [part[0].group for part in parts] == ["Kontroll 0", "Kontroll 0", "Kontroll 1"]
    assert {len(part) for part in parts} <= {13, 14}
    for chart in charts:
        assert chart is not None
        assert chart.height <= ROOM + 30
        assert words_of(chart, "tick")[-1] == "50 %"


def test_bars_in_two_charts_are_as_long_as_their_numbers() -> None:
    rows = [StackedRow(f"Nämnden med nummer {n}", (n, 0, 0), str(n)) for n in range(1, 31)]
    parts = parted(rows, lambda row: stacked_height(row, beside=False))
    charts = [stacked_chart(SERIES, part, rows) for part in parts]
    widest = [
        max(one.width for one in chart.shapes if isinstance(one, Rect) and one.height == 14)
        for chart in charts
        if chart is not None
    ]
    assert len(widest) == 3
    assert widest[0] < widest[1] < widest[2]
    assert abs(widest[0] * 3 - widest[2]) <= 3


def test_rows_that_have_room_stay_one_chart() -> None:
    rows = [StackedRow("januari", (1, 1, 1), "3")] * 12
    assert parted(rows, lambda row: stacked_height(row, beside=True)) == (tuple(rows),)
    assert parted([], interval_height) == ()
