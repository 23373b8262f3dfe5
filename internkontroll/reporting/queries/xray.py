"""Röntgen av en uppföljning: what it reads beside the report itself, in one question."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.type_api import TypeEngine

from internkontroll.core.clock import swedish_day
from internkontroll.core.kinds import of_kinds
from internkontroll.findings.models import Action, ActionState, Finding, FindingState
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Control, Plan
from internkontroll.plan.queries import that_holds
from internkontroll.reporting.models import FollowUpReport, ReportRemark, ReportState
from internkontroll.reporting.queries.following import finding_label
from internkontroll.reporting.queries.points import of_the_plan
from internkontroll.reporting.rules.proposed import UNCONFIRMED, standing_of
from internkontroll.reporting.rules.report import Report
from internkontroll.reporting.rules.states import BEFORE_BOARD
from internkontroll.reporting.rules.xray import (
    OpenFinding,
    UnprovenFact,
    XrayFacts,
    XrayLine,
    xray_report,
)
from internkontroll.review.models import Attachment, Basis, Conclusion
from internkontroll.schedule.models import Occurrence

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]

_UNAPPOINTED, _UNPROVEN, _UNANSWERED, _REMARK, _PLAN, _BOARD = range(6)

_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "row_id": sa.Integer(),
    "number": sa.Integer(),
    "year": sa.Integer(),
    "revision": sa.Integer(),
    "scheduled_on": sa.Date(),
    "lineage": sa.Text(),
    "comment": sa.Text(),
    "figures": sa.Text(),
    "figures_confirmed": sa.Boolean(),
    "code": sa.Text(),
    "name": sa.Text(),
}

# To put the statement together takes longer than to run it: it is made once.
_BOARD_ID: Any = sa.bindparam("board_id", type_=sa.Integer())
_YEAR: Any = sa.bindparam("year", type_=sa.Integer())


def xray_of(
    session: Session, board: Board, report: FollowUpReport | None, made: Report, *, at: datetime
) -> tuple[XrayLine, ...]:
    """What the report lacks at the moment; ``made`` is what lies before the board."""
    asked = {
        "board_id": board.id,
        "year": made.year,
        "version": made.plan.version,
        "lineages": [row.lineage for row in made.rows],
        "in_force": [row.number for row in made.rows if not row.removed],
        "first": made.period_start,
        "last": made.period_end,
        "report_id": report.id if report else 0,
    }
    of_kind: dict[int, list[Row]] = defaultdict(list)
    for row in session.execute(_statement(), asked):
        of_kind[row.kind].append(row)
    begun = swedish_day(at).year >= made.year
    newest = max(of_kind[_PLAN], key=_number, default=None)
    facts = XrayFacts(
        unappointed=sorted(map(_number, of_kind[_UNAPPOINTED])) if begun else (),
        unproven=[
            UnprovenFact(row.row_id, number, row.scheduled_on)
            for number, row in _by_number_and_day(of_kind[_UNPROVEN], made)
        ],
        unanswered=_unanswered(of_kind[_UNANSWERED], board, made),
        others=sorted((row.code, row.name) for row in of_kind[_BOARD]),
        unconfirmed=_unconfirmed(of_kind[_REMARK], made),
        is_approved=report is not None
        and (report.state in BEFORE_BOARD or _decided_as_approved(report)),
        plan_id=newest.row_id if newest else None,
    )
    return xray_report(made, facts)


@cache
def _statement() -> sa.CompoundSelect[*tuple[Any, ...]]:
    others = sa.select(Board.code, Board.name).where(Board.id != _BOARD_ID, ~Board.oversight)
    holding = sa.select(Plan.id.label("row_id"), Plan.version.label("number"))
    return of_kinds(
        _COLUMNS,
        [
            (_UNAPPOINTED, _without_responsible()),
            (_UNPROVEN, _without_paper()),
            (_UNANSWERED, _without_action()),
            (_REMARK, _written()),
            (_PLAN, holding.where(*that_holds(_BOARD_ID, _YEAR))),
            (_BOARD, others),
        ],
    )


def _without_responsible() -> Rows:
    in_force: Any = sa.bindparam("in_force", type_=sa.Integer(), expanding=True)
    return (
        sa.select(Control.number)
        .select_from(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            *of_the_plan(_BOARD_ID, _YEAR),
            Plan.version == sa.bindparam("version", type_=sa.Integer()),
            Control.number.in_(in_force),
            Control.responsible_id.is_(None),
            Control.not_applicable_reason.is_(None),
        )
    )


def _without_paper() -> Rows:
    # The items of a sample are their own record; a result that was written down needs a paper.
    attached = sa.exists().where(
        Attachment.occurrence_id == Occurrence.id, Attachment.removed_at.is_(None)
    )
    first = sa.bindparam("first", type_=sa.Date())
    last = sa.bindparam("last", type_=sa.Date())
    lineages: Any = sa.bindparam("lineages", type_=sa.Text(), expanding=True)
    return (
        sa.select(Occurrence.id.label("row_id"), Control.lineage, Occurrence.scheduled_on)
        .select_from(Occurrence)
        .join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .join(Conclusion, Conclusion.occurrence_id == Occurrence.id)
        .where(
            Occurrence.board_id == _BOARD_ID,
            *of_the_plan(_BOARD_ID, _YEAR),
            Control.lineage.in_(lineages),
            Occurrence.scheduled_on.between(first, last),
            Conclusion.signed_at.is_not(None),
            Conclusion.basis.in_((Basis.RESULT, Basis.NONE)),
            ~attached,
        )
        .distinct()
    )


def _without_action() -> Rows:
    answered = sa.exists().where(
        Action.finding_id == Finding.id, Action.state != ActionState.CANCELLED
    )
    return sa.select(Finding.id.label("row_id"), Finding.year, Finding.number).where(
        Finding.board_id == _BOARD_ID, Finding.state == FindingState.OPEN, ~answered
    )


def _written() -> Rows:
    return (
        sa.select(
            Control.lineage,
            ReportRemark.revision,
            ReportRemark.comment,
            ReportRemark.figures,
            ReportRemark.figures_confirmed,
        )
        .select_from(ReportRemark)
        .join(Control, Control.id == ReportRemark.control_id)
        .where(ReportRemark.report_id == sa.bindparam("report_id", type_=sa.Integer()))
    )


def _number(row: Row) -> int:
    return int(row.number)


def _by_number_and_day(rows: Iterable[Row], made: Report) -> list[tuple[int, Row]]:
    """The rows with the number that the report gives each: a revision numbers anew."""
    numbers = {row.lineage: row.number for row in made.rows}
    told = ((numbers[row.lineage], row) for row in rows)
    return sorted(told, key=lambda one: (one[0], one[1].scheduled_on, one[1].row_id))


def _decided_as_approved(report: FollowUpReport) -> bool:
    return report.state is ReportState.DECIDED and report.approved_at is not None


def _unanswered(rows: Iterable[Row], board: Board, made: Report) -> list[OpenFinding]:
    numbers = {finding.label: row.number for row in made.rows for finding in row.findings}
    named = (
        (row.row_id, finding_label(row.year, row.number, board.code))
        for row in sorted(rows, key=lambda row: (row.year, row.number))
    )
    return [OpenFinding(key, numbers[label], label) for key, label in named if label in numbers]


def _unconfirmed(rows: Iterable[Row], made: Report) -> list[int]:
    # A revision numbers the kontrollmoment anew, and what is written follows its own.
    standing = {row.lineage: row for row in sorted(rows, key=lambda row: int(row.revision))}
    return [
        row.number
        for row in made.rows
        if (remark := standing.get(row.lineage)) is not None
        and standing_of(remark.comment, remark.figures, row, confirmed=remark.figures_confirmed)
        in UNCONFIRMED
    ]
