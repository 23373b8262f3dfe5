"""A record and its population, as the program would export them, for the tests of verification."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from internkontroll.sampling.rules import (
    Item,
    Record,
    Replacement,
    Round,
    Step,
    draw_record,
    population_facts,
)

SEED = "08772473296991897540"
SEED_TWO = "11876677954665453986"
OTHER_SEED = "63454660390103169462"
SOURCE = {"kind": "dice", "witness": "nämndsekreterare"}
FROZEN = datetime(2020, 3, 2, 8, 0, tzinfo=UTC)
STEPS = [
    Step(name, FROZEN + timedelta(hours=hours), "controller")
    for hours, name in enumerate(("frozen", "committed", "seeded", "drawn", "recorded"))
]
ITEMS: list[Item] = [
    (f"Ä-{number}", amount)
    for number, amount in enumerate([0, -250, *range(1000, 47000, 1000), 31, 77], start=1)
]


def made_record(
    method: str,
    rows: Sequence[int],
    *,
    items: Sequence[Item] = ITEMS,
    seed: str = SEED,
    steps: Sequence[Step] = STEPS,
    rounds: Sequence[Round] | None = None,
    **changes: Any,
) -> Record:
    rounds = rounds or [Round(seed, SOURCE, len(rows), list(rows))]
    parts: dict[str, Any] = {
        "program": "internkontroll 0.1.0",
        "board": "SCN",
        "controls": [{"number": "1", "text": "Attest finns", "plan_version": 1}],
        "frame": {"description": "Fakturor", "source": "Ekonomisystemet", "query": "januari",
                  "taken_out_by": "ekonom", "reconciliation": "stämmer med huvudboken"},
        "population": population_facts(items),
        "k": 0,
        "parameters": {},
        **changes,
    }  # fmt: skip
    return draw_record(method=method, n=rounds[0].n, steps=steps, rounds=rounds, **parts)


def replaced(row: int, by: int | None, after_round: int = 1) -> Replacement:
    return Replacement(row, by, "ej tillämpligt", after_round)
