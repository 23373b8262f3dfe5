"""The parts of a report's page that go row by row, kept as long as the report says the same.

A year has hundreds of samples, each with a line in a chart and in two tables, and a report is
mostly read again before anything in it has changed.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from internkontroll.core.clock import start_of_day
from internkontroll.core.words import StateWord
from internkontroll.reporting.pictures import report_pictures
from internkontroll.reporting.rules import ControlRow, Report
from internkontroll.reporting.words import NOT_HERE, NOT_YET, STATES

KEPT_AT_MOST = 16
"""Reports that a process keeps the parts of: about one megabyte each where there are most rows."""

_TEMPLATES: Mapping[str, str] = {
    "compared": "reporting/_following.html",
    "followed": "reporting/_following.html",
    "pictures": "components/pictures.html",
}
_ROWS = "reporting/_report.html"


def assessment_word(row: ControlRow) -> StateWord:
    """How a kontrollmoment's assessment is said, also where it has none."""
    if row.assessment:
        return STATES[row.assessment]
    return NOT_HERE if row.not_applicable else NOT_YET


class ReportParts:
    """Delarna av en uppföljnings sida, each drawn by the macro of its name when first asked for."""

    def __init__(self, report: Report, remarks_url: str | None) -> None:
        self._report, self._remarks_url = report, remarks_url
        self._drawn: dict[str, Markup] = {}

    def drawn(self, name: str) -> Markup:
        """The part by that name."""
        if name not in self._drawn:
            macro = get_template_attribute(_TEMPLATES.get(name, _ROWS), name)
            self._drawn[name] = Markup(macro(*self._given(name)))  # noqa: S704 -- it has escaped
        return self._drawn[name]

    def _given(self, name: str) -> tuple[Any, ...]:
        if name == "pictures":
            return (report_pictures(self._report),)
        if name == "outcomes":
            return self._report, assessment_word, self._remarks_url
        if name in {"texts", "compared"}:
            return self._report, assessment_word
        return (self._report,)


def report_parts(report: Report, remarks_url: str | None) -> ReportParts:
    """The parts of the report's page; with ``remarks_url`` its reader may write remarks.

    The same report gives the same parts, whoever reads it. The moment it was made at and the
    trail's last hash are no part of what these tell.
    """
    said = replace(report, cut_off_at=start_of_day(report.known_on), trail_head="")
    return _parts_of(said, remarks_url)


def forget_parts() -> None:
    """Let the next page draw its parts again, as in a new process."""
    _parts_of.cache_clear()


_parts_of = lru_cache(maxsize=KEPT_AT_MOST)(ReportParts)
