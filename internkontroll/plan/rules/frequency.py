"""Frekvens in words: when a kontrollmoment is done, which is not when it is reported."""

import re
from dataclasses import dataclass

from internkontroll.core.text import clean_line, clean_text, fold_dashes
from internkontroll.plan.rules.vocabulary import Frequency

_A_YEAR = r"(?: ?/ ?| per | om | i | )(?:året|år)\b"


@dataclass(frozen=True)
class FrequencyReading:
    """Frekvens as read. ``reason`` says why it is asked about; ``reported`` is a rhythm of minutes.

    ``reported`` is the word that tells how often the outcome is told, where that is another rhythm
    than the doing.
    """

    frequency: Frequency
    reason: str | None = None
    proposed: Frequency | None = None
    reported: str | None = None


_FREQUENCIES: tuple[tuple[Frequency, re.Pattern[str]], ...] = (
    (
        Frequency.PER_MEETING,
        re.compile(
            r"\b(?:inför|vid|till|före|efter) (?:varje|samtliga|alla) (?:ordinarie )?"
            r"(?:\w*utskott\w*|\w*sammanträde\w*|\w*nämnd\w*|möte\w*)|"
            r"\bvarje (?:ordinarie )?(?:\w*utskott|\w*sammanträde|nämndsammanträde|nämndmöte)\b|"
            r"\bper (?:sammanträde|utskott|nämndsammanträde)\b"
        ),
    ),
    (
        Frequency.MEETING_MONTH,
        re.compile(
            r"\b(?:varje |de )?månad(?:er|en)? (?:med|då|när|som) [^.;\n]{0,40}?"
            r"(?:sammanträd|utskott|nämnd)\w*"
        ),
    ),
    (
        Frequency.MONTH,
        re.compile(
            r"\bmånads?vis\b|\bmånatlig\w*|\bvarje månad\b|\bper månad\b|\bi månaden\b|"
            rf"\bmånad\b|\b(?:12|tolv) (?:ggr|gånger){_A_YEAR}"
        ),
    ),
    (
        Frequency.QUARTER,
        re.compile(rf"\bkvartal(?:svis|en)?\b|\b(?:4|fyra) (?:ggr|gånger){_A_YEAR}"),
    ),
    (
        Frequency.TERTIAL,
        re.compile(
            rf"\btertial(?:vis|en)?\b|\bt1\b|\bvar fjärde månad\b|"
            rf"\b(?:3|tre) (?:ggr|gånger){_A_YEAR}"
        ),
    ),
    (
        Frequency.HALF_YEAR,
        re.compile(rf"\bhalvår(?:et|svis|en)?\b|\b(?:2|två) (?:ggr|gånger){_A_YEAR}"),
    ),
    (
        Frequency.YEAR,
        re.compile(
            r"\bårlig(?:en|t)?\b|\bårsvis\b|\bhelår(?:svis)?\b|\bvarje år\b|"
            rf"\b(?:1|en) (?:gång|ggr){_A_YEAR}"
        ),
    ),
    (
        Frequency.ON_DEMAND,
        re.compile(r"\bvid behov\b|\bhändelsestyr\w+|\bvid händelse\b|\bnär behov\b"),
    ),
)
_CONTINUOUS = re.compile(
    r"\blöpande\b|\bkontinuerlig\w*|\bdaglig\w*|\bfortlöpande\b|\bvarje vecka\b"
)
_AT_REPORTING = re.compile(
    r"delår|bokslut|rapporteringstidpunkt|tertialrapport|\bapril\b|\baugusti\b"
)
_TELLING = re.compile(r"redovisa|rapporter|sammanställ|återkoppl|protokoll", re.IGNORECASE)


def read_frequency(column: str, method: str) -> FrequencyReading:
    """When the kontrollmoment is done, from its own column before the method.

    None stated: once per reporting point. A sentence on how the outcome is told ("redovisas
    månadsvis i protokollen") is no frequency of doing.
    """
    written = fold_dashes(clean_line(column)).casefold()
    if written:
        return _frequency_of_column(written)
    doing: list[str] = []
    telling: list[str] = []
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", clean_text(method)):
        (telling if _TELLING.search(sentence) else doing).append(sentence.casefold())
    found = _frequencies(" ".join(doing))
    told = _frequencies(" ".join(telling))
    reported = next((word for frequency, word in told if frequency not in dict(found)), None)
    if not found:
        if _CONTINUOUS.search(" ".join(doing)):
            return FrequencyReading(
                Frequency.REPORTING_POINT, "continuous", Frequency.MONTH, reported
            )
        return FrequencyReading(Frequency.REPORTING_POINT, reported=reported)
    first = found[0][0]
    reason = None if len(found) == 1 else "many_frequencies"
    return FrequencyReading(first, reason, first if reason else None, reported)


def _frequency_of_column(written: str) -> FrequencyReading:
    found = _frequencies(written)
    if len(found) == 1:
        return FrequencyReading(found[0][0])
    if found:
        return FrequencyReading(found[0][0], "many_frequencies", found[0][0])
    if re.fullmatch(r"(?:1|en) (?:gång|ggr)|år", written):
        return FrequencyReading(Frequency.YEAR)
    if _CONTINUOUS.search(written):
        return FrequencyReading(Frequency.REPORTING_POINT, "continuous", Frequency.MONTH)
    if _AT_REPORTING.search(written):
        return FrequencyReading(Frequency.REPORTING_POINT)
    return FrequencyReading(
        Frequency.REPORTING_POINT, "frequency_unknown", Frequency.REPORTING_POINT
    )


def _frequencies(text: str) -> list[tuple[Frequency, str]]:
    """The frequencies named, each with its own words, the most frequent first."""
    found = []
    for frequency, pattern in _FREQUENCIES:
        match = pattern.search(text)
        if match is not None:
            found.append((frequency, match.group().strip()))
            text = pattern.sub(" ", text)
    return found
