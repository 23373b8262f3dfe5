"""Read the facts that a report is made of, each with the moment at which it became known.

A live report takes nine statements however many rows there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.base import UtcDateTime
from internkontroll.findings.models import Finding
from internkontroll.findings.queries import earlier_texts, was_mistaken
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Decision,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.plan.models import Control, ControlArea, Plan, control_risk
from internkontroll.reporting.models import FollowUpReport, ReportRemark
from internkontroll.reporting.queries.points import PointEntry, of_the_plan
from internkontroll.reporting.rules import (
    Absence,
    ControlFact,
    DecisionFacts,
    FindingFact,
    Move,
    OccurrenceFact,
    PlanFacts,
    PointFacts,
    RemarkFact,
    ReportFacts,
    Verdict,
)
from internkontroll.review.models import Basis, Conclusion
from internkontroll.risk.models import Risk
from internkontroll.schedule.models import NonPerformance, Occurrence, OccurrenceMove
from internkontroll.trail.queries import chain_head

PROGRAM_VERSION = version("internkontroll")

Row = sa.Row[*tuple[Any, ...]]
Rows = sa.Select[*tuple[Any, ...]]


def decision_facts(decision: Decision) -> DecisionFacts:
    """The decision as a report tells it."""
    return DecisionFacts(
        body=decision.body,
        decided_on=decision.decided_on,
        paragraph=decision.paragraph,
        registry_number=decision.registry_number,
        verified_on=decision.verified_on,
    )


# To put the statements together takes longer than to run them: each is made once.
_BOARD: Any = sa.bindparam("board_id", type_=sa.Integer())
_YEAR: Any = sa.bindparam("year", type_=sa.Integer())
_FIRST = sa.bindparam("first", type_=sa.Date())
_LAST = sa.bindparam("last", type_=sa.Date())
_KNOWN_AT: Any = sa.bindparam("known_at", type_=UtcDateTime())


@cache
def _plan_statement() -> Rows:
    return (
        sa.select(
            Plan.id.label("plan_id"),
            Plan.version,
            Plan.content_sha256,
            Decision,
            Control.lineage,
            Control.number,
            Control.text,
            Control.method_text,
            Control.performed_by,
            Control.not_applicable_reason,
            Control.points,
            ControlArea.name.label("area"),
            ControlArea.position,
            Risk.description.label("risk"),
        )
        .join(Decision, Decision.id == Plan.decision_id)
        .join(Control, Control.plan_id == Plan.id)
        .join(ControlArea, ControlArea.id == Control.area_id)
        .outerjoin(control_risk, control_risk.c.control_id == Control.id)
        .outerjoin(Risk, Risk.id == control_risk.c.risk_id)
        .where(*of_the_plan(_BOARD, _YEAR))
        .order_by(Plan.version, Control.number, Risk.number)
    )


def _version_known(rows: Sequence[Row], moment: datetime) -> int:
    """The newest plan decided and recorded by then; before the first one, the first one."""
    known: list[int] = [row.version for row in rows if row.Decision.recorded_at <= moment]
    return max(known) if known else min([row.version for row in rows], default=1)


def _controls(rows: Sequence[Row], version_known: int) -> tuple[PlanFacts, list[ControlFact]]:
    """The plan and its controls; one that a revision took away stays as it last stood."""
    newest: dict[str, list[Row]] = {}
    for row in rows:
        if row.version > version_known:
            continue
        own = newest.setdefault(row.lineage, [])
        if own and own[0].version < row.version:
            own.clear()
        own.append(row)
    plan = next(row for row in rows if row.version == version_known)
    controls = [
        ControlFact(
            lineage=lineage,
            number=own[0].number,
            area=own[0].area,
            area_position=own[0].position,
            text=own[0].text,
            method=own[0].method_text,
            performed_by=own[0].performed_by,
            not_applicable=own[0].not_applicable_reason,
            points=tuple(own[0].points),
            risks=tuple(row.risk for row in own if row.risk is not None),
            in_force=own[0].version == version_known,
        )
        for lineage, own in newest.items()
    ]
    facts = PlanFacts(plan.version, plan.content_sha256, decision_facts(plan.Decision))
    return facts, controls


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
_OF_VERDICT = 8


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
    number, lineage, scheduled_on, due_on, recorded_at, where, expired_at, reason = row[
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
        Control.lineage,
    ).join(Occurrence, Occurrence.id == Finding.occurrence_id)
    shown = _in_period(statement).where(~was_mistaken(_KNOWN_AT))
    return shown.order_by(Finding.year, Finding.number)


def _findings(
    session: Session, board: Board, point: ReportingPoint, known_at: datetime
) -> list[FindingFact]:
    """The findings as they read at the moment; one that had proved mistaken by then is none."""
    asked = {**_period(board.id, point), "known_at": known_at}
    rows = session.execute(_findings_statement(), asked).all()
    earlier = earlier_texts(session, [row.id for row in rows], known_at)
    return [
        FindingFact(
            lineage=row.lineage,
            label=f"Avvikelse {row.year}:{row.number} ({board.code})",
            severity=earlier.get(row.id, row).severity,
            description=earlier.get(row.id, row).description,
            recorded_at=row.recorded_at,
            occurrence_id=row.occurrence_id,
        )
        for row in rows
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
    rows = session.execute(_plan_statement(), {"board_id": board.id, "year": point.year}).all()
    if not rows:
        return None
    plan, controls = _controls(rows, _version_known(rows, known_at))
    # What only a later version of the plan has was not planned when the facts were closed.
    read = {control.lineage for control in controls}
    occurrences = _occurrences(session, board.id, point)
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
        ),
        plan=plan,
        controls=controls,
        occurrences=[fact for fact in occurrences if fact.lineage in read],
        findings=[
            fact for fact in _findings(session, board, point, known_at) if fact.lineage in read
        ],
        remarks=_remarks(session, entry.report),
        overall=entry.report.overall if entry.report else None,
        grounds=entry.report.overall_grounds if entry.report else None,
        program_version=PROGRAM_VERSION,
        trail_head=chain_head(session, board.code),
    )
