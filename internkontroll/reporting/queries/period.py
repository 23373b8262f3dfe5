"""Read what was done in a point's period, with the moments at which it became known.

One statement: the kontrolltillfällen with their conclusions, why some were not done, how they were
moved, the findings, and what stands in the report about each kontrollmoment.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.type_api import TypeEngine

from internkontroll.core.base import UtcDateTime
from internkontroll.core.kinds import of_kinds
from internkontroll.findings.models import Finding, FindingRevision
from internkontroll.findings.queries import first_change_after, was_mistaken
from internkontroll.organisation.models import Subcommittee
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import ReportRemark
from internkontroll.reporting.queries.following import finding_label
from internkontroll.reporting.queries.points import PointEntry, of_the_plan
from internkontroll.reporting.rules import (
    Absence,
    CorrectionFact,
    FindingFact,
    Move,
    OccurrenceFact,
    RemarkFact,
    Verdict,
)
from internkontroll.review.models import Basis, Conclusion
from internkontroll.schedule.models import NonPerformance, Occurrence, OccurrenceMove

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]

_OCCURRENCE, _ABSENCE, _MOVE, _FINDING, _REMARK = range(5)

# A year has thousands of rows, and a column is found far sooner by its place than by its name:
# after the kind what an OccurrenceFact is made of, then a Verdict's fields in their order.
_OF_OCCURRENCE: Mapping[str, TypeEngine[Any]] = {
    "row_id": sa.Integer(),
    "lineage": sa.Text(),
    "scheduled_on": sa.Date(),
    "due_on": sa.Date(),
    "recorded_at": UtcDateTime(),
    "committee": sa.Text(),
    "expired_at": UtcDateTime(),
    "expired_reason": sa.Text(),
    "wanted_because": sa.Text(),
}
_OF_VERDICT: Mapping[str, TypeEngine[Any]] = {
    "signed_at": UtcDateTime(),
    "reviewed": sa.Integer(),
    "population_size": sa.Integer(),
    "deviating": sa.Integer(),
    "is_random": sa.Boolean(),
    "by_result": sa.Boolean(),
    "not_applicable": sa.Integer(),
    "proof": sa.Text(),
    "at_most": sa.Integer(),
}
_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    **_OF_OCCURRENCE,
    **_OF_VERDICT,
    "conclusion_id": sa.Integer(),
    "occurrence_id": sa.Integer(),
    "reason": sa.Text(),
    "withdrawn_at": UtcDateTime(),
    "old_scheduled_on": sa.Date(),
    "old_due_on": sa.Date(),
    "new_due_on": sa.Date(),
    "year": sa.Integer(),
    "number": sa.Integer(),
    "severity": Finding.__table__.c.severity.type,
    "description": sa.Text(),
    "item_id": sa.Integer(),
    "revision": sa.Integer(),
    "comment": sa.Text(),
    "assessment": ReportRemark.__table__.c.assessment.type,
}
_FACT = slice(1, 1 + len(_OF_OCCURRENCE))
_VERDICT = slice(_FACT.stop, _FACT.stop + len(_OF_VERDICT))
_CONCLUSION = _VERDICT.stop

# To put the statement together takes longer than to run it: it is made once.
_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_YEAR: Any = sa.bindparam("year", type_=sa.Integer())
_FIRST = sa.bindparam("first", type_=sa.Date())
_LAST = sa.bindparam("last", type_=sa.Date())
_KNOWN_AT: Any = sa.bindparam("known_at", type_=UtcDateTime())


def _of_the_period() -> sa.CTE:
    """The kontrolltillfällen of the board's own plan of the year and of the point's period.

    Whatever has been moved out of the period is read too: it may have been in it at the cut-off.
    They are looked for once, and all kinds of rows are found from them.
    """
    # Each is found by an index of its own, so that a board's other years cost nothing.
    planned = sa.select(Occurrence.id).where(
        Occurrence.board_id == _BOARD, Occurrence.scheduled_on.between(_FIRST, _LAST)
    )
    of_the_board = aliased(Occurrence)
    moved_from = sa.select(OccurrenceMove.occurrence_id).where(
        OccurrenceMove.old_scheduled_on.between(_FIRST, _LAST),
        sa.exists().where(
            of_the_board.id == OccurrenceMove.occurrence_id, of_the_board.board_id == _BOARD
        ),
    )
    return (
        sa.select(Occurrence.id, Control.lineage)
        .join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(Occurrence.id.in_(sa.union(planned, moved_from)), *of_the_plan(_BOARD, _YEAR))
        .cte("of_the_period")
    )


def _occurrences(own: sa.CTE) -> Rows:
    # One row for each signed conclusion: the first, then those that correct it.
    signed = sa.and_(Conclusion.occurrence_id == Occurrence.id, Conclusion.signed_at.is_not(None))
    return (
        sa.select(
            Occurrence.id.label("row_id"),
            own.c.lineage,
            Occurrence.scheduled_on,
            Occurrence.due_on,
            Occurrence.recorded_at,
            Subcommittee.name.label("committee"),
            Occurrence.expired_at,
            Occurrence.expired_reason,
            Occurrence.wanted_because,
            Conclusion.signed_at,
            Conclusion.reviewed,
            Conclusion.population_size,
            Conclusion.deviating,
            Conclusion.is_random,
            (Conclusion.basis == Basis.RESULT).label("by_result"),
            Conclusion.not_applicable,
            Conclusion.proof,
            Conclusion.at_most,
            Conclusion.id.label("conclusion_id"),
        )
        .select_from(own)
        .join(Occurrence, Occurrence.id == own.c.id)
        .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .outerjoin(Conclusion, signed)
    )


def _absences(own: sa.CTE) -> Rows:
    return (
        sa.select(
            NonPerformance.id.label("row_id"),
            NonPerformance.occurrence_id,
            NonPerformance.reason,
            NonPerformance.recorded_at,
            NonPerformance.withdrawn_at,
        )
        .select_from(own)
        .join(NonPerformance, NonPerformance.occurrence_id == own.c.id)
    )


def _moves(own: sa.CTE) -> Rows:
    return (
        sa.select(
            OccurrenceMove.id.label("row_id"),
            OccurrenceMove.occurrence_id,
            OccurrenceMove.reason,
            OccurrenceMove.recorded_at,
            OccurrenceMove.old_scheduled_on,
            OccurrenceMove.old_due_on,
            OccurrenceMove.new_due_on,
        )
        .select_from(own)
        .join(OccurrenceMove, OccurrenceMove.occurrence_id == own.c.id)
    )


def _findings(own: sa.CTE) -> Rows:
    """The findings as they read at the moment; one that had proved mistaken by then is none."""
    return (
        sa.select(
            Finding.id.label("row_id"),
            Finding.occurrence_id,
            own.c.lineage,
            Finding.year,
            Finding.number,
            sa.func.coalesce(FindingRevision.severity, Finding.severity).label("severity"),
            sa.func.coalesce(FindingRevision.description, Finding.description).label("description"),
            Finding.recorded_at,
            Finding.item_id,
        )
        .select_from(own)
        .join(Finding, Finding.occurrence_id == own.c.id)
        .outerjoin(FindingRevision, first_change_after(_KNOWN_AT))
        .where(~was_mistaken(_KNOWN_AT))
    )


def _remarks() -> Rows:
    return (
        sa.select(
            ReportRemark.id.label("row_id"),
            Control.lineage,
            ReportRemark.revision,
            ReportRemark.comment,
            ReportRemark.assessment,
            ReportRemark.assessment_reason.label("reason"),
        )
        .select_from(ReportRemark)
        .join(Control, Control.id == ReportRemark.control_id)
        .where(ReportRemark.report_id == sa.bindparam("report_id", type_=sa.Integer()))
    )


@cache
def _statement() -> sa.CompoundSelect[*tuple[Any, ...]]:
    own = _of_the_period()
    parts = (
        (_OCCURRENCE, _occurrences(own)),
        (_ABSENCE, _absences(own)),
        (_MOVE, _moves(own)),
        (_FINDING, _findings(own)),
        (_REMARK, _remarks()),
    )
    return of_kinds(_COLUMNS, parts)


@dataclass(frozen=True)
class PeriodFacts:
    """The kontrolltillfällen of a period, and the rows of its findings by year and number.

    ``remarks`` is what stands about each kontrollmoment now, by lineage.
    """

    occurrences: Sequence[OccurrenceFact]
    finding_rows: Sequence[Row]
    remarks: Mapping[str, RemarkFact]

    def findings(
        self, board_code: str, corrections: Mapping[str, Sequence[CorrectionFact]]
    ) -> list[FindingFact]:
        """The findings, each with its rättelser; those are given by the finding's label."""
        return [
            FindingFact(
                lineage=row.lineage,
                label=named,
                severity=row.severity,
                description=row.description,
                recorded_at=row.recorded_at,
                occurrence_id=row.occurrence_id,
                about_item=row.item_id is not None,
                corrections=tuple(corrections.get(named, ())),
            )
            for row in self.finding_rows
            for named in (finding_label(row.year, row.number, board_code),)
        ]


