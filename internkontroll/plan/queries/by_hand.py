"""Read what is written by hand in a plan: areas, criteria, risks and texts."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload

from internkontroll.plan.models import (
    Control,
    ControlArea,
    Criterion,
    Plan,
    PlanText,
    control_risk,
)
from internkontroll.plan.rules.sections import TextSection
from internkontroll.plan.rules.states import SHARED
from internkontroll.risk.models import Risk


def plan_areas(session: Session, plan_id: int) -> Sequence[ControlArea]:
    """The plan's areas in the plan's order."""
    return session.scalars(
        sa.select(ControlArea).where(ControlArea.plan_id == plan_id).order_by(ControlArea.position)
    ).all()


def board_risks(session: Session, board_id: int) -> Sequence[Risk]:
    """The risks of the board's register by number, with their assessments, in one query."""
    rows = session.scalars(
        sa.select(Risk)
        .options(joinedload(Risk.assessments))
        .where(Risk.board_id == board_id)
        .order_by(Risk.number)
    )
    return rows.unique().all()


def risks_of(controls: Iterable[Control]) -> list[Risk]:
    """The risks behind kontrollmoment that are loaded, by number."""
    found = {risk.id: risk for control in controls for risk in control.risks}
    return sorted(found.values(), key=lambda risk: risk.number)


def area_select(board_id: int, area_id: int) -> sa.Select[ControlArea]:
    """One area of the board's plans with its plan."""
    return (
        sa.select(ControlArea)
        .join(Plan, Plan.id == ControlArea.plan_id)
        .options(
            contains_eager(ControlArea.plan).options(joinedload(Plan.board), defer(Plan.content))
        )
        .where(Plan.board_id == board_id, ControlArea.id == area_id)
    )


def controls_per_area(session: Session, plan_id: int) -> dict[int, int]:
    """How many kontrollmoment each area of the plan has; an empty one is not there."""
    rows = session.execute(
        sa.select(Control.area_id, sa.func.count().label("n"))
        .where(Control.plan_id == plan_id)
        .group_by(Control.area_id)
    )
    return {row.area_id: row.n for row in rows}


def criterion_select(board_id: int, criterion_id: int) -> sa.Select[Criterion]:
    """One criterion of the board's plans with its control and plan."""
    return (
        sa.select(Criterion)
        .join(Control, Control.id == Criterion.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .options(
            joinedload(Criterion.control)
            .joinedload(Control.plan)
            .options(joinedload(Plan.board), defer(Plan.content))
        )
        .where(Plan.board_id == board_id, Criterion.id == criterion_id)
    )


def risk_select(board_id: int, risk_id: int) -> sa.Select[Risk]:
    """One risk of the board's register with its assessments."""
    return (
        sa.select(Risk)
        .options(selectinload(Risk.assessments))
        .where(Risk.board_id == board_id, Risk.id == risk_id)
    )


def numbers_of_risks(session: Session, plan_id: int) -> dict[int, list[int]]:
    """For each risk that the plan uses: the numbers of its kontrollmoment."""
    numbers: dict[int, list[int]] = {}
    for risk_id, number in session.execute(
        sa.select(control_risk.c.risk_id, Control.number)
        .join(Control, Control.id == control_risk.c.control_id)
        .where(Control.plan_id == plan_id)
        .order_by(Control.number)
    ):
        numbers.setdefault(risk_id, []).append(number)
    return numbers


def areas_and_sections(session: Session, plan_id: int) -> tuple[list[str], set[TextSection]]:
    """The plan's areas in order, and the text sections that somebody has written. One query."""
    names, sections = [], set()
    for place, word in session.execute(
        sa.union_all(
            sa.select(ControlArea.position, ControlArea.name).where(ControlArea.plan_id == plan_id),
            sa.select(-PlanText.revision, sa.cast(PlanText.section, sa.Text)).where(
                PlanText.plan_id == plan_id
            ),
        ).order_by(sa.literal_column("1"))
    ):
        if place < 0:
            sections.add(TextSection(word))
        else:
            names.append(word)
    return names, sections


def text_rows(session: Session, plan_id: int) -> Sequence[PlanText]:
    """Every saved version of the plan's text sections, the oldest first."""
    return session.scalars(
        sa.select(PlanText)
        .where(PlanText.plan_id == plan_id)
        .order_by(PlanText.section, PlanText.revision)
    ).all()


def copy_sources(session: Session, board_id: int) -> Sequence[Plan]:
    """The plans that a board may copy: all its own, and other boards' decided ones. One query."""
    return session.scalars(
        sa.select(Plan)
        .options(joinedload(Plan.board), defer(Plan.content))
        .where(sa.or_(Plan.board_id == board_id, Plan.state.in_(SHARED)))
        .order_by(
            (Plan.board_id == board_id).desc(), Plan.year.desc(), Plan.version.desc(), Plan.id
        )
        .limit(200)
    ).all()
