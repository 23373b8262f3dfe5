"""Listans innehåll (content): the canonical bytes of IKS-1.1 packed as they are stored, and found.

A population is one packed block, not a million rows: P is SHA-256 of what is packed. Beside it a
secret list has its references folded, so that free texts can be searched for them.
"""

import hashlib
import re
import unicodedata
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import folded_reference
from internkontroll.sampling.rules.figures import grouped
from internkontroll.sampling.rules.population import Item, PopulationFacts, refuse_empty

SHORT_REFERENCE, LONG_REFERENCE = 5, 8
"""From how many letters and digits a reference is looked for as a word, and anywhere."""

_LEVEL = 1  # a better level saves a tenth of the room and takes three times as long
_PIECE = 1 << 20
MOST_LINES = 1_000_000
"""Most rows of a canonical file that somebody hands in: no list is longer."""
_LONGEST_LINE = 1_000
_LINE = re.compile("(.*)\t(0|-?[1-9][0-9]{0,29})?\n")


class Packer:
    """Packare: takes canonical bytes piece by piece and gives the packed block at the end."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(_LEVEL)
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """The next piece of the canonical bytes."""
        self._pieces.append(self._packer.compress(piece))

    def finish(self) -> bytes:
        """The packed block; nothing can be added after it."""
        self._pieces.append(self._packer.flush())
        return b"".join(self._pieces)


def packed(canonical: bytes) -> bytes:
    """The packed block of canonical bytes."""
    packer = Packer()
    packer.add(canonical)
    return packer.finish()


def unpacked(block: bytes) -> bytes:
    """The canonical bytes of a packed block."""
    return zlib.decompress(block)


def pieces(block: bytes) -> Iterator[bytes]:
    """The canonical bytes of a packed block, or of its beginning, piece by piece."""
    unpacker = zlib.decompressobj()
    rest = block
    while rest:
        piece = unpacker.decompress(rest, _PIECE)
        rest = unpacker.unconsumed_tail
        if piece:
            yield piece
        if unpacker.eof:
            return


def lines_of(block: bytes) -> Iterator[bytes]:
    """Whole canonical lines without their LF, one at a time; a line that is cut off is left out."""
    rest = b""
    for piece in pieces(block):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def item_of(line: bytes) -> Item:
    """The reference and the amount in öre (None if there is none) of a canonical line."""
    reference, _, amount = line.decode("utf-8").rpartition("\t")
    return reference, int(amount) if amount else None


def items_of(block: bytes) -> list[Item]:
    """Every row of a packed block in file order."""
    text = unpacked(block).decode("utf-8")
    return [
        (reference, int(amount) if amount else None)
        for reference, _, amount in (line.rpartition("\t") for line in text.split("\n")[:-1])
    ]


def facts_of(canonical: bytes) -> PopulationFacts:
    """N, T, the strata outside and the hashes of canonical bytes, as ``population_facts`` has them.

    Raises InvalidInput for a population without rows.
    """
    refuse_empty(canonical[:1])
    lines = canonical.splitlines(keepends=True)
    cells = canonical.replace(b"\n", b"\t").split(b"\t")
    amounts = list(map(int, filter(None, cells[1::2])))
    negative = [amount for amount in amounts if amount < 0]
    return PopulationFacts(
        count=len(lines),
        total=sum(amounts) - sum(negative) if amounts else None,
        negative_count=len(negative),
        negative_sum=sum(negative),
        zero_count=amounts.count(0),
        digest=hashlib.sha256(canonical).hexdigest(),
        sorted_digest=hashlib.sha256(b"".join(sorted(lines))).hexdigest(),
    )


def read_canonical(canonical: bytes) -> list[Item]:
    """The rows of canonical bytes that somebody hands in.

    Raises InvalidInput that names the first line that is not canonical (IKS-1.1), and for more
    rows than a list can have.
    """
    if canonical.count(b"\n") > MOST_LINES:
        raise InvalidInput(
            f"Filen har fler än {grouped(MOST_LINES)} rader, och så lång är ingen lista. Välj den "
            "populationsfil som programmet lämnade ut."
        )
    items: list[Item] = []
    for number, line in enumerate(canonical.split(b"\n")[:-1], start=1):
        if len(line) > _LONGEST_LINE:
            raise InvalidInput(_not_canonical(number))
        try:
            text = line.decode("utf-8") + "\n"
        except UnicodeDecodeError as error:
            raise InvalidInput(_not_canonical(number)) from error
        found = _LINE.fullmatch(text)
        if found is None or "\t" in found[1] or unicodedata.normalize("NFC", found[1]) != found[1]:
            raise InvalidInput(_not_canonical(number))
        items.append((found[1], int(found[2]) if found[2] else None))
    if not canonical.endswith(b"\n"):
        raise InvalidInput(
            "Filen är avhuggen: den sista raden saknar radslut. Hämta populationsfilen på nytt."
        )
    return items


def _not_canonical(number: int) -> str:
    return (
        f"Rad {grouped(number)} i filen är inte en rad ur en kanonisk populationsfil: beteckning, "
        "tabb, belopp i öre. Hämta populationsfilen på nytt och öppna den inte i ett kalkylprogram."
    )


def folded_lines(references: Iterable[str]) -> Iterator[str]:
    """Each reference as free texts are searched for it, in the same order.

    The same as ``folded_reference`` of each, done with all at once. No reference holds LF.
    """
    text = "\n".join(references)
    if text.isascii():
        return iter(text.lower().translate(_ASCII_BETWEEN).split("\n"))
    text = unicodedata.normalize("NFKC", text).casefold()
    return iter(text.translate(_between(set(text))).split("\n"))


def _between(signs: Iterable[str]) -> dict[int, int | None]:
    """What takes away all signs that are neither letter nor digit, but for LF."""
    other = "".join(sign for sign in signs if not sign.isalnum() and sign != "\n")
    return str.maketrans("", "", other)


_ASCII_BETWEEN = _between(map(chr, range(128)))


def packed_names(folded: Iterable[str]) -> bytes:
    """The folded references that are long enough to be looked for, by length, packed."""
    rising = sorted(folded, key=len)
    wanted = rising[bisect_left(rising, SHORT_REFERENCE, key=len) :]
    return packed("\n".join(wanted).encode("utf-8"))


class Named:
    """En text att söka i: whether it names one of a list's references, however it is spelled.

    Long references are looked for anywhere in the text, without spaces, dashes and case. Those of
    five to seven signs are compared with whole words, and shorter ones are not looked for: "12"
    stands in many a sentence.
    """

    def __init__(self, text: str) -> None:
        self._whole = folded_reference(text)
        words = {folded_reference(word) for word in text.split()}
        self._words = {word for word in words if SHORT_REFERENCE <= len(word) < LONG_REFERENCE}

    def names_one_of(self, names: bytes) -> bool:
        """Whether the text names one of the references that ``packed_names`` packed."""
        if not self._whole:
            return False
        text = unpacked(names).decode("utf-8")
        return any(
            not self._windows(length).isdisjoint(group)
            for length, group in groupby(text.split("\n"), len)
        )

    def _windows(self, length: int) -> set[str]:
        if length < LONG_REFERENCE:
            return self._words
        last = len(self._whole) - length
        return {self._whole[place : place + length] for place in range(last + 1)}
