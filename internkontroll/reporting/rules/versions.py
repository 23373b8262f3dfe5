"""Skillnader mellan två versioner av en uppföljning: every figure and text that is not the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from internkontroll.core.dates import long_date
from internkontroll.findings.models import CorrectionOutcome, Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.count import ClosingCount
from internkontroll.reporting.rules.lines import ActionStanding, FindingLine
from internkontroll.reporting.rules.report import ChangedControl, ControlRow, Report

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
    rows: Iterable[ControlRow | ChangedControl] = (*report.rows, *report.others)
    return {one.label: (row.number, one) for row in rows for one in row.findings}


def _of_findings(before: Numbered, after: Numbered, alone: set[str]) -> Iterable[Difference]:
    for label in dict.fromkeys((*before, *after)):
        sides = [side[label] for side in (before, after) if label in side]
        if label in alone and len(sides) == 1:
            continue
        old, new = (_told_of(side[label][1]) if label in side else {} for side in (before, after))
        for what in dict.fromkeys((*old, *new)):
            yield from _changed(sides[-1][0], (what, old.get(what), new.get(what)))


def _told_of(finding: FindingLine) -> dict[str, Told]:
    """Everything that is told of an avvikelse, by what it is."""
    label = finding.label
    told: dict[str, Told] = {
        label: finding.description,
        f"{label}: hur allvarlig": finding.severity,
    }
    if (correction := finding.correction) is not None:
        told |= {
            f"{label}: rättelsen": correction.outcome,
            f"{label}: rättelsen, texten": correction.text,
            f"{label}: rättelsen, dagen": _day(correction.done_on),
            f"{label}: rättelsen, belopp i öre": correction.amount,
        }
    for action in finding.actions:
        what = f"{label}: åtgärd {action.number}"
        told |= {
            what: action.description,
            f"{what}, läget": action.standing,
            f"{what}, klar senast": _day(action.due_on),
            f"{what}, avslutad": _day(action.ended_on),
            f"{what}, vad den ledde till": action.outcome,
        }
    return told


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
