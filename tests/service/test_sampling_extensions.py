"""A sample is extended by rounds: committed to, drawn, and never after the conclusion."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.review.queries import review_items
from internkontroll.review.queries import testers_of as those_with_a_part
from internkontroll.review.services import write_conclusion
from internkontroll.sampling import rules
from internkontroll.sampling.models import Draw, DrawRound, SeedSource
from internkontroll.sampling.queries import (
    check_draw,
    draw_facts,
    full_record,
    rows_of,
    sampling_progress,
)
from internkontroll.sampling.services import seed_extension
from internkontroll.schedule.models import OccurrenceState
from tests.factories import make_actor
from tests.service.sampling_rounds import MUCH_LATER, SECOND, THIRD, Rounds
from tests.service.sampling_table import LATER, SEED


@pytest.fixture
def rounds(session: Session, tmp_path: Path) -> Rounds:
    made = Rounds(session, tmp_path / "uploads")
    made.free()
    return made


def test_an_extension_is_trailed_before_its_seed_and_keeps_what_was_drawn(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    before = rounds.row_numbers(draw)
    rounds.extend(draw, 3, reason="Tre avvikelser kom fram.")
    assert rounds.row_numbers(draw) == before
    event, body = rounds.trail(draw)[-1]
    assert (event, body["data"]["n"]) == ("draw:extension-committed", 3)
    assert body["reason"] == "Tre avvikelser kom fram."
    rounds.seed_more(draw)
    after = rounds.row_numbers(draw)
    items = rows_of(rounds.session, draw.population_id)
    more = rules.draw(items, "srs_ticket", 3, SECOND, taken=before, round=2)
    assert after == [*before, *more]
    assert rounds.trail(draw)[-1][0] == "draw:extension-seeded"
    record = full_record(rounds.session, draw)
    assert [entry["n"] for entry in record["rounds"]] == [4, 3]
    assert record["rounds"][1]["reason"] == "Tre avvikelser kom fram."
    assert [step["step"] for step in record["steps"] if step.get("round") == 2] == [
        "committed",
        "seeded",
        "drawn",
        "recorded",
    ]


def test_replacements_between_the_rounds_are_redrawn_in_their_order(rounds: Rounds) -> None:
    draw = rounds.drawn(n=3)
    rounds.replace(draw, 1)
    rounds.extend(draw, 2)
    rounds.seed_more(draw)
    rounds.replace(draw, 2)
    rounds.replace(draw, 5)
    rounds.extend(draw, 1, at=MUCH_LATER)
    rounds.seed_more(draw, THIRD)
    record = full_record(rounds.session, draw)
    assert [entry["after_round"] for entry in record["replacements"]] == [1, 2, 2]
    assert [item.round for item in rounds.items(draw)] == [1, 1, 1, 1, 2, 2, 1, 2, 3]
    assert check_draw(rounds.session, draw) is None


def test_nothing_is_replaced_by_a_row_that_a_waiting_extension_counts_on(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw, 8)
    with pytest.raises(InvalidTransition, match="väntar på sina siffror"):
        rounds.replace(draw, 1)
    rounds.seed_more(draw)
    assert len(rounds.items(draw)) == 12


def test_the_added_items_are_to_be_judged(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw, 3)
    progress = sampling_progress(rounds.session, rounds.occurrence.id)
    assert progress.extension_waits
    with pytest.raises(InvalidTransition, match="beslutad men inte dragen"):
        write_conclusion(
            rounds.session, rounds.occurrence, "Bra.", actor=rounds.actor, at=MUCH_LATER
        )
    rounds.session.rollback()
    rounds.seed_more(draw)
    assert not sampling_progress(rounds.session, rounds.occurrence.id).extension_waits
    assert len(review_items(rounds.session, rounds.occurrence.id)) == 7
    facts = draw_facts(rounds.session, [rounds.occurrence.id])[rounds.occurrence.id]
    assert (facts.n, facts.size, facts.is_random) == (7, 12, True)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (OccurrenceState.PERFORMED, "lämna tillbaka"),
        (OccurrenceState.APPROVED, "underskriven"),
        (OccurrenceState.NOT_PERFORMED, "ej genomfört"),
    ],
)
def test_nothing_is_added_to_what_is_concluded(
    rounds: Rounds, state: OccurrenceState, sentence: str
) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw, 2)
    rounds.session.execute(sa.text("UPDATE occurrence SET state = :state"), {"state": state.value})
    rounds.session.commit()
    with pytest.raises(InvalidTransition, match=sentence):
        rounds.seed_more(draw)
    with pytest.raises(InvalidTransition, match=sentence):
        rounds.extend(draw, 2)


def test_an_extension_waits_for_the_one_before_it(rounds: Rounds) -> None:
    draw = rounds.commit(rounds.frozen(), 4)
    with pytest.raises(InvalidTransition, match="inte draget än"):
        rounds.extend(draw)
    rounds.seed(draw)
    with pytest.raises(InvalidTransition, match="Ingen utökning"):
        rounds.seed_more(draw)
    rounds.extend(draw)
    with pytest.raises(InvalidTransition, match="redan beslutad"):
        rounds.extend(draw)
    rounds.session.add(
        DrawRound(draw_id=draw.id, number=3, n=1, n_by_stratum={}, reason="x", committed_at=LATER)
    )
    with pytest.raises(IntegrityError):
        rounds.session.flush()


@pytest.mark.parametrize("n", [0, -1, 9])
def test_no_more_than_what_is_left_is_added(rounds: Rounds, n: int) -> None:
    draw = rounds.drawn(n=4)
    with pytest.raises(InvalidInput, match="8 rader är kvar") as refused:
        rounds.extend(draw, n)
    assert refused.value.field == "n"
    with pytest.raises(InvalidInput, match="varför stickprovet utökas"):
        rounds.extend(draw, 8, reason=" ")
    with pytest.raises(InvalidInput, match="nämner en beteckning"):
        rounds.extend(draw, 8, reason="SCN-Ä-0003 var fel")
    rounds.extend(draw, 8)
    rounds.seed_more(draw)
    with pytest.raises(InvalidTransition, match="Alla rader är redan dragna"):
        rounds.extend(draw, 1)


@pytest.mark.parametrize(
    ("digits", "sentence"),
    [(SEED, "desamma som i en tidigare"), ("", "minst 20"), ("１" * 20, "bara siffrorna 0–9")],
)
def test_an_extension_needs_new_digits(rounds: Rounds, digits: str, sentence: str) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    with pytest.raises(InvalidInput, match=sentence) as refused:
        rounds.seed_more(draw, digits)
    assert refused.value.field == "digits"
    assert len(rounds.items(draw)) == 4


def test_an_extension_is_drawn_once(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    draw_id = draw.id
    rounds.session.rollback()
    with Session(rounds.session.get_bind()) as other, transaction(other):
        winner = other.get_one(Draw, draw_id)
        seed_extension(other, winner, source=SeedSource.SYSTEM, actor=rounds.actor, at=MUCH_LATER)
    with pytest.raises(InvalidTransition, match="Ingen utökning"):
        rounds.seed_more(draw)
    assert len(rounds.items(draw)) == 7


def test_a_redrawn_sample_is_not_extended(rounds: Rounds) -> None:
    population = rounds.frozen()
    draw = rounds.seed(rounds.commit(population, 4))
    rounds.extend(draw)
    rounds.commit(population, 5, redraw_of=draw, reason="Fel period.")
    with pytest.raises(InvalidTransition, match="omgjord"):
        rounds.seed_more(draw)
    record = full_record(rounds.session, draw)
    assert len(record["rounds"]) == 1, "an extension that was never drawn is not of the record"
    assert check_draw(rounds.session, draw) is None


def test_who_extends_a_sample_has_a_part_in_the_testing(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    other = make_actor(rounds.session, Role.CONTROLLER, rounds.board)
    stranger = make_actor(rounds.session, Role.REVIEWER, rounds.board)
    rounds.session.commit()
    with pytest.raises(NotAllowed):
        rounds.extend(draw, actor=stranger)
    rounds.extend(draw, actor=other)
    assert other.user_id in those_with_a_part(rounds.session, rounds.occurrence.id)
    with pytest.raises(NotAllowed):
        rounds.seed_more(draw, actor=stranger)


def test_no_seed_of_an_extension_of_a_secret_list_stands_in_the_trail(rounds: Rounds) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    rounds.seed_more(draw)
    assert SECOND not in str(rounds.trail(draw))
