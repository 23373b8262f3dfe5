from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling_vectors import numbers, populations, vector_rows

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    METHODS,
    SRS_METHODS,
    Stratum,
    check_seed_digits,
    draw,
    draw_stratified,
    effective_seed,
    mus_hits,
    order,
    population_hash,
    systematic_rows,
    ticket_order,
)
from internkontroll.sampling.rules.seeded import counter_order, number_of

SEED = "08772473296991897540"
SEED_TWO = "11876677954665453986"
ITEMS = [(f"Ä-{number}", 100 + 37 * number) for number in range(1, 41)]

steady = settings(max_examples=60, deadline=None, derandomize=True, database=None)
seeds = st.text("0123456789", min_size=20, max_size=30)
frames = st.lists(st.integers(-500, 5000), min_size=1, max_size=60).map(
    lambda amounts: [(f"R{row}", amount) for row, amount in enumerate(amounts)]
)


def test_published_draws_are_redrawn() -> None:
    known = populations()
    for row in vector_rows("iks1_verifiable_draw"):
        items = known[row["population"]]
        drawn = draw(items, row["method"], int(row["n"]), row["seed"])
        if row["method"] == "srs_ticket":
            assert [items[number - 1][0] for number in drawn] == row["expected"].split(";")
        else:
            assert drawn == numbers(row["expected"]), row["row_id"]


def test_rivest_published_picks_are_reproduced() -> None:
    for row in vector_rows("select_rivest_sha256"):
        seed = bytes.fromhex(row["seed_utf8_hex"]).decode()
        replace = row["with_replacement"] == "1"
        low, size, n = int(row["a"]), int(row["b"]) - int(row["a"]) + 1, int(row["n"])
        if replace:
            offsets = [number_of(f"{seed},{turn}") % size for turn in range(1, n + 1)]
        else:
            offsets = list(islice(counter_order(seed, size, set()), n))
        assert [low + each for each in offsets] == numbers(row["expected"]), row["row_id"]


def test_a_changed_population_changes_the_hash_and_moves_at_most_one_ticket() -> None:
    base = populations()["P200"]
    for row in vector_rows("iks1_population_changed"):
        after = _changed(base, row["scenario"])
        assert population_hash(base) == row["population_sha256_before"]
        assert population_hash(after) == row["population_sha256_after"], row["row_id"]
        fixed = row["seed"] + "|FIXED"
        before_ids = ticket_order(fixed, [identity for identity, _ in base])[:25]
        after_ids = ticket_order(fixed, [identity for identity, _ in after])[:25]
        assert before_ids == row["ticket_sample_before"].split(";")
        assert after_ids == row["ticket_sample_after"].split(";")


def _changed(items: list[tuple[str, int | None]], scenario: str) -> list[tuple[str, int | None]]:
    if scenario.startswith("remove"):
        return [item for item in items if item[0] != scenario.split()[-1]]
    if scenario.startswith("append"):
        return [*items, (scenario.split()[-1], 100)]
    if scenario.startswith("reorder"):
        return items[::-1]
    identity, amount = items[0]
    return [(identity, (amount or 0) + 1), *items[1:]]


def test_published_monetary_hits_are_reproduced() -> None:
    for row in vector_rows("select_mus_edge_cases"):
        amounts = [int(amount) for amount in row["amounts"].split(";")]
        if row["hit_rows"] == "ERROR":
            with pytest.raises(InvalidInput, match="minst 1"):
                mus_hits(amounts, int(row["n"]), int(row["r"]))
        else:
            hits = mus_hits(amounts, int(row["n"]), int(row["r"]))
            assert hits == numbers(row["hit_rows"]), row["row_id"]


