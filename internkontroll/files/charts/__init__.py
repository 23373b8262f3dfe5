"""Diagram: pictures of figures, each with a table of the same figures. Pure; knows no feature.

- shapes: what a chart is drawn of, and the drawing as SVG
- stacked: bars of whole numbers
- interval: shares found and not ruled out
"""

from internkontroll.files.charts.interval import IntervalRow, interval_chart
from internkontroll.files.charts.shapes import Chart, Fill, Picture, shortened
from internkontroll.files.charts.stacked import Series, StackedRow, stacked_chart

__all__ = [
    "Chart",
    "Fill",
    "IntervalRow",
    "Picture",
    "Series",
    "StackedRow",
    "interval_chart",
    "shortened",
    "stacked_chart",
]
