"""När ett kontrollmoment ska göras: the year's occurrences from the decided plan's frequencies.

The plan decides how often (frekvens) and for which reporting points; the calendar gives the days.
A control with no frequency of its own is done once for each point it is reported at.
"""

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import OccurrenceState

_BULLET = re.compile(r"\s*\n[ \t]*[-–—•*·▪●○][ \t]+")

DUE_DAYS_BEFORE_CUT_OFF = 14
"""Days before a reporting point's cut-off by which its occurrences are to be done."""
DUE_DAYS_AFTER_PERIOD = 14
"""Days after a period's last day by which its occurrence is to be done."""

MONTHS_OF_PERIOD = {
    Frequency.MONTH: 1,
    Frequency.MEETING_MONTH: 1,
    Frequency.QUARTER: 3,
    Frequency.TERTIAL: 4,
    Frequency.HALF_YEAR: 6,
}
"""Length in months of the periods that a year is divided into."""

OPEN_STATES = (OccurrenceState.PLANNED, OccurrenceState.STARTED, OccurrenceState.PERFORMED)
"""States in which somebody still has something to do."""
DONE_STATES = (OccurrenceState.PERFORMED, OccurrenceState.APPROVED)
"""Where the work is done, whether or not another person has signed it."""
SKIPPABLE_STATES = (OccurrenceState.PLANNED, OccurrenceState.STARTED)
"""States from which an occurrence can become ej genomförd."""


@dataclass(frozen=True)
class ControlFacts:
    """What the calendar needs to know of a control. ``points`` are names of reporting points.

    ``lineage`` ties it to the same control in other versions of the plan.
    """

    id: int
    number: int
    frequency: Frequency
    points: tuple[str, ...]
    lineage: str = ""


@dataclass(frozen=True)
class PointFacts:
    """A reporting point of the year: its name, its period's last day, its last day for facts."""

    id: int
    name: str
    period_end: date
    cut_off: date


@dataclass(frozen=True)
class MeetingFacts:
    """An ordinary meeting that is held (not inställt) of a committee."""

    id: int
    subcommittee_id: int
    held_on: date


@dataclass(frozen=True)
class PlannedOccurrence:
    """An occurrence that the rules call for. ``origin`` is unique within its control."""

    control_id: int
    origin: str
    scheduled_on: date
    due_on: date
    subcommittee_id: int | None = None
    meeting_id: int | None = None
    reporting_point_id: int | None = None


def planned_occurrences(
    controls: Iterable[ControlFacts],
    points: Sequence[PointFacts],
    meetings: Sequence[MeetingFacts],
    reviewing: Iterable[int],
    *,
    year: int,
    meeting_days: Iterable[date] = (),
    due_days_before_cut_off: int = DUE_DAYS_BEFORE_CUT_OFF,
    due_days_after_period: int = DUE_DAYS_AFTER_PERIOD,
) -> list[PlannedOccurrence]:
    """Every occurrence that the year's plan and calendar call for, in the order of the controls.

    ``reviewing`` are the ids of the committees that review cases (individutskott). Inför varje
    sammanträde: one for each of their meetings, due that day. Inför varje rapporteringstidpunkt:
    one for each point the control is reported at, scheduled on the period's last day and due
    ``due_days_before_cut_off`` days before the point's cut-off. Month, quarter, tertial, half-year
    and year: scheduled on the period's last day, due ``due_days_after_period`` days later. Månad
    med sammanträde: only the months of ``meeting_days``, the days on which the board or any of its
    committees meets. Vid behov: none, they are called for one by one. A point name
    that the year lacks makes no occurrence here; ``missing_sentences``
    tells of it.

    The same input gives the same origins, so that what is there already can be left alone.
    """
    committees = frozenset(reviewing)
    by_name = {point.name: point for point in points}
    meeting_months = frozenset((day.year, day.month) for day in meeting_days)
    planned: list[PlannedOccurrence] = []
    for control in controls:
        if control.frequency is Frequency.PER_MEETING:
            planned += _of_meetings(control, meetings, committees)
        elif control.frequency is Frequency.REPORTING_POINT:
            planned += _of_points(control, by_name, due_days_before_cut_off)
        elif control.frequency is Frequency.MEETING_MONTH:
            planned += [
                item
                for item in _of_periods(control, year, due_days_after_period)
                if (item.scheduled_on.year, item.scheduled_on.month) in meeting_months
            ]
        elif control.frequency is not Frequency.ON_DEMAND:
            planned += _of_periods(control, year, due_days_after_period)
    return planned


def month_origin(day: date) -> str:
    """The origin of the occurrence of a month with a meeting on that day."""
    return f"{Frequency.MEETING_MONTH.value}:{day.year}-{day.month:02}"