def period_facts(
    session: Session, board_id: int, entry: PointEntry, known_at: datetime
) -> PeriodFacts:
    """Everything of the period; ``known_at`` chooses the findings and their wordings alone."""
    point = entry.point
    asked = {
        "board_id": board_id,
        "report_id": entry.report.id if entry.report else 0,
        "year": point.year,
        "first": date(point.year, 1, 1),
        "last": point.period_end,
        "known_at": known_at,
    }
    of_kind: dict[int, list[Row]] = defaultdict(list)
    for row in session.execute(_statement(), asked).all():
        of_kind[row[0]].append(row)
    absences: dict[int, list[Absence]] = defaultdict(list)
    for row in sorted(of_kind[_ABSENCE], key=_as_recorded):
        absences[row.occurrence_id].append(Absence(row.reason, row.recorded_at, row.withdrawn_at))
    moves: dict[int, list[Move]] = defaultdict(list)
    for row in sorted(of_kind[_MOVE], key=_as_recorded):
        moves[row.occurrence_id].append(_moved(row))
    signed: dict[int, list[Row]] = {}
    for row in sorted(of_kind[_OCCURRENCE], key=_as_planned):
        signed.setdefault(row[1], []).append(row)
    return PeriodFacts(
        [_occurrence(rows, absences, moves) for rows in signed.values()],
        sorted(of_kind[_FINDING], key=lambda row: (row.year, row.number)),
        {
            row.lineage: RemarkFact(row.comment, row.assessment, row.reason)
            for row in sorted(of_kind[_REMARK], key=lambda row: (row.revision, row.row_id))
        },
    )


