"""Individutskottets sammanträde: vilket slag av ärenden som står på tur att granskas.

The plan names several kinds of cases, of which each meeting takes one. The program proposes the one
that has waited the longest; the committee chooses. Source: the board's decided plan.
"""

from collections.abc import Iterable, Sequence

from internkontroll.plan.rules.criteria import propose_criteria


def case_kinds(text: str) -> tuple[str, ...]:
    """The kinds of cases that a kontrollmoment names as alternatives; empty where it names none."""
    proposal = propose_criteria(text)
    return proposal.alternatives if proposal is not None and proposal.either else ()


def proposed_kind(kinds: Sequence[str], reviewed: Iterable[str]) -> str | None:
    """Slaget som står på tur: one not yet reviewed, else the one reviewed longest ago.

    ``reviewed`` are the kinds of the committee's earlier meetings, the oldest first. None where
    there is nothing to choose among.
    """
    latest = {kind: place for place, kind in enumerate(reviewed)}
    return min(kinds, key=lambda kind: latest.get(kind, -1), default=None)
