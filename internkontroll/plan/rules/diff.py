"""Skillnaden mellan två planinnehåll: what was added, taken away and changed, field by field.

Compares the plain data of :func:`internkontroll.plan.rules.content.plan_content`: the proposal
with what was decided, or one version with the next. A kontrollmoment is the same one if its
lineage is. Its number and its marks (questions and their answers) are no part of the comparison.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from internkontroll.plan.rules.vocabulary import (
    FREQUENCY_TERMS,
    KIND_TERMS,
    TECHNIQUE_TERMS,
    ControlKind,
    Frequency,
    SampleKind,
    Technique,
)

Content = Mapping[str, Any]
Row = Mapping[str, Any]

NOTHING = "–"
"""Shown where one side has no value."""

DOING = (
    "text",
    "method_text",
    "technique",
    "sample",
    "frequency",
    "points",
    "performed_by",
    "criteria",
    "frame_text",
    "not_applicable_reason",
)
"""The fields that say what is done, how and when: a change of one makes other occurrences.

A new heading, risk or name of somebody responsible leaves planned occurrences as they are.
"""

_NOT_COMPARED = frozenset({"lineage", "number", "marks"})


@dataclass(frozen=True)
class FieldChange:
    """Ett ändrat fält: its label and both values as words. ``field`` is the content's own name."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ControlLine:
    """Ett kontrollmoment som har lagts till eller tagits bort."""

    lineage: str
    number: int
    area: str
    text: str


@dataclass(frozen=True)
class ControlChange:
    """Ett ändrat kontrollmoment; ``number`` is the one it has afterwards."""

    lineage: str
    number: int
    text: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class ContentDiff:
    """Skillnaden. ``plan`` holds what is changed outside the kontrollmoment."""

    added: tuple[ControlLine, ...] = ()
    removed: tuple[ControlLine, ...] = ()
    changed: tuple[ControlChange, ...] = ()
    plan: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.changed or self.plan)

    @property
    def count(self) -> int:
        """How many kontrollmoment are added, taken away or changed."""
        return len(self.added) + len(self.removed) + len(self.changed)


def diff_contents(old: Content, new: Content) -> ContentDiff:
    """What differs from ``old`` to ``new``, the kontrollmoment in the order of their numbers."""
    before, after = _by_lineage(old), _by_lineage(new)
    changed = []
    for lineage, row in after.items():
        if lineage in before:
            fields = _field_changes(before[lineage], row, old, new)
            if fields:
                changed.append(ControlChange(lineage, row["number"], row["text"], fields))
    return ContentDiff(
        added=tuple(_line(row) for key, row in after.items() if key not in before),
        removed=tuple(_line(row) for key, row in before.items() if key not in after),
        changed=tuple(changed),
        plan=tuple(_plan_changes(old, new)),
    )


def done_otherwise(old: Content, new: Content) -> frozenset[str]:
    """Lineages of the kontrollmoment of ``old`` that ``new`` lacks or does in another way."""
    before, after = _by_lineage(old), _by_lineage(new)
    return frozenset(
        lineage
        for lineage, row in before.items()
        if lineage not in after or any(row.get(name) != after[lineage].get(name) for name in DOING)
    )


def _by_lineage(content: Content) -> dict[str, Row]:
    rows = sorted(content.get("controls", ()), key=lambda row: row["number"])
    return {row["lineage"]: row for row in rows}


def _line(row: Row) -> ControlLine:
    return ControlLine(row["lineage"], row["number"], row["area"], row["text"])


def _field_changes(old: Row, new: Row, before: Content, after: Content) -> tuple[FieldChange, ...]:
    names = [*_LABELS, *sorted({*old, *new} - {*_LABELS} - _NOT_COMPARED)]
    changes = []
    for name in names:
        # A risk is told by its words: numbers may have been given anew between the two.
        first = _value(name, old.get(name), before)
        second = _value(name, new.get(name), after)
        if first != second:
            changes.append(FieldChange(name, _LABELS.get(name, "Övrigt"), first, second))
    return tuple(changes)


