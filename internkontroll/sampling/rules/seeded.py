"""Lottning ur fröet: the numbers and the tickets that a seed gives, the same wherever it is done.

Source: IKS-1.1. Its counter is R. L. Rivest, sampler.py (2011). Whole numbers and SHA-256 only; no
random generator of any library.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import grouped, whole
from internkontroll.sampling.rules.population import in_nfc, refuse_duplicates

SEED_DIGITS = 20

_BROKEN = "Texten innehåller ett trasigt tecken. Skriv in den på nytt."


def check_seed_digits(seed: str) -> str:
    """Return the trimmed seed if it is at least 20 ASCII digits; leading zeros are kept.

    Raises InvalidInput otherwise. Asked by the verb that records a seed (IKS-1.1), not by `draw`.
    """
    trimmed = seed.strip()
    if re.fullmatch(f"[0-9]{{{SEED_DIGITS},}}", trimmed):
        return trimmed
    if re.fullmatch("[0-9]*", trimmed):
        raise InvalidInput(
            f"Fröet har {len(trimmed)} siffror men behöver minst {SEED_DIGITS}. "
            "Slå fler tärningar och skriv siffrorna i följd."
        )
    raise InvalidInput(
        f"Fröet får bara innehålla siffrorna 0–9, minst {SEED_DIGITS} i följd utan mellanslag."
    )


def effective_seed(seed: str, population_hash: str, round: int = 1) -> str:  # noqa: A002
    """Return E: seed|P in round 1, seed|P|r in round r (an extension with its own seed).

    Raises InvalidInput for an empty seed or a round below 1.
    """
    _refuse_empty_seed(seed)
    whole(round, "Omgången", least=1)
    return f"{seed}|{population_hash}" + (f"|{round}" if round > 1 else "")


def ticket_order(effective_seed: str, ids: Sequence[str]) -> list[str]:
    """Return the ids by ascending ticket, hex(SHA-256(E + "," + NFC(id))).

    The order does not depend on the order of `ids`. Raises InvalidInput for an empty seed, for an
    id that occurs twice and for one with a half character.
    """
    _refuse_empty_seed(effective_seed)
    references = in_nfc(list(ids))
    refuse_duplicates(references)
    drawn = tickets(references, effective_seed)
    return [identity for _, identity in sorted(zip(drawn, ids, strict=True))]


def counter_order(effective: str, size: int, skipped: set[int]) -> Iterator[int]:
    """Yield offsets 0..size-1 by the counter, each once, until none is left."""
    seen = set(skipped)
    counter = 0
    while len(seen) < size:
        counter += 1
        offset = number_of(f"{effective},{counter}") % size
        if offset not in seen:
            seen.add(offset)
            yield offset


def tickets(references: Sequence[str], effective: str) -> list[bytes]:
    """The ticket of each reference in NFC, as bytes: they sort as their hex does.

    The seed is hashed once for all. Raises InvalidInput for a half character.
    """
    try:
        encoded = list(map(str.encode, references))
    except UnicodeEncodeError as error:
        raise InvalidInput(_BROKEN) from error
    start, drawn = hashlib.sha256(_bytes_of(f"{effective},")), []
    for reference in encoded:
        (ticket := start.copy()).update(reference)
        drawn.append(ticket.digest())
    return drawn


def refuse_too_many(n: int, available: int) -> None:
    """Raise InvalidInput when more rows are asked for than there are."""
    if n > available:
        raise InvalidInput(
            f"Det finns {grouped(available)} rader att dra ur, men {grouped(n)} begärdes. "
            f"Begär högst {grouped(available)}."
        )


def _refuse_empty_seed(seed: str) -> None:
    if not seed.strip():
        raise InvalidInput("Fröet saknas. Skriv in det innan dragningen görs.")


def number_of(text: str) -> int:
    """SHA-256 of a text as a whole number, H of IKS-1.1. Raises InvalidInput as a seed does."""
    return int.from_bytes(hashlib.sha256(_bytes_of(text)).digest(), "big")


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput(_BROKEN) from error
