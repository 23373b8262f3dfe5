"""Draws: committed before the seed, of the size that the plan allows, drawn once."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling import rules
from internkontroll.sampling.models import Draw, DrawState, SeedSource
from internkontroll.sampling.queries import (
    check_draw,
    draw_facts,
    full_record,
    items_select,
    rows_of,
    sampling_progress,
)
from internkontroll.sampling.services import seed_draw, size_limits
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.factories import make_actor, make_control, make_meeting, make_occurrence
from tests.service.sampling_table import LATER, SEED, Table


@pytest.fixture
def table(session: Session, tmp_path: Path) -> Table:
    return Table(session, tmp_path / "uploads")


def test_the_rows_are_those_that_the_arithmetic_selects(table: Table) -> None:
    draw = table.drawn()
    items = rows_of(table.session, draw.population_id)
    assert table.row_numbers(draw) == rules.draw(items, "srs_ticket", 5, SEED)
    first = table.session.scalars(items_select(draw.id)).first()
    assert first is not None
    assert first.reference == items[first.row_number - 1][0]


def test_the_commitment_is_trailed_before_any_seed_exists(table: Table) -> None:
    draw = table.commit(table.frozen())
    assert draw.seed is None
    [(event, body)] = table.trail(draw)
    assert event == "draw:committed"
    assert body["data"]["n"] == 5
    assert body["data"]["parameters"]["checklist"][0]["criteria"] == ["Underlaget finns."]


def test_a_list_that_is_not_frozen_is_not_drawn_from(table: Table) -> None:
    with pytest.raises(InvalidTransition, match="inte fryst"):
        table.commit(table.loaded())


@pytest.mark.parametrize(
    ("n", "sentence"),
    [(13, "Listan har 12 rader; du kan inte dra 13"), (0, "minst 1"), (-1, "minst 1")],
)
def test_an_n_that_the_list_does_not_have_is_refused(table: Table, n: int, sentence: str) -> None:
    population = table.frozen()
    table.rule(SampleKind.UNSTATED, None)
    with pytest.raises(InvalidInput, match=sentence):
        table.commit(population, n)


@pytest.mark.parametrize(
    ("kind", "number", "size", "low", "high"),
    [
        (SampleKind.AT_LEAST, 3, 12, 3, 12),
        (SampleKind.AT_LEAST, 3, 2, 2, 2),
        (SampleKind.EXACT, 5, 12, 5, 5),
        (SampleKind.EXACT, 5, 4, 4, 4),
        (SampleKind.CENSUS, None, 12, 12, 12),
        (SampleKind.UNSTATED, None, 12, 1, 12),
        (SampleKind.NONE, None, 12, 1, 12),
    ],
)
def test_the_plans_rule_bounds_n(
    kind: SampleKind, number: int | None, size: int, low: int, high: int
) -> None:
    limits = size_limits([(kind, number)], size)
    assert (limits.low, limits.high) == (low, high)
    assert limits.check(low, size) == low
    if low > 1:
        with pytest.raises(InvalidInput, match="Planen säger"):
            limits.check(low - 1, size)


@pytest.mark.parametrize(
    ("kind", "n", "instead"),
    [
        (SampleKind.EXACT, 4, "Skriv 5."),
        (SampleKind.EXACT, 9, "Skriv 5. Behövs fler kan stickprovet utökas när det är draget."),
        (SampleKind.AT_LEAST, 4, "Skriv 5 eller fler."),
        (SampleKind.CENSUS, 4, "Skriv 12."),
    ],
)
def test_a_number_that_the_plan_does_not_allow_says_what_to_write(
    kind: SampleKind, n: int, instead: str
) -> None:
    limits = size_limits([(kind, None if kind is SampleKind.CENSUS else 5)], 12)
    with pytest.raises(InvalidInput) as told:
        limits.check(n, 12)
    assert told.value.sentence.endswith(instead)


def test_a_short_list_is_taken_whole_and_says_so() -> None:
    assert "alla granskas" in size_limits([(SampleKind.EXACT, 5)], 4).words


def test_controls_whose_rules_contradict_each_other_cannot_share_a_draw() -> None:
    for pair in (
        [(SampleKind.EXACT, 5), (SampleKind.EXACT, 10)],
        [(SampleKind.EXACT, 5), (SampleKind.CENSUS, None)],
        [(SampleKind.CENSUS, None), (SampleKind.EXACT, 5)],
        [(SampleKind.EXACT, 5), (SampleKind.AT_LEAST, 6)],
    ):
        with pytest.raises(InvalidInput, match="olika många"):
            size_limits(pair, 100)


def test_a_draw_has_one_seed(table: Table) -> None:
    draw = table.drawn()
    rows = table.row_numbers(draw)
    with pytest.raises(InvalidTransition, match="redan draget"):
        table.seed(draw, digits="9" * 20)
    assert draw.seed == SEED
    assert table.row_numbers(draw) == rows


def test_the_loser_of_two_seeds_at_once_is_told(table: Table) -> None:
    stale = table.commit(table.frozen())
    draw_id = stale.id
    assert stale.state is DrawState.COMMITTED
    table.session.rollback()
    with Session(table.session.get_bind()) as other, transaction(other):
        winner = other.get_one(Draw, draw_id)
        seed_draw(other, winner, source=SeedSource.SYSTEM, actor=table.actor, at=LATER)
    with pytest.raises(InvalidTransition, match="redan draget"):
        table.seed(stale)


@pytest.mark.parametrize(
    ("given", "sentence", "field"),
    [
        ({"digits": "123"}, "skrivit 3 siffror", "digits"),
        ({"digits": ""}, "minst 20", "digits"),
        ({"digits": "１" * 20}, "bara siffrorna 0–9", "digits"),
        ({"reference": " "}, "vem som såg", "reference"),
        ({"source": SeedSource.PUBLIC, "reference": None}, "vilken källan är", "reference"),
        ({"source": SeedSource.SYSTEM}, "valt programmets egna", "source"),
        ({"reference": "såg SCN-Ä-0003"}, "nämner en beteckning", "reference"),
    ],
)
def test_a_seed_that_cannot_be_used_is_refused_and_nothing_is_drawn(
    table: Table, given: dict[str, Any], sentence: str, field: str
) -> None:
    draw = table.commit(table.frozen())
    with pytest.raises(InvalidInput, match=sentence) as refused:
        table.seed(draw, **given)
    assert refused.value.field == field
    table.session.refresh(draw)
    assert draw.state is DrawState.COMMITTED


def test_the_systems_own_seed_is_forty_digits(table: Table) -> None:
    draw = table.seed(
        table.commit(table.frozen()), source=SeedSource.SYSTEM, digits=None, reference=None
    )
    assert draw.seed is not None
    assert len(draw.seed) == 40
    assert draw.seed.isdigit()
    assert check_draw(table.session, draw) is None


def test_leading_zeros_of_the_seed_count(table: Table) -> None:
    draw = table.drawn()
    items = rows_of(table.session, draw.population_id)
    assert draw.seed == SEED
    assert table.row_numbers(draw) != rules.draw(items, "srs_ticket", 5, SEED.lstrip("0"))


def test_the_figures_of_current_draws_come_in_one_query(table: Table) -> None:
    draw = table.drawn()
    facts = draw_facts(table.session, [table.occurrence.id, 999])
    assert list(facts) == [table.occurrence.id]
    assert (facts[table.occurrence.id].n, facts[table.occurrence.id].size) == (5, 12)
    assert facts[table.occurrence.id].is_random
    assert facts[table.occurrence.id].draw_id == draw.id
    assert draw_facts(table.session, []) == {}
    assert sampling_progress(table.session, table.occurrence.id).facts == facts[table.occurrence.id]


def test_no_figures_are_told_of_a_draw_that_is_not_drawn_yet(table: Table) -> None:
    table.commit(table.frozen())
    progress = sampling_progress(table.session, table.occurrence.id)
    assert progress.draw is not None
    assert progress.facts is None
    assert draw_facts(table.session, [table.occurrence.id]) == {}


def test_the_figures_of_a_draw_are_found_by_its_own_items(table: Table) -> None:
    if table.session.get_bind().dialect.name != "sqlite":
        return
    table.drawn()
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cur: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        draw_facts(table.session, [table.occurrence.id])
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    statement, parameters = asked[-1]
    steps = table.session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {statement}", parameters
    )
    (items,) = [step[3] for step in steps if "sample_item" in step[3]]
    assert "(draw_id=?" in items


def test_a_draw_can_serve_several_occurrences_of_the_same_time(table: Table) -> None:
    plan = table.control.plan
    beside = make_occurrence(table.session, make_control(table.session, plan), table.point)
    later = make_occurrence(
        table.session,
        make_control(table.session, plan),
        meeting=make_meeting(table.session, table.board),
    )
    population = table.frozen()
    shared: list[Occurrence] = [table.occurrence, beside]
    with pytest.raises(InvalidInput, match="olika sammanträden"):
        table.commit(population, occurrences=[table.occurrence, later])
    draw = table.seed(table.commit(population, occurrences=shared))
    assert beside.state is OccurrenceState.STARTED
    progress = sampling_progress(table.session, beside.id)
    assert progress.draw is not None
    assert progress.draw.id == draw.id
    assert len(full_record(table.session, draw)["controls"]) == 2


def test_only_those_who_draw_may(table: Table) -> None:
    population = table.frozen()
    for role in (Role.UNIT_MANAGER, Role.REVIEWER, Role.READER):
        actor = make_actor(table.session, role, table.board)
        table.session.commit()
        with pytest.raises(NotAllowed):
            table.commit(population, actor=actor)
