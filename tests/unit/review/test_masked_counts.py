"""Small counts of persons are masked so that nobody who knows the rule can reckon them."""

from collections import defaultdict
from itertools import product

import pytest

from internkontroll.review.rules import masked


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((0, 0), (0, 0)),
        ((3, 0), (None, None)),
        ((5, 5), (5, 5)),
        ((20, 6, 7), (20, 6, 7)),
        ((20, 6, 4), (None, None, None)),
        ((20, 6, 0), (None, None, None)),
        ((7,), (7,)),
        ((4,), (None,)),
        ((), ()),
    ],
)
def test_one_count_under_five_takes_the_breakdown_with_it(
    counts: tuple[int, ...], told: tuple[int | None, ...]
) -> None:
    assert masked(counts) == told


@pytest.mark.parametrize("cells", [2, 3, 4])
def test_who_knows_the_rule_and_the_sum_can_tell_no_masked_count(cells: int) -> None:
    behind: dict[tuple[object, ...], set[tuple[int, ...]]] = defaultdict(set)
    for counts in product(range(11), repeat=cells):
        behind[sum(counts), *masked(counts)].add(counts)
    for (_, *told), possible in behind.items():
        for place, count in enumerate(told):
            values = {counts[place] for counts in possible}
            # Masked: more than one count is possible. Told: exactly that one.
            assert (len(values) > 1) == (count is None), (told, possible)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        masked((5, -1))
