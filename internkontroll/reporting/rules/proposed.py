"""Föreslagen kommentar: sentences made from a kontrollmoment's figures, and whether they hold.

A comment that was proposed carries the figures it was made from. As long as a person has not
confirmed it, it is marked; edited by hand, or with other figures now, it has to be confirmed anew.
"""

import json
from enum import StrEnum

from internkontroll.core.canonical import canonical_json
from internkontroll.reporting.rules.report import ControlRow

_WORDS = (
    ("due", "skulle göras"),
    ("in_time", "gjort i tid"),
    ("late", "gjort sent"),
    ("not_performed", "inte gjort, med orsak"),
    ("missed", "inte gjort, utan orsak"),
    ("reviewed", "granskade"),
    ("population", "urvalsram"),
    ("deviating", "med avvikelse"),
    ("findings", "beskrivna avvikelser"),
)


class CommentStanding(StrEnum):
    """Hur en kommentar står till siffrorna."""

    OWN_WORDS = "own_words"
    PROPOSED = "proposed"
    EDITED = "edited"
    CHANGED = "changed"
    CONFIRMED = "confirmed"


UNCONFIRMED = frozenset({CommentStanding.PROPOSED, CommentStanding.EDITED, CommentStanding.CHANGED})
"""The standings that a person has to look at again."""


def figures_of(row: ControlRow) -> str:
    """The figures that a proposed comment is made from, as canonical JSON."""
    count = row.count
    return canonical_json(
        {
            "due": count.due,
            "in_time": count.in_time,
            "late": count.late,
            "not_performed": count.not_performed,
            "missed": count.missed,
            "reviewed": row.reviewed,
            "population": row.population,
            "deviating": row.deviating,
            "findings": len(row.findings),
        }
    )


def figure_words(figures: str) -> str:
    """The figures as they are told to a person: "skulle göras 4, gjort i tid 3, ..."."""
    values = json.loads(figures)
    told = [f"{word} {values[name]}" for name, word in _WORDS if values.get(name)]
    return ", ".join(told) or "inga kontrolltillfällen än"


def known_words(figures: str) -> str:
    """As :func:`figure_words`; nothing for a text that is no figures of this program's."""
    try:
        values = json.loads(figures)
    except ValueError:
        return ""
    known = isinstance(values, dict) and all(type(value) is int for value in values.values())
    return figure_words(figures) if known else ""


def standing_of(
    comment: str, figures: str | None, row: ControlRow, *, confirmed: bool
) -> CommentStanding:
    """How a comment stands: ``figures`` are those it was made from or confirmed against."""
    if figures is None or not comment:
        return CommentStanding.OWN_WORDS
    if figures != figures_of(row):
        return CommentStanding.CHANGED
    if confirmed:
        return CommentStanding.CONFIRMED
    return CommentStanding.PROPOSED if comment == proposed_comment(row) else CommentStanding.EDITED


def proposed_comment(row: ControlRow) -> str:
    """The sentences that the figures of the row carry, and nothing more."""
    if row.not_applicable:
        return ""
    parts = [*_of_the_count(row), *_of_the_items(row)]
    if labels := [finding.label for finding in row.findings]:
        parts.append(
            f"{'Den är beskriven' if len(labels) == 1 else 'De är beskrivna'} i "
            f"{_listed([label[0].lower() + label[1:] for label in labels])}."
        )
    return " ".join(parts)


def _of_the_count(row: ControlRow) -> list[str]:
    count = row.count
    if not count.due:
        return [
            f"Kontrollen är gjord {_times(count.early)} innan den skulle vara klar."
            if count.early
            else "Kontrollen skulle inte göras under perioden."
        ]
    if count.performed == count.due:
        in_order = "" if count.late else ", så som planen säger"
        told = [f"Kontrollen är gjord {_times(count.due)}{in_order}."]
    else:
        told = [f"Kontrollen är gjord {count.performed} av {_times(count.due)}."]
    if count.late:
        told.append(f"{_capital(_times(count.late))} gjordes den sent.")
    if count.not_performed:
        told.append(f"{_capital(_times(count.not_performed))} gjordes den inte, med angiven orsak.")
    if count.missed:
        told.append(
            f"{_capital(_times(count.missed))} gjordes den inte, och ingen orsak är angiven."
        )
    return told


def _of_the_items(row: ControlRow) -> list[str]:
    if not row.reviewed:
        return []
    of_all = f" av {row.population}" if row.population else ""
    items = "post" if row.reviewed == 1 and not of_all else "poster"
    told = [f"{row.reviewed}{of_all} {items} granskades."]
    told.append(
        f"{row.deviating} av {row.reviewed} hade en avvikelse."
        if row.deviating
        else "Ingen avvikelse hittades."
    )
    return told


def _times(number: int) -> str:
    return "en gång" if number == 1 else f"{number} gånger"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} och {words[-1]}"