def test_systematic_rows_are_those_of_an_exact_interval() -> None:
    # ceil(start + j*N/n) is 1 + (r + j*N) // n with r = ceil(start*n) - 1.
    for row in vector_rows("select_systematic_records"):
        count, n, start = int(row["N"]), int(row["n"]), row["start"]
        whole, _, decimals = start.partition(".")
        scaled = int(whole + decimals) * n
        r = -(-scaled // 10 ** len(decimals)) - 1
        assert systematic_rows(count, n, r) == numbers(row["expected_rows"]), row["row_id"]


def test_effective_seed_binds_population_and_round() -> None:
    assert effective_seed("12", "ab") == "12|ab"
    assert effective_seed("12", "ab", 2) == "12|ab|2"


def test_leading_zeros_of_a_seed_count() -> None:
    assert draw(ITEMS, "srs_counter", 10, "0" + SEED) != draw(ITEMS, "srs_counter", 10, SEED)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_sample_within_the_frame(method: str) -> None:
    @steady
    @given(seed=seeds, items=frames, data=st.data())
    def check(seed: str, items: list[tuple[str, int | None]], data: st.DataObject) -> None:
        if method.startswith("mus") and sum(max(amount or 0, 0) for _, amount in items) < 60:
            items = [*items, ("stor", 6000)]
        n = data.draw(st.integers(1, len(items)))
        drawn = draw(items, method, n, seed)
        assert drawn == draw(items, method, n, seed)
        assert len(drawn) == n
        assert set(drawn) <= set(range(1, len(items) + 1))
        if method.startswith("mus"):
            assert all((items[row - 1][1] or 0) > 0 for row in drawn)
            assert drawn == sorted(drawn)
        else:
            assert len(set(drawn)) == n

    check()


@pytest.mark.parametrize("method", SRS_METHODS)
def test_an_extension_never_takes_a_row_again(method: str) -> None:
    @steady
    @given(seed=seeds, other=seeds, first=st.integers(1, 20), more=st.integers(1, 20))
    def check(seed: str, other: str, first: int, more: int) -> None:
        taken = draw(ITEMS, method, first, seed)
        added = draw(ITEMS, method, more, other, taken=taken, round=2)
        assert len(added) == len(set(added)) == more
        assert not set(taken) & set(added)

    check()


@pytest.mark.parametrize("method", SRS_METHODS)
def test_a_smaller_random_draw_is_the_beginning_of_a_larger_one(method: str) -> None:
    @steady
    @given(seed=seeds, few=st.integers(1, 40), many=st.integers(1, 40))
    def check(seed: str, few: int, many: int) -> None:
        few, many = sorted((few, many))
        larger = draw(ITEMS, method, many, seed)
        assert larger[:few] == draw(ITEMS, method, few, seed)
        assert larger == list(order(ITEMS, method, seed))[:many]

    check()


@steady
@given(ids=st.lists(st.text("abcåäö123", min_size=1), unique=True, min_size=1), data=st.data())
def test_ticket_order_does_not_depend_on_the_order_of_rows(
    ids: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(ids))
    assert ticket_order("E", ids) == ticket_order("E", shuffled)


@pytest.mark.parametrize("method", SRS_METHODS)
def test_a_row_already_taken_is_skipped_and_the_next_in_order_replaces(method: str) -> None:
    whole_order = draw(ITEMS, method, 40, SEED)
    drawn = whole_order[:5]
    assert next(order(ITEMS, method, SEED, taken=drawn)) == whole_order[5]
    assert next(order(ITEMS, method, SEED, taken=[*drawn, whole_order[5]])) == whole_order[6]
    assert next(order(ITEMS, method, SEED, taken=whole_order), None) is None


@pytest.mark.parametrize("method", ["srs_counter", "srs_ticket", "systematic"])
def test_a_draw_of_everything_is_a_census(method: str) -> None:
    assert sorted(draw(ITEMS, method, 40, SEED)) == list(range(1, 41))


@pytest.mark.parametrize("method", METHODS)
def test_a_stratum_is_drawn_with_its_own_seed_from_its_own_rows(method: str) -> None:
    strata = [Stratum("Små", range(1, 21), 3), Stratum("Stora", range(21, 41), 4)]
    drawn = draw_stratified(ITEMS, strata, method, SEED)
    assert list(drawn) == ["Små", "Stora"]
    assert [len(rows) for rows in drawn.values()] == [3, 4]
    assert set(drawn["Små"]) <= set(range(1, 21))
    assert set(drawn["Stora"]) <= set(range(21, 41))
    moved = draw_stratified(ITEMS, [Stratum("Annat", range(1, 21), 3)], method, SEED)
    assert moved["Annat"] != drawn["Små"]


def test_a_stratum_follows_the_formula_of_the_specification() -> None:
    e_h = f"{SEED}|{population_hash(ITEMS)}|Stora"
    drawn = draw_stratified(ITEMS, [Stratum("Stora", range(21, 41), 4)], "srs_counter", SEED)
    assert drawn["Stora"] == [21 + each for each in islice(counter_order(e_h, 20, set()), 4)]


def test_a_stratum_may_be_left_without_any_draw_but_not_all_of_them() -> None:
    none, some = Stratum("A", [1, 2], 0), Stratum("B", [3, 4], 1)
    assert draw_stratified(ITEMS, [none, some], "srs_counter", SEED)["A"] == []
    with pytest.raises(InvalidInput, match="minst 1"):
        draw_stratified(ITEMS, [none], "srs_counter", SEED)


@pytest.mark.parametrize(
    ("strata", "words"),
    [
        ([Stratum("A", [1, 2], 1), Stratum("A", [3], 1)], "Två strata heter ”A”"),
        ([Stratum("A", [1, 2], 1), Stratum("B", [2], 1)], "högst ett stratum"),
        ([Stratum("A", [1, 1], 1)], "högst ett stratum"),
        ([Stratum("A", [], 1)], "har inga rader"),
        ([Stratum("A", [99], 1)], "Rad 99 finns inte"),
        ([Stratum("A", [1, 2], 3)], "Stratum ”A”: Det finns 2 rader"),
    ],
)
def test_strata_that_make_no_sense_are_refused(strata: list[Stratum], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        draw_stratified(ITEMS, strata, "srs_counter", SEED)


@pytest.mark.parametrize("method", METHODS)
def test_no_rows_asked_for_is_refused(method: str) -> None:
    with pytest.raises(InvalidInput, match="minst 1"):
        draw(ITEMS, method, 0, SEED)


@pytest.mark.parametrize("method", ["srs_counter", "srs_ticket", "systematic"])
def test_more_rows_than_there_are_is_refused(method: str) -> None:
    with pytest.raises(InvalidInput, match="Det finns 40 rader att dra ur, men 41"):
        draw(ITEMS, method, 41, SEED)


@pytest.mark.parametrize("method", SRS_METHODS)
def test_more_rows_than_are_left_is_refused(method: str) -> None:
    with pytest.raises(InvalidInput, match="Det finns 3 rader att dra ur, men 4"):
        draw(ITEMS, method, 4, SEED, taken=range(1, 38), round=2)


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_population_is_refused(method: str) -> None:
    with pytest.raises(InvalidInput, match="Populationen är tom"):
        draw([], method, 1, SEED)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", ["", "  "])
def test_an_empty_seed_is_refused(method: str, seed: str) -> None:
    with pytest.raises(InvalidInput, match="Fröet saknas"):
        draw(ITEMS, method, 1, seed)


@pytest.mark.parametrize("method", ["mus_interval", "mus_cell"])
def test_a_population_without_positive_amounts_has_no_monetary_draw(method: str) -> None:
    with pytest.raises(InvalidInput, match="inga positiva belopp"):
        draw([("A", 0), ("B", -5)], method, 1, SEED)


@pytest.mark.parametrize("method", ["mus_interval", "mus_cell"])
def test_more_units_than_ore_is_refused(method: str) -> None:
    with pytest.raises(InvalidInput, match="större än summan av beloppen, 3 öre"):
        draw([("A", 3), ("B", -5)], method, 4, SEED)


@pytest.mark.parametrize("method", ["mus_interval", "mus_cell"])
def test_a_missing_amount_stops_a_monetary_draw_and_names_the_row(method: str) -> None:
    with pytest.raises(InvalidInput, match="Rad 2 saknar belopp"):
        draw([("A", 3), ("B", None)], method, 1, SEED)


def test_a_doubled_id_stops_the_ticket_draw_and_names_both_rows() -> None:
    with pytest.raises(InvalidInput, match="”A” står på både rad 1 och rad 3"):
        draw([("A", 1), ("B", 1), ("A", 2)], "srs_ticket", 1, SEED)
    assert draw([("A", 1), ("B", 1), ("A", 2)], "srs_counter", 1, SEED)


@pytest.mark.parametrize("method", ["systematic", "mus_interval", "mus_cell"])
def test_only_random_draws_can_be_extended_or_have_a_replacement(method: str) -> None:
    for arguments in ({"taken": [1]}, {"round": 2}):
        with pytest.raises(InvalidInput, match="ny dragning"):
            draw(ITEMS, method, 1, SEED, **arguments)
    with pytest.raises(InvalidInput, match="ny dragning"):
        order(ITEMS, method, SEED)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Urvalssättet ”riktat” finns inte"):
        draw(ITEMS, "riktat", 1, SEED)


@pytest.mark.parametrize("row", [0, 41, -1])
def test_a_taken_row_outside_the_frame_is_refused(row: int) -> None:
    with pytest.raises(InvalidInput, match="finns inte: populationen har raderna 1–40"):
        draw(ITEMS, "srs_counter", 1, SEED, taken=[row])


def test_a_seed_of_twenty_digits_is_trimmed_and_keeps_its_zeros() -> None:
    assert check_seed_digits("  00000000000000000001\n") == "00000000000000000001"


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        ("1" * 19, "har 19 siffror"),
        ("", "har 0 siffror"),
        ("1" * 19 + "a", "bara innehålla siffrorna"),
        ("1" * 10 + " " + "1" * 10, "bara innehålla siffrorna"),
        ("\u0661" * 20, "bara innehålla siffrorna"),
    ],
)
def test_a_seed_that_is_not_twenty_digits_is_refused(seed: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        check_seed_digits(seed)
