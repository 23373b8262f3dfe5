"""Dragningsprotokoll (draw record): what was drawn from what, when, by whom and with which seed.

Source: IKS-1.1, "The record". Two kinds exist: the full record, kept inside the wall, and the
sealed one for secret frames. The format is described in `draw_record`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import whole
from internkontroll.sampling.rules.population import PopulationFacts
from internkontroll.sampling.rules.selection import METHODS

VERSION = "IKS-1.1"
STEPS = ("frozen", "committed", "seeded", "drawn", "recorded")
SHORTEST_KEY = 32
SECRET_KEYS = frozenset({"P", "P_sorted", "seed", "seed_source", "tickets", "filters"})

Record = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """Steg: one of STEPS, when it was taken (aware time), by whom (account or role), which round.

    ``round`` is 1 for the draw itself and tells of an extension's steps which extension it was.
    """

    name: str
    at: datetime
    by: str
    round: int = 1


@dataclass(frozen=True)
class Round:
    """Omgång: its seed, where the seed came from, how many were drawn and which rows, in order.

    The first Round is the draw, later ones are extensions, each with a `reason`. `n_by_stratum` is
    for stratified draws.
    """

    seed: str
    seed_source: Mapping[str, Any]
    n: int
    rows: Sequence[int]
    n_by_stratum: Mapping[str, int] | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Replacement:
    """Ersättning: a row found wholly not applicable, and the next row of the same order.

    `replaced_by` is None if no row was left. `after_round` is the number of rounds that had been
    drawn when it was made: rows of those rounds were taken, rows of later ones were not.
    """

    row: int
    replaced_by: int | None
    reason: str
    after_round: int = 1


def draw_record(
    *,
    program: str,
    board: str,
    controls: Sequence[Mapping[str, Any]],
    frame: Mapping[str, Any],
    population: PopulationFacts,
    method: str,
    n: int,
    k: int | None,
    parameters: Mapping[str, Any],
    steps: Sequence[Step],
    rounds: Sequence[Round],
    replacements: Sequence[Replacement] = (),
    redraw_of: str | None = None,
    redraw_reason: str | None = None,
) -> Record:
    """Return the full record as a mapping that `record_bytes` writes.

    Keys of the record:

    - `version` "IKS-1.1", `kind` "full", `program` (name and version), `board` (code)
    - `controls`: list of {number, text, plan_version}
    - `frame`: {description, source, query, filters, rows_in_file, taken_out_by, taken_out_on,
      reconciliation, reconciled, control_rows, control_sum, difference_reason, ...}; `filters` as
      ``rules.filters`` stores them, `rows_in_file` the rows before them
    - `N`; `T` in öre (null if no row has an amount); `strata_outside` {negative: {count, sum},
      zero: {count}}; `P`; `P_sorted` (SHA-256 of the lines in byte order: tells a moved row from a
      changed one)
    - `method`, `n`, `k`, `parameters`; of a stratified draw `parameters.strata` is a list of
      {name, rows, n} where `rows` mixes row numbers and [first, last] ranges
    - `steps`: list of {step, at, by}, in the order taken; `at` ISO 8601 in UTC; those of an
      extension also `round`
    - `seed`, `seed_source`: those of round 1
    - `rounds`: list of {round, seed, seed_source, n, rows} (stratified: also `n_by_stratum`; an
      extension: also `reason`); round r >= 2 draws from the rows not yet taken by rounds and
      replacements
    - `rows`: the rows of all rounds in order; row numbers from 1, never ids
    - `replacements`: list of {row, replaced_by, reason, after_round}, in the order made
    - `redraw_of`: SHA-256 of the record it redraws, or null; `redraw_reason`

    Raises InvalidInput for an unknown method, missing rounds, a first round of another size than
    n, an unknown step, a time without zone and a redraw without a reason.
    """
    if method not in METHODS:
        raise InvalidInput(f"Urvalssättet ”{method}” finns inte. Välj ett av dem som erbjuds.")
    whole(n, "Antalet", least=1)
    if not rounds or rounds[0].n != n:
        raise InvalidInput("Protokollets första omgång måste ha det antal som beslutades.")
    if redraw_of and not (redraw_reason or "").strip():
        raise InvalidInput("Skriv varför dragningen görs om.")
    return {
        "version": VERSION,
        "kind": "full",
        "program": program,
        "board": board,
        "controls": [dict(control) for control in controls],
        "frame": dict(frame),
        "N": population.count,
        "T": population.total,
        "strata_outside": {
            "negative": {"count": population.negative_count, "sum": population.negative_sum},
            "zero": {"count": population.zero_count},
        },
        "P": population.digest,
        "P_sorted": population.sorted_digest,
        "method": method,
        "n": n,
        "k": k,
        "parameters": dict(parameters),
        "steps": [_step(step) for step in steps],
        "seed": rounds[0].seed,
        "seed_source": dict(rounds[0].seed_source),
        "rounds": [_round(number, entry) for number, entry in enumerate(rounds, start=1)],
        "rows": [row for entry in rounds for row in entry.rows],
        "replacements": [
            {
                "row": entry.row,
                "replaced_by": entry.replaced_by,
                "reason": entry.reason,
                "after_round": entry.after_round,
            }
            for entry in replacements
        ],
        "redraw_of": redraw_of,
        "redraw_reason": redraw_reason,
    }


def sealed_record(full: Mapping[str, Any], *, key: bytes) -> Record:
    """Return the sealed record of a full one, for a secret frame.

    It leaves out P, the seeds and everything from which they could be found: tickets, the reference
    of a public seed source (its kind is kept) and the digest of the draw it redraws, which becomes
    an HMAC. What the list was filtered by is left out too: it may name an item. Strata have their
    `size` instead of their rows. It carries
    `hmac_population` = HMAC-SHA-256(key, P) and `hmac_record` = HMAC-SHA-256(key,
    record_bytes(full)), in hex. `key` is at least 32 bytes and never leaves the program. Raises
    InvalidInput for a shorter key and for a record that is not full.
    """
    if len(key) < SHORTEST_KEY:
        raise InvalidInput(
            f"Nyckeln för förseglade protokoll måste vara minst {SHORTEST_KEY} byte."
        )
    if full.get("kind") != "full":
        raise InvalidInput("Bara ett fullständigt protokoll kan förseglas.")
    sealed = {name: _without_secrets(value) for name, value in _open_parts(full).items()}
    sealed["kind"] = "sealed"
    sealed["seed_source"] = {"kind": full["seed_source"].get("kind")}
    for entry, whole_entry in zip(sealed["rounds"][1:], full["rounds"][1:], strict=True):
        entry["seed_source"] = {"kind": whole_entry["seed_source"].get("kind")}
    for part in sealed["parameters"].get("strata", ()):
        # Which band of amounts every row lies in is not for outside; how many rows are, is.
        ranges = part.pop("rows")
        part["size"] = sum(
            each[1] - each[0] + 1 if isinstance(each, list) else 1 for each in ranges
        )
    redraw_of = full["redraw_of"]
    sealed["redraw_of"] = _hmac(key, redraw_of.encode("ascii")) if redraw_of else None
    sealed["hmac_population"] = _hmac(key, full["P"].encode("ascii"))
    sealed["hmac_record"] = _hmac(key, record_bytes(full))
    return sealed


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes: JSON, keys sorted, no spaces, UTF-8, no final line break.

    The exported file holds exactly these bytes, so that its SHA-256 is `record_digest`.
    """
    text = json.dumps(
        record, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8")


def record_digest(record: Mapping[str, Any]) -> str:
    """Return SHA-256 of `record_bytes`, lower-case hex: the figure printed on documents."""
    return hashlib.sha256(record_bytes(record)).hexdigest()


def _step(step: Step) -> dict[str, Any]:
    if step.name not in STEPS:
        raise InvalidInput(f"Steget ”{step.name}” finns inte i en dragning.")
    if step.at.tzinfo is None:
        raise InvalidInput("Tiden för ett steg i dragningen saknar tidszon.")
    written: dict[str, Any] = {
        "step": step.name,
        "at": step.at.astimezone(UTC).isoformat(),
        "by": step.by,
    }
    if step.round > 1:
        written["round"] = step.round
    return written


def _round(number: int, entry: Round) -> dict[str, Any]:
    written: dict[str, Any] = {
        "round": number,
        "seed": entry.seed,
        "seed_source": dict(entry.seed_source),
        "n": entry.n,
        "rows": list(entry.rows),
    }
    if entry.n_by_stratum is not None:
        written["n_by_stratum"] = dict(entry.n_by_stratum)
    if entry.reason is not None:
        written["reason"] = entry.reason
    return written


def _open_parts(full: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts that may leave the wall. A list of what may, so that news stay inside."""
    names = (
        "version", "program", "board", "controls", "frame", "N", "T", "strata_outside", "method",
        "n", "k", "parameters", "steps", "rounds", "rows", "replacements", "redraw_reason",
    )  # fmt: skip
    return {name: full[name] for name in names}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _without_secrets(part) for name, part in value.items() if name not in SECRET_KEYS
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(part) for part in value]
    return value


def _hmac(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()
