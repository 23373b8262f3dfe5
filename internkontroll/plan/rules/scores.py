"""Riskvärde as written in a plan: sannolikhet times konsekvens, four steps each if not five."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from internkontroll.core.text import clean_line, shown


def possible_products(steps: int) -> tuple[int, ...]:
    """The riskvärden that two scales of ``steps`` steps can give, in order: for four, nine of them.

    5, 7, 10 and 11 are none of the products of 1-4 by 1-4.
    """
    values = range(1, steps + 1)
    return tuple(sorted({one * other for one in values for other in values}))


@dataclass(frozen=True)
class Score:
    """A risk's values as read. ``problem`` is a sentence if the numbers cannot be right."""

    likelihood: int | None = None
    impact: int | None = None
    score: int | None = None
    problem: str | None = None
    proposed: int | None = None
    note: str | None = None
    choices: tuple[int, ...] = ()


def uses_five_steps(values: Iterable[str], heading: str) -> bool:
    """True if the file's scale has five steps: a 5 among the values, or ``1-25`` in the heading."""
    return bool(re.search(r"1 ?[-–] ?25", heading)) or any(_number(v) == 5 for v in values)


def read_score(likelihood: str, impact: str, score: str, *, five_steps: bool = False) -> Score:
    """The three columns read together; texts that hold no number are kept and pointed out.

    ``12 (röd)`` is 12 and ``3x4`` is likelihood 3, impact 4. An impossible product, a product that
    differs from its factors and a step outside the scale give a ``problem`` and no score.
    """
    steps = 5 if five_steps else 4
    products = possible_products(steps)
    first, second, total = _number(likelihood), _number(impact), _number(score)
    factors = re.search(r"(\d+) ?[x×*·] ?(\d+)", score)
    if factors:
        first, second = first or int(factors[1]), second or int(factors[2])
        stated = re.search(r"= ?(\d+)", score)
        total = int(stated[1]) if stated else first * second
    unread = next(
        (
            text
            for text, n in ((likelihood, first), (impact, second), (score, total))
            if text and n is None
        ),
        None,
    )
    note = f"”{shown(unread)}” är inget tal och har inte lästs som riskvärde." if unread else None
    for value in (first, second):
        if value is not None and not 1 <= value <= steps:
            text = f"Värdet {value} finns inte på en skala 1–{steps}."
            return Score(problem=text, note=note, choices=products)
    both = first * second if first is not None and second is not None else None
    if total is None:
        return Score(first, second, both, note=note)
    if both is not None and total != both:
        text = f"Riskvärdet {total} är inte {first} × {second}."
        return Score(first, second, None, text, both, note, products)
    if total not in products:
        text = f"Riskvärdet {total} kan inte bli produkten av två tal 1–{steps}."
        return Score(first, second, None, text, None, note, products)
    return Score(first, second, total, note=note)


def _number(text: str) -> int | None:
    """The number that a cell begins with: ``12``, ``12 (röd)``, ``3,0``."""
    match = re.match(r"(\d{1,3})(?:[,.]0+)?(?![\d,.])", clean_line(text))
    return int(match[1]) if match else None
