"""Diagrammets delar: what a chart is drawn of, in whole units of its box, and the drawing as SVG.

Every part has a class, for the colours of a page (light and dark), and the colours of print as
attributes, for a document. What tells parts of a bar apart is a pattern and a number, so that a
grey print says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup, escape

from internkontroll.files.plain_document import Image, Table

WIDTH = 400
"""Units of a chart's width; a phone shows one unit as about one pixel."""


class Fill(StrEnum):
    """Ytans slag: each has a colour and a pattern of its own."""

    STRONG = "strong"
    HATCHED = "hatched"
    DOTTED = "dotted"
    OPEN = "open"
    PLATE = "plate"
    """The ground of a number that stands over a pattern."""


@dataclass(frozen=True)
class Rect:
    """En yta."""

    x: int
    y: int
    width: int
    height: int
    fill: Fill


@dataclass(frozen=True)
class Line:
    """Ett streck; ``kind`` is grid, axis, reach or end."""

    x1: int
    y1: int
    x2: int
    y2: int
    kind: str


@dataclass(frozen=True)
class Dot:
    """En punkt."""

    x: int
    y: int
    kind: str = "found"


@dataclass(frozen=True)
class Words:
    """Text at a baseline; ``kind`` is words, head, tick, figure or within (in a filled part)."""

    x: int
    y: int
    text: str
    kind: str = "words"
    anchor: str = "start"


Shape = Rect | Line | Dot | Words


@dataclass(frozen=True)
class Chart:
    """Diagrammet: its box and its parts, those drawn first below the others."""

    width: int
    height: int
    shapes: tuple[Shape, ...]

    def svg(self, ident: str, title: str, description: str) -> Markup:
        """The drawing as SVG, by itself or in a page, every text escaped.

        ``ident`` tells its parts apart from those of other drawings on the page.
        """
        used = {shape.fill for shape in self.shapes if isinstance(shape, Rect)}
        patterns = Markup("").join(
            _PATTERN.format(id=f"{ident}-{fill}", marks=marks)
            for fill, marks in _MARKS.items()
            if fill in used
        )
        return _SVG.format(
            width=self.width,
            height=self.height,
            id=ident,
            font=_FONT,
            title=title,
            text=description,
            defs=Markup("<defs>{}</defs>").format(patterns) if patterns else Markup(""),
            # Each part has escaped its own text: a chart has hundreds of parts.
            shapes=Markup("".join(_drawn(shape, escape(ident)) for shape in self.shapes)),  # noqa: S704
        )


@dataclass(frozen=True)
class Picture:
    """Bilden: a chart with its name, what it shows in words, and the table with the same figures.

    ``ident`` tells its parts apart from those of other pictures on a page.
    """

    ident: str
    title: str
    description: str
    chart: Chart
    table: Table

    @property
    def svg(self) -> Markup:
        """The drawing for a page: with its name and description, every text escaped."""
        return self.chart.svg(self.ident, self.title, self.description)

    @property
    def image(self) -> Image:
        """The drawing for a document."""
        return Image(self.title, self.description, str(self.svg))


INK, SOFT, LINE, EDGE, BRAND, PAPER = (
    "#16262b",
    "#4a5c62",
    "#dcdfd9",
    "#7b888c",
    "#0b5d66",
    "#ffffff",
)
_STROKES = {"grid": (LINE, "1"), "axis": (EDGE, "1"), "reach": (BRAND, "5"), "end": (BRAND, "2")}
_TEXTS = {
    "words": (INK, "13", "400"),
    "head": (INK, "13", "600"),
    "tick": (SOFT, "12", "400"),
    "figure": (INK, "12", "600"),
    "within": (PAPER, "12", "600"),
    "over": (INK, "12", "600"),
}
_FONT = "Source Sans 3, Segoe UI, sans-serif"

_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {width} {height}" '
    'role="img" aria-labelledby="{id}-namn {id}-text" preserveAspectRatio="xMinYMin meet" '
    'focusable="false" font-family="{font}"><title id="{id}-namn">{title}</title>'
    '<desc id="{id}-text">{text}</desc>{defs}{shapes}</svg>'
)
_PATTERN = Markup(
    '<pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="ground" width="6" height="6" fill="#ffffff"></rect>{marks}</pattern>'
)
_MARKS = {
    Fill.HATCHED: Markup(
        '<path class="mark" d="M-1 1 L1 -1 M0 6 L6 0 M5 7 L7 5" stroke="#0b5d66" '
        'stroke-width="1.6" fill="none"></path>'
    ),
    Fill.DOTTED: Markup('<circle class="dot" cx="3" cy="3" r="1.1" fill="#4a5c62"></circle>'),
}


_CLASSES = {fill: f"part {fill}" for fill in Fill} | {Fill.PLATE: "plate"}


def _rect(shape: Rect, ident: Markup) -> str:
    fill = BRAND
    if shape.fill in _MARKS:
        fill = f"url(#{ident}-{shape.fill})"
    elif shape.fill in {Fill.OPEN, Fill.PLATE}:
        fill = PAPER
    edge = "none" if shape.fill is Fill.PLATE else BRAND
    return (
        f'<rect class="{_CLASSES[shape.fill]}" x="{shape.x}" y="{shape.y}" width="{shape.width}" '
        f'height="{shape.height}" fill="{fill}" stroke="{edge}"></rect>'
    )


def _line(shape: Line) -> str:
    colour, width = _STROKES[shape.kind]
    return (
        f'<line class="{shape.kind}" x1="{shape.x1}" y1="{shape.y1}" x2="{shape.x2}" '
        f'y2="{shape.y2}" stroke="{colour}" stroke-width="{width}"></line>'
    )


def _dot(shape: Dot) -> str:
    return (
        f'<circle class="{escape(shape.kind)}" cx="{shape.x}" cy="{shape.y}" r="4" fill="{INK}" '
        f'stroke="{PAPER}" stroke-width="1.5"></circle>'
    )


def _words(shape: Words) -> str:
    colour, size, weight = _TEXTS[shape.kind]
    return (
        f'<text class="{shape.kind}" x="{shape.x}" y="{shape.y}" '
        f'text-anchor="{escape(shape.anchor)}" fill="{colour}" font-size="{size}" '
        f'font-weight="{weight}">{escape(shape.text)}</text>'
    )


def _drawn(shape: Shape, ident: Markup) -> str:
    """A part as SVG, its text escaped."""
    match shape:
        case Rect():
            return _rect(shape, ident)
        case Line():
            return _line(shape)
        case Dot():
            return _dot(shape)
        case Words():
            return _words(shape)


def shortened(text: str, signs: int) -> str:
    """The text on one line, of at most that many signs; the table beside has all of it."""
    line = " ".join(text.split())
    return line if len(line) <= signs else line[: signs - 1].rstrip() + "…"


def widest(texts: Sequence[str], unit: int = 7) -> int:
    """About how many units the longest of the texts takes."""
    return max((len(text) for text in texts), default=0) * unit
