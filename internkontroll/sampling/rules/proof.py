"""Vad stickprovet visar (proof): one plain sentence on what a random sample proves.

Only for random draws: a targeted selection or a frame of known departures carries no bound.
"""

from fractions import Fraction

from internkontroll.sampling.rules.attribute import upper_count
from internkontroll.sampling.rules.figures import Rate, between_0_and_1, grouped, percent

SMALL_SAMPLE_GAP = Fraction(1, 10)
"""A sample is called small when its limit lies more than ten points above the share found."""


def proof_sentence(n: int, k: int, population: int, confidence: Rate = "0.95") -> str:
    """Return what n examined of a population, k of them deviating, proves; in Swedish.

    The limit is `upper_count` (hypergeometric, one-sided). Numbers are grouped by no-break spaces.
    Raises InvalidInput as `upper_count` does.
    """
    highest = upper_count(n, k, confidence, population)
    level = percent(between_0_and_1(confidence, "Säkerheten"))
    examined, everything = grouped(n), grouped(population)
    if n == population:
        return _census(n, k)
    if k == 0:
        opening = f"Inga avvikelser bland {examined} granskade av {everything}."
        if highest == 0:
            return f"{opening} Med {level} säkerhet har ingen av de {everything} en avvikelse."
        return (
            f"{opening} Det utesluter inte att upp till {grouped(highest)} av {everything} "
            f"har en avvikelse ({level} säkerhet)."
        )
    opening = f"{grouped(k)} av {examined} granskade har en avvikelse."
    if highest == population:
        return (
            f"{opening} Stickprovet utesluter inte att alla {everything} har en avvikelse "
            f"({level} säkerhet)."
        )
    limit = f"{level} säkerhet har högst {grouped(highest)} av {everything} en avvikelse."
    if Fraction(highest, population) - Fraction(k, n) > SMALL_SAMPLE_GAP:
        return f"{opening} Stickprovet är litet: med {limit}"
    return f"{opening} Med {limit}"


def _census(n: int, k: int) -> str:
    if n == 1:
        return "Den enda granskades: " + ("den har en avvikelse." if k else "ingen avvikelse.")
    found = f"{grouped(k)} av {grouped(n)} har" if k else "ingen har"
    return f"Alla {grouped(n)} granskades: {found} en avvikelse."
