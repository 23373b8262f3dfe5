"""How many items the plan lets one draw: its rule met with the list that there is."""

from collections.abc import Iterable
from dataclasses import dataclass

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling.rules.figures import grouped

Rule = tuple[SampleKind, int | None]
"""The sampling rule of a control: kind and, for at least and exactly, the number."""


@dataclass(frozen=True)
class SizeLimits:
    """Lägsta och högsta n. ``words`` tells the plan's rule, met with N rows."""

    low: int
    high: int
    words: str

    def check(self, n: int, size: int) -> int:
        """Return n if it may be drawn from a list of N = ``size`` rows.

        Raises InvalidInput (field "n") that says what the list or the plan allows.
        """
        if n < 1:
            raise InvalidInput("Skriv hur många som ska dras, minst 1.", field="n")
        if n > size:
            raise InvalidInput(
                f"Listan har {grouped(size)} rader; du kan inte dra {grouped(n)}. "
                f"Skriv högst {grouped(size)}.",
                field="n",
            )
        if not self.low <= n <= self.high:
            raise InvalidInput(
                f"{self.words} Du skrev {grouped(n)}. {self._instead(n, size)}", field="n"
            )
        return n

    def _instead(self, n: int, size: int) -> str:
        """What to write, and where more than the plan asks for comes from."""
        if n < self.low:
            return f"Skriv {grouped(self.low)}{' eller fler' if self.low < self.high else ''}."
        more = " Behövs fler kan stickprovet utökas när det är draget." if self.high < size else ""
        return f"Skriv {grouped(self.high)}.{more}"


def size_limits(rules: Iterable[Rule], size: int) -> SizeLimits:
    """What n may be for a draw that serves controls with these rules, from N = ``size`` rows.

    A list shorter than the rule is taken whole. Raises InvalidInput if the rules contradict each
    other, so that one draw cannot serve them all.
    """
    low, high = 1, size
    words = "Planen säger inte hur många som ska granskas."
    for kind, asked in rules:
        number = min(asked or 1, size)
        if kind is SampleKind.CENSUS:
            low, words = size, f"Planen säger att alla ska granskas: {grouped(size)} rader."
        elif kind is SampleKind.EXACT:
            if number < low or number > high:
                raise _contradiction()
            low = high = number
            words = f"Planen säger {grouped(asked or 1)} stycken."
        elif kind is SampleKind.AT_LEAST and number > low:
            low = number
            words = f"Planen säger minst {grouped(asked or 1)} stycken."
        if low > high:
            raise _contradiction()
    if low == size and "alla" not in words:
        words = f"{words} Listan har {grouped(size)} rader, så alla granskas."
    return SizeLimits(low, high, words)


def _contradiction() -> InvalidInput:
    return InvalidInput(
        "Kontrollmomenten kräver olika många poster, så ett gemensamt stickprov går inte. "
        "Dra ett stickprov för varje kontrollmoment."
    )
