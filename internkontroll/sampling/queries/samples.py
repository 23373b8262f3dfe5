"""Read lists, draws and their items."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from internkontroll.plan.models import Control
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawRound,
    DrawState,
    DrawStratum,
    Population,
    PopulationState,
    SampleItem,
    SelectionMethod,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import Committees, within_reach

RANDOM = frozenset({SelectionMethod.SRS_TICKET, SelectionMethod.SRS_COUNTER})
"""Methods in which every row has the same chance: an attribute bound may be told for them."""


@dataclass(frozen=True)
class SamplingProgress:
    """How far a kontrolltillfälle has come with its sample; ``draw`` is the one not redrawn.

    With a draw ``serves`` is how many kontrolltillfällen it serves, ``has_secret_list`` what
    :func:`secret_list_stands` says, ``extension_waits`` whether an extension is committed to and
    lacks its seed, and ``facts`` what :func:`draw_facts` says; without one they are not read.
    """

    population: Population | None
    draw: Draw | None
    serves: int = 0
    has_secret_list: bool | None = None
    extension_waits: bool = False
    facts: "DrawFacts | None" = None

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
    """A drawn sample in figures: n of N, and whether it was random.

    ``n`` is how many items are to be judged: extensions are counted in, a row that several monetary
    units hit counts once. ``size`` is 0 where N is not known: items that were only named stand in
    no list. ``is_random`` tells whether each row had the same chance, so not of a stratified draw.
    """

    n: int
    size: int
    is_random: bool
    draw_id: int
    is_targeted: bool = False

    @property
    def is_census(self) -> bool:
        """Whether every row of the list was taken."""
        return self.n == self.size


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


def is_current() -> sa.ColumnElement[bool]:
    """Whether a draw is not redrawn."""
    redraw = aliased(Draw)
    return ~sa.exists(sa.select(redraw.id).where(redraw.redraw_of_id == Draw.id))


def current_draw(session: Session, occurrence_id: int) -> Draw | None:
    """The draw that serves the kontrolltillfälle and has not been redrawn, or None."""
    found = _progress_of_drawn(session, [occurrence_id]).get(occurrence_id)
    return found.draw if found else None


@cache
def _current_statement() -> sa.Select[int, Draw, int, bool, bool, int, bool]:
    """The current draw of each, how many it serves, whether a list is secret, an extension waits.

    Then how many items are judged, and whether it is stratified.
    """
    # Made once: to put it together takes longer than to run it.
    asked: Any = sa.bindparam("occurrence_ids", type_=sa.Integer(), expanding=True)
    served = aliased(DrawOccurrence)
    serves = sa.select(sa.func.count()).where(served.draw_id == Draw.id).scalar_subquery()
    waits = sa.exists().where(DrawRound.draw_id == Draw.id, DrawRound.drawn_at.is_(None))
    return (
        sa.select(
            DrawOccurrence.occurrence_id,
            Draw,
            serves,
            _has_secret_list(DrawOccurrence.occurrence_id),
            waits,
            _examined(),
            _is_stratified(),
        )
        .join(DrawOccurrence, DrawOccurrence.draw_id == Draw.id)
        .join(Draw.population)
        .options(contains_eager(Draw.population))
        .where(DrawOccurrence.occurrence_id.in_(asked), is_current())
        .order_by(Draw.id)
    )


def latest_population(session: Session, occurrence_id: int) -> Population | None:
    """The newest list handed in for the kontrolltillfälle, whatever became of it."""
    return session.scalars(
        sa.select(Population)
        .where(Population.occurrence_id == occurrence_id)
        .order_by(Population.id.desc())
        .limit(1)
    ).one_or_none()


def frozen_population(session: Session, occurrence_id: int) -> Population | None:
    """The newest frozen list of the kontrolltillfälle to draw from, or None."""
    return session.scalars(
        sa.select(Population)
        .where(
            Population.occurrence_id == occurrence_id,
            Population.is_frame,
            Population.state == PopulationState.FROZEN,
        )
        .order_by(Population.id.desc())
        .limit(1)
    ).one_or_none()


def secret_list_stands(session: Session, occurrence_id: int) -> bool:
    """Whether a secret list of the kontrolltillfälle, or one that it shares, is not refused."""
    return bool(session.scalar(sa.select(_has_secret_list(occurrence_id))))


def _has_secret_list(occurrence_id: Any) -> sa.ColumnElement[bool]:
    own, shared = aliased(Population), aliased(Population)
    draw, served = aliased(Draw), aliased(DrawOccurrence)
    # Two questions with an index each: as one with an "or" PostgreSQL would go through every list.
    return sa.or_(
        sa.exists().where(own.occurrence_id == occurrence_id, *_is_kept_secret(own)),
        sa.exists().where(
            served.occurrence_id == occurrence_id,
            draw.id == served.draw_id,
            shared.id == draw.population_id,
            *_is_kept_secret(shared),
        ),
    )


def _is_kept_secret(population: type[Population]) -> tuple[sa.ColumnElement[bool], ...]:
    return population.is_secret.is_(True), population.state != PopulationState.REFUSED


def sampling_progress(session: Session, occurrence_id: int) -> SamplingProgress:
    """The current draw and its list; without a draw the newest list of the kontrolltillfälle."""
    found = _progress_of_drawn(session, [occurrence_id]).get(occurrence_id)
    return found or SamplingProgress(latest_population(session, occurrence_id), None)


def progress_of_each(
    session: Session, occurrence_ids: Collection[int]
) -> dict[int, SamplingProgress]:
    """As :func:`sampling_progress`, of several kontrolltillfällen: two queries at most."""
    found = _progress_of_drawn(session, occurrence_ids) if occurrence_ids else {}
    waiting = [each for each in occurrence_ids if each not in found]
    newest = {}
    if waiting:
        lists = sa.select(Population).where(Population.occurrence_id.in_(waiting))
        rows = session.scalars(lists.order_by(Population.id))
        newest = {row.occurrence_id: row for row in rows}
    return found | {each: SamplingProgress(newest.get(each), None) for each in waiting}


def _progress_of_drawn(
    session: Session, occurrence_ids: Collection[int]
) -> dict[int, SamplingProgress]:
    """Of those that have a draw; it is the newest one that is not redrawn."""
    rows = session.execute(_current_statement(), {"occurrence_ids": list(occurrence_ids)})
    return {
        occurrence_id: SamplingProgress(
            draw.population,
            draw,
            serves,
            has_secret_list=bool(is_secret),
            extension_waits=bool(waits),
            facts=facts_of(
                draw.id,
                draw.method,
                draw.population.size,
                draw.population.is_frame,
                examined,
                stratified,
            )
            if draw.state is DrawState.DRAWN
            else None,
        )
        for occurrence_id, draw, serves, is_secret, waits, examined, stratified in rows
    }


def draws_of(session: Session, occurrence_id: int) -> Sequence[Draw]:
    """Every draw that serves or served the kontrolltillfälle, the first one first."""
    return session.scalars(
        sa.select(Draw)
        .join(DrawOccurrence, DrawOccurrence.draw_id == Draw.id)
        .where(DrawOccurrence.occurrence_id == occurrence_id)
        .order_by(Draw.id)
    ).all()


def occasion_of(occurrence: Occurrence) -> tuple[object, ...]:
    """What kontrolltillfällen must have in common to share a draw: wall, meeting, point, period."""
    period = (
        occurrence.origin
        if occurrence.meeting_id is None and occurrence.reporting_point_id is None
        else None
    )
    return (
        occurrence.board_id,
        occurrence.subcommittee_id,
        occurrence.meeting_id,
        occurrence.reporting_point_id,
        period,
    )


def sharable_occurrences(session: Session, occurrence: Occurrence) -> Sequence[Occurrence]:
    """Open kontrolltillfällen of the same plan and occasion that have no draw, by number.

    They may share the list and the draw of the given one.
    """
    drawn = (
        sa.select(DrawOccurrence.occurrence_id)
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .where(is_current())
    )
    rows = session.scalars(
        sa.select(Occurrence)
        .join(Occurrence.control)
        .options(contains_eager(Occurrence.control).joinedload(Control.plan))
        .where(
            Occurrence.board_id == occurrence.board_id,
            Occurrence.id != occurrence.id,
            Occurrence.state.in_([OccurrenceState.PLANNED, OccurrenceState.STARTED]),
            Occurrence.subcommittee_id.is_not_distinct_from(occurrence.subcommittee_id),
            Occurrence.meeting_id.is_not_distinct_from(occurrence.meeting_id),
            Occurrence.reporting_point_id.is_not_distinct_from(occurrence.reporting_point_id),
            Control.plan_id == occurrence.control.plan_id,
            Occurrence.id.not_in(drawn),
        )
        .order_by(Control.number, Occurrence.id)
    ).all()
    return [row for row in rows if occasion_of(row) == occasion_of(occurrence)]


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
    rows = session.execute(_facts_statement(), {"occurrence_ids": list(occurrence_ids)})
    return {occurrence_id: facts_of(*facts) for occurrence_id, *facts in rows}


@cache
def _facts_statement() -> sa.Select[*tuple[Any, ...]]:
    # Made once, as above.
    asked: Any = sa.bindparam("occurrence_ids", type_=sa.Integer(), expanding=True)
    return (
        sa.select(
            DrawOccurrence.occurrence_id,
            Draw.id,
            Draw.method,
            Population.size,
            Population.is_frame,
            _examined(),
            _is_stratified(),
        )
        .join(Draw, Draw.id == DrawOccurrence.draw_id)
        .join(Draw.population)
        .where(
            DrawOccurrence.occurrence_id.in_(asked),
            Draw.state == DrawState.DRAWN,
            is_current(),
        )
    )


def facts_of(
    draw_id: int,
    method: SelectionMethod,
    size: int | None,
    is_frame: bool,
    examined: int,
    stratified: bool,
) -> DrawFacts:
    """The figures of a drawn sample with ``examined`` items to judge, of a list of ``size``."""
    return DrawFacts(
        examined,
        (size or examined) if is_frame else 0,
        method in RANDOM and not stratified,
        draw_id,
        method is SelectionMethod.TARGETED,
    )


def _is_stratified() -> sa.ColumnElement[bool]:
    return sa.exists().where(DrawStratum.draw_id == Draw.id)


def _examined() -> sa.ScalarSelect[int]:
    """How many items of a draw are judged: a replacement takes the place of another one."""
    # Counted with a filter: as a condition SQLite would look for every item that replaces none.
    return (
        sa.select(sa.func.count().filter(SampleItem.replaces_id.is_(None)))
        .where(SampleItem.draw_id == Draw.id)
        .scalar_subquery()
    )
