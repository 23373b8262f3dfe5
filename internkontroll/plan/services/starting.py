"""Påbörja en plan: empty, or with the content of another year's or another board's plan."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.organisation.services import take_turn
from internkontroll.plan.models import (
    Control,
    ControlArea,
    Criterion,
    Plan,
    PlanEvent,
    PlanText,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import controls_of, plan_of_year
from internkontroll.plan.rules.states import OPEN, SHARED
from internkontroll.plan.services.obligatory import put_in
from internkontroll.risk.models import Risk
from internkontroll.risk.services import register_risks
from internkontroll.trail.services import record


@dataclass(frozen=True)
class Started:
    """En påbörjad plan: what came into it, and how many obligatory kontrollmoment."""

    plan: Plan
    areas: int = 0
    risks: int = 0
    controls: int = 0
    criteria: int = 0
    texts: int = 0
    obligatory: int = 0


def _require_free_year(session: Session, board: Board, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            f"Året ska ligga mellan {FIRST_YEAR} och {LAST_YEAR}. Skriv året med fyra siffror.",
            field="year",
        )
    take_turn(session, board.id)
    known = plan_of_year(session, board.id, year)
    if known is None:
        return
    if known.state in OPEN:
        raise InvalidInput(
            f"Det finns redan ett utkast till plan för {year}. Arbeta vidare i det.", field="year"
        )
    raise InvalidInput(
        f"{board.name} har redan beslutat en plan för {year}. Ändra den med en revision.",
        field="year",
    )


def _new_plan(
    session: Session,
    board: Board,
    year: int,
    *,
    copied_from: int | None,
    actor: Actor,
    at: datetime,
) -> Plan:
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    _require_free_year(session, board, year)
    plan = Plan(board_id=board.id, year=year, copied_from_id=copied_from, created_at=at)
    plan.board = board
    session.add(plan)
    session.flush()
    return plan


def _record(
    session: Session, started: Started, copied: dict[str, object], *, actor: Actor, at: datetime
) -> None:
    record(
        session,
        chain=started.plan.board.code,
        actor=actor,
        at=at,
        event=PlanEvent.CREATED,
        subject=("plan", started.plan.id),
        data={
            "year": started.plan.year,
            "areas": started.areas,
            "risks": started.risks,
            "controls": started.controls,
            "criteria": started.criteria,
            "texts": started.texts,
            "obligatory": started.obligatory,
            **copied,
        },
    )


def start_plan(session: Session, board: Board, year: int, *, actor: Actor, at: datetime) -> Started:
    """Påbörja en tom plan for a year, with what kommunstyrelsen has made obligatory.

    Raises NotAllowed, and InvalidInput for a year that has a plan or lies outside 2000-2100.
    """
    plan = _new_plan(session, board, year, copied_from=None, actor=actor, at=at)
    put = put_in(session, plan, actor=actor, at=at)
    started = Started(plan, obligatory=put)
    _record(session, started, {}, actor=actor, at=at)
    return started


def copy_plan(
    session: Session, board: Board, year: int, source: Plan, *, actor: Actor, at: datetime
) -> Started:
    """Påbörja en plan as a copy: areas, risks, kontrollmoment, criteria and texts.

    From the board's own plan each kontrollmoment keeps its lineage and the plan's words of who is
    responsible. From another board's, which must be decided, it gets a new lineage and the risks
    enter the own register without assessments; who is responsible and what stood in columns of its
    own is not copied. Marks, appointments and last year's obligatory kontrollmoment never are.
    Raises as :func:`start_plan`, and InvalidInput for a source that may not be copied.
    """
    own = source.board_id == board.id
    if not own and source.state not in SHARED:
        raise InvalidInput(
            "En annan nämnds plan kan kopieras när den är beslutad. Välj en beslutad plan.",
            field="source",
        )
    plan = _new_plan(session, board, year, copied_from=source.id, actor=actor, at=at)
    rows = [row for row in controls_of(session, source.id) if row.obligatory_id is None]
    areas = _copy_areas(session, source, plan)
    risks = _copied_risks(session, board, rows, own=own, actor=actor, at=at)
    for number, row in enumerate(rows, start=1):
        made = _copy_control(row, number, areas[row.area_id].id, own=own)
        made.plan_id = plan.id
        session.add(made)
        session.flush()
        made.risks = [risks[risk.id] for risk in row.risks]
    texts = _copy_texts(session, source, plan, actor=actor, at=at)
    session.flush()
    session.expire(plan, ["areas", "controls", "texts"])
    put = put_in(session, plan, actor=actor, at=at)
    started = Started(
        plan,
        areas=len(areas),
        risks=len({risk.id for risk in risks.values()}),
        controls=len(rows),
        criteria=sum(len(row.criteria) for row in rows),
        texts=texts,
        obligatory=put,
    )
    copied = {"copied_from": source.id, "of_board": source.board.code, "of_year": source.year}
    _record(session, started, copied, actor=actor, at=at)
    return started


def _copy_areas(session: Session, source: Plan, plan: Plan) -> dict[int, ControlArea]:
    made = {
        area.id: ControlArea(plan_id=plan.id, name=area.name, position=area.position)
        for area in session.scalars(
            sa.select(ControlArea)
            .where(ControlArea.plan_id == source.id)
            .order_by(ControlArea.position)
        )
    }
    session.add_all(made.values())
    session.flush()
    return made


def _copied_risks(
    session: Session,
    board: Board,
    rows: Sequence[Control],
    *,
    own: bool,
    actor: Actor,
    at: datetime,
) -> Mapping[int, Risk]:
    """The risk that stands in the copy for each risk of the source."""
    found = {risk.id: risk for row in rows for risk in row.risks}
    if own:
        return found
    known = set(session.scalars(sa.select(Risk.id).where(Risk.board_id == board.id)))
    ordered = [found[id_] for id_ in sorted(found)]
    registered = register_risks(
        session, board, [risk.description for risk in ordered], actor=actor, at=at
    )
    for theirs, ours in zip(ordered, registered, strict=True):
        if ours.id not in known:
            ours.cause, ours.consequence = theirs.cause, theirs.consequence
            ours.category = theirs.category
            ours.concerns_irregularities = theirs.concerns_irregularities
    session.flush()
    return dict(zip((risk.id for risk in ordered), registered, strict=True))


def _copy_control(row: Control, number: int, area_id: int, *, own: bool) -> Control:
    return Control(
        area_id=area_id,
        number=number,
        lineage=row.lineage if own else uuid.uuid4().hex,
        text=row.text,
        method_text=row.method_text,
        reporting_text=row.reporting_text,
        kind=row.kind,
        technique=row.technique,
        sample_kind=row.sample_kind,
        sample_n=row.sample_n,
        frame_text=row.frame_text,
        frequency=row.frequency,
        points=list(row.points),
        performed_by=row.performed_by,
        responsible_text=row.responsible_text if own else None,
        extra=dict(row.extra) if own else {},
        checklist_version_id=row.checklist_version_id,
        criteria=[
            Criterion(
                position=position,
                text=criterion.text,
                counts=criterion.counts,
                help_text=criterion.help_text,
            )
            for position, criterion in enumerate(row.criteria, start=1)
        ],
    )


def _copy_texts(session: Session, source: Plan, plan: Plan, *, actor: Actor, at: datetime) -> int:
    latest = {
        row.section: row.text
        for row in session.scalars(
            sa.select(PlanText).where(PlanText.plan_id == source.id).order_by(PlanText.revision)
        )
    }
    session.add_all(
        PlanText(
            plan_id=plan.id,
            section=section,
            revision=1,
            text=text,
            written_by_id=actor.user_id,
            recorded_at=at,
        )
        for section, text in latest.items()
    )
    return len(latest)
