"""Prövning (verification): redraw a recorded draw and tell the first difference.

Source: IKS-1.1. The program's page uses `verify`; `docs/verify_draw.py` does the same without a
line of this package, so that the one need not trust the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.population import Item, PopulationFacts, population_facts
from internkontroll.sampling.rules.record import STEPS, VERSION
from internkontroll.sampling.rules.selection import (
    METHODS,
    Stratum,
    check_strata,
    draw,
    draw_stratified,
    order,
)

SEALED = (
    "Protokollet är förseglat: populationens hash och fröet är utelämnade, eftersom de annars "
    "kunde användas för att gissa ärenden. Pröva det fullständiga protokollet i programmet."
)
FIELDS: dict[str, type | tuple[type, ...]] = {
    "N": int,
    "T": (int, type(None)),
    "strata_outside": Mapping,
    "P": str,
    "method": str,
    "n": int,
    "parameters": Mapping,
    "steps": list,
    "seed": str,
    "rounds": list,
    "rows": list,
    "replacements": list,
}


def verify(record: Mapping[str, Any], items: Sequence[Item]) -> str | None:
    """Return the first difference between a full record and a redraw from `items`, or None.

    The difference is a Swedish sentence: the population (N, T, order or content), the figures of
    the record, the steps, the rows of a round or a replacement. Raises InvalidInput for a sealed
    record, another version, a record that lacks a part, and items that cannot be a population.
    """
    if record.get("kind") == "sealed":
        raise InvalidInput(SEALED)
    if record.get("version") != VERSION or record.get("kind") != "full":
        raise InvalidInput(f"Detta är inte ett fullständigt protokoll enligt {VERSION}.")
    for name, kind in FIELDS.items():
        if name not in record or not isinstance(record[name], kind):
            raise InvalidInput(f"Protokollet saknar uppgiften ”{name}” eller så är den felskriven.")
    facts = population_facts(items)
    try:
        return (
            _population_difference(record, facts)
            or _figures_difference(record, facts)
            or _steps_difference(record["steps"])
            or _draw_difference(record, items)
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            "Protokollet är felskrivet: en uppgift saknas eller har fel form."
        ) from (error)


def _population_difference(record: Mapping[str, Any], facts: PopulationFacts) -> str | None:
    if record["P"] == facts.digest:
        return None
    if record["N"] != facts.count:
        return (
            f"Populationen har {grouped(facts.count)} rader men protokollet säger "
            f"{grouped(record['N'])}: rader saknas eller har kommit till."
        )
    if record["T"] != facts.total:
        return (
            f"Populationens positiva belopp är {_ore(facts.total)} men protokollet säger "
            f"{_ore(record['T'])}: ett belopp är ändrat."
        )
    if record.get("P_sorted") == facts.sorted_digest:
        return "Populationen har samma rader som vid dragningen, men i annan ordning."
    return "Populationen stämmer inte med protokollets hash P: en rad är ändrad."


def _figures_difference(record: Mapping[str, Any], facts: PopulationFacts) -> str | None:
    outside = record["strata_outside"]
    pairs = [
        ("N", record["N"], facts.count),
        ("T", record["T"], facts.total),
        ("antal negativa belopp", outside["negative"]["count"], facts.negative_count),
        ("summa negativa belopp", outside["negative"]["sum"], facts.negative_sum),
        ("antal nollbelopp", outside["zero"]["count"], facts.zero_count),
    ]
    for name, written, counted in pairs:
        if written != counted:
            return f"Protokollet anger {name} = {written}, men populationen ger {counted}."
    if record["method"] not in METHODS:
        return f"Protokollets urvalssätt ”{record['method']}” finns inte i {VERSION}."
    return None


def _steps_difference(steps: Sequence[Mapping[str, Any]]) -> str | None:
    names = [step["step"] for step in steps]
    for name in STEPS:
        if name not in names:
            return f"Protokollet saknar steget ”{name}”."
    if any(name not in STEPS for name in names):
        return "Protokollet har ett steg som inte finns i en dragning."
    for number in {step.get("round", 1) for step in steps}:
        own = [STEPS.index(step["step"]) for step in steps if step.get("round", 1) == number]
        if own != sorted(own):
            return "Stegen i protokollet står i fel ordning: fröet får inte finnas före beslutet."
    try:
        times = [datetime.fromisoformat(step["at"]) for step in steps]
        if times != sorted(times):
            return "Tiderna för stegen i protokollet går inte framåt."
    except (ValueError, TypeError):
        return "En tid i protokollets steg går inte att läsa."
    return None


def _draw_difference(record: Mapping[str, Any], items: Sequence[Item]) -> str | None:
    rounds = record["rounds"]
    if [entry["round"] for entry in rounds] != list(range(1, len(rounds) + 1)) or not rounds:
        return "Omgångarna i protokollet är inte numrerade 1, 2, 3 och så vidare."
    if rounds[0]["n"] != record["n"]:
        return f"Protokollet anger n = {record['n']}, men första omgången {rounds[0]['n']}."
    if rounds[0]["seed"] != record["seed"]:
        return "Protokollets frö är ett annat än den första omgångens."
    if record["rows"] != [row for entry in rounds for row in entry["rows"]]:
        return "Protokollets rader är inte omgångarnas rader i följd."
    for entry in rounds:
        if entry["n"] != len(entry["rows"]):
            return (
                f"Omgång {entry['round']} skulle ha {entry['n']} rader men har "
                f"{len(entry['rows'])}."
            )
    for entry in record["replacements"]:
        if not 1 <= entry.get("after_round", len(rounds)) <= len(rounds):
            return "En ersättning i protokollet hör till en omgång som inte finns."
    try:
        return _replay(record, items)
    except InvalidInput as error:
        return f"Dragningen går inte att göra om. {error.sentence}"


def _replay(record: Mapping[str, Any], items: Sequence[Item]) -> str | None:
    """Redraw round by round, taking the replacements in between in the order they were made."""
    strata = _strata(record["parameters"].get("strata"), len(items))
    rounds = record["rounds"]
    origin: dict[int, int] = {}
    for entry in rounds:
        number = entry["round"]
        expected = _expected_rows(record["method"], entry, items, strata, list(origin))
        difference = _rows_difference(number, entry["rows"], expected)
        if difference:
            return difference
        origin |= dict.fromkeys(expected, number)
        for replacement in record["replacements"]:
            if replacement.get("after_round", len(rounds)) != number:
                continue
            difference = _replacement_difference(record, replacement, items, strata, origin)
            if difference:
                return difference
            if replacement["replaced_by"] is not None:
                origin[replacement["replaced_by"]] = origin[replacement["row"]]
    return None


def _expected_rows(
    method: str,
    entry: Mapping[str, Any],
    items: Sequence[Item],
    strata: Sequence[Stratum],
    taken: Sequence[int],
) -> list[int]:
    number, seed = entry["round"], entry["seed"]
    if not strata:
        return draw(items, method, entry["n"], seed, taken=taken, round=number)
    sizes = entry.get("n_by_stratum") or {stratum.name: stratum.n for stratum in strata}
    asked = [Stratum(stratum.name, stratum.rows, sizes[stratum.name]) for stratum in strata]
    drawn = draw_stratified(items, asked, method, seed, taken=taken, round=number)
    return [row for rows in drawn.values() for row in rows]


def _rows_difference(number: int, written: Sequence[Any], drawn: Sequence[int]) -> str | None:
    for place, (recorded, expected) in enumerate(zip(written, drawn, strict=False), start=1):
        if recorded != expected:
            return (
                f"Omgång {number}, plats {place}: protokollet har rad {recorded} men "
                f"dragningen ger rad {expected}."
            )
    if len(written) != len(drawn):
        return (
            f"Omgång {number}: protokollet har {len(written)} rader men dragningen ger "
            f"{len(drawn)}."
        )
    return None


def _replacement_difference(
    record: Mapping[str, Any],
    replacement: Mapping[str, Any],
    items: Sequence[Item],
    strata: Sequence[Stratum],
    origin: Mapping[int, int],
) -> str | None:
    row, written = replacement["row"], replacement["replaced_by"]
    if row not in origin:
        return f"Rad {row} ersattes, men den är inte dragen."
    number = origin[row]
    stratum = next((part for part in strata if row in part.rows), None)
    following = order(
        items,
        record["method"],
        record["rounds"][number - 1]["seed"],
        taken=list(origin),
        round=number,
        stratum=stratum,
    )
    expected = next(following, None)
    if written == expected:
        return None
    if expected is None:
        return f"Rad {row} ersattes av rad {written}, men ingen rad fanns kvar att ta."
    return (
        f"Rad {row} ersattes av {'ingen' if written is None else f'rad {written}'}, men nästa i "
        f"ordningen är rad {expected}."
    )


def _strata(written: Any, count: int) -> list[Stratum]:
    strata = [
        Stratum(part["name"], _rows_of(part["rows"], count), part["n"]) for part in written or []
    ]
    check_strata(strata, count)
    return strata


def _rows_of(written: Sequence[Any], count: int) -> list[int]:
    rows: list[int] = []
    for part in written:
        first, last = part if isinstance(part, list | tuple) else (part, part)
        if not 1 <= first <= last <= count:
            raise InvalidInput(f"Ett stratum har rader utanför 1–{grouped(count)}.")
        rows.extend(range(first, last + 1))
    return rows


def _ore(amount: int | None) -> str:
    return "inga belopp" if amount is None else f"{grouped(amount)} öre"