def _as_recorded(row: Row) -> tuple[datetime, int]:
    return row.recorded_at, row.row_id


def _as_planned(row: Row) -> tuple[date, int, int]:
    return row[3], row[1], row[_CONCLUSION] or 0


def _moved(row: Row) -> Move:
    return Move(
        old_scheduled_on=row.old_scheduled_on,
        old_due_on=row.old_due_on,
        new_due_on=row.new_due_on,
        reason=row.reason,
        recorded_at=row.recorded_at,
    )


def _verdict(row: Row) -> Verdict | None:
    told = row[_VERDICT]
    return None if told[0] is None else Verdict(*told)


def _occurrence(
    rows: list[Row],
    absences: Mapping[int, Sequence[Absence]],
    moves: Mapping[int, Sequence[Move]],
) -> OccurrenceFact:
    row, *corrections = rows
    number, lineage, scheduled_on, due_on, recorded_at, where, expired_at, reason, wanted = row[
        _FACT
    ]
    return OccurrenceFact(
        number,
        lineage,
        scheduled_on,
        due_on,
        recorded_at,
        where,
        _verdict(row),
        tuple(absences.get(number, ())),
        tuple(moves.get(number, ())),
        expired_at,
        reason,
        tuple(Verdict(*later[_VERDICT]) for later in corrections),
        wanted,
    )
