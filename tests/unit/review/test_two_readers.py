"""Two readers are compared item by item: n of n, per question and whole."""

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.review.models import Answer
from internkontroll.review.rules import Pair, agreement, share_of

YES, NO = Answer.YES, Answer.NO
SEED, HASH = "01234567890123456789", "ab" * 32


def test_items_are_alike_when_every_answer_is() -> None:
    found = agreement(
        [
            Pair(1, 10, YES, YES),
            Pair(1, 11, YES, NO),
            Pair(4, 10, NO, NO),
            Pair(4, 11, YES, YES),
        ]
    )
    assert (found.items, found.alike) == (2, 1)
    assert found.by_criterion == {10: (2, 2), 11: (1, 2)}
    assert [(pair.position, pair.criterion) for pair in found.differences] == [(1, 11)]


def test_a_missing_answer_is_never_taken_for_a_like_one() -> None:
    with pytest.raises(ValueError, match="not finished"):
        agreement([Pair(1, 10, YES, None)])


def test_the_share_is_the_same_every_time_and_grows_by_adding() -> None:
    positions = list(range(1, 21))
    five, eight = (share_of(positions, n, SEED, HASH) for n in (5, 8))

    assert five == share_of(list(reversed(positions)), 5, SEED, HASH)
    assert set(five) < set(eight)
    assert five != share_of(positions, 5, SEED, "cd" * 32)
    assert share_of(positions, 20, SEED, HASH) == positions


@pytest.mark.parametrize("n", [0, 4])
def test_no_more_are_read_again_than_were_judged(n: int) -> None:
    with pytest.raises(InvalidInput, match="mellan 1 och 3") as refused:
        share_of([1, 2, 3], n, SEED, HASH)
    assert refused.value.field == "n"
