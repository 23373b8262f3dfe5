"""Uppdrag från nämnden as a report tells of them: their state when its facts were closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from internkontroll.core.clock import swedish_day
from internkontroll.reporting.rules.report import AssignmentLine


@dataclass(frozen=True)
class AssignmentFact:
    """Ett uppdrag with the moments at which things became known.

    ``moves`` are the days it was moved from, with the moment of each, in their order.
    """

    number: int
    year: int
    text: str
    unit: str | None
    given_on: date
    recorded_at: datetime
    report_back_on: date
    moves: Sequence[tuple[date, datetime]]
    reported_on: date | None
    reported_at: datetime | None
    report_back: str | None


def assignment_label(year: int, number: int) -> str:
    """Uppdragets namn: "Uppdrag 2020:1"."""
    return f"Uppdrag {year}:{number}"


def clause_of(text: str) -> str:
    """The clause without the "att" and the final full stop that the list gives it back."""
    text = text.strip().removesuffix(".")
    return text[4:].lstrip() if text[:4].casefold() == "att " else text


def assignment_lines(
    facts: Iterable[AssignmentFact], known_at: datetime
) -> tuple[AssignmentLine, ...]:
    """Those that were known at the moment, in the state they had then; late ones first."""
    lines = [_line(fact, known_at) for fact in facts if fact.recorded_at <= known_at]
    return tuple(
        sorted(lines, key=lambda line: (line.reported_on is not None, line.due_on, line.label))
    )


def _line(fact: AssignmentFact, known_at: datetime) -> AssignmentLine:
    later = [day for day, moment in fact.moves if moment > known_at]
    due_on = later[0] if later else fact.report_back_on
    known = fact.reported_at is not None and fact.reported_at <= known_at
    return AssignmentLine(
        label=assignment_label(fact.year, fact.number),
        text=fact.text,
        unit=fact.unit,
        given_on=fact.given_on,
        due_on=due_on,
        moved=len(fact.moves) - len(later),
        reported_on=fact.reported_on if known else None,
        report_back=fact.report_back if known else None,
        late=not known and due_on < swedish_day(known_at),
    )
