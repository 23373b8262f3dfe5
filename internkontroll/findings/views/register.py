"""Registret över avvikelser: urval, sortering, sidor och utskick som fil."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.core.clock import swedish_day
from internkontroll.core.words import StateWord
from internkontroll.files.csv_out import Cell, csv_bytes
from internkontroll.findings.forms import FilterForm
from internkontroll.findings.models import Finding, Severity
from internkontroll.findings.queries import (
    Filters,
    RegisterOptions,
    facts_of,
    findings_select,
    label,
    register_options,
)
from internkontroll.findings.queries.register import SORTS, Standing
from internkontroll.findings.rules import FindingFacts, earliest_due, late_days, next_step
from internkontroll.findings.views.blueprint import bp, committees_of
from internkontroll.findings.words import STATES, STEPS
from internkontroll.organisation.models import Board
from internkontroll.schedule.queries import Committees
from internkontroll.schedule.words import late_word, origin_words
from internkontroll.web.access import requires, session, today
from internkontroll.web.forms import choices
from internkontroll.web.pagination import Page, Sort, paginate, requested_page, requested_sort
from internkontroll.web.submission import page

BY_NUMBER = Sort("nummer", descending=True)
STANDINGS: dict[str, tuple[str, Standing | None]] = {
    "": ("Alla", None),
    "oppna": ("Öppna", Standing.OPEN),
    "orattade": ("Öppna, inte rättade", Standing.UNCORRECTED),
    "utan-atgard": ("Öppna, utan åtgärd", Standing.WITHOUT_ACTION),
    "avslutade": ("Avslutade", Standing.CLOSED),
}
"""States as the register's filter names them."""

_KEPT = frozenset(
    {"ar", "allvar", "lage", "omrade", "utskott", "ansvarig", "sena", "sortera", "ordning"}
)


@dataclass(frozen=True)
class FindingRow:
    """En rad i registret."""

    finding: Finding
    position: int | None
    next_words: str
    due_on: date | None
    late: StateWord | None


@dataclass(frozen=True)
class Question:
    """Vad registret visar: year, filters and sorting, as the address asks for them."""

    form: FilterForm
    year: int
    filters: Filters
    sort: Sort

    @property
    def filtered(self) -> bool:
        """Whether anything but the year is asked for."""
        return self.filters != Filters()


def _set(form: FilterForm, name: str, options: Sequence[tuple[str, str]], default: str = "") -> str:
    field = form[name]
    field.choices = choices(options)
    if field.data not in {value for value, _ in options}:
        field.data = default
    return str(field.data)


def _question(options: RegisterOptions) -> Question:
    form = FilterForm(formdata=request.args)
    years = options.years or [today().year]
    everything = ("", "Alla")
    year = _set(form, "ar", [(str(one), str(one)) for one in years], str(years[0]))
    severity = _set(
        form,
        "allvar",
        [everything, *((degree.value, STATES[degree].word) for degree in Severity)],
    )
    standing = _set(form, "lage", [(key, words) for key, (words, _) in STANDINGS.items()])
    area = _set(form, "omrade", [everything, *((name, name) for name in options.areas)])
    committee = _set(
        form, "utskott", [everything, *((str(key), name) for key, name in options.committees)]
    )
    responsible = _set(
        form, "ansvarig", [everything, *((str(key), name) for key, name in options.responsibles)]
    )
    late = _set(form, "sena", [everything, ("1", "Bara med försenade åtgärder")])
    # Sorted by number the latest comes first; by anything else the order is as the reader asks.
    asked = "sortera" in request.args
    return Question(
        form=form,
        year=int(year),
        filters=Filters(
            severity=Severity(severity) if severity else None,
            standing=STANDINGS[standing][1],
            area=area or None,
            responsible_id=int(responsible) if responsible else None,
            subcommittee_id=int(committee) if committee else None,
            late_on=today() if late else None,
        ),
        sort=requested_sort(request.args, tuple(SORTS), BY_NUMBER) if asked else BY_NUMBER,
    )


def _row(finding: Finding, facts: FindingFacts, on: date) -> FindingRow:
    return FindingRow(
        finding=finding,
        position=finding.item.position if finding.item else None,
        next_words=STEPS[next_step(facts)].short,
        due_on=earliest_due(facts.actions),
        late=None if facts.closed else late_word(late_days(facts.actions, on)),
    )


def _select(board: Board, asked: Question, committees: Committees) -> sa.Select[Finding]:
    return findings_select(
        board.id,
        asked.year,
        filters=asked.filters,
        committees=committees,
        sort=asked.sort.key,
        descending=asked.sort.descending,
    )


def _export_url(board: Board) -> str:
    kept: dict[str, Any] = {name: text for name, text in request.args.items() if name in _KEPT}
    return url_for("findings.export", board_code=board.code.lower(), **kept)


@bp.get("/avvikelser")
@requires(Permission.FINDING_READ)
def index(board: Board) -> ResponseReturnValue:
    """The board's findings of a year, as the filters say."""
    committees = committees_of(board)
    options = register_options(session(), board.id, committees=committees)
    asked = _question(options)
    select: Any = _select(board, asked, committees)
    found: Page[Finding] = paginate(session(), select, requested_page(request.args))
    facts = facts_of(session(), found.items)
    return page(
        "findings/index.html",
        board=board,
        asked=asked,
        options=options,
        found=found,
        export_url=_export_url(board),
        rows=[_row(finding, facts[finding.id], today()) for finding in found.items],
    )


COLUMNS = (
    "Avvikelse", "Läge", "Allvarlighetsgrad", "Kontrollområde", "Kontroll", "Kontrollmoment",
    "Utskott", "Tillfälle", "Planerat", "Nummer i stickprovet", "Vad är fel", "Orsak", "Skriven",
    "Posten rättad", "Åtgärder", "Öppna åtgärder", "Närmaste slutdatum", "Dagar sen",
    "Nästa steg",
)  # fmt: skip


def _cells(board: Board, finding: Finding, facts: FindingFacts, on: date) -> list[Cell]:
    occurrence = finding.occurrence
    settled = "Ja" if facts.settled else "Nej"
    return [
        label(finding, board),
        STATES[finding.state].word,
        STATES[finding.severity].word,
        occurrence.control.area.name,
        occurrence.control.number,
        occurrence.control.text,
        occurrence.subcommittee.name if occurrence.subcommittee else None,
        origin_words(occurrence.origin),
        occurrence.scheduled_on,
        finding.item.position if finding.item else None,
        finding.description,
        finding.cause,
        swedish_day(finding.recorded_at),
        settled if facts.about_an_item else "Hela kontrollen",
        len(facts.actions),
        facts.open_actions,
        earliest_due(facts.actions),
        late_days(facts.actions, on) or None,
        STEPS[next_step(facts)].short,
    ]


@bp.get("/avvikelser.csv")
@requires(Permission.FINDING_READ)
def export(board: Board) -> ResponseReturnValue:
    """Exactly what the filters show, as a file; items by their running numbers only."""
    committees = committees_of(board)
    asked = _question(register_options(session(), board.id, committees=committees))
    select = _select(board, asked, committees)
    found = session().scalars(select).unique().all()
    facts = facts_of(session(), found)
    body = csv_bytes(
        COLUMNS, (_cells(board, finding, facts[finding.id], today()) for finding in found)
    )
    name = f"avvikelser-{board.code.lower()}-{asked.year}.csv"
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
