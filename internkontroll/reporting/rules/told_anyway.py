"""Det maskerade som ändå går att läsa ut: before a public version leaves."""

from collections.abc import Iterable

from internkontroll.reporting.rules.public import pieces_of
from internkontroll.reporting.rules.report import Report

_SHORTEST_TOLD_TWICE = 25
"""Signs of a line that is looked for elsewhere: a shorter one may stand there by chance."""


def still_told(report: Report, masked: Iterable[str]) -> str | None:
    """Why what is masked can be read out of what is given out, a sentence; None if it cannot.

    The sum of all rows tells the one that is left out; nothing tells the sum. A text about the same
    kontrollmoment, or about none in particular, may have the very words that are masked.
    """
    left_out = set(masked)
    hidden = [piece for piece in pieces_of(report) if piece.place in left_out]
    open_ones = [piece for piece in pieces_of(report) if piece.place not in left_out]
    if any(piece.place.endswith(".figures") for piece in hidden):
        for total in open_ones:
            if total.place == "totals":
                return (
                    f"”{total.where}” lämnas ut, och med den går det att räkna ut siffror som är "
                    "maskerade. Maskera den också, eller lämna ut siffrorna."
                )
    for piece in hidden:
        if piece.place == "totals":
            continue
        for other in open_ones:
            apart = piece.controls and other.controls and not {*piece.controls} & {*other.controls}
            if not apart and _has_words_of(piece.text, other.text):
                return (
                    f"”{piece.where}” är maskerat, men samma text står under ”{other.where}”, som "
                    "lämnas ut. Maskera båda, eller lämna ut båda."
                )
    return None


def _has_words_of(hidden: str, told: str) -> bool:
    return any(
        line in told for line in hidden.split("\n") if len(line.strip()) >= _SHORTEST_TOLD_TWICE
    )