def _of_meetings(
    control: ControlFacts, meetings: Sequence[MeetingFacts], committees: frozenset[int]
) -> list[PlannedOccurrence]:
    return [
        PlannedOccurrence(
            control_id=control.id,
            origin=f"meeting:{meeting.id}",
            scheduled_on=meeting.held_on,
            due_on=meeting.held_on,
            subcommittee_id=meeting.subcommittee_id,
            meeting_id=meeting.id,
        )
        for meeting in sorted(meetings, key=lambda meeting: (meeting.held_on, meeting.id))
        if meeting.subcommittee_id in committees
    ]


def _of_points(
    control: ControlFacts, by_name: Mapping[str, PointFacts], due_days: int
) -> list[PlannedOccurrence]:
    reached = [by_name[name] for name in dict.fromkeys(control.points) if name in by_name]
    return [
        PlannedOccurrence(
            control_id=control.id,
            origin=f"point:{point.name}",
            scheduled_on=point.period_end,
            due_on=point.cut_off - timedelta(days=due_days),
            reporting_point_id=point.id,
        )
        for point in sorted(reached, key=lambda point: (point.period_end, point.name))
    ]


def _of_periods(control: ControlFacts, year: int, due_days: int) -> list[PlannedOccurrence]:
    if control.frequency is Frequency.YEAR:
        ends = {f"year:{year}": date(year, 12, 31)}
    else:
        months = MONTHS_OF_PERIOD[control.frequency]
        ends = {}
        for number in range(1, 12 // months + 1):
            month = number * months
            label = f"{number:02}" if months == 1 else str(number)
            last = calendar.monthrange(year, month)[1]
            ends[f"{control.frequency.value}:{year}-{label}"] = date(year, month, last)
    return [
        PlannedOccurrence(
            control_id=control.id,
            origin=origin,
            scheduled_on=end,
            due_on=end + timedelta(days=due_days),
        )
        for origin, end in ends.items()
    ]


def missing_sentences(
    controls: Iterable[ControlFacts],
    points: Sequence[PointFacts],
    meetings: Sequence[MeetingFacts],
    committees: Mapping[int, str],
    *,
    year: int,
) -> list[str]:
    """What the calendar lacks for the plan to become occurrences, one Swedish sentence for each.

    ``committees`` are the names of those that review cases, by id.
    """
    controls = list(controls)
    known = {point.name for point in points}
    sentences = []
    lacking: dict[str, list[int]] = {}
    for control in controls:
        if control.frequency is Frequency.REPORTING_POINT:
            for name in dict.fromkeys(control.points):
                if name not in known:
                    lacking.setdefault(name, []).append(control.number)
    for name, numbers in lacking.items():
        sentences.append(
            f"{_control_words(numbers)} rapporteras vid {name}, men {year} har ingen "
            f"rapporteringstidpunkt med det namnet. Inget tillfälle har skapats för den."
        )
    without = [
        control.number
        for control in controls
        if control.frequency is Frequency.REPORTING_POINT and not control.points
    ]
    if without:
        sentences.append(
            f"{_control_words(without)} saknar rapporteringstidpunkt i planen. "
            "Inget tillfälle har skapats."
        )
    per_meeting = [
        control.number for control in controls if control.frequency is Frequency.PER_MEETING
    ]
    if per_meeting and not committees:
        sentences.append(
            f"{_control_words(per_meeting)} görs inför varje sammanträde, men nämnden har inget "
            "utskott som granskar ärenden. Inget tillfälle har skapats."
        )
    elif per_meeting:
        met = {meeting.subcommittee_id for meeting in meetings}
        sentences += [
            f"{name} har inga sammanträden {year}. Lägg in dagarna och skapa tillfällena igen."
            for committee_id, name in committees.items()
            if committee_id not in met
        ]
    return sentences


def _control_words(numbers: Sequence[int]) -> str:
    """Which controls a sentence speaks of: ``Kontroll 4`` or ``Kontrollerna 4, 5 och 6``."""
    if len(numbers) == 1:
        return f"Kontroll {numbers[0]}"
    listed = ", ".join(str(number) for number in numbers[:-1])
    return f"Kontrollerna {listed} och {numbers[-1]}"


def days_late(due_on: date, state: OccurrenceState, on: date) -> int:
    """How many days an open occurrence is late on a day; 0 if it is not, or is closed."""
    return max((on - due_on).days, 0) if state in OPEN_STATES else 0


def short_text(text: str, length: int = 90) -> str:
    """The start of a control's text for a heading: its first sentence, cut between words.

    A list in it is written on with commas. ``length`` is the most characters that are kept, the
    ellipsis not counted.
    """
    line = " ".join(_BULLET.sub(", ", text).split()).replace(":, ", ": ").removeprefix(", ")
    first, divider, _ = line.partition(". ")
    if divider and len(first) <= length:
        return first
    if len(line) <= length:
        return line.removesuffix(".")
    cut = line[: length + 1].rsplit(" ", 1)[0]
    return cut[:length].rstrip(" ,;:–-") + " …"
