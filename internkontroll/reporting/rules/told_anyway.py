"""Det maskerade som ändå går att läsa ut: before a public version leaves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from internkontroll.reporting.rules.public import (
    Piece,
    is_finding,
    pieces_of,
    row_of,
    sentences_on_outcome,
)
from internkontroll.reporting.rules.report import Report

_SHORTEST_TOLD_TWICE = 25
"""Signs of a line that is looked for elsewhere: a shorter one may stand there by chance."""
_SHARE = re.compile(r"\d+ av \d+")
_OUTCOME = (".figures", ".outcome")


@dataclass(frozen=True)
class ToldAnyway:
    """Maskerat som går att läsa ut: what is masked, the place that tells it, and how."""

    masked: tuple[str, ...]
    by: str
    sentence: str


def told_anyway(report: Report, masked: Iterable[str]) -> tuple[ToldAnyway, ...]:
    """What is masked and can be read out of what is given out, by the place that tells it.

    A sum tells the one row that is left out of it; nothing tells the sum. An assessment, an
    avvikelse, a sentence on the outcome and what the board is to take a stand on tell of masked
    figures whether anything deviated, and figures tell it of a masked assessment. A text about the
    same kontrollmoment, or about none in particular, may have the very words or figures that are
    masked.
    """
    left_out, pieces = set(masked), pieces_of(report)
    hidden = [piece for piece in pieces if piece.place in left_out]
    sentences = sentences_on_outcome(report)
    found = []
    for told in pieces:
        if told.place not in left_out:
            on_outcome = told.place in sentences or told.place.startswith("matter.")
            one = _told_by(told, hidden, on_outcome=on_outcome)
            found += [one] if one else []
    return tuple(found)


def _told_by(told: Piece, hidden: Sequence[Piece], *, on_outcome: bool) -> ToldAnyway | None:
    """What a part tells of what is hidden, the worst of it; None if nothing."""
    figures = [piece for piece in hidden if piece.place.endswith(".figures")]
    if told.place == "totals" or told.place.startswith("committee."):
        return _told(
            figures,
            told,
            f"”{told.where}” lämnas ut, och med den går det att räkna ut siffror som är "
            "maskerade. Maskera den också, eller lämna ut siffrorna.",
        )
    # A computed sentence counts other things too, with the same numbers by chance.
    computed = told.place.startswith("statement.")
    for piece in hidden:
        apart = piece.controls and told.controls and not {*piece.controls} & {*told.controls}
        is_told = _has_words_of(piece.text, told.text) or (
            piece in figures and not computed and _has_shares_of(piece.text, told.text)
        )
        if piece.place != "totals" and not apart and is_told:
            return _told(
                [piece],
                told,
                f"”{piece.where}” är maskerat, men samma text står under ”{told.where}”, som "
                "lämnas ut. Maskera båda, eller lämna ut båda.",
            )
    if on_outcome or is_finding(told) or told.place.endswith(_OUTCOME):
        return _told_by_outcome(told, hidden, on_outcome=on_outcome)
    return None


def _told_by_outcome(
    told: Piece, hidden: Sequence[Piece], *, on_outcome: bool
) -> ToldAnyway | None:
    """What of the same row is hidden; a sentence tells of every kontrollmoment that it is about."""
    same = [
        piece
        for piece in hidden
        if piece.place.endswith(_OUTCOME)
        and (
            {*piece.controls} & {*told.controls}
            if on_outcome
            else row_of(piece.place) == row_of(told.place)
        )
    ]
    *first, last = (f"”{piece.where}”" for piece in same) if same else ("",)
    names = f"{', '.join(first)} och {last}" if first else last
    return _told(
        same,
        told,
        f"”{told.where}” lämnas ut och säger om något avvek, även om {names} maskeras. Maskera "
        "alla delarna, eller lämna ut dem.",
    )


def _told(hidden: Sequence[Piece], told: Piece, sentence: str) -> ToldAnyway | None:
    places = tuple(piece.place for piece in hidden)
    return ToldAnyway(places, told.place, sentence) if places else None


def _has_words_of(hidden: str, told: str) -> bool:
    return any(
        line in told for line in hidden.split("\n") if len(line.strip()) >= _SHORTEST_TOLD_TWICE
    )


def _has_shares_of(figures: str, told: str) -> bool:
    """Whether a text has the "3 av 4" of masked figures."""
    return not {*_SHARE.findall(figures)}.isdisjoint(_SHARE.findall(told))
