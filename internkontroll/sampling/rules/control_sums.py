"""Kontrollsummor (control sums): what the source system tells of a list, against what was read."""

from collections.abc import Iterator

from internkontroll.sampling.rules.figures import grouped, kronor_exact


def differences(
    *, rows: int, total: int | None, expected_rows: int | None, expected_total: int | None
) -> tuple[str, ...]:
    """A sentence for each figure that is not the expected one; none where nothing was expected.

    ``rows`` and ``total`` are counted in the whole file, before any filter. Amounts are öre,
    negative ones subtracted; ``total`` None means that the list has no amounts.
    """
    return tuple(_differences(rows, total, expected_rows, expected_total))


def _differences(
    rows: int, total: int | None, expected_rows: int | None, expected_total: int | None
) -> Iterator[str]:
    if expected_rows is not None and expected_rows != rows:
        away = abs(rows - expected_rows)
        word = "fler" if rows > expected_rows else "färre"
        yield (
            f"Filen har {grouped(rows)} rader, {grouped(away)} {word} än de "
            f"{grouped(expected_rows)} som källan anger."
        )
    if expected_total is None:
        return
    if total is None:
        yield "Summan kan inte jämföras: ingen kolumn med belopp är vald."
    elif expected_total != total:
        word = "mer" if total > expected_total else "mindre"
        yield (
            f"Beloppen i filen är tillsammans {kronor_exact(total)}, "
            f"{kronor_exact(abs(total - expected_total))} {word} än de "
            f"{kronor_exact(expected_total)} som källan anger."
        )
