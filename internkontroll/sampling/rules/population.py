"""Population: the frozen rows that a sample is drawn from, as bytes, hash and sums.

Source: IKS-1.1, "The frozen population". Amounts are whole öre. Rows are numbered from 1.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules.figures import grouped

Item = tuple[str, int | None]
"""One row: its id (beteckning) and its amount in öre, or None if the population has no amounts."""

FORBIDDEN = {"\t": "tabb", "\n": "radbrytning", "\r": "vagnretur", "\0": "nolltecken"}


@dataclass(frozen=True)
class PopulationFacts:
    """Populationens uppgifter: what is frozen before the draw, without a single id.

    `total` (T) is the sum of the positive amounts in öre, None if no row has an amount. Negative
    and zero amounts are strata of their own: counted, and the negative ones summed (öre, <= 0).
    `digest` is P. `sorted_digest` is SHA-256 of the same lines in byte order: it tells a moved row
    from a changed one.
    """

    count: int
    total: int | None
    negative_count: int
    negative_sum: int
    zero_count: int
    digest: str
    sorted_digest: str


def canonical_population(items: Sequence[Item]) -> bytes:
    """Return the canonical bytes of a population: NFC(id), TAB, amount in öre, LF for each row.

    Raises InvalidInput, naming the row, for an id that is no text or holds TAB, LF, CR, NUL or a
    half character (lone surrogate), and for an amount that is no whole number.
    """
    return _canonical(items)[0]


def population_hash(items: Sequence[Item]) -> str:
    """Return P of IKS-1.1: SHA-256 of the canonical bytes in lower-case hex.

    Raises InvalidInput as `canonical_population` does.
    """
    return hash_and_references(items)[0]


def hash_and_references(items: Sequence[Item]) -> tuple[str, list[str]]:
    """Return P and the ids in NFC, row by row: a draw needs both, and a list may be long.

    Raises InvalidInput as `canonical_population` does.
    """
    content, references = _canonical(items)
    return hashlib.sha256(content).hexdigest(), references


def population_facts(items: Sequence[Item]) -> PopulationFacts:
    """Return N, T, the strata outside and the hashes of a population.

    Raises InvalidInput as `canonical_population` does, and for a population without rows.
    """
    refuse_empty(items)
    lines = list(_lines(items))
    amounts = [amount for _, amount in items if amount is not None]
    return PopulationFacts(
        count=len(items),
        total=sum(amount for amount in amounts if amount > 0) if amounts else None,
        negative_count=sum(1 for amount in amounts if amount < 0),
        negative_sum=sum(amount for amount in amounts if amount < 0),
        zero_count=amounts.count(0),
        digest=hashlib.sha256(b"".join(lines)).hexdigest(),
        sorted_digest=hashlib.sha256(b"".join(sorted(lines))).hexdigest(),
    )


def refuse_empty(items: Sequence[object]) -> None:
    """Raise InvalidInput for a population without rows."""
    if not items:
        raise InvalidInput("Populationen är tom. Läs in en fil med minst en rad.")


def refuse_duplicates(references: Sequence[str]) -> None:
    """Raise InvalidInput, naming the id and its rows, if two ids in NFC are the same text."""
    if len(set(references)) == len(references):
        return
    first: dict[str, int] = {}
    for row, reference in enumerate(references, start=1):
        if reference in first:
            raise InvalidInput(
                f"Beteckningen ”{reference}” står på både rad {grouped(first[reference])} och rad "
                f"{grouped(row)}. Lottning per beteckning kräver att varje beteckning finns en "
                "gång: ta bort dubbletten eller välj ett annat urvalssätt."
            )
        first[reference] = row


def in_nfc(references: list[str]) -> list[str]:
    """The references in NFC, as IKS-1.1 has them."""
    return _joined(references)[1]


def _joined(references: list[str]) -> tuple[str, list[str]]:
    """The references in NFC, on lines of one text and one by one."""
    joined = "\n".join(references)
    if joined.isascii() or unicodedata.is_normalized("NFC", joined):
        return joined, references
    references = [unicodedata.normalize("NFC", reference) for reference in references]
    return "\n".join(references), references


def _canonical(items: Sequence[Item]) -> tuple[bytes, list[str]]:
    """The canonical bytes, and the ids in NFC as they stand in them."""
    references, amounts = [reference for reference, _ in items], [amount for _, amount in items]
    if set(map(type, references)) == {str} and set(map(type, amounts)) <= {int, type(None)}:
        joined, references = _joined(references)
        if plain := _plain(joined, references, amounts):
            return plain, references
    # Something is to be refused, and the slower way tells in which row.
    content = b"".join(_lines(items))
    return content, in_nfc(references)


def _plain(joined: str, references: list[str], amounts: list[int | None]) -> bytes:
    """The canonical bytes of rows without anything to refuse, all at once; else nothing."""
    if joined.count("\n") != len(references) - 1 or any(
        sign in joined for sign in FORBIDDEN if sign != "\n"
    ):
        return b""
    if amounts.count(None) == len(amounts):
        text = joined.replace("\n", "\t\n") + "\t\n"
    else:
        parts = ["", "\t", "", "\n"] * len(references)
        parts[0::4] = references
        parts[2::4] = ["" if amount is None else str(amount) for amount in amounts]
        text = "".join(parts)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return b""


def _lines(items: Sequence[Item]) -> Iterator[bytes]:
    for row, (identity, amount) in enumerate(items, start=1):
        yield _identity_bytes(identity, row) + b"\t" + _amount_bytes(amount, row) + b"\n"


def _identity_bytes(identity: str, row: int) -> bytes:
    if not isinstance(identity, str):
        raise InvalidInput(f"Rad {grouped(row)}: beteckningen måste vara text.")
    for character, name in FORBIDDEN.items():
        if character in identity:
            raise InvalidInput(
                f"Rad {grouped(row)}: beteckningen innehåller tecknet {name}. "
                "Ta bort tecknet i källan och läs in filen på nytt."
            )
    try:
        return unicodedata.normalize("NFC", identity).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"Rad {grouped(row)}: beteckningen innehåller ett trasigt tecken. "
            "Spara filen som UTF-8 och läs in den på nytt."
        ) from error


def _amount_bytes(amount: int | None, row: int) -> bytes:
    if amount is None:
        return b""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise InvalidInput(f"Rad {grouped(row)}: beloppet måste vara ett helt antal öre.")
    return str(amount).encode("ascii")
