"""Protokoll för riktat urval: which items somebody chose and why. It is no draw, and says so.

A riktat (targeted, judgemental) selection tells only of the items in it: no bound, no estimate of
the rest (ISA 530 p. A13 and appendix 4: selections that are not random are not statistical).
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.population import PopulationFacts
from internkontroll.sampling.rules.record import SHORTEST_KEY, Record, Step, record_bytes

VERSION = "riktat urval 1"
SAYS = (
    "Riktat urval: posterna är valda av någon, var och en med ett skäl. Urvalet är inte "
    "slumpmässigt och säger inget om andra poster än dem som granskades."
)


@dataclass(frozen=True)
class Choice:
    """Vald post: its row in the list (from 1) and why it was chosen."""

    row: int
    reason: str


def targeted_record(
    *,
    program: str,
    board: str,
    controls: Sequence[Mapping[str, Any]],
    frame: Mapping[str, Any],
    population: PopulationFacts,
    from_list: bool,
    choices: Sequence[Choice],
    steps: Sequence[Step],
    redraw_of: str | None = None,
    redraw_reason: str | None = None,
) -> Record:
    """Return the full record of a riktat urval.

    ``from_list`` tells whether the items were picked from a frozen list of N rows; otherwise they
    were only named, P is the hash of the named items and N is null.
    """
    return {
        "version": VERSION,
        "kind": "full",
        "says": SAYS,
        "random": False,
        "program": program,
        "board": board,
        "controls": [dict(control) for control in controls],
        "frame": dict(frame),
        "N": population.count if from_list else None,
        "P": population.digest,
        "method": "targeted",
        "n": len(choices),
        "choices": [{"row": choice.row, "reason": choice.reason} for choice in choices],
        "steps": [
            {"step": step.name, "at": step.at.astimezone(UTC).isoformat(), "by": step.by}
            for step in steps
        ],
        "redraw_of": redraw_of,
        "redraw_reason": redraw_reason,
    }


def sealed_targeted_record(full: Mapping[str, Any], *, key: bytes) -> Record:
    """Return what may leave the wall: no P to try references on, and an HMAC that binds the rest.

    Raises InvalidInput for a key under 32 bytes and for a record that is not full.
    """
    if len(key) < SHORTEST_KEY:
        raise InvalidInput(
            f"Nyckeln för förseglade protokoll måste vara minst {SHORTEST_KEY} byte."
        )
    if full.get("kind") != "full":
        raise InvalidInput("Bara ett fullständigt protokoll kan förseglas.")
    sealed = {name: value for name, value in full.items() if name not in {"P", "redraw_of"}}
    sealed["frame"] = {name: part for name, part in full["frame"].items() if name != "filters"}
    sealed["kind"] = "sealed"
    sealed["hmac_record"] = hmac.new(key, record_bytes(full), "sha256").hexdigest()
    return sealed
