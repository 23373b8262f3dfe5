"""Read lists, draws and their items."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from internkontroll.core.text import folded_reference
from internkontroll.plan.models import Control
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    Population,
    PopulationRow,
    PopulationState,
    SampleItem,
    SelectionMethod,
)
from internkontroll.sampling.rules import Item
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import Committees, within_reach

RANDOM = frozenset({SelectionMethod.SRS_TICKET, SelectionMethod.SRS_COUNTER})
"""Methods in which every row has the same chance: an attribute bound may be told for them."""

PREVIEW_ROWS = 5


@dataclass(frozen=True)
class SamplingProgress:
    """How far a kontrolltillfälle has come with its sample; ``draw`` is the one not redrawn."""

    population: Population | None
    draw: Draw | None

    @property
    def is_frozen(self) -> bool:
        """Whether there is a frozen list to draw from."""
        return self.population is not None and self.population.state is PopulationState.FROZEN

    @property
    def is_drawn(self) -> bool:
        """Whether the sample has been drawn."""
        return self.draw is not None and self.draw.state is DrawState.DRAWN


@dataclass(frozen=True)
class DrawFacts:
    """A drawn sample in figures: n of N, and whether it was random."""

    n: int
    size: int
    is_random: bool
    draw_id: int


def _with_occurrence(occurrence: Any) -> Any:
    return (
        occurrence.joinedload(Occurrence.control).joinedload(Control.plan),
        occurrence.joinedload(Occurrence.subcommittee),
        occurrence.joinedload(Occurrence.meeting),
        occurrence.joinedload(Occurrence.reporting_point),
    )


def population_select(
    board_id: int, population_id: int, *, committees: Committees = None
) -> sa.Select[Population]:
    """One list of the board, with its kontrolltillfälle and control loaded.

    With ``committees`` a list of another committee does not exist.
    """
    return (
        sa.select(Population)
        .join(Population.occurrence)
        .where(
            Population.board_id == board_id,
            Population.id == population_id,
            within_reach(committees),
        )
        .options(*_with_occurrence(contains_eager(Population.occurrence)))
    )


def draw_select(board_id: int, draw_id: int, *, committees: Committees = None) -> sa.Select[Draw]:
    """One draw of the board, with its list, that list's kontrolltillfälle and control loaded.

    With ``committees`` a draw of another committee does not exist.
    """
    population = contains_eager(Draw.population)
    return (
        sa.select(Draw)
        .join(Draw.population)
        .join(Population.occurrence)
        .where(Draw.board_id == board_id, Draw.id == draw_id, within_reach(committees))
        .options(*_with_occurrence(population.contains_eager(Population.occurrence)))
    )


def items_select(draw_id: int) -> sa.Select[SampleItem]:
    """The items of a draw in the order drawn, replaced ones and their replacements included."""
    return sa.select(SampleItem).where(SampleItem.draw_id == draw_id).order_by(SampleItem.position)


def standing_items_select(draw_id: int) -> sa.Select[SampleItem]:
    """The items that are to be judged: those that nothing has replaced."""
    later = aliased(SampleItem)
    return items_select(draw_id).where(
        ~sa.exists(sa.select(later.id).where(later.replaces_id == SampleItem.id))
    )


def _is_current() -> sa.ColumnElement[bool]:
    redraw = aliased(Draw)
    return ~sa.exists(sa.select(redraw.id).where(redraw.redraw_of_id == Draw.id))


def current_draw(session: Session, occurrence_id: int) -> Draw | None:
    """The draw that serves the kontrolltillfälle and has not been redrawn, or None."""
    return session.scalars(
        sa.select(Draw)
        .join(DrawOccurrence, DrawOccurrence.draw_id == Draw.id)
        .join(Draw.population)
        .options(contains_eager(Draw.population))
        .where(DrawOccurrence.occurrence_id == occurrence_id, _is_current())
        .order_by(Draw.id.desc())
        .limit(1)
    ).one_or_none()


def latest_population(session: Session, occurrence_id: int) -> Population | None:
    """The newest list handed in for the kontrolltillfälle, whatever became of it."""
    return session.scalars(
        sa.select(Population)
        .where(Population.occurrence_id == occurrence_id)
        .order_by(Population.id.desc())
        .limit(1)
    ).one_or_none()


def frozen_population(session: Session, occurrence_id: int) -> Population | None:
    """The newest frozen list of the kontrolltillfälle, or None."""
    return session.scalars(
        sa.select(Population)
        .where(
            Population.occurrence_id == occurrence_id,
            Population.state == PopulationState.FROZEN,
        )
        .order_by(Population.id.desc())
        .limit(1)
    ).one_or_none()


def sampling_progress(session: Session, occurrence_id: int) -> SamplingProgress:
    """The current draw and its list; without a draw the newest list of the kontrolltillfälle."""
    draw = current_draw(session, occurrence_id)
    if draw is not None:
        return SamplingProgress(draw.population, draw)
    return SamplingProgress(latest_population(session, occurrence_id), None)


def draws_of(session: Session, occurrence_id: int) -> Sequence[Draw]:
    """Every draw that serves or served the kontrolltillfälle, the first one first."""
    return session.scalars(
        sa.select(Draw)
        .join(DrawOccurrence, DrawOccurrence.draw_id == Draw.id)
        .where(DrawOccurrence.occurrence_id == occurrence_id)
        .order_by(Draw.id)
    ).all()


def occurrences_of_draw(session: Session, draw_id: int) -> Sequence[Occurrence]:
    """The kontrolltillfällen that a draw serves, with control and plan."""
    return session.scalars(
        sa.select(Occurrence)
        .join(DrawOccurrence, DrawOccurrence.occurrence_id == Occurrence.id)
        .where(DrawOccurrence.draw_id == draw_id)
        .options(joinedload(Occurrence.control).joinedload(Control.plan))
        .order_by(Occurrence.id)
    ).all()


def draw_facts(session: Session, occurrence_ids: Collection[int]) -> dict[int, DrawFacts]:
    """The figures of each kontrolltillfälle's current, drawn sample, in one query."""
    if not occurrence_ids:
        return {}
    rows = session.execute(
        sa.select(DrawOccurrence.occurrence_id, Draw.n, Population.size, Draw.method, Draw.id)
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .join(Population, Population.id == Draw.population_id)
        .where(
            DrawOccurrence.occurrence_id.in_(occurrence_ids),
            Draw.state == DrawState.DRAWN,
            _is_current(),
        )
    )
    return {
        occurrence_id: DrawFacts(n, size or n, method in RANDOM, draw_id)
        for occurrence_id, n, size, method, draw_id in rows
    }


