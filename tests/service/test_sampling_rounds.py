"""Every method of IKS-1.1 drawn through the verbs, in strata and by amount, and verified."""

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling import rules
from internkontroll.sampling.documents import protocol_of
from internkontroll.sampling.models import SelectionMethod
from internkontroll.sampling.queries import (
    check_draw,
    draw_facts,
    full_record,
    record_for_outside,
    rows_of,
    sampling_progress,
    strata_of,
)
from internkontroll.sampling.rules import Stratification
from tests.service.sampling_rounds import AMOUNTS, PARTED, SECOND, Rounds, script
from tests.service.sampling_table import SEED


@pytest.fixture
def rounds(session: Session, tmp_path: Path) -> Rounds:
    made = Rounds(session, tmp_path / "uploads")
    made.free()
    return made


@pytest.mark.parametrize("parted", [None, PARTED], ids=["whole", "parted"])
@pytest.mark.parametrize("method", [SelectionMethod(name) for name in rules.METHODS], ids=str)
def test_every_method_is_drawn_handed_out_and_verified_by_anyone(
    rounds: Rounds, tmp_path: Path, method: SelectionMethod, parted: Stratification | None
) -> None:
    population = rounds.frozen(AMOUNTS)
    draw = rounds.seed(rounds.commit(population, 9, method=method, parted=parted))
    items = rounds.items(draw)
    stored = rows_of(rounds.session, population.id)
    if parted:
        strata = strata_of(rounds.session, draw)
        by_name = rules.draw_stratified(stored, strata, method.value, SEED)
        expected = [row for rows in by_name.values() for row in rows]
        assert {item.stratum for item in items} <= {each.name for each in strata}
    else:
        expected = rules.draw(stored, method.value, 9, SEED)
    assert [row for item in items for row in [item.row_number] * item.hits] == expected
    assert len({item.row_number for item in items}) == len(items)
    if method.value in rules.SRS_METHODS:
        rounds.replace(draw, 2)
        rounds.extend(draw)
        rounds.seed_more(draw)
        rounds.replace(draw, 11)
    assert check_draw(rounds.session, draw) is None
    record, canonical = rounds.handed_out(draw, tmp_path / "tom")
    code, answer = script(record, canonical)
    assert (code, answer[:2]) == (0, "OK"), answer
    rounds.verify(draw, record=record, population=canonical)


def test_a_sealed_record_tells_how_large_a_stratum_is_and_not_which_rows_it_has(
    rounds: Rounds,
) -> None:
    draw = rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED))
    sealed = record_for_outside(rounds.session, draw)
    strata = sealed["parameters"]["strata"]
    assert sum(each["size"] for each in strata) == 40
    assert all(each.keys() == {"name", "n", "size"} for each in strata)
    protocol = protocol_of(sealed, rules.record_bytes(sealed), board="Nämnden")
    assert protocol.strata[0] == ("negativa belopp", "1", "1")


def test_a_sealed_record_of_any_draw_cannot_be_tried_outside(
    rounds: Rounds, tmp_path: Path
) -> None:
    draw = rounds.drawn(n=4)
    rounds.extend(draw)
    rounds.seed_more(draw)
    record, canonical = rounds.handed_out(draw, tmp_path / "tom")
    sealed = record_for_outside(rounds.session, draw)
    record.write_bytes(rules.record_bytes(sealed))
    code, answer = script(record, canonical)
    assert code == 2
    assert "förseglat" in answer
    assert SECOND not in json.dumps(sealed)
    with pytest.raises(InvalidInput, match="förseglat"):
        rounds.verify(draw, record=record)


def test_a_row_hit_several_times_is_examined_once_and_its_hits_are_kept(rounds: Rounds) -> None:
    draw = rounds.seed(
        rounds.commit(rounds.frozen(AMOUNTS), 12, method=SelectionMethod.MUS_INTERVAL)
    )
    items = rounds.items(draw)
    assert sum(item.hits for item in items) == 12
    largest = next(item for item in items if item.row_number == 40)
    assert largest.hits >= 5
    assert full_record(rounds.session, draw)["rows"].count(40) == largest.hits
    assert all((item.amount or 0) > 0 for item in items), "negatives and zeros are never hit"
    facts = draw_facts(rounds.session, [rounds.occurrence.id])[rounds.occurrence.id]
    assert (facts.n, facts.is_random) == (len(items), False)
    with pytest.raises(InvalidTransition, match="ingen nästa post"):
        rounds.replace(draw, 1)
    with pytest.raises(InvalidTransition, match="Bara ett slumpmässigt urval kan utökas"):
        rounds.extend(draw)


