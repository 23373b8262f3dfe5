"""Read a board's plans, kontrollmoment, marks and readings. Nothing is found without a board."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload, selectinload, undefer

from internkontroll.organisation.models import Decision
from internkontroll.plan.models import (
    ChecklistVersion,
    Control,
    ControlMark,
    MarkKind,
    Plan,
    PlanKind,
    PlanReadingRow,
    PlanState,
    PlanTreatment,
)
from internkontroll.plan.queries.by_hand import areas_and_sections
from internkontroll.plan.queries.obligatory import obligatory_gap, point_names
from internkontroll.plan.rules.content import plan_content
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.sections import SECTION_TITLES, TextSection
from internkontroll.plan.rules.states import EDITABLE, OPEN
from internkontroll.plan.rules.xray import XrayControl, XrayFinding, XrayPlan, xray
from internkontroll.risk.models import Risk


@dataclass(frozen=True)
class PlanLine:
    """One line of the board's list of plans."""

    id: int
    year: int
    kind: PlanKind
    version: int
    state: PlanState
    decided_on: object
    paragraph: str | None
    controls: int
    open_questions: int


@dataclass(frozen=True)
class WaitingReading:
    """A test reading that nobody has made a plan of yet."""

    id: int
    year: int
    file_name: str
    read_at: datetime


def plan_select(board_id: int, plan_id: int) -> sa.Select[Plan]:
    """One plan of the board with its decision; the frozen text is left out."""
    return (
        sa.select(Plan)
        .options(joinedload(Plan.decision), joinedload(Plan.board), defer(Plan.content))
        .where(Plan.board_id == board_id, Plan.id == plan_id)
    )


def frozen_select(board_id: int, plan_id: int) -> sa.Select[Plan]:
    """One decided plan of the board with its frozen text."""
    return (
        sa.select(Plan)
        .options(undefer(Plan.content))
        .where(Plan.board_id == board_id, Plan.id == plan_id, Plan.content.is_not(None))
    )


def plan_lines(session: Session, board_id: int) -> list[PlanLine]:
    """Every plan of the board with how much is in it, the latest year first. One query."""
    counted = (
        sa.select(Control.plan_id, sa.func.count().label("n")).group_by(Control.plan_id).subquery()
    )
    asked = (
        sa.select(Control.plan_id, sa.func.count().label("n"))
        .join(ControlMark, ControlMark.control_id == Control.id)
        .where(ControlMark.kind == MarkKind.QUESTION, ControlMark.settled_at.is_(None))
        .group_by(Control.plan_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            Plan.id,
            Plan.year,
            Plan.kind,
            Plan.version,
            Plan.state,
            Decision.decided_on,
            Decision.paragraph,
            sa.func.coalesce(counted.c.n, 0),
            sa.func.coalesce(asked.c.n, 0),
        )
        .outerjoin(Decision, Decision.id == Plan.decision_id)
        .outerjoin(counted, counted.c.plan_id == Plan.id)
        .outerjoin(asked, asked.c.plan_id == Plan.id)
        .where(Plan.board_id == board_id)
        .order_by(Plan.year.desc(), Plan.kind, Plan.version.desc())
    )
    return [PlanLine(*row) for row in rows]


def waiting_readings(session: Session, board_id: int, limit: int = 10) -> list[WaitingReading]:
    """The board's latest test readings that are no plan yet, for years without a locked plan."""
    taken = sa.select(Plan.year).where(
        Plan.board_id == board_id,
        Plan.kind == PlanKind.INTERNAL_CONTROL,
        Plan.state.not_in(EDITABLE),
    )
    rows = session.execute(
        sa.select(
            PlanReadingRow.id, PlanReadingRow.year, PlanReadingRow.file_name, PlanReadingRow.read_at
        )
        .where(
            PlanReadingRow.board_id == board_id,
            PlanReadingRow.imported_at.is_(None),
            PlanReadingRow.file_removed_at.is_(None),
            PlanReadingRow.year.not_in(taken),
        )
        .order_by(PlanReadingRow.id.desc())
        .limit(limit)
    )
    return [WaitingReading(*row) for row in rows]


def import_of(session: Session, plan_id: int) -> int | None:
    """The latest reading that made the plan or changed it, None for a plan without a file."""
    found: int | None = session.scalar(
        sa.select(sa.func.max(PlanReadingRow.id)).where(PlanReadingRow.plan_id == plan_id)
    )
    return found


