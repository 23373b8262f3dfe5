"""Diagram: pictures of figures, each with a table of the same figures. Pure; knows no feature.

- shapes: what a chart is drawn of, and the drawing as SVG
- stacked: bars of whole numbers
- interval: shares found and not ruled out
- parting: several charts where one would take more than a page
"""

from internkontroll.files.charts.interval import IntervalRow, interval_chart, interval_height
from internkontroll.files.charts.parting import ROOM, parted
from internkontroll.files.charts.shapes import Chart, Fill, Picture, shortened
from internkontroll.files.charts.stacked import (
    Series,
    StackedRow,
    stacked_chart,
    stacked_height,
    stands_beside,
)

__all__ = [
    "ROOM",
    "Chart",
    "Fill",
    "IntervalRow",
    "Picture",
    "Series",
    "StackedRow",
    "interval_chart",
    "interval_height",
    "parted",
    "shortened",
    "stacked_chart",
    "stacked_height",
    "stands_beside",
]
