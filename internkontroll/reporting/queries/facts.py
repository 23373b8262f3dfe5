"""Read the facts that a report is made of, each with the moment at which it became known.

A live report takes as many statements however many rows there are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.base import UtcDateTime
from internkontroll.core.clock import end_of_day
from internkontroll.findings.models import Finding
from internkontroll.findings.queries import earlier_texts, was_mistaken
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import FollowUpReport, ReportRemark
from internkontroll.reporting.queries.earlier import (
    earlier_points,
    register_risks,
    years_before,
)
from internkontroll.reporting.queries.following import finding_label, follow_up_facts
from internkontroll.reporting.queries.plans import plan_facts
from internkontroll.reporting.queries.points import PointEntry, of_the_plan
from internkontroll.reporting.rules import (
    Absence,
    CorrectionFact,
    FindingFact,
    Move,
    OccurrenceFact,
    PointFacts,
    RemarkFact,
    ReportFacts,
    Verdict,
)
from internkontroll.review.models import Basis, Conclusion
from internkontroll.schedule.models import NonPerformance, Occurrence, OccurrenceMove
from internkontroll.trail.queries import chain_head

PROGRAM_VERSION = version("internkontroll")

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]


# To put the statements together takes longer than to run them: each is made once.
_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_YEAR: Any = sa.bindparam("year", type_=sa.Integer())
_FIRST = sa.bindparam("first", type_=sa.Date())
_LAST = sa.bindparam("last", type_=sa.Date())
_KNOWN_AT: Any = sa.bindparam("known_at", type_=UtcDateTime())


def _period(board_id: int, point: ReportingPoint) -> dict[str, Any]:
    """What the statements of :func:`_in_period` are asked about."""
    return {
        "board_id": board_id,
        "year": point.year,
        "first": date(point.year, 1, 1),
        "last": point.period_end,
    }


def _in_period(statement: Rows) -> Rows:
    """Only what belongs to the board's own plan of the year and to the point's period.

    Whatever has been moved out of the period is read too: it may have been in it at the cut-off.
    """
    moved_from = sa.select(OccurrenceMove.occurrence_id).where(
        OccurrenceMove.old_scheduled_on.between(_FIRST, _LAST)
    )
    return (
        statement.join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(
            Occurrence.board_id == _BOARD,
            sa.or_(Occurrence.scheduled_on.between(_FIRST, _LAST), Occurrence.id.in_(moved_from)),
            *of_the_plan(_BOARD, _YEAR),
        )
    )


@cache
def _absences_and_moves_statement() -> sa.CompoundSelect[*tuple[Any, ...]]:
    no_day = sa.cast(sa.null(), sa.Date())
    absent = sa.select(
        sa.literal(0).label("moved"),
        NonPerformance.id.label("row_id"),
        NonPerformance.occurrence_id,
        NonPerformance.reason,
        NonPerformance.recorded_at.label("known_at"),
        NonPerformance.withdrawn_at,
        no_day.label("old_scheduled_on"),
        no_day.label("old_due_on"),
        no_day.label("new_due_on"),
    ).join(Occurrence, Occurrence.id == NonPerformance.occurrence_id)
    moved = sa.select(
        sa.literal(1),
        OccurrenceMove.id,
        OccurrenceMove.occurrence_id,
        OccurrenceMove.reason,
        OccurrenceMove.recorded_at,
        sa.cast(sa.null(), UtcDateTime()),
        OccurrenceMove.old_scheduled_on,
        OccurrenceMove.old_due_on,
        OccurrenceMove.new_due_on,
    ).join(Occurrence, Occurrence.id == OccurrenceMove.occurrence_id)
    return sa.union_all(_in_period(absent), _in_period(moved)).order_by("known_at", "row_id")


def _absences_and_moves(
    session: Session, board_id: int, point: ReportingPoint
) -> tuple[dict[int, list[Absence]], dict[int, list[Move]]]:
    """Why occurrences were not done and how they were moved, in one statement."""
    absences: dict[int, list[Absence]] = defaultdict(list)
    moves: dict[int, list[Move]] = defaultdict(list)
    for row in session.execute(_absences_and_moves_statement(), _period(board_id, point)):
        if row.moved:
            move = Move(
                old_scheduled_on=row.old_scheduled_on,
                old_due_on=row.old_due_on,
                new_due_on=row.new_due_on,
                reason=row.reason,
                recorded_at=row.known_at,
            )
            moves[row.occurrence_id].append(move)
        else:
            absence = Absence(row.reason, row.known_at, row.withdrawn_at)
            absences[row.occurrence_id].append(absence)
    return absences, moves


# A year has thousands of rows, and a column is found far sooner by its place than by its name:
# first what an OccurrenceFact is made of, then a Verdict's fields in their order.
_OF_VERDICT = 9


def _verdict(row: Row) -> Verdict | None:
    told = row[_OF_VERDICT:]
    return None if told[0] is None else Verdict(*told)


@cache
def _occurrences_statement() -> Rows:
    statement = sa.select(
        Occurrence.id,
        Control.lineage,
        Occurrence.scheduled_on,
        Occurrence.due_on,
        Occurrence.recorded_at,
        Subcommittee.name,
        Occurrence.expired_at,
        Occurrence.expired_reason,
        Occurrence.wanted_because,
        Conclusion.signed_at,
        Conclusion.reviewed,
        Conclusion.population_size,
        Conclusion.deviating,
        Conclusion.is_random,
        Conclusion.basis == Basis.RESULT,
        Conclusion.not_applicable,
        Conclusion.proof,
        Conclusion.at_most,
    )
    # One row for each signed conclusion: the first, then those that correct it.
    statement = statement.outerjoin(
        Subcommittee, Subcommittee.id == Occurrence.subcommittee_id
    ).outerjoin(
        Conclusion,
        sa.and_(Conclusion.occurrence_id == Occurrence.id, Conclusion.signed_at.is_not(None)),
    )
    return _in_period(statement).order_by(Occurrence.scheduled_on, Occurrence.id, Conclusion.id)


def _occurrences(session: Session, board_id: int, point: ReportingPoint) -> list[OccurrenceFact]:
    absences, moves = _absences_and_moves(session, board_id, point)
    rows = session.execute(_occurrences_statement(), _period(board_id, point))
    signed: dict[int, list[Row]] = {}
    for row in rows:
        signed.setdefault(row[0], []).append(row)
    return [_occurrence(rows, absences, moves) for rows in signed.values()]


def _occurrence(
    rows: list[Row], absences: dict[int, list[Absence]], moves: dict[int, list[Move]]
) -> OccurrenceFact:
    row, *corrections = rows
    number, lineage, scheduled_on, due_on, recorded_at, where, expired_at, reason, wanted = row[
        :_OF_VERDICT
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
        tuple(Verdict(*later[_OF_VERDICT:]) for later in corrections),
        wanted,
    )


@cache
def _findings_statement() -> Rows:
    statement = sa.select(
        Finding.id,
        Finding.year,
        Finding.number,
        Finding.severity,
        Finding.description,
        Finding.recorded_at,
        Finding.occurrence_id,
        Finding.item_id,
        Control.lineage,
    ).join(Occurrence, Occurrence.id == Finding.occurrence_id)
    shown = _in_period(statement).where(~was_mistaken(_KNOWN_AT))
    return shown.order_by(Finding.year, Finding.number)


def _findings(
    session: Session,
    board: Board,
    point: ReportingPoint,
    known_at: datetime,
    corrections: Mapping[str, Sequence[CorrectionFact]],
) -> list[FindingFact]:
    """The findings as they read at the moment; one that had proved mistaken by then is none."""
    asked = {**_period(board.id, point), "known_at": known_at}
    rows = session.execute(_findings_statement(), asked).all()
    earlier = earlier_texts(session, [row.id for row in rows], known_at)
    return [
        FindingFact(
            lineage=row.lineage,
            label=named,
            severity=earlier.get(row.id, row).severity,
            description=earlier.get(row.id, row).description,
            recorded_at=row.recorded_at,
            occurrence_id=row.occurrence_id,
            about_item=row.item_id is not None,
            corrections=tuple(corrections.get(named, ())),
        )
        for row in rows
        for named in (finding_label(row.year, row.number, board.code),)
    ]


def _remarks(session: Session, report: FollowUpReport | None) -> dict[str, RemarkFact]:
    if report is None:
        return {}
    rows = session.execute(
        sa.select(ReportRemark, Control.lineage)
        .join(Control, Control.id == ReportRemark.control_id)
        .where(ReportRemark.report_id == report.id)
        .order_by(ReportRemark.revision, ReportRemark.id)
    )
    return {
        lineage: RemarkFact(remark.comment, remark.assessment, remark.assessment_reason)
        for remark, lineage in rows
    }


def report_facts(
    session: Session, board: Board, entry: PointEntry, *, known_at: datetime
) -> ReportFacts | None:
    """Everything a report of the point is made of; None where no plan of the year is decided.

    ``known_at`` chooses the plan's version; the facts carry their own moments.
    """
    point = entry.point
    planned = plan_facts(session, board.id, point.year, known_at)
    if planned is None:
        return None
    plan, controls = planned
    # What only a later version of the plan has was not planned when the facts were closed.
    read = {control.lineage for control in controls}
    occurrences = _occurrences(session, board.id, point)
    earlier = earlier_points(session, board.id, point, known_at)
    since = end_of_day(earlier.before_cut_off) if earlier.before_cut_off else None
    followed = follow_up_facts(session, board, point.year, since=since, known_at=known_at)
    findings = _findings(session, board, point, known_at, followed.corrections)
    return ReportFacts(
        point=PointFacts(
            board_code=board.code,
            board_name=board.name,
            is_executive=board.kind is BoardKind.EXECUTIVE,
            year=point.year,
            name=point.name,
            period_end=point.period_end,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on,
            previous_cut_off=entry.previous_cut_off,
            before=earlier.before,
            before_cut_off=earlier.before_cut_off,
        ),
        plan=plan,
        controls=controls,
        occurrences=[fact for fact in occurrences if fact.lineage in read],
        findings=[fact for fact in findings if fact.lineage in read],
        actions=followed.actions,
        history=years_before(session, board.id, point.year, known_at),
        risks=register_risks(session, board.id, known_at),
        previous=earlier.previous,
        last_year=earlier.last_year,
        remarks=_remarks(session, entry.report),
        overall=entry.report.overall if entry.report else None,
        grounds=entry.report.overall_grounds if entry.report else None,
        program_version=PROGRAM_VERSION,
        trail_head=chain_head(session, board.code),
    )
