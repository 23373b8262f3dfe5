"""Jämförelse: a reading against the draft that is there. What is new, changed, untouched. Pure.

The plan's own words decide: how they were read, and what has been answered since, is not compared.
"""

import difflib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from internkontroll.core.text import clean_text, text_key
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.reading import PlanReading, PlanRow

ALIKE = 0.75
"""How alike two texts are (0 to 1, difflib's ratio) when they are one kontrollmoment, reworded."""

ALIKE_SAME_PLACE = 0.5
"""The same for two kontrollmoment with one number in one area."""

_COMPARED = 4_000
"""Characters of a text that are compared for likeness."""


@dataclass(frozen=True)
class DraftControl:
    """A kontrollmoment of the draft with its own words. ``fixed`` if no file may change it."""

    id: int
    number: int
    area: str
    risks: tuple[str, ...]
    text: str
    method_text: str
    reporting_text: str
    responsible_text: str
    extra: Mapping[str, str]
    fixed: bool = False


@dataclass(frozen=True)
class Difference:
    """One field that differs: its Swedish term, what the draft says, what the file says."""

    field: str
    term: str
    old: str
    new: str


@dataclass(frozen=True)
class Changed:
    """A kontrollmoment that the file words in another way."""

    row: PlanRow
    control: DraftControl
    differences: tuple[Difference, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that differ."""
        return frozenset(difference.field for difference in self.differences)


@dataclass(frozen=True)
class Comparison:
    """Jämförelse: every row of the file and every kontrollmoment of the draft stands in one part.

    ``kept`` are in the draft and not in the file: an import never takes anything away.
    """

    new: tuple[PlanRow, ...]
    changed: tuple[Changed, ...]
    untouched: tuple[tuple[PlanRow, DraftControl], ...]
    kept: tuple[DraftControl, ...]

    @property
    def changes_nothing(self) -> bool:
        """True if an import would leave the draft as it is."""
        return not self.new and not self.changed


def compare(reading: PlanReading, draft: Sequence[DraftControl]) -> Comparison:
    """Pair the rows of the reading with the draft's kontrollmoment, each at most once.

    By the text and area, then the text alone, then the likeness of what is left over.
    """
    left = dict(enumerate(draft))
    pairs: dict[int, DraftControl] = {}
    for key in (_by_area_and_text, _by_text):
        places: dict[object, list[int]] = defaultdict(list)
        for place, control in left.items():
            places[key(control.area, control.text)].append(place)
        for row in reading.rows:
            found = places.get(key(row.area, row.control))
            if row.row not in pairs and found:
                pairs[row.row] = left.pop(found.pop(0))
    for row, place in _likely(reading, pairs, left):
        pairs[row.row] = left.pop(place)
    changed, untouched = [], []
    for row in reading.rows:
        if row.row not in pairs:
            continue
        control = pairs[row.row]
        differences = () if control.fixed else _differences(row, control, reading)
        if differences:
            changed.append(Changed(row, control, differences))
        else:
            untouched.append((row, control))
    return Comparison(
        new=tuple(row for row in reading.rows if row.row not in pairs),
        changed=tuple(changed),
        untouched=tuple(untouched),
        kept=tuple(left.values()),
    )


def _by_area_and_text(area: str, text: str) -> object:
    return text_key(area), text_key(text)


def _by_text(_: str, text: str) -> object:
    return text_key(text)


def _likely(
    reading: PlanReading, pairs: Mapping[int, DraftControl], left: Mapping[int, DraftControl]
) -> list[tuple[PlanRow, int]]:
    """The most alike pairs of what is left, the best first, each row and control once."""
    scored = []
    for row in reading.rows:
        if row.row in pairs:
            continue
        matcher = difflib.SequenceMatcher(a=text_key(row.control)[:_COMPARED], autojunk=False)
        for place, control in left.items():
            matcher.set_seq2(text_key(control.text)[:_COMPARED])
            same = control.number == row.row and text_key(control.area) == text_key(row.area)
            floor = ALIKE_SAME_PLACE if same else ALIKE
            if matcher.real_quick_ratio() < floor or matcher.quick_ratio() < floor:
                continue
            if (ratio := matcher.ratio()) >= floor:
                scored.append((ratio, row, place))
    taken_rows: set[int] = set()
    taken_places: set[int] = set()
    found = []
    for _, row, place in sorted(scored, key=lambda one: (-one[0], one[1].row, one[2])):
        if row.row not in taken_rows and place not in taken_places:
            taken_rows.add(row.row)
            taken_places.add(place)
            found.append((row, place))
    return found


def _differences(
    row: PlanRow, control: DraftControl, reading: PlanReading
) -> tuple[Difference, ...]:
    compared = [
        (Field.CONTROL, control.text, row.control),
        (Field.METHOD, control.method_text, row.method),
        (Field.REPORTING, control.reporting_text, row.reporting_text),
        (Field.RESPONSIBLE, control.responsible_text, row.responsible),
    ]
    if row.area:
        compared.append((Field.AREA, control.area, row.area))
    found = [
        Difference(field, FIELD_TERMS[field], old, new)
        for field, old, new in compared
        # A file without the column says nothing of it.
        if (field in reading.columns or field in (Field.CONTROL, Field.AREA))
        and clean_text(old) != clean_text(new)
    ]
    risks = {text_key(risk) for risk in control.risks}
    if row.risk and text_key(row.risk) not in risks:
        found.append(
            Difference(Field.RISK, FIELD_TERMS[Field.RISK], "\n".join(control.risks), row.risk)
        )
    for heading, text in kept_texts(reading, row).items():
        if clean_text(control.extra.get(heading, "")) != clean_text(text):
            old = control.extra.get(heading, "")
            found.append(Difference(f"extra:{heading}", heading or "Tillägg", old, text))
    return tuple(found)


_KEPT: Mapping[Field, str] = {
    Field.NUMBER: "number_text",
    Field.PROCESS: "process",
    Field.PURPOSE: "purpose",
    Field.SAMPLE: "sample_text",
    Field.FREQUENCY: "frequency_text",
    Field.SCORE: "score_text",
    Field.RISK_OWNER: "risk_owner",
    Field.UNIT: "unit",
    Field.REPORT_TO: "report_to",
}
"""Verbatim texts without a column of their own: kept under their heading in the file."""


def kept_texts(reading: PlanReading, row: PlanRow) -> dict[str, str]:
    """Heading -> verbatim text of what a kontrollmoment has no field of its own for."""
    kept = {
        reading.columns.get(name, FIELD_TERMS[name]): getattr(row, attribute)
        for name, attribute in _KEPT.items()
        if getattr(row, attribute)
    }
    return {**kept, **{heading: text for heading, text in row.extra.items() if text}}
