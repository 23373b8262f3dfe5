"""What is drawn stands: redraws and replacements are reasoned and shown, and a change is found."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling import rules
from internkontroll.sampling.models import PopulationContent, SampleItem
from internkontroll.sampling.queries import (
    check_draw,
    draws_of,
    full_record,
    items_select,
    rows_of,
    sampling_progress,
)
from internkontroll.sampling.rules.content import packed
from internkontroll.sampling.services import replace_item
from tests.service.sampling_table import LATER, SEED, Table


@pytest.fixture
def table(session: Session, tmp_path: Path) -> Table:
    return Table(session, tmp_path / "uploads")


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
    items = table.session.scalars(items_select(draw.id)).all()
    assert [item.row_number for item in items] == whole[:6]
    assert new.replaces_id == first.id
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


def test_a_replaced_item_keeps_its_place_in_the_database(table: Table) -> None:
    draw = table.drawn()
    item = table.session.scalars(items_select(draw.id)).first()
    assert item is not None
    with transaction(table.session):
        replace_item(table.session, draw, item, reason="Gäller ej.", actor=table.actor, at=LATER)
    assert table.session.scalar(sa.select(sa.func.count()).select_from(SampleItem)) == 6
