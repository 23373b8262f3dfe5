"""Columns of money: many amounts at a time as integer öre, exactly as one alone is read."""

import re
from collections.abc import Sequence

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import parse_ore, shown

_TWO_DECIMALS = re.compile(r"-?[0-9]{1,12},[0-9]{2}(?:\n-?[0-9]{1,12},[0-9]{2})*")
"""The whole column as most systems write it: 8055,67 and nothing else."""

_PLAIN = re.compile(r"(-?)([0-9]{1,3}(?: [0-9]{3}){1,3}|[0-9]{1,12})(?:[,.]([0-9]{1,2}))?")
"""One amount that can be read in one way alone; everything else is left to ``parse_ore``."""

_SAME = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2212": "-"})


def row_amount_ore(text: str, *, row: int, column: str) -> int:
    """The amount of a population's row as integer öre.

    Raises InvalidInput that names the row and the column if it is empty or no number.
    """
    try:
        return parse_ore(text)
    except InvalidInput as error:
        raise InvalidInput(f"Rad {row}, kolumnen ”{shown(column)}”: {error.sentence}") from error


def column_amounts_ore(texts: Sequence[str], *, rows: Sequence[int], column: str) -> list[int]:
    """Each amount as integer öre, in order; the same as ``row_amount_ore`` of each.

    Raises InvalidInput that names the first row that is empty or no number.
    """
    joined = "\n".join(texts)
    if _TWO_DECIMALS.fullmatch(joined) and joined.count("\n") == len(texts) - 1:
        return list(map(int, joined.replace(",", "").split("\n")))
    amounts = []
    for row, text in zip(rows, texts, strict=True):
        plain = _PLAIN.fullmatch(text if text.isascii() else text.translate(_SAME))
        if plain is None:
            amounts.append(row_amount_ore(text, row=row, column=column))
        else:
            sign, whole, fraction = plain.groups(default="")
            amounts.append(int(f"{sign}{whole.replace(' ', '')}{fraction:0<2}"))
    return amounts
