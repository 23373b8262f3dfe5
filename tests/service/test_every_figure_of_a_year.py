"""A whole year of the real plan: every figure in every form, and in plain SQL. None differs.

Nor when another program, LibreOffice, has opened the Word files and the workbooks and saved them.

A nämnd's report and kommunstyrelsens samlade bild are made when the boards have decided April,
August and årsbokslut, and once more when April has been corrected.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.files.html import plain_html
from internkontroll.reporting import documents
from internkontroll.reporting.documents.oversight_sheets import oversight_csv, oversight_xlsx
from internkontroll.reporting.oversight_document import (
    oversight_document,
    oversight_docx,
    oversight_json,
    oversight_pdf,
)
from internkontroll.reporting.queries import find_point, shown_report
from internkontroll.reporting.queries.oversight import oversight_report
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.oversight import OversightReport
from tests import oversight_figures, oversight_sheets, picture_figures, report_figures
from tests.office import Office, installed
from tests.played_days import CODES, YEAR, moment
from tests.played_year import PlayedYear, Seen
from tests.recounts import ITEM_BY_ITEM, recount, summed, told_by
from tests.report_figures import Figures, differences


def _xlsx(shown: ShownReport) -> Figures:
    return report_figures.from_xlsx(documents.report_xlsx(shown), documents.table_names(shown))


FORMS: dict[str, Callable[[ShownReport], Figures]] = {
    "HTML": lambda shown: report_figures.from_html(documents.report_html(shown)),
    "PDF": lambda shown: report_figures.from_pdf(documents.report_pdf(shown)),
    "DOCX": lambda shown: report_figures.from_docx(documents.report_docx(shown)),
    "XLSX": _xlsx,
    "CSV": lambda shown: report_figures.from_csv(documents.report_csv(shown)),
}
"""What a nämnd's report is written in, and how its figures are read back."""
OVERSIGHT_FORMS: dict[str, Callable[[OversightReport], Figures]] = {
    "HTML": lambda made: oversight_figures.from_html(
        plain_html(oversight_document(made)).encode("utf-8")
    ),
    "PDF": lambda made: oversight_figures.from_pdf(oversight_pdf(made)),
    "DOCX": lambda made: oversight_figures.from_docx(oversight_docx(made)),
}
"""The same of the samlade bild: a form is a line."""
OVERSIGHT_TABLES: dict[str, Callable[[OversightReport], Figures]] = {
    "XLSX": lambda made: oversight_sheets.from_xlsx(oversight_xlsx(made)),
    "CSV": lambda made: oversight_sheets.from_csv(oversight_csv(made)),
}
"""Its tables as data, which tell each kontrollmoment of each nämnd."""


def _report(year: PlayedYear, code: str, point: str, on: date) -> ShownReport:
    board = year.boards[code]
    entry = find_point(year.session, board.id, YEAR, point)
    assert entry is not None
    shown = shown_report(year.session, board, entry, at=moment(on))
    assert shown is not None
    assert shown.snapshot is not None, "it is decided"
    return shown


def _frozen_at(session: Session, board_id: int, point: str) -> tuple[date, datetime]:
    """The end of the point's period, and when the facts of its decided report were closed."""
    row = session.execute(
        sa.text(
            "SELECT p.period_end, r.cut_off_at FROM follow_up_report r JOIN reporting_point p "
            "ON p.id = r.reporting_point_id WHERE p.board_id = :board AND p.name = :point"
        ),
        {"board": board_id, "point": point},
    ).one()
    period_end, cut_off_at = (
        value if isinstance(value, date) else datetime.fromisoformat(value) for value in row
    )
    day = period_end.date() if isinstance(period_end, datetime) else period_end
    return day, cut_off_at if cut_off_at.tzinfo else cut_off_at.replace(tzinfo=moment(day).tzinfo)


@dataclass(frozen=True)
class Opened:
    """A file that LibreOffice is to open and save, and what its figures are read by."""

    where: str
    kind: str
    content: bytes
    read: Callable[[bytes], Figures]
    wanted: Figures


