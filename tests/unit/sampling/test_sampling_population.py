import hashlib
import unicodedata

import pytest
from sampling_vectors import populations, vector_rows

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import canonical_population, population_facts, population_hash


def test_published_populations_have_their_published_hash() -> None:
    known = populations()
    for row in vector_rows("iks1_verifiable_draw"):
        assert population_hash(known[row["population"]]) == row["population_sha256"], row["row_id"]


def test_canonical_bytes_are_id_tab_amount_line_feed() -> None:
    assert (
        canonical_population([("Å1", 500), ("B", -3), ("C", 0)]) == b"\xc3\x851\t500\nB\t-3\nC\t0\n"
    )


def test_a_population_without_amounts_leaves_them_empty() -> None:
    assert canonical_population([("A", None)]) == b"A\t\n"


def test_two_spellings_of_the_same_letter_hash_alike() -> None:
    composed = [("Åsa-1", 100)]
    decomposed = [(unicodedata.normalize("NFD", "Åsa-1"), 100)]
    assert composed != decomposed
    assert population_hash(composed) == population_hash(decomposed)


@pytest.mark.parametrize("character", ["\t", "\n", "\r", "\0"])
def test_an_id_with_a_forbidden_character_is_refused_with_its_row(character: str) -> None:
    with pytest.raises(InvalidInput, match="Rad 2: beteckningen innehåller"):
        population_hash([("A", 1), (f"B{character}", 1)])


def test_an_id_with_half_a_character_is_refused_with_its_row() -> None:
    with pytest.raises(InvalidInput, match="Rad 1: beteckningen innehåller ett trasigt"):
        population_hash([("\ud800", 1)])


def test_an_amount_that_is_not_whole_ore_is_refused_with_its_row() -> None:
    with pytest.raises(InvalidInput, match="Rad 1: beloppet"):
        population_hash([("A", 1.5)])  # type: ignore[list-item]


def test_negative_and_zero_amounts_stand_outside_the_total() -> None:
    items = populations()["P10edge"]
    facts = population_facts(items)
    assert (facts.count, facts.total) == (10, 3900)
    assert (facts.negative_count, facts.negative_sum, facts.zero_count) == (2, -401, 1)
    assert facts.digest == population_hash(items)


def test_a_population_without_amounts_has_no_total() -> None:
    assert population_facts([("A", None)]).total is None


def test_sorted_hash_ignores_the_order_of_rows_but_not_their_content() -> None:
    items = populations()["P5"]
    facts, moved = population_facts(items), population_facts(items[::-1])
    assert moved.digest != facts.digest
    assert moved.sorted_digest == facts.sorted_digest
    changed = population_facts([("V0", items[0][1]), *items[1:]])
    assert changed.sorted_digest != facts.sorted_digest
    lines = sorted(f"{identity}\t{amount}\n".encode() for identity, amount in items)
    assert facts.sorted_digest == hashlib.sha256(b"".join(lines)).hexdigest()


def test_an_empty_population_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Populationen är tom"):
        population_facts([])