_LABELS: Mapping[str, str] = {
    "area": "Kontrollområde",
    "text": "Kontrollmoment",
    "kind": "Slag av kontroll",
    "risks": "Risker",
    "method_text": "Kontrollmetod",
    "technique": "Metod",
    "sample": "Urval",
    "frame_text": "Urvalsram",
    "frequency": "Frekvens",
    "points": "Rapporteras",
    "reporting_text": "Rapportering enligt planen",
    "performed_by": "Utförs av",
    "responsible_text": "Ansvarig enligt planen",
    "criteria": "Granskas mot",
    "obligatory": "Obligatoriskt för alla nämnder",
    "not_applicable_reason": "Inte tillämpligt hos oss",
    "extra": "Övriga kolumner",
}

_SAMPLES = {
    SampleKind.AT_LEAST: "minst {n}",
    SampleKind.EXACT: "{n} stycken",
    SampleKind.CENSUS: "samtliga",
    SampleKind.UNSTATED: "antal inte angivet",
    SampleKind.NONE: "inget urval",
}


def _sample(value: Any) -> str:
    return _SAMPLES[SampleKind(value["kind"])].format(n=value["n"])


def _criteria(value: Any) -> str:
    lines = []
    for row in value:
        line = row["text"] if row["counts"] else f"{row['text']} (räknas inte)"
        lines.append(f"{line} {row['help']}" if row.get("help") else line)
    return "\n".join(lines)


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "technique": lambda value: TECHNIQUE_TERMS[Technique(value)],
    "frequency": lambda value: FREQUENCY_TERMS[Frequency(value)],
    "sample": _sample,
    "criteria": _criteria,
    "kind": lambda value: KIND_TERMS[ControlKind(value)],
    "obligatory": lambda _: "ja",
    "extra": lambda value: "\n".join(f"{name}: {text}" for name, text in sorted(value.items())),
}


def _value(name: str, value: Any, content: Content) -> str:
    if value in (None, False, "", [], {}):
        return NOTHING
    if name == "risks":
        words = {risk["number"]: risk["description"] for risk in content.get("risks", ())}
        return "\n".join(sorted(words.get(number, str(number)) for number in value))
    if name in _WORDS:
        return _WORDS[name](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _plan_changes(old: Content, new: Content) -> Iterable[FieldChange]:
    for name, label in (("title", "Planens namn"), ("areas", "Kontrollområden")):
        first, second = _value(name, old.get(name), old), _value(name, new.get(name), new)
        if first != second:
            yield FieldChange(name, label, first, second)
    if "texts" in old and "texts" in new:
        before, after = _texts(old), _texts(new)
        for heading in dict.fromkeys((*before, *after)):
            first, second = before.get(heading, NOTHING), after.get(heading, NOTHING)
            if first != second:
                yield FieldChange("texts", heading, first, second)
    yield from _risk_changes(old, new)


def _texts(content: Content) -> dict[str, str]:
    sections: Sequence[Row] = content["texts"]
    return {row["title"]: row["text"] or NOTHING for row in sections}


def _risk_changes(old: Content, new: Content) -> Iterable[FieldChange]:
    before = {risk["description"]: _assessed(risk) for risk in old.get("risks", ())}
    after = {risk["description"]: _assessed(risk) for risk in new.get("risks", ())}
    for words, score in after.items():
        if words not in before:
            yield FieldChange("risks", "Ny risk", NOTHING, words)
        elif before[words] != score:
            yield FieldChange("risks", f"Riskvärde: {words}", before[words], score)
    for words in before:
        if words not in after:
            yield FieldChange("risks", "Borttagen risk", words, NOTHING)


def _assessed(risk: Row) -> str:
    found = risk.get("assessment")
    return str(found["score"]) if found else "inte värderad"
