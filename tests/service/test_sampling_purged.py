"""References are destroyed when all is done: by whom, when, and what stands."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.organisation.models import ReportingPoint
from internkontroll.sampling.models import Population, PopulationContent, SampleItem
from internkontroll.sampling.queries import (
    check_draw,
    full_record,
    has_content,
    record_for_outside,
    reference_in_text,
    row_at,
)
from internkontroll.sampling.services import export_population, purge_references
from internkontroll.schedule.models import OccurrenceState
from tests.factories import make_actor
from tests.service.sampling_desk import AT, Desk
from tests.service.told_lists import drawn_of


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path / "uploads")


def _over(desk: Desk) -> Actor:
    """Everything that the list was for is over; gives the controller."""
    desk.occurrence.state = OccurrenceState.APPROVED
    point = desk.session.scalars(
        sa.select(ReportingPoint).order_by(ReportingPoint.period_end.desc()).limit(1)
    ).one()
    point.closed_at = AT
    actor = make_actor(desk.session, Role.CONTROLLER, desk.board)
    desk.session.commit()
    return actor


def _purge(desk: Desk, population: Population, actor: Actor, decision: str = "SCN § 12") -> None:
    with transaction(desk.session):
        purge_references(desk.session, population, decision=decision, actor=actor, at=AT)


def test_purging_destroys_every_reference_and_keeps_the_figures(desk: Desk) -> None:
    draw = drawn_of(desk)
    population, digest = draw.population, draw.population.sha256
    before = full_record(desk.session, draw)
    _purge(desk, population, _over(desk))

    assert not has_content(desk.session, population.id)
    assert set(desk.session.scalars(sa.select(SampleItem.reference))) == {None}
    assert (population.size, population.sha256) == (12, digest)
    assert full_record(desk.session, draw)["rows"] == before["rows"]
    assert (population.seal_key, draw.seal_key) == ("", "")
    assert not reference_in_text(desk.session, desk.board.id, "Ärende SCN-Ä-0003 saknas")
    kept = desk.session.scalars(sa.select(PopulationContent.population_id)).all()
    assert kept == []


def test_what_needs_the_references_says_that_they_are_gone(desk: Desk) -> None:
    draw = drawn_of(desk)
    _purge(desk, draw.population, _over(desk))
    for act in (
        lambda: check_draw(desk.session, draw),
        lambda: row_at(desk.session, draw.population_id, 1),
        lambda: export_population(desk.session, draw, actor=desk.actor, at=AT),
        lambda: record_for_outside(desk.session, draw),
    ):
        with pytest.raises(InvalidTransition, match="gallra"):
            act()


def test_purging_waits_for_approval_and_for_the_last_follow_up_of_the_year(desk: Desk) -> None:
    draw = drawn_of(desk)
    actor = make_actor(desk.session, Role.CONTROLLER, desk.board)
    desk.session.commit()
    with pytest.raises(InvalidTransition, match="inte godkänt"):
        _purge(desk, draw.population, actor)
    desk.occurrence.state = OccurrenceState.APPROVED
    desk.session.commit()
    with pytest.raises(InvalidTransition, match="sista uppföljningen för 2020"):
        _purge(desk, draw.population, actor)
    assert has_content(desk.session, draw.population_id)


@pytest.mark.parametrize("state", [OccurrenceState.NOT_PERFORMED, OccurrenceState.EXPIRED])
def test_a_list_of_what_was_never_done_does_not_stay_for_ever(
    desk: Desk, state: OccurrenceState
) -> None:
    population = drawn_of(desk).population
    controller = _over(desk)
    desk.occurrence.state = state
    if state is OccurrenceState.EXPIRED:
        desk.occurrence.expired_at, desk.occurrence.expired_reason = AT, "Planen ändrades."
    desk.session.commit()
    _purge(desk, population, controller)
    assert not has_content(desk.session, population.id)


def test_purging_needs_the_controller_a_decision_and_is_done_once(desk: Desk) -> None:
    population = drawn_of(desk).population
    controller = _over(desk)
    with pytest.raises(NotAllowed):
        _purge(desk, population, desk.actor)
    for decision, says in (("", "Skriv beslutet"), ("SCN-Ä-0003", "nämner en beteckning")):
        with pytest.raises(InvalidInput, match=says) as refused:
            _purge(desk, population, controller, decision)
        assert refused.value.field == "decision"
    _purge(desk, population, controller)
    with pytest.raises(InvalidTransition, match="redan gallrade"):
        _purge(desk, population, controller)


def test_a_list_that_is_not_frozen_is_not_purged(desk: Desk) -> None:
    population = desk.loaded()
    with pytest.raises(InvalidTransition, match="Bara en fryst"):
        _purge(desk, population, _over(desk))
