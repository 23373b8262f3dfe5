"""Published and recomputed test vectors, read as text so that no figure passes through a float."""

import csv
import json
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "data" / "vectors"


def vector_rows(name: str, **where: str) -> list[dict[str, str]]:
    path = FOLDER / f"{name}__public.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if where.items() <= row.items()]
    assert rows, f"{path.name} has no row with {where}"
    return rows


def populations() -> dict[str, list[tuple[str, int | None]]]:
    content = json.loads((FOLDER / "data_iks1_populations.json").read_text(encoding="utf-8"))
    return {
        name: [(identity, amount) for identity, amount in rows] for name, rows in content.items()
    }


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(";") if part]


def is_close(value: Fraction, printed: str, tolerance: str = "1e-9") -> bool:
    expected = Fraction(printed)
    return abs(value - expected) <= Fraction(tolerance) * max(abs(expected), Fraction(1, 10**6))
