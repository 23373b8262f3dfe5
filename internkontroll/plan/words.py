"""Planens ord på skärmen och i dokument."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from internkontroll.core.text import clean_line
from internkontroll.core.words import StateWord
from internkontroll.plan.models import MarkKind, PlanEvent, PlanKind, PlanState
from internkontroll.plan.rules.vocabulary import (
    FREQUENCY_TERMS,
    TECHNIQUE_TERMS,
    SampleKind,
    Technique,
)
from internkontroll.plan.rules.xray import Severity


class WordBook(Mapping[StrEnum, str]):
    """Ordbok: words of the members of several enums.

    Members of two enums with one value ("census") are equal and would be one key of a dict; here
    they are told apart by their class.
    """

    def __init__(self, *parts: Mapping[Any, str]) -> None:
        self._words: dict[tuple[type, str], tuple[StrEnum, str]] = {
            (type(member), member.name): (member, word)
            for part in parts
            for member, word in part.items()
        }

    def __getitem__(self, member: StrEnum) -> str:
        return self._words[type(member), member.name][1]

    def __iter__(self) -> Iterator[StrEnum]:
        return (member for member, _ in self._words.values())

    def __len__(self) -> int:
        return len(self._words)


STATES: Mapping[StrEnum, StateWord] = {
    PlanState.DRAFT: StateWord("Utkast", "idle"),
    PlanState.PREPARED: StateWord("Beredd", "warn"),
    PlanState.DECIDED: StateWord("Beslutad", "ok"),
    PlanState.REPLACED: StateWord("Ersatt", "idle"),
    PlanState.CLOSED: StateWord("Avslutad", "idle"),
    Severity.BLOCKS: StateWord("Hindrar beslut", "bad"),
    Severity.REMINDS: StateWord("Påminnelse", "warn"),
}

_OWN: Mapping[StrEnum, str] = {
    PlanEvent.READ: "Planens fil provlästes",
    PlanEvent.IMPORTED: "Planen lästes in",
    PlanEvent.CHANGED: "Läsningen av kontrollmomentet ändrades",
    PlanEvent.PREPARED: "Planen bereddes för beslut",
    PlanEvent.DECIDED: "Planen beslutades",
    PlanEvent.APPOINTED: "Kontrollansvarig utsågs",
    PlanEvent.MARK_SETTLED: "En fråga om kontrollmomentet besvarades",
    PlanKind.INTERNAL_CONTROL: "internkontrollplan",
    PlanKind.PRIVATE_PROVIDERS: "plan för kontroll av privata utförare",
    MarkKind.QUESTION: "fråga",
    MarkKind.NOTE: "påpekande",
    SampleKind.AT_LEAST: "minst ett visst antal",
    SampleKind.EXACT: "ett bestämt antal",
    SampleKind.CENSUS: "samtliga",
    SampleKind.UNSTATED: "antal inte angivet",
    SampleKind.NONE: "inget urval",
}

WORDS: Mapping[StrEnum, str] = WordBook(_OWN, TECHNIQUE_TERMS, FREQUENCY_TERMS)


def sample_words(kind: SampleKind, n: int | None) -> str:
    """Urvalets omfattning in words: "minst 3", "5 stycken", "samtliga", "antal inte angivet"."""
    if kind is SampleKind.AT_LEAST:
        return f"minst {n}"
    if kind is SampleKind.EXACT:
        return f"{n} stycken"
    return WORDS[kind]


def method_words(technique: Technique, kind: SampleKind, n: int | None) -> str:
    """Technique and sample on one line: "Stickprov, minst 3", "Totalkontroll"."""
    term = TECHNIQUE_TERMS[technique].capitalize()
    if kind is SampleKind.NONE or (kind is SampleKind.CENSUS and technique is Technique.CENSUS):
        return term
    return f"{term}, {sample_words(kind, n)}"


def short_title(text: str, length: int = 90) -> str:
    """A kontrollmoment's text as a link or heading: its first line, cut at a word."""
    line = clean_line(text.strip().split("\n", 1)[0]).rstrip(":")
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def points_words(points: Sequence[str]) -> str:
    """Rapporteringstidpunkterna as the plan's table tells them: "april, augusti, årsbokslut"."""
    return ", ".join(points) if points else "inte angivet"
