"""Jämförelse: a handed-in record or list against what the program has; the first difference."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from internkontroll.core.text import shown
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.population import Item

_PARTS = {
    "N": "antalet rader i listan",
    "P": "listans kontrollsumma",
    "T": "summan av positiva belopp",
    "board": "nämnden",
    "controls": "kontrollmomenten",
    "frame": "uppgifterna om listan",
    "k": "antalet avvikelser som får finnas",
    "method": "urvalssättet",
    "n": "antalet som drogs",
    "parameters": "checklistan eller strata",
    "program": "programmets version",
    "redraw_of": "vilken dragning som gjordes om",
    "redraw_reason": "skälet till omdragningen",
    "replacements": "ersättningarna",
    "rounds": "omgångarna",
    "rows": "de dragna raderna",
    "seed": "siffrorna",
    "seed_source": "siffrornas källa",
    "steps": "stegen",
    "strata_outside": "negativa belopp och nollbelopp",
}
_MOST_TOLD = (
    "N", "T", "P", "method", "n", "k", "seed", "rows", "rounds", "replacements", "parameters",
    "steps",
)  # fmt: skip
"""What is told first when several parts differ: the draw itself."""


def record_difference(stored: Mapping[str, Any], given: Mapping[str, Any]) -> str | None:
    """Return the first part in which a handed-in full record is not the program's own, or None."""
    for name in dict.fromkeys((*_MOST_TOLD, *sorted({*stored, *given}))):
        same_part = (name in stored) == (name in given)
        if not same_part or _written(stored.get(name)) != _written(given.get(name)):
            words = _PARTS.get(name, f"uppgiften ”{shown(name, 40)}”")
            return (
                f"Protokollet är inte det som programmet har: {words} skiljer. Ett protokoll som "
                "hämtades före en ersättning eller utökning saknar den: hämta det på nytt."
            )
    return None


def _written(part: Any) -> str:
    """A part as JSON tells it: 1, 1.0 and true are three different things."""
    return json.dumps(part, sort_keys=True)


def list_difference(stored: Sequence[Item], given: Sequence[Item]) -> str | None:
    """Return what tells a handed-in list from the frozen one, by row number, or None.

    A row that is gone, added, changed or moved is told; a reference never is.
    """
    if list(stored) == list(given):
        return None
    if len(stored) == len(given) and sorted(stored, key=_key) == sorted(given, key=_key):
        moved = next(row for row, (a, b) in enumerate(zip(stored, given, strict=True), 1) if a != b)
        return (
            f"Filen har samma rader som listan, men i annan ordning. Den första som står på fel "
            f"plats är rad {grouped(moved)}."
        )
    if len(stored) != len(given):
        return _length_difference(stored, given)
    row = next(row for row, (a, b) in enumerate(zip(stored, given, strict=True), 1) if a != b)
    what = "beloppet" if stored[row - 1][0] == given[row - 1][0] else "beteckningen"
    return f"Rad {grouped(row)} är ändrad: {what} är inte det som frystes."


def _length_difference(stored: Sequence[Item], given: Sequence[Item]) -> str:
    row = next(
        (row for row, (a, b) in enumerate(zip(stored, given, strict=False), 1) if a != b),
        min(len(stored), len(given)) + 1,
    )
    counts = f"Filen har {grouped(len(given))} rader, men listan har {grouped(len(stored))}."
    if len(given) < len(stored):
        if row > len(given):
            return f"{counts} Den är avhuggen efter rad {grouped(len(given))}."
        return f"{counts} Den första raden som saknas eller är ändrad är rad {grouped(row)}."
    return f"{counts} Den första raden som har kommit till eller är ändrad är rad {grouped(row)}."


def _key(item: Item) -> tuple[str, bool, int]:
    return item[0], item[1] is not None, item[1] or 0
