"""A year of three boards played by seeded chance with the program's own verbs, day by day.

The social board follows the real plan. A small board and the executive board follow plans of their
own, and a fourth is asked for reports and sends none. Everything is done on its day and in order,
so that what a report knew is what had been done by then.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from internkontroll.findings.models import Severity
from internkontroll.organisation.models import Meeting, ReportingPoint
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.plan.services import prepare_plan, start_revision
from internkontroll.plan.services.controls import ControlContent, add_control, remove_control
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.services import (
    Minutes,
    decide_correction,
    decide_report,
    open_correction,
    send_report,
    set_overall,
)
from internkontroll.reporting.services.oversight import write_summary
from internkontroll.review.models import Basis, Conclusion
from internkontroll.schedule.models import NonPerformance, Occurrence, OccurrenceState
from internkontroll.schedule.services import (
    cancel_meeting,
    decide_revision,
    move_occurrence,
    withdraw_not_performed,
)
from tests.played_days import (
    CODES,
    MEETING_DAY,
    POINTS,
    SYSTEM,
    YEAR,
    PlayedDays,
    minutes_of,
    moment,
)

SENT_LATE = ("AMN", "augusti")
REVISED_ON, CORRECTED_ON = date(2020, 6, 11), date(2020, 10, 8)
CHANGED = 15
"""The kontrollmoment of the real plan that the revision does in another way."""


@dataclass
class Seen:
    """The end of a point's round: every board that is to has decided and sent."""

    point: str
    on: date
    what: str


