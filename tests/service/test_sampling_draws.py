"""Draws: committed before the seed, drawn once, redrawn in the open, checked by anyone."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import ROOT
from internkontroll.core.access import Role, system_actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling import rules
from internkontroll.sampling.models import (
    Draw,
    DrawState,
    Population,
    PopulationContent,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.queries import (
    check_draw,
    draw_facts,
    draws_of,
    full_record,
    items_select,
    record_for_outside,
    rows_of,
    sampling_progress,
    standing_items_select,
)
from internkontroll.sampling.rules.content import packed
from internkontroll.sampling.services import (
    commit_draw,
    export_population,
    export_record,
    replace_item,
    seed_draw,
    size_limits,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload, TrailRow
from internkontroll.trail.queries import verify_trail
from tests.factories import make_actor, make_control, make_meeting, make_occurrence
from tests.service.test_sampling_lists import AT, CASES, Desk

SEED = "01234567890123456789"
LATER = datetime(2020, 3, 3, 8, tzinfo=UTC)


class Table(Desk):
    """A desk with draws."""

    def commit(self, population: Population, n: int = 5, **given: Any) -> Draw:
        """Commit to n of the list."""
        values: dict[str, Any] = {
            "occurrences": [self.occurrence],
            "method": SelectionMethod.SRS_TICKET,
            "actor": self.actor,
            "at": AT,
            **given,
        }
        with transaction(self.session):
            return commit_draw(self.session, population, n=n, **values)

    def seed(self, draw: Draw, **given: Any) -> Draw:
        """Draw."""
        values: dict[str, Any] = {
            "source": SeedSource.DICE,
            "digits": SEED,
            "reference": "ordförande",
            "actor": self.actor,
            "at": LATER,
            **given,
        }
        with transaction(self.session):
            return seed_draw(self.session, draw, **values)

    def drawn(self, text: str | bytes = CASES, n: int = 5, **given: Any) -> Draw:
        """From a list to a drawn sample."""
        return self.seed(self.commit(self.frozen(text, **given), n))

    def rule(self, kind: SampleKind, number: int | None) -> None:
        """Let the plan say so."""
        self.control.sample_kind, self.control.sample_n = kind, number
        self.session.commit()

    def row_numbers(self, draw: Draw) -> list[int]:
        """Rows drawn, in order."""
        return [item.row_number for item in self.session.scalars(items_select(draw.id))]

    def trail(self, draw: Draw) -> list[tuple[str, dict[str, Any]]]:
        """Events and payloads of a draw."""
        rows = self.session.execute(
            sa.select(TrailRow.event, TrailPayload.body)
            .join(TrailPayload, TrailPayload.row_id == TrailRow.id)
            .where(TrailRow.subject_kind == "draw", TrailRow.subject_id == draw.id)
            .order_by(TrailRow.seq)
        )
        return [(event, body) for event, body in rows]


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


def test_a_second_commitment_needs_to_be_a_redraw_with_a_reason(table: Table) -> None:
    population = table.frozen()
    first = table.seed(table.commit(population))
    with pytest.raises(InvalidTransition, match="redan ett beslutat urval"):
        table.commit(population)
    with pytest.raises(InvalidInput, match="varför dragningen görs om"):
        table.commit(population, redraw_of=first, reason="  ")
    second = table.commit(population, redraw_of=first, reason="Fel period i listan.")
    assert [draw.id for draw in draws_of(table.session, table.occurrence.id)] == [
        first.id,
        second.id,
    ]
    progress = sampling_progress(table.session, table.occurrence.id)
    assert progress.draw is not None
    assert progress.draw.id == second.id
    assert progress.is_frozen
    assert not progress.is_drawn
    with pytest.raises(Conflict, match="redan omgjord"):
        table.commit(population, redraw_of=first, reason="Igen.")


def test_a_commitment_that_was_redrawn_is_never_seeded(table: Table) -> None:
    population = table.frozen()
    first = table.commit(population)
    table.commit(population, redraw_of=first, reason="Fel urvalssätt.")
    with pytest.raises(InvalidTransition, match="omgjord"):
        table.seed(first)


def test_a_redraw_names_the_record_that_it_replaces(table: Table) -> None:
    population = table.frozen()
    first = table.seed(table.commit(population))
    second = table.commit(population, redraw_of=first, reason="Fel period i listan.")
    table.seed(second, digits="9" * 20)
    record = full_record(table.session, second)
    assert record["redraw_of"] == rules.record_digest(full_record(table.session, first))
    assert record["redraw_reason"] == "Fel period i listan."


def test_a_commitment_that_was_never_drawn_hides_no_draw_before_it(table: Table) -> None:
    population = table.frozen()
    first = table.seed(table.commit(population))
    between = table.commit(population, redraw_of=first, reason="Fel period i listan.")
    third = table.commit(population, redraw_of=between, reason="Fel antal.")
    table.seed(third, digits="9" * 20)
    record = full_record(table.session, third)
    assert record["redraw_of"] == rules.record_digest(full_record(table.session, first))


def test_a_redraw_may_be_from_a_new_list(table: Table) -> None:
    first = table.drawn()
    newer = table.frozen("Ärende\n" + "".join(f"NY-{n:04d}\n" for n in range(20)))
    second = table.seed(table.commit(newer, redraw_of=first, reason="Listan var fel."))
    progress = sampling_progress(table.session, table.occurrence.id)
    assert progress.population is not None
    assert progress.population.id == newer.id
    assert check_draw(table.session, second) is None
    assert check_draw(table.session, first) is None


def test_a_replacement_is_the_next_row_and_the_draw_still_checks(table: Table) -> None:
    draw = table.drawn()
    items = rows_of(table.session, draw.population_id)
    whole = rules.draw(items, "srs_ticket", 12, SEED)
    first = table.session.scalars(items_select(draw.id)).first()
    assert first is not None
    with transaction(table.session):
        new = replace_item(
            table.session, draw, first, reason="Gäller inte.", actor=table.actor, at=LATER
        )
    assert (new.position, new.row_number) == (6, whole[5])
    standing = table.session.scalars(standing_items_select(draw.id)).all()
    assert [item.row_number for item in standing] == whole[1:6]
    assert check_draw(table.session, draw) is None
    replacements = full_record(table.session, draw)["replacements"]
    assert replacements[0]["row"] == whole[0]
    with pytest.raises(InvalidTransition, match="redan ersatt"):
        replace_item(table.session, draw, first, reason="Igen.", actor=table.actor, at=LATER)


def test_a_replaced_replacement_still_checks(table: Table) -> None:
    draw = table.drawn()
    item = table.session.scalars(items_select(draw.id)).first()
    for _ in range(2):
        assert item is not None
        with transaction(table.session):
            item = replace_item(
                table.session, draw, item, reason="Gäller inte.", actor=table.actor, at=LATER
            )
    assert check_draw(table.session, draw) is None


def test_nothing_is_left_to_replace_with_in_a_census(table: Table) -> None:
    table.rule(SampleKind.CENSUS, None)
    draw = table.drawn(n=12)
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with pytest.raises(InvalidTransition, match="Alla rader"):
        replace_item(table.session, draw, item, reason="x", actor=table.actor, at=LATER)


def test_a_reason_may_not_name_an_item_of_the_list(table: Table) -> None:
    draw = table.drawn()
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        replace_item(
            table.session, draw, item, reason="SCN-Ä-0003 är fel", actor=table.actor, at=LATER
        )


def test_a_list_that_was_changed_behind_the_programs_back_is_not_drawn_from(
    table: Table,
) -> None:
    draw = table.commit(table.frozen())
    table.session.execute(sa.update(PopulationContent).values(body=packed(b"X\t\n")))
    table.session.commit()
    with pytest.raises(Conflict, match="inte densamma"):
        table.seed(draw)


def test_checking_a_draw_tells_what_was_changed_afterwards(table: Table) -> None:
    draw = table.drawn()
    assert check_draw(table.session, draw) is None
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    drawn = set(table.row_numbers(draw))
    item.row_number = next(row for row in range(1, 13) if row not in drawn)
    table.session.flush()
    found = check_draw(table.session, draw)
    assert found is not None
    assert "plats 1" in found


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


def test_handing_out_is_a_reading_in_the_trail_and_needs_the_right(table: Table) -> None:
    draw = table.drawn()
    outsider = make_actor(table.session, Role.CONTROLLER, table.board)
    table.session.commit()
    for export in (export_record, export_population):
        with pytest.raises(NotAllowed):
            export(table.session, draw, actor=outsider, at=LATER)
    with transaction(table.session):
        export_record(table.session, draw, actor=table.actor, at=LATER)
        export_population(table.session, draw, actor=table.actor, at=LATER)
    events = table.session.scalars(sa.select(TrailRow.event).order_by(TrailRow.seq)).all()
    assert events[-2:] == ["draw:record-exported", "population:exported"]


def test_the_record_tells_who_did_each_step(table: Table) -> None:
    draw = table.drawn()
    steps = full_record(table.session, draw)["steps"]
    assert [step["step"] for step in steps] == list(rules.record.STEPS)
    assert {step["by"] for step in steps} == {table.actor.name}


def test_the_record_names_the_operating_systems_user_of_the_command_line(table: Table) -> None:
    population = table.frozen()
    draw = table.commit(population, actor=system_actor("driften"))
    table.seed(draw, actor=system_actor("driften"))
    steps = full_record(table.session, draw)["steps"]
    assert steps[1]["by"] == "system (driften)"
    assert steps[2]["by"] == "system (driften)"


def test_a_sealed_record_holds_nothing_to_try_case_numbers_on(table: Table) -> None:
    draw = table.drawn()
    sealed = record_for_outside(table.session, draw)
    text = json.dumps(sealed, ensure_ascii=False)
    assert "SCN-Ä" not in text
    assert str(draw.population.sha256) not in text
    assert str(draw.population.sorted_sha256) not in text
    assert SEED not in text
    assert draw.seal_key not in text
    assert sealed["kind"] == "sealed"


def test_no_reference_hash_or_seed_of_a_secret_list_stands_in_the_trail(table: Table) -> None:
    draw = table.drawn()
    with transaction(table.session):
        export_record(table.session, draw, actor=table.actor, at=LATER)
    told = str(table.session.scalars(sa.select(TrailPayload.body)).all())
    assert "SCN-Ä" not in told
    assert str(draw.population.sha256) not in told
    assert SEED not in told
    assert all(verdict.whole for verdict in verify_trail(table.session))


def test_an_open_list_has_its_seed_in_the_trail(table: Table) -> None:
    draw = table.drawn(is_secret=False)
    assert table.trail(draw)[-1][1]["data"]["seed"] == SEED


@pytest.mark.parametrize("method", [SelectionMethod.SRS_TICKET, SelectionMethod.SRS_COUNTER])
def test_anyone_with_the_files_can_redraw(
    table: Table, tmp_path: Path, method: SelectionMethod
) -> None:
    draw = table.seed(table.commit(table.frozen(), method=method))
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with transaction(table.session):
        replace_item(table.session, draw, item, reason="Gäller ej.", actor=table.actor, at=LATER)
    answer = _redraw(table, draw, tmp_path / "tom")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "OK" in answer.stdout


@pytest.mark.real_input
def test_the_real_list_is_drawn_and_redrawn(table: Table, real_input: Path, tmp_path: Path) -> None:
    draw = table.drawn((real_input / "population_arenden_2020.csv").read_bytes())
    assert draw.population.size == 1842
    assert len(set(table.row_numbers(draw))) == 5
    answer = _redraw(table, draw, tmp_path / "tom")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def _redraw(table: Table, draw: Draw, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the published script on both exports in an empty folder."""
    folder.mkdir()
    with transaction(table.session):
        record = export_record(table.session, draw, actor=table.actor, at=LATER)
        population = export_population(table.session, draw, actor=table.actor, at=LATER)
    (folder / "protokoll.json").write_bytes(record)
    (folder / "lista.txt").write_bytes(population)
    script = ROOT / "docs" / "verify_draw.py"
    return subprocess.run(
        [sys.executable, "-I", str(script), "protokoll.json", "lista.txt"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_replaced_item_keeps_its_place_in_the_database(table: Table) -> None:
    draw = table.drawn()
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with transaction(table.session):
        replace_item(table.session, draw, item, reason="Gäller ej.", actor=table.actor, at=LATER)
    assert table.session.scalar(sa.select(sa.func.count()).select_from(SampleItem)) == 6