@pytest.mark.parametrize(
    ("text", "sentence", "field"),
    [
        ("Verifikat\nA\nB\nC\n", "inga belopp", "method"),
        ("Verifikat;Belopp\nA;0\nB;-5\nC;0\n", "inga positiva belopp", "method"),
        ("Verifikat;Belopp\nA;0,01\nB;-5\nC;0\n", "större än summan", "n"),
    ],
)
def test_a_list_that_cannot_be_weighed_by_amount_is_refused_before_the_commitment(
    rounds: Rounds, text: str, sentence: str, field: str
) -> None:
    population = rounds.frozen(text)
    for method in (SelectionMethod.MUS_INTERVAL, SelectionMethod.MUS_CELL):
        with pytest.raises(InvalidInput, match=sentence) as refused:
            rounds.commit(population, 2, method=method)
        assert refused.value.field == field
    assert sampling_progress(rounds.session, rounds.occurrence.id).draw is None


def test_a_sample_by_amount_is_never_taken_for_the_whole_list(rounds: Rounds) -> None:
    rounds.rule(SampleKind.CENSUS, None)
    population = rounds.frozen(AMOUNTS)
    for method in (SelectionMethod.MUS_INTERVAL, SelectionMethod.MUS_CELL):
        with pytest.raises(InvalidInput, match="missa andra") as refused:
            rounds.commit(population, 40, method=method)
        assert refused.value.field == "method"
    assert rounds.commit(population, 40).n == 40


def test_the_number_of_deviations_that_the_size_holds_for_is_committed_to(rounds: Rounds) -> None:
    population = rounds.frozen()
    with pytest.raises(InvalidInput, match="mindre än antalet") as refused:
        rounds.commit(population, 5, k=5)
    assert refused.value.field == "k"
    draw = rounds.seed(rounds.commit(population, 5, k=1))
    assert full_record(rounds.session, draw)["k"] == 1
    assert rounds.trail(draw)[0][1]["data"]["k"] == 1


def test_strata_are_committed_to_before_the_seed(rounds: Rounds) -> None:
    draw = rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED)
    [(event, body)] = rounds.trail(draw)
    assert event == "draw:committed"
    told = body["data"]["strata"]
    assert [each["name"] for each in told] == [
        "negativa belopp",
        "nollbelopp",
        "till 1000 kr",
        "över 1000 till 3000 kr",
        "över 3000 kr",
    ]
    assert sum(each["rows"] for each in told) == 40
    assert sum(each["n"] for each in told) == 10
    assert min(each["n"] for each in told) == 1
    assert draw.parameters["strata_by"]["limits"] == [100_000, 300_000]


def test_a_parted_draw_is_no_simple_random_sample(rounds: Rounds) -> None:
    rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED))
    facts = draw_facts(rounds.session, [rounds.occurrence.id])[rounds.occurrence.id]
    assert (facts.n, facts.is_random) == (10, False)


def test_a_stratum_is_replaced_from_and_extended_within_itself(rounds: Rounds) -> None:
    draw = rounds.seed(rounds.commit(rounds.frozen(AMOUNTS), 10, parted=PARTED))
    first = rounds.items(draw)[-1]
    new = rounds.replace(draw, first.position)
    assert (new.stratum, new.round) == (first.stratum, 1)
    extension = rounds.extend(draw, 6)
    assert sum(extension.n_by_stratum.values()) == 6
    rounds.seed_more(draw)
    added = [item for item in rounds.items(draw) if item.round == 2]
    assert Counter(item.stratum for item in added) == Counter(
        {name: n for name, n in extension.n_by_stratum.items() if n}
    )
    assert check_draw(rounds.session, draw) is None


@pytest.mark.real_input
def test_sixty_monetary_units_of_the_real_invoices_are_drawn_and_redrawn(
    rounds: Rounds, real_input: Path, tmp_path: Path
) -> None:
    content = (real_input / "population_fakturor_2020.csv").read_bytes()
    population = rounds.frozen(content)
    assert (population.size, population.positive_sum) == (6000, 2_489_704_196)
    draw = rounds.seed(rounds.commit(population, 60, method=SelectionMethod.MUS_INTERVAL))
    items = rounds.items(draw)
    assert sum(item.hits for item in items) == 60
    interval = 2_489_704_196 // 60
    assert all(item.hits >= (item.amount or 0) // (interval + 1) for item in items)
    assert check_draw(rounds.session, draw) is None
    record, canonical = rounds.handed_out(draw, tmp_path / "tom")
    code, answer = script(record, canonical)
    assert code == 0, answer
    assert "60 rader ur 6000 med mus_interval" in answer
    original = tmp_path / "fakturor.csv"
    original.write_bytes(content)
    rounds.verify(draw, population=original, population_name="fakturor.csv")
