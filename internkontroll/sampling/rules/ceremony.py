"""Ceremonin: whether the seed is asked for as dice thrown before witnesses.

Source: IKS-1.1, "The order of events". In the individutskott the justerare draws, and a plan may
ask for it in the words of its method.
"""

import re

_ASKS = re.compile(r"\btärning|\blott(?:as|ar|a|ning)\b|\bjusterare|\bvittne", re.IGNORECASE)


def asks_for_ceremony(method_text: str, *, in_committee: bool) -> bool:
    """Return whether dice are asked for: always in a committee, elsewhere if the plan says so."""
    return in_committee or _ASKS.search(method_text) is not None
