from fractions import Fraction

import pytest

from internkontroll.web.charts import LEFT, RIGHT, IntervalRow, interval_chart


def test_nothing_to_show_is_no_chart() -> None:
    assert interval_chart([]) is None


@pytest.mark.parametrize(
    ("largest", "end"), [("0.04", 5), ("0.05", 5), ("0.06", 10), ("0.45", 50), ("0.51", 100)]
)
def test_the_axis_ends_at_the_first_scale_that_holds_everything(largest: str, end: int) -> None:
    chart = interval_chart([IntervalRow("a", Fraction(0), Fraction(largest))])
    assert chart is not None
    assert (chart.ticks[0].percent, chart.ticks[-1].percent) == (0, end)
    assert (chart.ticks[0].x, chart.ticks[-1].x) == (LEFT, RIGHT)


def test_a_bar_goes_from_what_was_found_to_the_limit_and_is_missing_without_one() -> None:
    rows = [
        IntervalRow("a", Fraction(1, 10), Fraction(1, 2)),
        IntervalRow("b", Fraction(1, 4), None),
    ]
    chart = interval_chart(rows)
    assert chart is not None
    first, second = chart.bars
    width = RIGHT - LEFT
    assert (first.found_x, first.highest_x) == (LEFT + round(width / 5), RIGHT)
    assert second.highest_x is None
    assert second.found_x == LEFT + width // 2
    assert first.bar_y < second.words_y < second.bar_y < chart.axis_y < chart.height
