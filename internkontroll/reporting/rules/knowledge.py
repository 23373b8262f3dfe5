"""Vad vi vet om planens risker: those a control has looked at this year, and why not the others."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from internkontroll.core.counting import and_list, in_words
from internkontroll.reporting.rules.count import ClosingCount
from internkontroll.reporting.rules.facts import ControlFact
from internkontroll.reporting.rules.lines import Figure, RiskCount, Statement, StatementKind

_MOST_NUMBERS = 6


class RiskStanding(StrEnum):
    """Om vi har underlag för ett uttalande om en risk, and if not, why."""

    KNOWN = "known"
    UNDONE = "undone"
    NOT_YET = "not_yet"
    NOT_HERE = "not_here"


_WHY = {
    RiskStanding.UNDONE: "är det som skulle ha gjorts inte gjort",
    RiskStanding.NOT_YET: "är ingen kontroll aktuell än",
    RiskStanding.NOT_HERE: "är kontrollen ej tillämplig hos oss",
}
_WHY_ALONE = {
    RiskStanding.UNDONE: "det som skulle ha gjorts är inte gjort",
    RiskStanding.NOT_YET: "ingen kontroll är aktuell än",
    RiskStanding.NOT_HERE: "kontrollen är ej tillämplig hos oss",
}


def control_numbers(numbers: Iterable[int]) -> str:
    """ "kontroll 3, 7 och 12"; of more than six the first six and "med flera"."""
    ordered = sorted(set(numbers))
    shown = [str(number) for number in ordered[:_MOST_NUMBERS]]
    if len(ordered) > _MOST_NUMBERS:
        return f"kontroll {', '.join(shown)} med flera"
    return f"kontroll {and_list(shown)}"


def _standing(controls: Sequence[tuple[ControlFact, ClosingCount]]) -> RiskStanding:
    if any(count.done_at_all for _, count in controls):
        return RiskStanding.KNOWN
    if any(count.undone for _, count in controls):
        return RiskStanding.UNDONE
    if all(control.not_applicable for control, _ in controls):
        return RiskStanding.NOT_HERE
    return RiskStanding.NOT_YET


def risk_standings(
    counted: Iterable[tuple[ControlFact, ClosingCount]],
) -> list[tuple[RiskStanding, tuple[int, ...]]]:
    """Each risk that a control in force is tied to: how it stands, and its controls' numbers."""
    by_risk: dict[str, list[tuple[ControlFact, ClosingCount]]] = {}
    for control, count in counted:
        if control.in_force:
            for risk in dict.fromkeys(control.risks):
                by_risk.setdefault(risk, []).append((control, count))
    return [
        (_standing(own), tuple(control.number for control, _ in own)) for own in by_risk.values()
    ]


def count_risks(standings: Sequence[tuple[RiskStanding, tuple[int, ...]]]) -> RiskCount:
    """How many risks stand how."""
    kinds = [standing for standing, _ in standings]
    return RiskCount(
        total=len(kinds),
        known=kinds.count(RiskStanding.KNOWN),
        undone=kinds.count(RiskStanding.UNDONE),
        not_yet=kinds.count(RiskStanding.NOT_YET),
        not_here=kinds.count(RiskStanding.NOT_HERE),
    )


def _because(standings: Sequence[tuple[RiskStanding, tuple[int, ...]]]) -> str:
    reasons = []
    found = [kind for kind in _WHY if any(standing is kind for standing, _ in standings)]
    for kind in found:
        own = [numbers for standing, numbers in standings if standing is kind]
        where = control_numbers(number for numbers in own for number in numbers)
        why = _WHY_ALONE[kind] if len(found) == 1 else f"för {in_words(len(own))} {_WHY[kind]}"
        reasons.append(f"{why} ({where})")
    return and_list(reasons)


def known_risks(
    standings: Sequence[tuple[RiskStanding, tuple[int, ...]]],
) -> Statement | None:
    """ "Av planens 14 risker har vi i år underlag för ett uttalande om elva. Om tre vet vi inget:

    ...". None for a plan that is tied to no risk.
    """
    count = count_risks(standings)
    if not count.total:
        return None
    unknown = count.total - count.known
    because = _because([row for row in standings if row[0] is not RiskStanding.KNOWN])
    if not unknown:
        which = {1: "planens enda risk", 2: "planens båda risker"}.get(
            count.total, f"alla planens {in_words(count.total)} risker"
        )
        text = f"Vi har i år underlag för ett uttalande om {which}."
    elif not count.known:
        whole = (
            "planens enda risk"
            if count.total == 1
            else f"någon av planens {in_words(count.total)} risker"
        )
        text = f"Vi har ännu inget underlag för ett uttalande om {whole}: {because}."
    else:
        text = (
            f"Av planens {in_words(count.total)} risker har vi i år underlag för ett uttalande om "
            f"{in_words(count.known)}. Om {in_words(unknown)} vet vi inget: {because}."
        )
    numbers = {
        number
        for standing, own in standings
        if standing is not RiskStanding.KNOWN
        for number in own
    }
    figures = (
        Figure("risks", count.total),
        Figure("known", count.known),
        Figure("unknown", unknown),
        Figure("undone", count.undone),
        Figure("not_yet", count.not_yet),
        Figure("not_here", count.not_here),
    )
    return Statement(StatementKind.KNOWN_RISKS, text, figures, tuple(sorted(numbers)))