def that_holds(board_id: Any, year: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """What marks an internkontrollplan of the year that is decided and not replaced by a later."""
    return (
        Plan.board_id == board_id,
        Plan.year == year,
        Plan.kind == PlanKind.INTERNAL_CONTROL,
        Plan.state.in_((PlanState.DECIDED, PlanState.CLOSED)),
    )


def decided_plan(session: Session, board_id: int, year: int) -> Plan | None:
    """The internkontrollplan that the board has decided for the year and that holds, or None."""
    return session.scalar(
        sa.select(Plan)
        .options(joinedload(Plan.decision), defer(Plan.content))
        .where(*that_holds(board_id, year))
        .order_by(Plan.version.desc())
        .limit(1)
    )


def plan_of_year(session: Session, board_id: int, year: int) -> Plan | None:
    """The board's latest internkontrollplan of the year, in whatever state, or None."""
    return session.scalar(
        sa.select(Plan)
        .options(defer(Plan.content))
        .where(
            Plan.board_id == board_id,
            Plan.year == year,
            Plan.kind == PlanKind.INTERNAL_CONTROL,
        )
        .order_by(Plan.version.desc())
        .limit(1)
    )


def open_revision(session: Session, plan: Plan) -> Plan | None:
    """The plan of the same board, year and kind that waits for the board's decision, or None."""
    return session.scalar(
        sa.select(Plan)
        .options(defer(Plan.content))
        .where(
            Plan.board_id == plan.board_id,
            Plan.year == plan.year,
            Plan.kind == plan.kind,
            Plan.id != plan.id,
            Plan.state.in_(OPEN),
        )
    )


def versions_of(session: Session, plan: Plan) -> Sequence[Plan]:
    """Every version of the plan with its decision, the newest first; the frozen texts left out."""
    return session.scalars(
        sa.select(Plan)
        .options(joinedload(Plan.decision), defer(Plan.content))
        .where(Plan.board_id == plan.board_id, Plan.year == plan.year, Plan.kind == plan.kind)
        .order_by(Plan.version.desc())
    ).all()


def treatments_of(session: Session, plan_id: int) -> Sequence[PlanTreatment]:
    """Each time the plan was before the board, the latest first, with the decision."""
    return session.scalars(
        sa.select(PlanTreatment)
        .options(joinedload(PlanTreatment.decision))
        .where(PlanTreatment.plan_id == plan_id)
        .order_by(PlanTreatment.id.desc())
    ).all()


def live_content(session: Session, plan: Plan) -> dict[str, Any]:
    """The plan's content as it stands now, as plain data."""
    return plan_content(
        plan,
        controls_of(session, plan.id),
        board_code=plan.board.code,
        board_name=plan.board.name,
    )


def content_of(session: Session, plan: Plan) -> dict[str, Any]:
    """The plan's content: as it was decided, or as it stands now before the decision."""
    text = session.scalar(sa.select(Plan.content).where(Plan.id == plan.id))
    if text is None:
        return live_content(session, plan)
    found: dict[str, Any] = json.loads(text)
    return found


def proposal_of(session: Session, plan: Plan) -> dict[str, Any] | None:
    """What was sent to the board, or None for a plan whose proposal was never frozen."""
    text = session.scalar(sa.select(Plan.proposal).where(Plan.id == plan.id))
    if text is None:
        return None
    found: dict[str, Any] = json.loads(text)
    return found


def controls_select(plan_id: int) -> sa.Select[Control]:
    """The plan's controls by number with area, responsible, assessed risks, criteria and marks."""
    return _controls(plan_id).options(
        joinedload(Control.checklist_version).joinedload(ChecklistVersion.checklist),
        selectinload(Control.risks).joinedload(Risk.assessments),
        selectinload(Control.criteria),
        selectinload(Control.marks),
    )


def _controls(plan_id: int) -> sa.Select[Control]:
    return (
        sa.select(Control)
        .options(joinedload(Control.area), joinedload(Control.responsible))
        .where(Control.plan_id == plan_id)
        .order_by(Control.number)
    )


def controls_of(session: Session, plan_id: int) -> Sequence[Control]:
    """The plan's controls by number, all that belongs to them loaded in four queries."""
    return session.scalars(controls_select(plan_id)).all()


def controls_to_read(session: Session, plan_id: int) -> Sequence[Control]:
    """The plan's controls as its page shows them: without criteria and checklists."""
    shown = (
        selectinload(Control.risks).joinedload(Risk.assessments),
        selectinload(Control.marks),
    )
    return session.scalars(_controls(plan_id).options(*shown)).all()


def controls_to_appoint(session: Session, plan_id: int) -> Sequence[Control]:
    """The plan's controls by number, with area and responsible and nothing more."""
    return session.scalars(_controls(plan_id)).all()


def control_select(board_id: int, control_id: int) -> sa.Select[Control]:
    """One control of the board with its plan and everything on its page."""
    return (
        sa.select(Control)
        .join(Plan, Plan.id == Control.plan_id)
        .options(
            joinedload(Control.plan).options(joinedload(Plan.board), defer(Plan.content)),
            joinedload(Control.area),
            joinedload(Control.responsible),
            selectinload(Control.risks).joinedload(Risk.assessments),
            selectinload(Control.criteria),
            selectinload(Control.marks),
        )
        .where(Plan.board_id == board_id, Control.id == control_id)
    )


def mark_select(board_id: int, mark_id: int) -> sa.Select[ControlMark]:
    """One mark of the board with its control and plan."""
    return (
        sa.select(ControlMark)
        .join(Control, Control.id == ControlMark.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .options(
            joinedload(ControlMark.control)
            .joinedload(Control.plan)
            .options(joinedload(Plan.board), defer(Plan.content))
        )
        .where(Plan.board_id == board_id, ControlMark.id == mark_id)
    )


def alike_marks(session: Session, mark: ControlMark, plan_id: int) -> list[int]:
    """Numbers of the plan's controls on which the same mark is still open, this one's included."""
    return list(
        session.scalars(
            sa.select(Control.number)
            .join(ControlMark, ControlMark.control_id == Control.id)
            .where(
                Control.plan_id == plan_id,
                ControlMark.settled_at.is_(None),
                ControlMark.kind == mark.kind,
                ControlMark.code == mark.code,
                ControlMark.text == mark.text,
            )
            .order_by(Control.number)
        )
    )


def reading_select(board_id: int, reading_id: int) -> sa.Select[PlanReadingRow]:
    """One test reading of the board with the file's bytes."""
    return (
        sa.select(PlanReadingRow)
        .options(undefer(PlanReadingRow.file_data))
        .where(PlanReadingRow.board_id == board_id, PlanReadingRow.id == reading_id)
    )


def xray_of(session: Session, plan: Plan, controls: Iterable[Control]) -> tuple[XrayFinding, ...]:
    """What the plan lacks before a decision; the controls are loaded by :func:`controls_of`."""
    rows = list(controls)
    facts = [
        XrayControl(
            number=control.number,
            area=control.area.name,
            text=control.text,
            method_text=control.method_text,
            sample_kind=control.sample_kind,
            frequency=control.frequency,
            points=tuple(control.points),
            risks=len(control.risks),
            has_responsible=control.responsible_id is not None,
            open_questions=_open(control, MarkKind.QUESTION),
            open_notes=_open(control, MarkKind.NOTE),
            sample_asked=any(
                mark.field == Field.SAMPLE and mark.settled_at is None for mark in control.marks
            ),
            criteria=len(control.criteria),
            kind_stated=control.kind is not None,
            frame_stated=control.frame_text is not None,
            applicable=control.not_applicable_reason is None,
        )
        for control in rows
    ]
    gap = obligatory_gap(session, plan, rows)
    areas, written = areas_and_sections(session, plan.id)
    risks = {risk.number for control in rows for risk in control.risks if not risk.assessments}
    return xray(
        facts,
        XrayPlan(
            areas=areas,
            points=point_names(session, plan.board_id, plan.year),
            obligatory_missing=len(gap.missing),
            obligatory_changed=len(gap.changed),
            untouched_sections=[
                SECTION_TITLES[section] for section in TextSection if section not in written
            ],
            unscored_risks=sorted(risks),
        ),
    )


def _open(control: Control, kind: MarkKind) -> tuple[str, ...]:
    return tuple(
        mark.text for mark in control.marks if mark.kind is kind and mark.settled_at is None
    )
