"""Planens ord på skärmen och i dokument."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from internkontroll.core.text import clean_line
from internkontroll.core.words import StateWord
from internkontroll.plan.models import (
    ChecklistEvent,
    MarkKind,
    PlanEvent,
    PlanKind,
    PlanState,
    ReadingSource,
)
from internkontroll.plan.rules.headers import FIELD_TERMS
from internkontroll.plan.rules.sections import SECTION_TITLES
from internkontroll.plan.rules.vocabulary import (
    FREQUENCY_TERMS,
    KIND_TERMS,
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
    PlanState.AMENDING: StateWord("Ändras vid beslut", "warn"),
    PlanState.DECIDED: StateWord("Beslutad", "ok"),
    PlanState.REPLACED: StateWord("Ersatt", "idle"),
    PlanState.CLOSED: StateWord("Avslutad", "idle"),
    Severity.BLOCKS: StateWord("Hindrar beslut", "bad"),
    Severity.REMINDS: StateWord("Påminnelse", "warn"),
}

_OWN: Mapping[StrEnum, str] = {
    PlanEvent.READ: "Planens fil provlästes",
    PlanEvent.IMPORTED: "Planen lästes in",
    PlanEvent.UPDATED: "Utkastet ändrades efter en ny fil",
    PlanEvent.IMPORT_UNDONE: "En inläsning ångrades",
    PlanEvent.HEADINGS_TOLD: "Rubriker i planens fil förklarades",
    PlanEvent.CHANGED: "Kontrollmomentet ändrades",
    PlanEvent.PREPARED: "Planen bereddes för beslut",
    PlanEvent.DECIDED: "Planen beslutades",
    PlanEvent.APPOINTED: "Kontrollansvarig utsågs",
    PlanEvent.MARK_SETTLED: "En fråga om kontrollmomentet besvarades",
    PlanEvent.CREATED: "Planen påbörjades",
    PlanEvent.TEXT_CHANGED: "Ett textavsnitt i planen ändrades",
    PlanEvent.AREAS_CHANGED: "Planens kontrollområden ändrades",
    PlanEvent.CONTROL_ADDED: "Kontrollmomentet lades till",
    PlanEvent.CONTROL_MOVED: "Kontrollmomentet flyttades",
    PlanEvent.CONTROL_REMOVED: "Ett kontrollmoment togs bort ur utkastet",
    PlanEvent.CRITERIA_CHANGED: "Kontrollmomentets kriterier ändrades",
    PlanEvent.APPLICABILITY_CHANGED: "Om kontrollmomentet är tillämpligt hos nämnden ändrades",
    PlanEvent.OBLIGATORY_ADDED: "Obligatoriska kontrollmoment lades in i planen",
    PlanEvent.OBLIGATORY_WRITTEN: "Ett obligatoriskt kontrollmoment skrevs",
    PlanEvent.OBLIGATORY_CHANGED: "Ett obligatoriskt kontrollmoment ändrades",
    PlanEvent.OBLIGATORY_WITHDRAWN: "Ett obligatoriskt kontrollmoment togs tillbaka",
    ChecklistEvent.CREATED: "En checklista skrevs",
    ChecklistEvent.PROPOSED: "En checklista föreslogs från ett kontrollmoment",
    ChecklistEvent.CHANGED: "Checklistans utkast ändrades",
    ChecklistEvent.VERSION_BEGUN: "Nästa version av checklistan påbörjades",
    ChecklistEvent.PUBLISHED: "En version av checklistan publicerades",
    ChecklistEvent.DRAFT_REMOVED: "Ett utkast till checklista togs bort",
    ChecklistEvent.TAKEN_OVER: "Kontrollmomentet fick kriterierna från en checklista",
    PlanEvent.RETURNED: "Planen togs tillbaka till utkast",
    PlanEvent.REFERRED_BACK: "Nämnden återremitterade planen",
    PlanEvent.TABLED: "Nämnden bordlade planen",
    PlanEvent.AMENDED: "Nämndens ändringar började skrivas in",
    PlanEvent.VERIFIED: "Protokollet justerades",
    PlanEvent.REVISED: "En revision av planen påbörjades",
    PlanEvent.REVISION_DROPPED: "Revisionens utkast togs bort",
    PlanEvent.REPLACED: "Planen ersattes av en ny version",
    PlanEvent.CLOSED: "Planen avslutades",
    PlanKind.INTERNAL_CONTROL: "internkontrollplan",
    PlanKind.PRIVATE_PROVIDERS: "plan för kontroll av privata utförare",
    ReadingSource.FILE: "fil",
    ReadingSource.PASTED: "inklistrade celler",
    MarkKind.QUESTION: "fråga",
    MarkKind.NOTE: "påpekande",
    SampleKind.AT_LEAST: "minst ett visst antal",
    SampleKind.EXACT: "ett bestämt antal",
    SampleKind.CENSUS: "samtliga",
    SampleKind.UNSTATED: "antal inte angivet",
    SampleKind.NONE: "inget urval",
}

WORDS: Mapping[StrEnum, str] = WordBook(
    _OWN, FIELD_TERMS, TECHNIQUE_TERMS, FREQUENCY_TERMS, KIND_TERMS, SECTION_TITLES
)


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


def _n(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def started_sentence(started: Any, *, copied: bool, other_board: str | None) -> str:
    """What a plan that was just begun holds, and what was not copied into it."""
    words = []
    if copied:
        parts = (
            _n(started.areas, "kontrollområde", "kontrollområden"),
            _n(started.risks, "risk", "risker"),
            _n(started.controls, "kontrollmoment", "kontrollmoment"),
            _n(started.criteria, "kriterium", "kriterier"),
        )
        texts = _n(started.texts, "textavsnitt", "textavsnitt")
        words.append(f"Kopierat: {', '.join(parts)} och {texts}.")
        if other_board is not None:
            words.append(
                f"Riskvärden och ansvariga hos {other_board} följde inte med. Läs igenom texterna."
            )
        else:
            words.append("Ansvariga och gamla frågor följde inte med.")
    else:
        words.append("Planen är påbörjad. Den har inga kontrollmoment än.")
    if started.obligatory:
        words.append(
            f"{_n(started.obligatory, 'obligatoriskt', 'obligatoriska')} kontrollmoment från "
            "kommunstyrelsen är inlagda."
        )
    return " ".join(words)


def answer_word(state: PlanState | None, *, present: bool, reason: str | None) -> StateWord:
    """What kommunstyrelsen is told of a board's obligatory control. ``state``: its plan's."""
    if state is None:
        return StateWord("Ingen plan än", "idle")
    decided = state in (PlanState.DECIDED, PlanState.CLOSED)
    where = "beslutad plan" if decided else "utkastet"
    if not present:
        return StateWord(f"Saknas i {where}", "bad" if decided else "warn")
    if reason is not None:
        return StateWord("Ej tillämpligt", "warn")
    return StateWord(f"Finns i {where}", "ok" if decided else "idle")
