"""The packed rows of a list: the same bytes, figures and names as row by row."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import folded_reference
from internkontroll.sampling.rules import canonical_population, population_facts, population_hash
from internkontroll.sampling.rules.content import (
    Named,
    facts_of,
    folded_lines,
    items_of,
    lines_of,
    packed,
    packed_names,
    read_canonical,
    unpacked,
)

FORBIDDEN = "\t\n\r\0"
REFERENCE = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=FORBIDDEN), min_size=1, max_size=20
)
ITEMS = st.lists(
    st.tuples(REFERENCE, st.one_of(st.none(), st.integers(-(2**60), 2**60))), min_size=1
)


@given(ITEMS)
def test_what_is_packed_comes_out_with_the_same_hash_and_figures(items):
    canonical = canonical_population(items)
    block = packed(canonical)

    assert unpacked(block) == canonical
    assert population_hash(items_of(block)) == population_hash(items)
    assert facts_of(canonical) == population_facts(items)
    assert read_canonical(canonical) == items_of(block)


@given(ITEMS)
def test_rows_at_once_are_the_bytes_of_rows_one_by_one(items):
    lines = [canonical_population([item]) for item in items]

    assert canonical_population(items) == b"".join(lines)


def test_a_beginning_of_a_block_gives_its_first_lines():
    canonical = b"".join(b"F-%06d\t%d\n" % (number, number) for number in range(50_000))

    first = list(lines_of(packed(canonical)[:4_000]))

    assert first[:2] == [b"F-000000\t0", b"F-000001\t1"]
    assert b"\n".join(first) + b"\n" == canonical[: sum(map(len, first)) + len(first)]


@given(st.lists(REFERENCE, min_size=1))
def test_references_fold_all_at_once_as_one_by_one(references):
    assert list(folded_lines(references)) == [folded_reference(each) for each in references]


@given(st.lists(st.text("aÄ1-", min_size=1, max_size=12)), st.text("aÄ1- \n", max_size=40))
def test_a_text_names_what_a_plain_search_finds(references, text):
    folded = {folded_reference(each) for each in references}
    whole, words = folded_reference(text), {folded_reference(word) for word in text.split()}
    plain = any(name in whole for name in folded if len(name) >= 8) or any(
        name in words for name in folded if 5 <= len(name) < 8
    )

    assert Named(text).names_one_of(packed_names(folded)) is plain


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"A-1\t5\nA-2\n", "Rad 2"),
        (b"A-1\t5\nA-2\t1,50\n", "Rad 2"),
        (b"A-1\t05\n", "Rad 1"),
        (b"A-1\t-0\n", "Rad 1"),
        (b"A-1\t" + b"9" * 5000 + b"\n", "Rad 1"),
        ("A\u0308-1\t\n".encode(), "Rad 1"),
        (b"\xff\t\n", "Rad 1"),
        (b"A\tB\t5\n", "Rad 1"),
        (b"A-1\t5", "avhuggen"),
        (b"A" * 5_000 + b"\t1\n", "Rad 1"),
        (b"\n" * 1_000_001, "fler än 1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000 rader"),
    ],
)
def test_what_is_not_canonical_is_refused_with_its_line(data, says):
    with pytest.raises(InvalidInput, match=says):
        read_canonical(data)


def test_an_empty_population_has_no_facts():
    with pytest.raises(InvalidInput, match="tom"):
        facts_of(b"")


def test_the_hash_is_that_of_the_bytes():
    canonical = b"A-1\t\nA-2\t\n"
    assert facts_of(canonical).digest == hashlib.sha256(canonical).hexdigest()