class Counted:
    """What is held against what, and how many figures were read out of documents.

    The documents are made from the JSON alone: they are read on one kind of database.
    """

    def __init__(self, year: PlayedYear) -> None:
        self.year = year
        self.in_every_form = year.session.get_bind().dialect.name == "sqlite"
        self.figures = 0
        self.opened: list[Opened] = []
        self.frozen: dict[tuple[str, str, int], dict[str, Any]] = {}

    def everything(self, seen: Seen) -> None:
        """Every board's report and kommunstyrelsen's picture, in every form and in SQL."""
        recounted = {code: self._board(code, seen) for code in CODES}
        self._oversight(seen, recounted)

    def _board(self, code: str, seen: Seen) -> dict[str, Any]:
        shown = _report(self.year, code, seen.point, seen.on)
        told = json.loads(documents.report_json(shown))
        period_end, at = _frozen_at(self.year.session, self.year.boards[code].id, seen.point)
        board_id = self.year.boards[code].id
        counted = recount(self.year.session, board_id, YEAR, seen.point, period_end, at)
        for level, figures in told_by(told).items():
            assert counted[level] == figures, f"{code}, {seen.point}, {level}"
        before = self.frozen.setdefault((code, seen.point, told["version"]), told)
        assert before == told, "a decided version never changes"
        if self.in_every_form:
            self._forms_of(shown, told, f"{code}, {seen.point}")
        return counted

    def _forms_of(self, shown: ShownReport, told: dict[str, Any], where: str) -> None:
        wanted = report_figures.expected(told, report_figures.WORDS)
        for form, read in FORMS.items():
            assert differences(read(shown), wanted) == [], f"{where}, {form}"
            self.figures += len(wanted)
        self.figures += picture_figures.check(shown, told)
        names = documents.table_names(shown)
        made = (
            ("docx", documents.report_docx(shown), report_figures.from_docx),
            (
                "xlsx",
                documents.report_xlsx(shown),
                lambda content: report_figures.from_xlsx(content, names),
            ),
        )
        self.opened += [Opened(where, *one, wanted) for one in made]

    def _oversight(self, seen: Seen, recounted: dict[str, dict[str, Any]]) -> None:
        made = oversight_report(self.year.session, YEAR, seen.point, on=seen.on)
        assert made is not None
        told = json.loads(oversight_json(made))
        lines = {line["code"]: line for line in told["boards"]}
        assert {code for code, line in lines.items() if line["report"]} == set(CODES)
        for code, counted in recounted.items():
            line = lines[code]
            for name, figure in line["count"].items():
                assert figure == counted["total"][name], f"{code}, {seen.point}, {name}"
            own = {kind: number for kind, number in line["severities"].items() if number}
            assert own == counted["severities"]
            assert line["controls"] == len(counted["rows"])
            assert line["plan_size"] == counted["plan_size"]
            actions = line["report"]["actions"]
            assert {name: actions[name] for name in counted["actions"]} == counted["actions"]
        whole = summed(counted["total"] for counted in recounted.values())
        assert told["total"]["count"] == {name: whole[name] for name in told["total"]["count"]}
        assert told["total"]["reviewed"] == whole["reviewed"]
        assert told["total"]["deviating"] == whole["deviating"]
        if not self.in_every_form:
            return
        for wanted, forms in (
            (oversight_figures.expected(told), OVERSIGHT_FORMS),
            (oversight_sheets.expected(told), OVERSIGHT_TABLES),
        ):
            for form, read in forms.items():
                assert differences(read(made), wanted) == [], f"KS, {seen.point}, {form}"
                self.figures += len(wanted)
        for kind, content, read, wanted in (
            (
                "docx",
                oversight_docx(made),
                oversight_figures.from_docx,
                oversight_figures.expected(told),
            ),
            (
                "xlsx",
                oversight_xlsx(made),
                oversight_sheets.from_xlsx,
                oversight_sheets.expected(told),
            ),
        ):
            self.opened.append(Opened(f"KS, {seen.point}", kind, content, read, wanted))

    def in_libreoffice(self, folder: Path) -> None:
        """All Word files at one start, all workbooks at one: the figures are still the same."""
        office = Office(folder)
        for kind in ("docx", "xlsx"):
            those = [one for one in self.opened if one.kind == kind]
            files = {f"{place}.{kind}": one.content for place, one in enumerate(those)}
            saved = office.convert(files, kind)
            for one, content in zip(those, saved.values(), strict=True):
                found = differences(one.read(content), one.wanted)
                assert found == [], f"{one.where}, {kind} i LibreOffice"
                self.figures += len(one.wanted)


@pytest.fixture
def year(session: Session, real_input: Path) -> PlayedYear:
    return PlayedYear(session, (real_input / "internkontrollplan_scn_2020.csv").read_bytes())


def test_a_whole_year_tells_the_same_in_every_form_and_in_plain_sql(
    year: PlayedYear, tmp_path: Path
) -> None:
    counted = Counted(year)
    rounds = []
    for seen in year.play():
        counted.everything(seen)
        rounds.append((seen.point, seen.what))

    assert rounds == [
        ("april", "decided and sent"),
        ("april", "corrected"),
        ("augusti", "decided and sent"),
        ("årsbokslut", "decided and sent"),
    ]
    assert year.told == {
        "moved",
        "called off",
        "late entry",
        "corrected conclusion",
        "corrected report",
        "revised plan",
    }
    assert counted.figures > 5_000 or not counted.in_every_form
    # Where it is missing, tests/web/test_documents_in_libreoffice.py says so.
    if counted.in_every_form and installed():
        before = counted.figures
        counted.in_libreoffice(tmp_path)
        assert counted.figures > before + 3_000
    by_item = year.session.execute(sa.text(ITEM_BY_ITEM)).all()
    assert len(by_item) > 40
    assert [row for row in by_item if tuple(row[1:3]) != tuple(row[3:5])] == []
