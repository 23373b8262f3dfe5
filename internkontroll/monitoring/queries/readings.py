"""Who read what is secret: by case, by month and unit, and the auditors' own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.accounts.models import RoleGrant
from internkontroll.core.access import Actor, Permission, Role
from internkontroll.core.clock import swedish_day
from internkontroll.core.text import folded_reference
from internkontroll.monitoring.models import LogFollowUp, LogFollowUpItem
from internkontroll.monitoring.policy import PERMISSIONS
from internkontroll.plan.models import Control
from internkontroll.sampling.models import Draw, Population, PopulationContent, SampleItem
from internkontroll.sampling.queries import numbers_of
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.models import Reading

MOST = 500
"""How many readings a page shows; a narrower time shows the rest."""


@dataclass(frozen=True)
class SeenReading:
    """A reading as a page tells it, by running numbers and never by reference."""

    at: datetime
    actor: str
    kind: str
    whole: bool
    count: int
    occasion: str
    """The kontrollmoment's number and the plan's year."""
    positions: tuple[int, ...]
    """Running numbers of the drawn items among the rows that were read."""


def _secret_lists(session: Session, board_id: int) -> Sequence[int]:
    return session.scalars(
        sa.select(Population.id)
        .join(PopulationContent, PopulationContent.population_id == Population.id)
        .where(Population.board_id == board_id, Population.is_secret)
        .order_by(Population.id)
    ).all()


def readings_of_case(
    session: Session,
    board_id: int,
    chain: str,
    reference: str,
    since: datetime,
    until: datetime,
) -> list[SeenReading]:
    """Who opened a case from one moment to another (the last not included), the latest first.

    The case is looked for in every secret list of the board whose references stand. What auditors
    read is left out (ADR 0018).
    """
    rows_of_list: dict[int, set[int]] = {}
    for list_id in _secret_lists(session, board_id):
        numbers = numbers_of(session, list_id, [reference]).get(folded_reference(reference))
        if numbers:
            rows_of_list[list_id] = set(numbers)
    found = session.scalars(
        sa.select(Reading)
        .where(
            Reading.list_id.in_(rows_of_list),
            Reading.chain == chain,
            Reading.by_auditor.is_(False),
            Reading.at >= since,
            Reading.at < until,
        )
        .order_by(Reading.at.desc(), Reading.row_id.desc())
    )
    hits = [row for row in found if row.whole or rows_of_list[row.list_id] & set(row.rows)]
    return told_readings(session, hits[:MOST])


def readings_by_auditors(session: Session, chain: str) -> list[SeenReading]:
    """What the auditors read in a board, the latest first: for themselves."""
    found = session.scalars(
        sa.select(Reading)
        .where(Reading.chain == chain, Reading.by_auditor)
        .order_by(Reading.at.desc(), Reading.row_id.desc())
        .limit(MOST)
    ).all()
    return told_readings(session, found)


def told_readings(session: Session, readings: Sequence[Reading]) -> list[SeenReading]:
    """The readings in the words of a page. Two queries, however many there are."""
    lists = {row.list_id for row in readings}
    occasions = {
        list_id: f"Kontrollmoment {number}, {year}"
        for list_id, number, year in session.execute(
            sa.select(Population.id, Control.number, sa.extract("year", Occurrence.due_on))
            .join(Occurrence, Occurrence.id == Population.occurrence_id)
            .join(Control, Control.id == Occurrence.control_id)
            .where(Population.id.in_(lists))
        )
    }
    places: dict[int, dict[int, int]] = {}
    for list_id, row_number, position in session.execute(
        sa.select(Draw.population_id, SampleItem.row_number, SampleItem.position)
        .join(Draw, Draw.id == SampleItem.draw_id)
        .where(Draw.population_id.in_(lists))
        .order_by(Draw.id)
    ):
        places.setdefault(list_id, {})[row_number] = position
    return [
        SeenReading(
            at=row.at,
            actor=row.actor,
            kind=row.kind,
            whole=row.whole,
            count=len(row.rows),
            occasion=occasions.get(row.list_id, ""),
            positions=_positions(places.get(row.list_id, {}), row.rows),
        )
        for row in readings
    ]


def _positions(place_of_row: Mapping[int, int], rows: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(place_of_row[row] for row in rows if row in place_of_row))


def readings_between(
    session: Session, chain: str, since: datetime, until: datetime
) -> Sequence[Reading]:
    """People's readings in a board in a time, in the order of the trail; no auditor's."""
    return session.scalars(
        sa.select(Reading)
        .where(
            Reading.chain == chain,
            Reading.by_auditor.is_(False),
            Reading.user_id.is_not(None),
            Reading.at >= since,
            Reading.at < until,
        )
        .order_by(Reading.row_id)
    ).all()


def units_of_readers(
    session: Session, board_id: int, readings: Sequence[Reading]
) -> dict[int, int | None]:
    """The unit of each reading's reader on that day, by the reading's number; None has none."""
    grants = session.scalars(
        sa.select(RoleGrant)
        .where(
            RoleGrant.board_id == board_id,
            RoleGrant.unit_id.is_not(None),
            RoleGrant.user_id.in_({row.user_id for row in readings}),
        )
        .order_by(RoleGrant.id)
    ).all()
    units: dict[int, int | None] = {}
    for row in readings:
        day = swedish_day(row.at)
        units[row.row_id] = next(
            (
                grant.unit_id
                for grant in grants
                if grant.user_id == row.user_id
                and grant.valid_from <= day
                and (grant.valid_to is None or day <= grant.valid_to)
            ),
            None,
        )
    return units


def units_within_reach(actor: Actor, board_id: int, on: datetime) -> frozenset[int] | None:
    """The units whose readings the actor follows up; None means every one.

    A unit manager of one unit follows that one up, a controller every unit.
    """
    day, units = swedish_day(on), set()
    roles = PERMISSIONS[Permission.READING_FOLLOW_UP]
    if actor.is_system:
        return None
    for grant in actor.grants:
        if grant.role not in roles or not grant.reaches(board_id, day):
            continue
        if grant.role is not Role.UNIT_MANAGER or grant.unit_id is None:
            return None
        units.add(grant.unit_id)
    return frozenset(units)


def follow_ups_select(board_id: int, units: frozenset[int] | None) -> sa.Select[LogFollowUp]:
    """The board's follow-ups within reach, the latest month first."""
    select = (
        sa.select(LogFollowUp)
        .where(LogFollowUp.board_id == board_id)
        .options(
            joinedload(LogFollowUp.unit),
            joinedload(LogFollowUp.signed_by),
            selectinload(LogFollowUp.items).joinedload(LogFollowUpItem.reading),
        )
        .order_by(LogFollowUp.period_start.desc(), LogFollowUp.id)
    )
    return select if units is None else select.where(LogFollowUp.unit_id.in_(units))
