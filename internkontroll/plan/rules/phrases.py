"""Kontrollmetod in words: technique and performer read out of free text, and what is vague in it.

Every reading is cautious: what is not said in plain words is asked about, and the text is kept.
"""

import re
from dataclasses import dataclass

from internkontroll.core.text import clean_line
from internkontroll.plan.rules.sample_size import ALL, CENSUS, SAMPLE, has_size
from internkontroll.plan.rules.vocabulary import Technique

_LOG = re.compile(
    r"\blogg(?:nings?|ar\w*|en|utdrag\w*)?-?\s?(?:kontroll|gransk|uppfölj|analys)\w*|"
    r"gransk\w* av (?:logg|åtkomstlogg)|åtkomstlogg|\bloggutdrag|\bloggar(?:na)?\b",
    re.IGNORECASE,
)
_SURVEY = re.compile(r"enkät", re.IGNORECASE)
_INTERVIEW = re.compile(
    r"intervju|självdeklaration|självskattning|avstämning (?:på|vid) (?:apt|arbetsplatsträff)",
    re.IGNORECASE,
)
_REGISTER = re.compile(
    r"registeranalys|systemuttag|registerutdrag|dataanalys|"
    r"(?:avstämning|samkörning) mot \w*register|"
    r"uttag (?:ur|från) \w*(?:system|register)|systemrapport",
    re.IGNORECASE,
)
_OBSERVATION = re.compile(r"observation|platsbesök|provköp|inventering|okulär", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"(?:dokument|akt|avtals|faktura|journal|protokolls)granskning|jämför\w* mot delegation|"
    r"(?:gransk\w*|genomgång|genomläsning|kontroll) av (?:\w+ )?(?:dokument|akter|avtal|fakturor|"
    r"protokoll|rutiner|riktlinjer|handlingar|delegationsbeslut)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TechniqueReading:
    """Kontrollmetod as read; ``asked`` when the text does not say it in plain words."""

    technique: Technique
    asked: bool = False


def read_technique(control: str, method: str, sample: str) -> TechniqueReading:
    """The technique of a kontrollmoment from its text, its method and its column for urval.

    The most telling word wins: enkät, then log control, then a sample, then what else the method
    says, then "samtliga" or "alla" as a totalkontroll.
    """
    how = f"{method}\n{sample}"
    everything = f"{control}\n{how}"
    sampled = SAMPLE.search(how) is not None
    if _SURVEY.search(method) or (_SURVEY.search(everything) and not sampled):
        return TechniqueReading(Technique.SURVEY)
    if _LOG.search(method) or _LOG.search(control):
        return TechniqueReading(Technique.LOG_REVIEW)
    if sampled:
        return TechniqueReading(Technique.SAMPLE)
    if CENSUS.search(how):
        return TechniqueReading(Technique.CENSUS)
    if has_size(sample):
        return TechniqueReading(Technique.SAMPLE)
    for pattern, technique in (
        (_INTERVIEW, Technique.INTERVIEW),
        (_REGISTER, Technique.REGISTER_ANALYSIS),
        (_OBSERVATION, Technique.OBSERVATION),
    ):
        if pattern.search(how):
            return TechniqueReading(technique)
    if has_size(method):
        return TechniqueReading(Technique.SAMPLE)
    if _DOCUMENT.search(how):
        return TechniqueReading(Technique.DOCUMENT_REVIEW)
    if ALL.search(everything) or CENSUS.search(control):
        return TechniqueReading(Technique.CENSUS)
    if SAMPLE.search(control):
        return TechniqueReading(Technique.SAMPLE)
    return TechniqueReading(Technique.DOCUMENT_REVIEW, asked=True)


_PERFORMER = re.compile(
    r"\b(?:hanteras|utförs|genomförs|görs|sköts|administreras|samordnas)\s+(?:\w+\s+)?(?:av\s+)?"
    r"(?P<who>kommunövergripande|kommungemensamt|centralt|kommunledningskontoret|"
    r"kommunstyrelsen|kommunstyrelsens förvaltning|stadsledningskontoret|"
    r"regionledningskontoret|konsult\w*|extern \w+|annan nämnd)\b",
    re.IGNORECASE,
)


def read_performer(control: str, method: str) -> str | None:
    """The other body that performs the kontrollmoment, in the plan's own words, else None."""
    match = _PERFORMER.search(clean_line(f"{method} {control}"))
    return match["who"].casefold() if match else None


_VAGUE = re.compile(
    r"\b(?:inom )?(?:skälig|rimlig)(?:t|a)?(?: \w+)?|\bskyndsamt\b|"
    r"\bviss(?:t|a)? \w+|\bett antal \w+|"
    r"\bnågra \w+|\blämplig(?:t|a)? \w+|\btillräcklig(?:t|a)? \w+",
    re.IGNORECASE,
)


def find_vague(text: str) -> str | None:
    """The first limit in ``text`` that nobody can measure against (``skälig tid``), else None."""
    match = _VAGUE.search(clean_line(text))
    return match.group() if match else None


def log_frame_differs(control: str, method: str) -> bool:
    """True if a log is to be controlled per user but cases are sampled, or the other way round."""
    if not _LOG.search(control):
        return False
    return any(
        re.search(asked, control, re.IGNORECASE)
        and not re.search(other, control, re.IGNORECASE)
        and re.search(other, method, re.IGNORECASE)
        and not re.search(asked, method, re.IGNORECASE)
        for asked, other in ((r"användar", r"ärende"), (r"ärende", r"användar"))
    )


def drawn_only_at_interim(method: str) -> bool:
    """True if the method says that it is done at delårsbokslut and says nothing of the year's."""
    text = clean_line(method)
    return bool(
        re.search(r"delår(?:et|s?bokslut\w*)", text, re.IGNORECASE)
        and not re.search(r"årsbokslut(?<!delårsbokslut)|helår|\boch bokslut", text, re.IGNORECASE)
    )
