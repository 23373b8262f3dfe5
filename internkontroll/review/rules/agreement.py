"""Hur lika två läsare har bedömt: n of n, never a share alone, and nothing finer than that.

A coefficient such as Cohen's kappa says little of a handful of items where nearly all answers are
the same, and nobody in a nämnd reads it. How many of how many were alike does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from internkontroll.core.errors import InvalidInput
from internkontroll.review.models.reviews import Answer
from internkontroll.sampling.rules import effective_seed, ticket_order


@dataclass(frozen=True)
class Pair:
    """Två svar på samma kriterium för samma post; ``second`` None: not answered yet."""

    position: int
    criterion: int
    first: Answer
    second: Answer | None

    @property
    def alike(self) -> bool:
        """Whether both gave the same answer."""
        return self.first is self.second


@dataclass(frozen=True)
class Agreement:
    """Samstämmighet: numbers of items. ``by_criterion`` is (alike, items) by the criterion's key.

    ``alike`` counts the items on whose every criterion the two agree.
    """

    items: int
    alike: int
    by_criterion: dict[int, tuple[int, int]]
    differences: tuple[Pair, ...]


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """Compare two readers' answers. Raises ValueError while an answer is missing."""
    rows = sorted(pairs, key=lambda pair: (pair.position, pair.criterion))
    if any(pair.second is None for pair in rows):
        raise ValueError("the second reading is not finished")
    by_criterion: dict[int, tuple[int, int]] = {}
    alike_items: dict[int, bool] = {}
    for pair in rows:
        alike, items = by_criterion.get(pair.criterion, (0, 0))
        by_criterion[pair.criterion] = (alike + pair.alike, items + 1)
        alike_items[pair.position] = alike_items.get(pair.position, True) and pair.alike
    return Agreement(
        items=len(alike_items),
        alike=sum(alike_items.values()),
        by_criterion=by_criterion,
        differences=tuple(pair for pair in rows if not pair.alike),
    )


def share_of(positions: Sequence[int], n: int, seed: str, population_hash: str) -> list[int]:
    """The running numbers that are read twice: the first n by ticket (IKS-1.1), in number order.

    Raises InvalidInput for fewer than one or more than there are.
    """
    if not 1 <= n <= len(positions):
        raise InvalidInput(
            f"Skriv ett antal mellan 1 och {len(positions)}: så många granskades.", field="n"
        )
    tickets = ticket_order(effective_seed(seed, population_hash), [str(one) for one in positions])
    return sorted(int(one) for one in tickets[:n])
