"""What happens every day of a municipality's year, by seeded chance and the program's own verbs.

Three boards follow plans of their own: what is done, what is found and what becomes of it.
"""

import hashlib
import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.files.tables import read_table
from internkontroll.findings.models import Action, CorrectionOutcome, Finding, Severity
from internkontroll.findings.services import (
    add_action,
    finish_action,
    move_action,
    record_correction,
)
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.organisation.queries import points_of_year
from internkontroll.organisation.services import add_meetings, change_point, open_year
from internkontroll.plan.models import Plan
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.reading import read_plan
from internkontroll.plan.services import decide_plan, import_plan, prepare_plan
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.services import (
    generate_occurrences,
    record_not_performed,
)
from tests.factories import Town, actor_of, make_town, make_user, plan_csv
from tests.played_work import Work

SYSTEM = system_actor("provning")
YEAR, SEED = 2020, 2020
MEETING_DAY = {"IU1": 12, "IU2": 19}
MONTHS = (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)
POINTS = {
    "april": (date(2020, 5, 28), date(2020, 6, 5)),
    "augusti": (date(2020, 9, 24), date(2020, 10, 2)),
    "årsbokslut": (date(2021, 2, 18), date(2021, 3, 16)),
}
"""The day on which the boards decide, and the day by which kommunstyrelsen wants it."""
CODES = ("SCN", "AMN", "KS")
"""The boards that have a plan and report."""
SMALL_PLANS = {
    "AMN": plan_csv(
        "Finansiell kontroll;Fel belopp betalas;Attest finns;"
        "Stickprov på fem fakturor;Delårs- och årsbokslut",
        "Finansiell kontroll;Fel belopp betalas;Konto är rätt;"
        "Stickprov på fem fakturor;Bokslut per april och årsbokslut",
        "Verksamhetskontroller;Insatsen passar inte;Beslut har skäl;"
        "Stickprov på fem beslut;Bokslut per augusti",
    ),
    "KS": plan_csv(
        "Finansiell kontroll;Avtal följs inte;Inköp görs på avtal;"
        "Stickprov på fem fakturor;Delårs- och årsbokslut",
        "Verksamhetskontroller;Beslut verkställs inte;Beslut är verkställda;"
        "Stickprov på fem beslut;Bokslut per april och årsbokslut",
    ),
}
FATES = (
    ("in time",) * 8
    + ("on the day",) * 3
    + ("late",) * 3
    + ("after",) * 2
    + ("skipped",) * 3
    + ("begun",) * 4
)
DAYS_AFTER_DUE = {
    "in time": -1,
    "on the day": 0,
    "late": 3,
    "after": 40,
    "skipped": -2,
    "begun": -1,
}

Act = Callable[[datetime], object]


