"""Read what is asked of a list around its rows: columns used before, control sums, gallring."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.core.errors import InvalidTransition
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.models import Control
from internkontroll.sampling.models import Draw, DrawOccurrence, Population, PopulationState
from internkontroll.sampling.rules.control_sums import differences
from internkontroll.schedule.models import Occurrence, OccurrenceState

_ENDED = frozenset(
    {OccurrenceState.APPROVED, OccurrenceState.NOT_PERFORMED, OccurrenceState.EXPIRED}
)
"""What is not done or has expired is never approved: its list must not stay for ever."""


def remembered_columns(
    session: Session, occurrence: Occurrence, header: Sequence[str]
) -> tuple[str | None, str | None] | None:
    """The columns of reference and amount that the same kontrollmoment used the last time.

    The kontrollmoment is followed over plans and years. Only for the very same headings; None
    otherwise. A reference of None means running numbers.
    """
    last = session.scalars(
        sa.select(Population)
        .join(Population.occurrence)
        .join(Occurrence.control)
        .where(
            Population.board_id == occurrence.board_id,
            Population.is_frame,
            Population.state.in_([PopulationState.LOADED, PopulationState.FROZEN]),
            Control.lineage == occurrence.control.lineage,
        )
        .order_by(Population.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or list(last.header) != list(header):
        return None
    return last.id_column, last.amount_column


def control_differences(population: Population) -> tuple[str, ...]:
    """A sentence for each control sum from which a list that is read in differs."""
    return differences(
        rows=population.rows_in_file or 0,
        total=population.sum_in_file,
        expected_rows=population.expected_rows,
        expected_total=population.expected_sum,
    )


def occurrences_of_list(session: Session, population: Population) -> Sequence[Occurrence]:
    """The kontrolltillfälle that a list was handed in for, and all that its draws serve."""
    served = (
        sa.select(DrawOccurrence.occurrence_id)
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .where(Draw.population_id == population.id)
    )
    return session.scalars(
        sa.select(Occurrence)
        .where(sa.or_(Occurrence.id == population.occurrence_id, Occurrence.id.in_(served)))
        .options(joinedload(Occurrence.control).joinedload(Control.plan))
        .order_by(Occurrence.id)
    ).all()


def why_not_purged(session: Session, population: Population) -> InvalidTransition | None:
    """Why the references of a list cannot be destroyed yet, or None when they can."""
    if population.state is not PopulationState.FROZEN:
        return InvalidTransition("Bara en fryst lista kan gallras. Ta bort listan i stället.")
    if population.purged_at is not None:
        return InvalidTransition("Beteckningarna är redan gallrade.")
    occurrences = occurrences_of_list(session, population)
    if any(each.state not in _ENDED for each in occurrences):
        return InvalidTransition(
            "Ett kontrolltillfälle som använder listan är inte godkänt än. Beteckningarna behövs "
            "tills slutsatsen är godkänd."
        )
    year = occurrences[0].control.plan.year
    points = points_of_year(session, population.board_id, year)
    if not points or points[-1].closed_at is None:
        return InvalidTransition(
            f"Den sista uppföljningen för {year} är inte beslutad än. Beteckningarna kan gallras "
            "när nämnden har beslutat den."
        )
    return None
