"""Several samples at once, as the minutes tell of them: figures, who drew, the record's digest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from internkontroll.accounts.models import User
from internkontroll.plan.models import Control, Plan
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    Population,
    SampleItem,
)
from internkontroll.sampling.queries.records import (
    TOLD_OF_CONTROL,
    full_record,
    record_for_outside,
    steps_of,
)
from internkontroll.sampling.queries.samples import DrawFacts, facts_of, is_current
from internkontroll.sampling.rules import record_bytes
from internkontroll.schedule.models import Occurrence


@dataclass(frozen=True)
class ToldDraw:
    """Ett draget stickprov with its items in order; ``drawn_by`` is None where no person drew.

    ``digest`` is SHA-256 of the sealed record's file, None once the references are destroyed.
    """

    draw: Draw
    facts: DrawFacts
    drawn_by: str | None
    items: Sequence[SampleItem]
    digest: str | None


def told_draws(session: Session, occurrence_ids: Collection[int]) -> dict[int, ToldDraw]:
    """The current, drawn sample of each kontrolltillfälle that has one.

    Two queries, and more only of a draw that is stratified, extended, a redraw, or the program's
    own doing.
    """
    if not occurrence_ids:
        return {}
    rows = session.execute(_statement(), {"occurrence_ids": list(occurrence_ids)}).unique().all()
    items = _items_by_draw(session, {row.Draw.id for row in rows})
    own: dict[int, list[sa.Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        own.setdefault(row.occurrence_id, []).append(row)
    return {
        occurrence_id: _told(session, served, items.get(served[0].Draw.id, []))
        for occurrence_id, served in own.items()
    }


def _told(
    session: Session, rows: Sequence[sa.Row[*tuple[Any, ...]]], items: Sequence[SampleItem]
) -> ToldDraw:
    """``rows`` are of one draw, one for each kontrolltillfälle that it serves."""
    first = rows[0]
    draw: Draw = first.Draw
    population = draw.population
    examined = sum(item.replaces_id is None for item in items)
    digest = None
    if population.purged_at is None:
        titles = {
            population.frozen_by_id: first.frozen_by,
            draw.committed_by_id: first.committed_by,
            draw.drawn_by_id: first.drawn_by,
        }
        full = full_record(
            session,
            draw,
            known_items=items,
            known_steps=steps_of(session, draw, known_titles=titles),
            known_controls=[row[-len(TOLD_OF_CONTROL) :] for row in rows],
        )
        digest = sha256(record_bytes(record_for_outside(session, draw, full=full))).hexdigest()
    return ToldDraw(
        draw=draw,
        facts=facts_of(
            draw.id,
            draw.method,
            population.size,
            population.is_frame,
            examined,
            bool(draw.strata),
        ),
        drawn_by=first.drawn_by,
        items=items,
        digest=digest,
    )


def _items_by_draw(session: Session, draw_ids: Collection[int]) -> dict[int, list[SampleItem]]:
    if not draw_ids:
        return {}
    found: dict[int, list[SampleItem]] = {each: [] for each in draw_ids}
    for item in session.scalars(
        sa.select(SampleItem)
        .where(SampleItem.draw_id.in_(draw_ids))
        .order_by(SampleItem.draw_id, SampleItem.position)
    ):
        found[item.draw_id].append(item)
    return found


@cache
def _statement() -> sa.Select[*tuple[Any, ...]]:
    # Made once: to put it together takes longer than to run it.
    asked: Any = sa.bindparam("occurrence_ids", type_=sa.Integer(), expanding=True)
    served, frozen, committed, drawn = (
        aliased(DrawOccurrence),
        aliased(User),
        aliased(User),
        aliased(User),
    )
    return (
        sa.select(
            DrawOccurrence.occurrence_id,
            Draw,
            frozen.title.label("frozen_by"),
            committed.title.label("committed_by"),
            drawn.title.label("drawn_by"),
            # Two that the draw serves may be of the same kontrollmoment: each has its row.
            served.occurrence_id.label("served"),
            *TOLD_OF_CONTROL,
        )
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .join(Draw.population)
        .join(served, served.draw_id == Draw.id)
        .join(Occurrence, Occurrence.id == served.occurrence_id)
        .join(Control, Control.id == Occurrence.control_id)
        .join(Plan, Plan.id == Control.plan_id)
        .outerjoin(frozen, frozen.id == Population.frozen_by_id)
        .outerjoin(committed, committed.id == Draw.committed_by_id)
        .outerjoin(drawn, drawn.id == Draw.drawn_by_id)
        .options(
            contains_eager(Draw.population),
            joinedload(Draw.extensions),
            joinedload(Draw.strata),
        )
        .where(
            DrawOccurrence.occurrence_id.in_(asked),
            Draw.state == DrawState.DRAWN,
            is_current(),
        )
        .order_by(DrawOccurrence.occurrence_id, Control.number)
    )