def moment(day: date, hour: int = 9) -> datetime:
    """A working hour of that day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def minutes_of(board: Board, decided_on: date) -> dict[str, Any]:
    return {
        "decided_on": decided_on,
        "paragraph": "61",
        "registry_number": f"{board.code}-2020-0101",
        "body": board.name,
        "verified_on": None,
    }


@dataclass
class PlayedDays:
    """The municipality, and what is still to happen, in order."""

    session: Session
    plan_file: bytes
    boards: dict[str, Board] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = random.Random(SEED)  # noqa: S311 -- a test is to be the same every time
        self._turn = itertools.count()
        self._queue: list[tuple[datetime, int, Act]] = []
        self._fated: set[int] = set()
        self._plans: dict[str, Plan] = {}
        town = make_town(self.session)
        self.boards = {
            code: self.session.get_one(Board, number) for code, number in town.boards.items()
        }
        self._work = Work(self.session, self._everybody(town))
        self._open(town)
        for code in CODES:
            self._plan(code)

    def _on(self, day: date, act: Act, hour: int = 9) -> None:
        heapq.heappush(self._queue, (moment(day, hour), next(self._turn), act))

    # The municipality and its plans

    def _everybody(self, town: Town) -> dict[tuple[Role, str], Actor]:
        made = {who: self.session.get_one(User, number) for who, (number, _) in town.users.items()}
        for role in (Role.RESPONSIBLE, Role.REVIEWER, Role.UNIT_MANAGER):
            made[role, "KS"] = make_user(self.session, role, self.boards["KS"])
        self._managers = {code: made[Role.UNIT_MANAGER, code] for code in CODES}
        return {who: actor_of(user) for who, user in made.items()}

    def _open(self, town: Town) -> None:
        at = moment(date(2019, 12, 1))
        for board in self.boards.values():
            open_year(self.session, board, YEAR, actor=SYSTEM, at=at)
            for point in points_of_year(self.session, board.id, YEAR):
                change_point(
                    self.session,
                    board,
                    point,
                    cut_off=point.cut_off,
                    board_on=POINTS[point.name][0],
                    executive_on=POINTS[point.name][1],
                    row_version=point.row_version,
                    actor=SYSTEM,
                    at=at,
                )
        for code, number in town.subcommittees.items():
            add_meetings(
                self.session,
                self.boards["SCN"],
                self.session.get_one(Subcommittee, number),
                [date(YEAR, month, MEETING_DAY[code]) for month in MONTHS],
                actor=SYSTEM,
                at=at,
            )

    def _plan(self, code: str) -> None:
        """A board's plan, decided before the year, its kontrolltillfällen and its reports."""
        board, at = self.boards[code], moment(date(2019, 12, 20))
        data = self.plan_file if code == "SCN" else SMALL_PLANS[code]
        reading = read_plan(read_table(data, "plan.csv"), year=YEAR)
        proposed = {one.id: one.proposed for one in reading.questions if one.proposed}
        plan = import_plan(
            self.session,
            board,
            YEAR,
            apply_answers(reading, proposed),
            file_name="plan.csv",
            file_sha256=hashlib.sha256(data).hexdigest(),
            actor=SYSTEM,
            at=at,
        )
        prepare_plan(self.session, plan, actor=SYSTEM, at=at)
        minutes = minutes_of(board, date(2019, 12, 18))
        decide_plan(self.session, plan, **minutes, actor=SYSTEM, at=at)
        generate_occurrences(self.session, plan, actor=SYSTEM, at=moment(date(2020, 1, 8)))
        self._plans[code] = plan
        self._give_fates(code)

    # What chance has in store

    def _give_fates(self, code: str, since: date = date(2020, 1, 1)) -> None:
        """Each kontrolltillfälle that chance has not met gets its day."""
        for occurrence in self.session.scalars(
            sa.select(Occurrence)
            .where(Occurrence.board_id == self.boards[code].id)
            .order_by(Occurrence.due_on, Occurrence.id)
        ).all():
            if occurrence.id in self._fated:
                continue
            self._fated.add(occurrence.id)
            fate = self._chance.choice(FATES)
            severities = self._chance.choices(list(Severity), k=2)
            wrong = dict(enumerate(severities, start=1)) if self._chance.random() < 0.3 else {}
            day = max(since, occurrence.due_on + timedelta(days=DAYS_AFTER_DUE[fate]))
            self._on(day, lambda at, o=occurrence, f=fate, w=wrong: self._meet(o, f, w, at))

    def _meet(
        self, occurrence: Occurrence, fate: str, wrong: dict[int, Severity], at: datetime
    ) -> None:
        self.session.refresh(occurrence)
        if occurrence.state is not OccurrenceState.PLANNED:
            return
        if fate == "skipped":
            reason = "Underlaget gick inte att ta ut."
            record_not_performed(self.session, occurrence, reason, actor=SYSTEM, at=at)
        elif fate == "begun":
            self._work.begin(occurrence, at)
        else:
            for finding in self._work.perform(occurrence, at, wrong):
                self._follow(finding, at.date())

    def _follow(self, finding: Finding, found_on: date) -> None:
        """What chance lets become of a finding: put right, acted against, moved, done or left."""
        if self._chance.random() < 0.7:
            self._on(found_on + timedelta(days=5), lambda at: self._put_right(finding, at))
        if self._chance.random() < 0.7:
            fate = self._chance.choice(("done", "moved", "left"))
            self._on(found_on + timedelta(days=6), lambda at: self._act(finding, fate, at))

    def _put_right(self, finding: Finding, at: datetime) -> None:
        record_correction(
            self.session,
            finding,
            outcome=CorrectionOutcome.CORRECTED,
            text="Underlaget är inhämtat.",
            done_on=at.date(),
            done_by="Enheten",
            actor=SYSTEM,
            at=at,
        )

    def _act(self, finding: Finding, fate: str, at: datetime) -> None:
        code = next(one for one in CODES if self.boards[one].id == finding.board_id)
        action = add_action(
            self.session,
            finding,
            description="Skriv om rutinen.",
            responsible=self._managers[code],
            due_on=at.date() + timedelta(days=30),
            actor=SYSTEM,
            at=at,
        )
        after = at.date() + timedelta(days=25)
        if fate == "done":
            self._on(after, lambda at: self._finish(action, at))
        elif fate == "moved":
            self._on(after, lambda at: self._postpone(action, at))

    def _finish(self, action: Action, at: datetime) -> None:
        finish_action(
            self.session,
            action,
            outcome="Rutinen är ny.",
            done_on=at.date(),
            actor=SYSTEM,
            at=at,
        )

    def _postpone(self, action: Action, at: datetime) -> None:
        later = at.date() + timedelta(days=60)
        move_action(self.session, action, later, "Tiden räckte inte.", actor=SYSTEM, at=at)