@dataclass
class PlayedYear(PlayedDays):
    """The days, with the reports and what is uncommon.

    ``told`` is what has happened besides what happens every day.
    """

    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._seen: list[Seen] = []
        for code, (point, (decided_on, _)) in itertools.product(CODES, POINTS.items()):
            self._on(
                decided_on + timedelta(days=1),
                lambda at, c=code, p=point: self._report(c, p, at),
                14,
            )
        self._on(date(2020, 5, 4), self._move_some)
        self._on(date(2020, 6, 1), self._call_off)
        self._on(date(2020, 6, 10), self._do_what_was_skipped)
        self._on(date(2020, 6, 12), self._revise)
        self._on(date(2020, 6, 16), self._correct_a_conclusion)
        self._on(CORRECTED_ON + timedelta(days=1), self._correct_april)

    def play(self) -> Iterator[Seen]:
        """Go through the year; stops where kommunstyrelsen puts its samlade bild together."""
        while self._queue:
            at, _, act = heapq.heappop(self._queue)
            act(at)
            self.session.flush()
            while self._seen:
                yield self._seen.pop()

    # What is uncommon

    def _of_scn(self, *where: sa.ColumnElement[bool]) -> sa.Select[tuple[Occurrence]]:
        return (
            sa.select(Occurrence)
            .where(Occurrence.board_id == self.boards["SCN"].id, *where)
            .order_by(Occurrence.due_on, Occurrence.id)
        )

    def _move_some(self, at: datetime) -> None:
        """Two that are planned are moved past the day on which April's facts are closed."""
        planned = self._of_scn(
            Occurrence.state == OccurrenceState.PLANNED,
            Occurrence.subcommittee_id.is_(None),
            Occurrence.due_on > at.date(),
        )
        for occurrence in self.session.scalars(planned.limit(2)).all():
            move_occurrence(
                self.session,
                occurrence,
                due_on=date(2020, 6, 3),
                reason="Systemet byts.",
                actor=SYSTEM,
                at=at,
            )
            self.told.add("moved")

    def _call_off(self, at: datetime) -> None:
        meeting = self.session.scalars(
            sa.select(Meeting).where(Meeting.held_on == date(2020, 6, MEETING_DAY["IU2"]))
        ).one()
        cancel_meeting(
            self.session,
            self.boards["SCN"],
            meeting,
            reason="För få ärenden.",
            row_version=meeting.row_version,
            actor=SYSTEM,
            at=at,
        )
        self.told.add("called off")

    def _do_what_was_skipped(self, at: datetime) -> None:
        """What April told was not done is done all the same: a late entry."""
        skipped = self._of_scn(
            Occurrence.id.in_(sa.select(NonPerformance.occurrence_id)),
            Occurrence.due_on < date(2020, 5, 21),
        )
        occurrence = self.session.scalars(skipped.limit(1)).one()
        withdraw_not_performed(self.session, occurrence, actor=SYSTEM, at=at)
        for finding in self._work.perform(occurrence, at, {1: Severity.MATERIAL}):
            self._follow(finding, at.date())
        self.told.add("late entry")

    def _correct_a_conclusion(self, at: datetime) -> None:
        """A figure that April counted turns out to be wrong."""
        sampled = sa.select(Conclusion.occurrence_id).where(
            Conclusion.basis == Basis.SAMPLE, Conclusion.deviating == 0
        )
        signed = self._of_scn(
            Occurrence.id.in_(sampled),
            Occurrence.subcommittee_id.is_(None),
            Occurrence.due_on < date(2020, 5, 21),
        )
        occurrence = self.session.scalars(signed.limit(1)).one()
        self._work.correct(occurrence, at, at + timedelta(hours=2))
        self.told.add("corrected conclusion")

    def _revise(self, at: datetime) -> None:
        """One kontrollmoment is done in another way, one is taken away; the small board adds one.

        It is the last one that goes, so that each number is one kontrollmoment's the year round.
        """
        own = self._draft("SCN", at)
        own[CHANGED].method_text = "Alla underlag gås igenom."
        remove_control(self.session, own[max(own)], actor=SYSTEM, at=at)
        self._decide_revision("SCN", at)
        own = self._draft("AMN", at)
        content = ControlContent(
            area_id=own[1].area_id,
            text="Kontroll av jäv",
            technique=Technique.SAMPLE,
            sample_kind=SampleKind.EXACT,
            sample_n=3,
            frequency=Frequency.REPORTING_POINT,
            points=("augusti", "årsbokslut"),
            method_text="Tre beslut jämförs med protokollet.",
            risk_ids=(own[1].risks[0].id,),
        )
        add_control(self.session, own[1].plan, content, actor=SYSTEM, at=at)
        self._decide_revision("AMN", at)
        self.told.add("revised plan")

    def _draft(self, code: str, at: datetime) -> dict[int, Control]:
        plan = start_revision(self.session, self._plans[code], "Ny lag.", actor=SYSTEM, at=at)
        self._plans[code] = plan
        own = self.session.scalars(sa.select(Control).where(Control.plan_id == plan.id))
        return {row.number: row for row in own}

    def _decide_revision(self, code: str, at: datetime) -> None:
        draft = self._plans[code]
        prepare_plan(self.session, draft, actor=SYSTEM, at=at)
        minutes = minutes_of(self.boards[code], REVISED_ON)
        decide_revision(self.session, draft, **minutes, actor=SYSTEM, at=at)
        self._give_fates(code, at.date() + timedelta(days=1))

    # Reports

    def point(self, code: str, name: str) -> ReportingPoint:
        """A board's point of the year."""
        return self.session.scalars(
            sa.select(ReportingPoint).where(
                ReportingPoint.board_id == self.boards[code].id, ReportingPoint.name == name
            )
        ).one()

    def _report(self, code: str, name: str, at: datetime) -> None:
        """Weighed the day before, decided by the board and sent on; the last one ends the round."""
        board, point = self.boards[code], self.point(code, name)
        decided_on = POINTS[name][0]
        set_overall(
            self.session,
            board,
            point,
            overall=self._chance.choice(list(OverallAssessment)),
            grounds="Några kontroller är inte gjorda.",
            actor=SYSTEM,
            at=moment(decided_on - timedelta(days=1)),
        )
        minutes = minutes_of(board, decided_on)
        decide_report(self.session, board, point, **minutes, actor=SYSTEM, at=at)
        if code == CODES[-1]:
            self._on(POINTS[name][1] + timedelta(days=10), lambda at: self._sum_up(name, at), 16)
            return
        late = timedelta(days=9) if (code, name) == SENT_LATE else timedelta()
        self._on(
            decided_on + timedelta(days=3) + late,
            lambda at: send_report(self.session, board, point, actor=SYSTEM, at=at),
        )

    def _sum_up(self, name: str, at: datetime) -> None:
        write_summary(
            self.session,
            YEAR,
            name,
            overall=OverallAssessment.PARTLY,
            grounds="En nämnd har inte lämnat.",
            proposals="att se över attesten",
            actor=SYSTEM,
            at=at,
        )
        self._seen.append(Seen(name, at.date(), "decided and sent"))

    def _correct_april(self, at: datetime) -> None:
        """The board decides a new version of April, with what has become known since."""
        board, point = self.boards["SCN"], self.point("SCN", "april")
        reason = "En slutsats är rättad."
        open_correction(self.session, board, point, reason, actor=SYSTEM, at=at)
        minutes = Minutes(CORRECTED_ON, "140", "SCN-2020-0101")
        decide_correction(
            self.session, board, point, minutes, actor=SYSTEM, at=at + timedelta(hours=1)
        )
        send_report(self.session, board, point, actor=SYSTEM, at=at + timedelta(hours=2))
        self.told.add("corrected report")
        self._seen.append(Seen("april", at.date(), "corrected"))