SHORT_REFERENCE, LONG_REFERENCE = 5, 8
"""From how many letters and digits a reference is looked for as a word, and anywhere."""


def rows_of(session: Session, population_id: int) -> list[Item]:
    """The rows of a list in file order, as (reference, amount in öre or None)."""
    found = session.execute(
        sa.select(PopulationRow.reference, PopulationRow.amount)
        .where(PopulationRow.population_id == population_id)
        .order_by(PopulationRow.number)
        .execution_options(yield_per=10_000)
    )
    return [(reference, amount) for reference, amount in found]


def preview_rows(session: Session, population_id: int) -> Sequence[PopulationRow]:
    """The first rows of a list, for a look before it is frozen."""
    return session.scalars(
        sa.select(PopulationRow)
        .where(PopulationRow.population_id == population_id)
        .order_by(PopulationRow.number)
        .limit(PREVIEW_ROWS)
    ).all()


def reference_in_text(session: Session, board_id: int, text: str) -> bool:
    """Whether the text names an item of any of the board's secret lists, however it is spelled.

    Long references are looked for anywhere in the text, without spaces, dashes and case. Those of
    five to seven signs are compared with whole words, and shorter ones are not looked for: "12"
    stands in many a sentence.
    """
    whole = folded_reference(text)
    words = {folded_reference(word) for word in text.split()}
    words = {word for word in words if SHORT_REFERENCE <= len(word) < LONG_REFERENCE}
    size = sa.func.length(PopulationRow.folded)
    found = session.scalar(
        sa.select(PopulationRow.number)
        .join(Population, Population.id == PopulationRow.population_id)
        .where(
            Population.board_id == board_id,
            Population.is_secret,
            sa.or_(
                sa.and_(size >= LONG_REFERENCE, sa.literal(whole).contains(PopulationRow.folded)),
                PopulationRow.folded.in_(words),
            ),
        )
        .limit(1)
    )
    return found is not None
