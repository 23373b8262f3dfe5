"""The closed lists of a kontrollmoment: technique, sampling rule, frequency, reporting points.

Swedish terms and synonyms: the project's ordlista and the headings of municipalities' own plans.
"""

from collections.abc import Sequence
from enum import StrEnum


class Technique(StrEnum):
    """Kontrollmetod: how a kontrollmoment is performed."""

    SAMPLE = "sample"
    CENSUS = "census"
    SURVEY = "survey"
    INTERVIEW = "interview"
    LOG_REVIEW = "log_review"
    REGISTER_ANALYSIS = "register_analysis"
    DOCUMENT_REVIEW = "document_review"
    OBSERVATION = "observation"


class ControlKind(StrEnum):
    """Slag av kontrollmoment: it hinders what may go wrong, or finds and corrects it."""

    PREVENTIVE = "preventive"
    DETECTIVE = "detective"


class SampleKind(StrEnum):
    """Urvalets omfattning: how many items the plan asks for."""

    AT_LEAST = "at_least"
    EXACT = "exact"
    CENSUS = "census"
    UNSTATED = "unstated"
    NONE = "none"


class Frequency(StrEnum):
    """Frekvens: when the kontrollmoment is done, which is not when it is reported."""

    PER_MEETING = "per_meeting"
    MONTH = "month"
    MEETING_MONTH = "meeting_month"
    """Månader med sammanträde: those in which the board or one of its committees meets."""
    QUARTER = "quarter"
    TERTIAL = "tertial"
    HALF_YEAR = "half_year"
    REPORTING_POINT = "reporting_point"
    YEAR = "year"
    ON_DEMAND = "on_demand"


APRIL = "april"
AUGUST = "augusti"
YEAR_END = "årsbokslut"

POINT_CODES = (APRIL, AUGUST, YEAR_END)
"""Rapporteringstidpunkter, in the order of the year."""

TECHNIQUE_TERMS = {
    Technique.SAMPLE: "stickprov",
    Technique.CENSUS: "totalkontroll",
    Technique.SURVEY: "enkät",
    Technique.INTERVIEW: "intervju",
    Technique.LOG_REVIEW: "loggkontroll",
    Technique.REGISTER_ANALYSIS: "registeranalys",
    Technique.DOCUMENT_REVIEW: "dokumentgranskning",
    Technique.OBSERVATION: "observation",
}

FREQUENCY_TERMS = {
    Frequency.PER_MEETING: "inför varje sammanträde",
    Frequency.MONTH: "varje månad",
    Frequency.MEETING_MONTH: "varje månad med sammanträde",
    Frequency.QUARTER: "varje kvartal",
    Frequency.TERTIAL: "varje tertial",
    Frequency.HALF_YEAR: "varje halvår",
    Frequency.REPORTING_POINT: "inför varje rapporteringstidpunkt",
    Frequency.YEAR: "en gång om året",
    Frequency.ON_DEMAND: "vid behov",
}

KIND_TERMS = {
    ControlKind.PREVENTIVE: "förebyggande",
    ControlKind.DETECTIVE: "upptäckande och korrigerande",
}


def reporting_words(points: Sequence[str]) -> str:
    """The plan's words of reporting where a person chose points and wrote none: "April"."""
    return ", ".join(points).capitalize()
