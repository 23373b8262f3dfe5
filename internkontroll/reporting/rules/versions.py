"""Skillnader mellan två versioner av en uppföljning: every figure and text that is not the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain

from internkontroll.core.dates import long_date
from internkontroll.findings.models import CorrectionOutcome, Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.count import ClosingCount
from internkontroll.reporting.rules.lines import ActionLine, ActionStanding, FindingLine
from internkontroll.reporting.rules.report import ControlRow, Report

_FIGURES = (
    ("Skulle göras", "due"),
    ("Gjort i tid", "in_time"),
    ("Gjort sent", "late"),
    ("Inte gjort, med orsak", "not_performed"),
    ("Inte gjort, utan orsak", "missed"),
    ("Ännu inte aktuellt", "not_yet_due"),
    ("Utgått", "expired"),
)

Told = (
    str
    | int
    | Assessment
    | OverallAssessment
    | Severity
    | CorrectionOutcome
    | ActionStanding
    | None
)
Numbered = dict[str, tuple[int, FindingLine]]


@dataclass(frozen=True)
class Difference:
    """En skillnad: ``number`` is the kontrollmoment, None for the whole; old and new as they are.

    ``old`` or ``new`` is None where there is nothing.
    """

    number: int | None
    what: str
    old: Told
    new: Told

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure that differs, and not a text or an assessment."""
        return isinstance(self.old, int) or isinstance(self.new, int)


def differences(old: Report, new: Report) -> tuple[Difference, ...]:
    """What differs, the whole first and then by number of kontrollmoment."""
    found = [
        *_of_counts(None, old.total, new.total),
        *_changed(
            None,
            ("Granskade", old.reviewed, new.reviewed),
            ("Med avvikelse", old.deviating, new.deviating),
            ("Beskrivna avvikelser", old.findings, new.findings),
            ("Samlad bedömning", old.overall, new.overall),
            ("Vad bedömningen bygger på", old.grounds, new.grounds),
        ),
    ]
    # A revision between them numbers the kontrollmoment anew; an old snapshot has numbers alone.
    by_number = not all(row.lineage for row in (*old.rows, *new.rows))
    before, after = _by_key(old.rows, by_number=by_number), _by_key(new.rows, by_number=by_number)
    pairs = [(before.get(key), after.get(key)) for key in dict.fromkeys((*after, *before))]
    for one, other in sorted(pairs, key=_number):
        found += _of_rows(_number((one, other)), one, other)
    # A kontrollmoment that came or went is told as one, with all that is in it.
    lone = [row for one, other in pairs if not (one and other) for row in (one, other) if row]
    alone = {finding.label for row in lone for finding in row.findings}
    found += _of_findings(_by_label(old), _by_label(new), alone)
    # What is told of a finding stands with the rest of its kontrollmoment.
    return tuple(sorted(found, key=lambda one: one.number or 0))


def _by_label(report: Report) -> Numbered:
    """Every avvikelse with its kontrollmoment, also where the point does not report that."""
    rows = chain(report.rows, report.others)
    return {one.label: (row.number, one) for row in rows for one in row.findings}


def _of_findings(before: Numbered, after: Numbered, alone: set[str]) -> Iterable[Difference]:
    for label in dict.fromkeys((*before, *after)):
        if label in alone and not (label in before and label in after):
            continue
        number = (after.get(label) or before[label])[0]
        old, new = (side[label][1] if label in side else None for side in (before, after))
        yield from _changed(
            number,
            (label, old and old.description, new and new.description),
            (f"{label}: hur allvarlig", old and old.severity, new and new.severity),
        )
        yield from _of_corrections(number, label, old, new)
        yield from _of_actions(number, label, old, new)


def _of_corrections(
    number: int, label: str, old: FindingLine | None, new: FindingLine | None
) -> Iterable[Difference]:
    one, other = old and old.correction, new and new.correction
    what = f"{label}: rättelsen"
    yield from _changed(
        number,
        (what, one and one.outcome, other and other.outcome),
        (f"{what}, texten", one and one.text, other and other.text),
        (f"{what}, dagen", _day(one and one.done_on), _day(other and other.done_on)),
        (f"{what}, belopp i öre", one and one.amount, other and other.amount),
    )


def _of_actions(
    number: int, label: str, old: FindingLine | None, new: FindingLine | None
) -> Iterable[Difference]:
    before, after = _actions(old), _actions(new)
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        what = f"{label}: åtgärd {key}"
        yield from _changed(
            number,
            (what, one and one.description, other and other.description),
            (f"{what}, läget", one and one.standing, other and other.standing),
            (f"{what}, klar senast", _day(one and one.due_on), _day(other and other.due_on)),
            (f"{what}, avslutad", _day(one and one.ended_on), _day(other and other.ended_on)),
            (f"{what}, vad den ledde till", one and one.outcome, other and other.outcome),
        )


def _actions(finding: FindingLine | None) -> dict[int, ActionLine]:
    return {one.number: one for one in finding.actions} if finding else {}


def _day(day: date | None) -> str | None:
    return long_date(day) if day else None


def _by_key(rows: Iterable[ControlRow], *, by_number: bool) -> dict[int | str, ControlRow]:
    return {row.number if by_number else row.lineage: row for row in rows}


def _number(pair: tuple[ControlRow | None, ControlRow | None]) -> int:
    """The number in the later version, where it has one."""
    old, new = pair
    row = new or old
    if row is None:
        raise ValueError("neither version has the row")
    return row.number


def _changed(number: int | None, *told: tuple[str, Told, Told]) -> Iterable[Difference]:
    for what, old, new in told:
        if (old or None) != (new or None):
            yield Difference(number, what, old, new)


def _of_counts(number: int | None, old: ClosingCount, new: ClosingCount) -> Iterable[Difference]:
    return _changed(
        number, *((what, getattr(old, name), getattr(new, name)) for what, name in _FIGURES)
    )


def _of_rows(number: int, old: ControlRow | None, new: ControlRow | None) -> Iterable[Difference]:
    if old is None or new is None:
        told = (old.text if old else None), (new.text if new else None)
        yield Difference(number, "Kontrollmomentet", *told)
        return
    yield from _of_counts(number, old.count, new.count)
    yield from _changed(
        number,
        ("Granskade", old.reviewed, new.reviewed),
        ("Urvalsram", old.population, new.population),
        ("Med avvikelse", old.deviating, new.deviating),
        ("Beskrivna avvikelser", len(old.findings), len(new.findings)),
        ("Bedömning", old.assessment, new.assessment),
        ("Skäl till bedömningen", old.assessment_reason, new.assessment_reason),
        ("Kommentar", old.comment, new.comment),
    )
