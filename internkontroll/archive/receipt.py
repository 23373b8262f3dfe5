"""Kvittot: what was destroyed, by which rule and by whom, as plain data."""

from typing import Any

from internkontroll.archive.models import Disposal
from internkontroll.archive.words import GONE, STATES, STAYS, WORDS
from internkontroll.core.canonical import plain


def receipt_of(disposal: Disposal) -> dict[str, Any]:
    """The receipt of a disposal, in any of its states; persons by their accounts' titles."""
    confirmed_by = disposal.confirmed_by
    receipt: dict[str, Any] = plain(
        {
            "board": disposal.board.code,
            "number": disposal.id,
            "year": disposal.year,
            "records": WORDS[disposal.kind],
            "state": STATES[disposal.state].word,
            "gone": GONE[disposal.kind],
            "stays": STAYS[disposal.kind],
            "count": disposal.count,
            "kept": disposal.kept,
            "oldest": disposal.oldest,
            "newest": disposal.newest,
            "selection": disposal.selection,
            "rule": disposal.decision,
            "ordered_by": disposal.ordered_by.title,
            "ordered_at": disposal.ordered_at,
            "confirmed_by": confirmed_by.title if confirmed_by else None,
            "confirmed_at": disposal.confirmed_at,
            "trail_before": disposal.head_before,
            "trail_after": disposal.head_after,
        }
    )
    return receipt
