"""Vad stickprovet visar (proof): the sentences on what a sample proves, in one place.

Pages, reports and documents print these and write no others. Only a random draw from a frame that
is not made up of known departures carries a bound; for the others the sentence says so.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from internkontroll.sampling.rules.attribute import SampleSize, upper_count
from internkontroll.sampling.rules.evaluation import (
    CONFIDENCE,
    Achieved,
    AmountResult,
)
from internkontroll.sampling.rules.figures import (
    Rate,
    between_0_and_1,
    grouped,
    kronor_near,
    kronor_up,
    percent,
    percent_up,
)

SMALL_SAMPLE_GAP = Fraction(1, 10)
"""A sample is called small when its limit lies more than ten points above the share found."""


@dataclass(frozen=True)
class Things:
    """Vad som granskas, in the forms that the sentences need."""

    many: str
    one_examined: str
    none: str

    def examined(self, n: int) -> str:
        """ "40 granskade ärenden", "1 granskat ärende"."""
        return f"1 {self.one_examined}" if n == 1 else f"{grouped(n)} granskade {self.many}"


ITEMS = Things("poster", "granskad post", "Ingen")
CASES = Things("ärenden", "granskat ärende", "Inget")


class WithoutBound(StrEnum):
    """Varför ingen gräns kan räknas."""

    TARGETED = "targeted"
    KNOWN_DEPARTURES = "known_departures"
    SYSTEMATIC = "systematic"
    BY_AMOUNT = "by_amount"
    SEVERAL_DRAWS = "several_draws"


_WHY = {
    WithoutBound.TARGETED: (
        "Posterna är valda med avsikt (riktat urval), så resultatet säger bara något om dem som "
        "granskades."
    ),
    WithoutBound.KNOWN_DEPARTURES: (
        "Listan har bara kända avsteg, så resultatet säger hur de har hanterats och inget om hur "
        "vanliga de är."
    ),
    WithoutBound.SYSTEMATIC: (
        "Urvalet är systematiskt. Ordningen i listan kan ha betydelse, så ingen gräns räknas."
    ),
    WithoutBound.BY_AMOUNT: (
        "Urvalet är viktat efter belopp, så andelen gäller bara det granskade. Gränsen räknas i "
        "kronor."
    ),
    WithoutBound.SEVERAL_DRAWS: (
        "Stickproven är från olika tillfällen och läggs inte ihop till en gräns."
    ),
}


def why_no_bound(reason: WithoutBound) -> str:
    """Return the sentence on why no limit is told."""
    return _WHY[reason]


def proof_sentence(
    n: int,
    k: int,
    population: int,
    confidence: Rate = CONFIDENCE,
    *,
    things: Things = ITEMS,
    highest: int | None = None,
) -> str:
    """Return what n examined of a population, k of them deviating, proves; in Swedish.

    The limit is `upper_count` (hypergeometric, one-sided), or `highest` where it was computed
    otherwise (strata). Numbers are grouped by no-break spaces; the share of the limit is rounded
    up. Raises InvalidInput as `upper_count` does.
    """
    if highest is None or n == population:
        highest = upper_count(n, k, confidence, population)
    level = percent(between_0_and_1(confidence, "Säkerheten"))
    everything = f"{grouped(population)} {things.many}"
    if n == population:
        return _census(n, k, things)
    share = percent_up(Fraction(highest, population))
    if k == 0:
        opening = f"Inga avvikelser bland {things.examined(n)} av {grouped(population)}."
        if highest == 0:
            return f"{opening} Med {level} säkerhet har ingen av de {everything} en avvikelse."
        return (
            f"{opening} Det utesluter inte att upp till {grouped(highest)} av {everything} "
            f"({share}) har en avvikelse ({level} säkerhet)."
        )
    opening = found_sentence(n, k, things=things)
    if highest == population:
        return (
            f"{opening} Stickprovet utesluter inte att alla {everything} har en avvikelse "
            f"({level} säkerhet)."
        )
    limit = f"{level} säkerhet har högst {grouped(highest)} av {everything} ({share}) en avvikelse."
    if Fraction(highest, population) - Fraction(k, n) > SMALL_SAMPLE_GAP:
        return f"{opening} Stickprovet är litet: med {limit}"
    return f"{opening} Med {limit}"


def found_sentence(n: int, k: int, *, things: Things = ITEMS) -> str:
    """Return what was found, and nothing about the rest."""
    found = grouped(k) if k else things.none
    return f"{found} av {things.examined(n)} har en avvikelse."


def result_sentence(
    reviewed: int, not_applicable: int, deviating: int, population: int, *, things: Things = ITEMS
) -> str | None:
    """Return the proof of a random draw by its conclusion's figures; None where nothing told.

    An item that stands though it was wholly *ej tillämpligt* tells nothing and is not counted in n;
    a whole list examined is told whole.
    """
    if reviewed == population:
        return proof_sentence(reviewed, deviating, population, things=things) if reviewed else None
    telling = reviewed - not_applicable
    return proof_sentence(telling, deviating, population, things=things) if telling > 0 else None


def unbounded_sentence(n: int, k: int, reason: WithoutBound, *, things: Things = ITEMS) -> str:
    """Return what was found, and why it says nothing of the rest."""
    return f"{found_sentence(n, k, things=things)} {why_no_bound(reason)}"


def amount_sentence(examined: int, result: AmountResult, confidence: Rate = CONFIDENCE) -> str:
    """Return what a monetary unit sample proves of the amount; kronor, limits rounded up."""
    level = percent(between_0_and_1(confidence, "Säkerheten"))
    share = percent_up(Fraction(result.highest, result.total))
    found = grouped(result.high_items) if result.high_items else "Ingen"
    opening = f"{found} av {ITEMS.examined(examined)} är för högt bokförd"
    opening += "a." if result.high_items > 1 else "."
    return (
        f"{opening} Troligt fel i hela listan är {kronor_near(result.likely)}. Med {level} "
        f"säkerhet är högst {kronor_up(result.highest)} av {kronor_near(result.total)} ({share}) "
        "för högt bokfört."
    )


def _census(n: int, k: int, things: Things) -> str:
    if n == 1:
        return "Den enda granskades: " + ("den har en avvikelse." if k else "ingen avvikelse.")
    found = f"{grouped(k)} av {grouped(n)} har" if k else f"{things.none.lower()} har"
    return f"Alla {grouped(n)} granskades: {found} en avvikelse."


def size_sentence(size: SampleSize, tolerable: Rate, risk: Rate, population: int | None) -> str:
    """Return what a planned size holds for, n and k together."""
    holds = "bara om ingen har en avvikelse" if size.k == 0 else f"för högst {_deviations(size.k)}"
    rate = percent(between_0_and_1(tolerable, "Högsta godtagbara andel"))
    level = percent(1 - between_0_and_1(risk, "Risken"))
    whole_list = f" av {grouped(population)}" if population else ""
    if population == size.n:
        return f"Alla {grouped(size.n)} behöver granskas: listan är för liten för ett stickprov."
    return (
        f"Granska {grouped(size.n)}{whole_list}. n = {grouped(size.n)} håller {holds}: då är "
        f"mindre än {rate} avvikande, med {level} säkerhet."
    )


def achieved_sentence(
    planned_n: int, planned_k: int, n: int, k: int, population: int, compared: Achieved
) -> str:
    """Return how what was reached stands to what was planned, and what would be needed."""
    plan = (
        f"Planerat: {grouped(planned_n)} granskade och högst {_deviations(planned_k)}, som visar "
        f"högst {grouped(compared.planned)} av {grouped(population)}."
    )
    if compared.needed is None:
        return f"{plan} Det är nått: resultatet visar högst {grouped(compared.reached)}."
    if k > compared.planned:
        return (
            f"{plan} Det är inte nått: resultatet visar högst {grouped(compared.reached)}. De "
            "avvikelser som är funna är redan fler än så, så ingen större granskning kan visa det."
        )
    if compared.needed >= population:
        return (
            f"{plan} Det är inte nått: resultatet visar högst {grouped(compared.reached)}. Med "
            f"{_deviations(k)} räcker inget större stickprov, bara att granska alla."
        )
    more = compared.needed - n
    return (
        f"{plan} Det är inte nått: resultatet visar högst {grouped(compared.reached)}. Med "
        f"{_deviations(k)} behövs {grouped(compared.needed)} granskade, alltså {grouped(more)} "
        "till utan fler avvikelser."
    )


def _deviations(k: int) -> str:
    return f"{grouped(k)} {'avvikelse' if k == 1 else 'avvikelser'}"
