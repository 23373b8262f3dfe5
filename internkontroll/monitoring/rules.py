"""Periodiska jobb: the declared list, and when each is due. Uppgifter: what waits for whom."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from internkontroll.core.access import Actor, Role, Scope
from internkontroll.core.clock import STOCKHOLM, swedish_day
from internkontroll.findings.models import ActionState
from internkontroll.findings.rules import (
    ActionFacts,
    FindingFacts,
    RetestFacts,
    Step,
    next_step,
)
from internkontroll.sampling.rules.seeded import effective_seed, ticket_order
from internkontroll.schedule.models import OccurrenceState


class Rhythm(StrEnum):
    """Hur ofta ett jobb körs."""

    TICK = "tick"
    DAILY = "daily"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Job:
    """Jobb: a name, a rhythm, and for a daily one the Swedish hour from which it may run.

    Hours 2 and 3 are not used: once a year they come twice or not at all.
    """

    name: str
    rhythm: Rhythm
    description: str
    hour: int = 4


JOBS: tuple[Job, ...] = (
    Job("population:load", Rhythm.TICK, "Läser in listor som väntar"),
    Job("drafts:purge", Rhythm.TICK, "Tar bort kvarlämnade texter som är äldre än ett dygn"),
    Job("packages:make", Rhythm.TICK, "Gör de paket av uppföljningar som är beställda"),
    Job("trail:verify", Rhythm.DAILY, "Kontrollerar spårets kedjor"),
    Job("plan:tidy", Rhythm.DAILY, "Tar bort planfiler som inte behövs längre"),
    Job("packages:tidy", Rhythm.DAILY, "Tar bort paket som har legat i två veckor"),
    Job("attachments:tidy", Rhythm.DAILY, "Förstör bilagors filer som ingen bilaga har"),
    Job("attachments:verify", Rhythm.DAILY, "Kontrollerar att bilagornas filer är oförändrade"),
    Job("readings:draw", Rhythm.MONTHLY, "Drar förra månadens läsningar för logguppföljning"),
    Job("accounts:tidy", Rhythm.DAILY, "Tar bort gamla sessioner och inskickade formulärs nycklar"),
)
"""Every periodic job of the program, in the order in which they run."""


def period_due(job: Job, at: datetime) -> str | None:
    """The period that the job should have run for at that moment, or None before its hour.

    A job that ticks has no period of its own ("tick"): it does what waits, each time. A daily job
    has the Swedish day, so that a clock that jumps back cannot make it run twice. A monthly job has
    the month before, and runs on the first day on which it can.
    """
    if job.rhythm is Rhythm.TICK:
        return "tick"
    local = at.astimezone(STOCKHOLM)
    if local.hour < job.hour:
        return None
    if job.rhythm is Rhythm.MONTHLY:
        return month_before(local.date()).strftime("%Y-%m")
    return local.date().isoformat()


def month_before(day: date) -> date:
    """The first day of the month before the day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def draw_of_readings(frame: Sequence[int], most: int, seed: str) -> tuple[str, str, list[int]]:
    """Seed, hash of the frame, and the readings that are drawn, by number in the order drawn.

    ``frame`` are the numbers of the trail's rows; the draw is by tickets (IKS-1.1, srs_ticket), so
    that anybody with seed and frame can draw again. At most ``most``, all where there are fewer.
    """
    lines = [str(number) for number in sorted(frame)]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    order = ticket_order(effective_seed(seed, digest), lines)
    return seed, digest, [int(line) for line in order[:most]]


LOOK_AHEAD_DAYS = 45
"""How far ahead the start page looks."""


class Source(StrEnum):
    """Vad en uppgift kommer ur."""

    PLAN = "plan"
    UNAPPOINTED = "unappointed"
    OCCURRENCE = "occurrence"
    SECOND_READING = "second_reading"
    REPORT = "report"
    ASSIGNMENT = "assignment"
    REPORT_TO_SEND = "report_to_send"
    REQUEST = "request"
    FINDING = "finding"
    ACTION = "action"
    MEETINGS = "meetings"
    PLAN_MINUTES = "plan_minutes"
    REPORT_MINUTES = "report_minutes"
    ROLE_ENDS = "role_ends"
    ROLE_WAITS = "role_waits"
    READINGS = "readings"
    JOB = "job"


class Kind(StrEnum):
    """Slag av uppgift, named by what the person is to do."""

    PREPARE_PLAN = "prepare_plan"
    REGISTER_PLAN = "register_plan"
    APPOINT = "appoint"
    LOAD_LIST = "load_list"
    FREEZE_LIST = "freeze_list"
    COMMIT_DRAW = "commit_draw"
    DRAW = "draw"
    REVIEW = "review"
    DO_CONTROL = "do_control"
    SIGN = "sign"
    READ_AGAIN = "read_again"
    WATCH_OCCURRENCE = "watch_occurrence"
    WRITE_REPORT = "write_report"
    ASSESS = "assess"
    REGISTER_REPORT = "register_report"
    APPROVE_REPORT = "approve_report"
    SEND_REPORT = "send_report"
    SETTLE_REQUEST = "settle_request"
    REPORT_BACK = "report_back"
    CORRECT = "correct"
    ADD_ACTION = "add_action"
    CHOOSE_RETEST = "choose_retest"
    CLOSE_FINDING = "close_finding"
    DO_ACTION = "do_action"
    WATCH_ACTION = "watch_action"
    ENTER_MEETINGS = "enter_meetings"
    VERIFY_PLAN = "verify_plan"
    VERIFY_REPORT = "verify_report"
    RENEW_ROLE = "renew_role"
    SETTLE_ROLE = "settle_role"
    FOLLOW_UP_READINGS = "follow_up_readings"
    SEE_JOB = "see_job"


@dataclass(frozen=True)
class Fact:
    """En omständighet som någon kan behöva göra något åt, as plain data.

    ``person_id`` is whose it is (responsible), ``part`` whether the asking person has had a part
    in what another has to sign or end, ``open_count`` how many things are not done of it, and
    ``settled`` whether what must come first has been done. ``moment`` and ``second`` are moments
    that the source tells of (a finding: recorded; its retest's conclusion: written).
    """

    source: Source
    subject_id: int
    text: str
    board_id: int | None = None
    subcommittee_id: int | None = None
    where: str | None = None
    due_on: date | None = None
    number: int | None = None
    year: int | None = None
    person_id: int | None = None
    part: bool = False
    open_count: int = 0
    settled: bool = False
    state: str = ""
    done_on: date | None = None
    moment: datetime | None = None
    second: datetime | None = None


@dataclass(frozen=True)
class Task:
    """Uppgift: what one person is to do about a fact, and by when. Without a day: when they can."""

    kind: Kind
    fact: Fact
    due_on: date | None

    def days_late(self, on: date) -> int:
        """How many days late it is; 0 when it is not."""
        return max(0, (on - self.due_on).days) if self.due_on else 0


WATCHES = frozenset({Role.CONTROLLER})
STEERS = frozenset({Role.CONTROLLER, Role.SECRETARY})
APPOINTS = frozenset({Role.CONTROLLER, Role.DIRECTOR})
SIGNS = frozenset({Role.REVIEWER, Role.CHAIR, Role.CONTROLLER})
CLOSES = frozenset({Role.CONTROLLER, Role.REVIEWER, Role.CHAIR, Role.DIRECTOR})
COMMITTEE = frozenset({Role.MEMBER, Role.CHAIR})

CORRECT_WITHIN = timedelta(days=14)
ACT_WITHIN = timedelta(days=30)
RETEST_WITHIN = timedelta(days=14)
VERIFY_WITHIN = timedelta(days=14)
ANSWER_WITHIN = timedelta(days=2)
FOLLOW_UP_WITHIN = timedelta(days=14)
"""How soon something is expected where no other day is set; the start page's own measure."""

_STEPS = {
    "list": Kind.LOAD_LIST,
    "freeze": Kind.FREEZE_LIST,
    "commit": Kind.COMMIT_DRAW,
    "draw": Kind.DRAW,
    "review": Kind.REVIEW,
    "do": Kind.DO_CONTROL,
}
"""What comes next with an occurrence, as the query tells it."""

SIGNATURE = "signature"
"""The state of an occurrence whose conclusion waits for another person."""


@dataclass(frozen=True)
class Person:
    """Den som frågar vad som väntar: the actor, on a day."""

    actor: Actor
    on: date

    def is_one_of(self, roles: frozenset[Role], fact: Fact) -> bool:
        """Whether the person holds one of the roles where the fact is."""
        scope = Scope(fact.board_id, fact.subcommittee_id)
        return any(
            grant.role in roles and grant.covers(scope, self.on) for grant in self.actor.grants
        )

    def owns(self, fact: Fact) -> bool:
        """Whether the fact is the person's own: they answer for it, or it is their committee's."""
        if self.actor.user_id is not None and fact.person_id == self.actor.user_id:
            return True
        return fact.subcommittee_id is not None and any(
            grant.role in COMMITTEE
            and grant.subcommittee_id == fact.subcommittee_id
            and grant.covers(Scope(fact.board_id, fact.subcommittee_id), self.on)
            for grant in self.actor.grants
        )


def _of_plan(fact: Fact, person: Person) -> Kind | None:
    if fact.state == "prepared":
        return Kind.REGISTER_PLAN if person.is_one_of(STEERS, fact) else None
    return Kind.PREPARE_PLAN if person.is_one_of(WATCHES, fact) else None


def _of_second_reading(fact: Fact, person: Person) -> Kind | None:
    return Kind.READ_AGAIN if fact.person_id == person.actor.user_id else None


def _of_occurrence(fact: Fact, person: Person) -> Kind | None:
    if fact.state == SIGNATURE:
        return Kind.SIGN if person.is_one_of(SIGNS, fact) and not fact.part else None
    if person.owns(fact):
        return _STEPS[fact.state]
    delivers = person.is_one_of(frozenset({Role.UNIT_MANAGER}), fact)
    if delivers and fact.state == "list" and fact.person_id is None:
        return Kind.LOAD_LIST
    late = fact.due_on is not None and fact.due_on < person.on
    return Kind.WATCH_OCCURRENCE if late and person.is_one_of(WATCHES, fact) else None


def _of_report(fact: Fact, person: Person) -> list[Kind]:
    kinds = []
    if person.is_one_of(WATCHES, fact):
        kinds.append(Kind.WRITE_REPORT)
    elif person.is_one_of(frozenset({Role.DIRECTOR}), fact):
        if not fact.settled:
            kinds.append(Kind.ASSESS)
        elif fact.state == "live":
            kinds.append(Kind.APPROVE_REPORT)
    if person.is_one_of(frozenset({Role.SECRETARY}), fact):
        kinds.append(Kind.REGISTER_REPORT)
    return kinds


def finding_facts(fact: Fact) -> FindingFacts:
    """What the findings' own rule reads, from a fact: the sums are enough for the next step."""
    ended, day = fact.done_on, fact.due_on or date.min
    done = () if ended is None else (ActionFacts(ActionState.DONE, ended, ended),)
    still = tuple(ActionFacts(ActionState.PLANNED, day) for _ in range(fact.open_count))
    written = None if fact.second is None else swedish_day(fact.second)
    retest = RetestFacts(OccurrenceState(fact.state), written) if fact.state else None
    actions = (*done, *still)
    return FindingFacts(
        closed=False, about_an_item=True, settled=fact.settled, actions=actions, retest=retest
    )


def _of_finding(fact: Fact, person: Person) -> tuple[Kind | None, date | None]:
    found_on = swedish_day(fact.moment) if fact.moment else person.on
    handles = person.owns(fact) or person.is_one_of(WATCHES, fact)
    step = next_step(finding_facts(fact))
    if step is Step.CORRECT:
        delivers = person.is_one_of(frozenset({Role.UNIT_MANAGER}), fact)
        return (Kind.CORRECT if handles or delivers else None), found_on + CORRECT_WITHIN
    if step is Step.ADD_ACTION:
        return (Kind.ADD_ACTION if handles else None), found_on + ACT_WITHIN
    if step is Step.CHOOSE_RETEST:
        since = fact.done_on or found_on
        return (Kind.CHOOSE_RETEST if handles else None), since + RETEST_WITHIN
    if step is Step.CLOSE:
        closes = person.is_one_of(CLOSES, fact) and not fact.part
        return (Kind.CLOSE_FINDING if closes else None), None
    return None, None


def _of_action(fact: Fact, person: Person) -> Kind | None:
    if fact.person_id == person.actor.user_id:
        return Kind.DO_ACTION
    late = fact.due_on is not None and fact.due_on < person.on
    return Kind.WATCH_ACTION if late and person.is_one_of(WATCHES, fact) else None


def _of_waiting_role(fact: Fact, person: Person) -> Kind | None:
    # Told once to the nämnd's controller, and once, of no nämnd, to the administrators.
    settles = WATCHES if fact.board_id is not None else _ADMINISTERS
    return Kind.SETTLE_ROLE if person.is_one_of(settles, fact) and not fact.part else None


def _of_readings(fact: Fact, person: Person) -> tuple[Kind | None, date | None]:
    """The unit's manager; the controller for what is no unit's, and where nobody did it in time."""
    due_on = swedish_day(fact.moment) + FOLLOW_UP_WITHIN if fact.moment else None
    manages = fact.number is not None and any(
        grant.role is Role.UNIT_MANAGER
        and grant.unit_id in (None, fact.number)
        and grant.reaches(fact.board_id, person.on)
        for grant in person.actor.grants
    )
    late = due_on is not None and due_on < person.on
    steps_in = (fact.number is None or late) and person.is_one_of(WATCHES, fact)
    does = (manages or steps_in) and not fact.part
    return (Kind.FOLLOW_UP_READINGS if does else None), due_on


_ADMINISTERS = frozenset({Role.ADMINISTRATOR})
_PLAIN: dict[Source, tuple[Kind, frozenset[Role]]] = {
    Source.UNAPPOINTED: (Kind.APPOINT, APPOINTS),
    Source.MEETINGS: (Kind.ENTER_MEETINGS, STEERS),
    Source.ASSIGNMENT: (Kind.REPORT_BACK, WATCHES),
    Source.REPORT_TO_SEND: (Kind.SEND_REPORT, frozenset({Role.SECRETARY})),
    Source.REQUEST: (Kind.SETTLE_REQUEST, STEERS),
    Source.PLAN_MINUTES: (Kind.VERIFY_PLAN, frozenset({Role.SECRETARY})),
    Source.REPORT_MINUTES: (Kind.VERIFY_REPORT, frozenset({Role.SECRETARY})),
    Source.ROLE_ENDS: (Kind.RENEW_ROLE, _ADMINISTERS),
    Source.JOB: (Kind.SEE_JOB, _ADMINISTERS),
}
"""Sources of which only the role decides."""


def _due(fact: Fact) -> date | None:
    """The fact's own day; minutes and requests soon after theirs, a job at once."""
    if fact.source in (Source.PLAN_MINUTES, Source.REPORT_MINUTES) and fact.done_on:
        return fact.done_on + VERIFY_WITHIN
    if fact.source is Source.REQUEST and fact.done_on:
        return fact.done_on + ANSWER_WITHIN
    if fact.source is Source.JOB and fact.moment:
        return swedish_day(fact.moment)
    return fact.due_on


def tasks_of(fact: Fact, person: Person) -> list[Task]:
    """What the person is to do about one fact: nothing, one thing, or two (a report)."""
    if fact.source in (Source.FINDING, Source.READINGS):
        two = _of_finding if fact.source is Source.FINDING else _of_readings
        kind, due_on = two(fact, person)
        return [Task(kind, fact, due_on)] if kind else []
    if fact.source is Source.REPORT:
        return [Task(kind, fact, fact.due_on) for kind in _of_report(fact, person)]
    if fact.source in _PLAIN:
        one, roles = _PLAIN[fact.source]
        return [Task(one, fact, _due(fact))] if person.is_one_of(roles, fact) else []
    rule = {
        Source.PLAN: _of_plan,
        Source.OCCURRENCE: _of_occurrence,
        Source.SECOND_READING: _of_second_reading,
        Source.ACTION: _of_action,
        Source.ROLE_WAITS: _of_waiting_role,
    }[fact.source]
    found = rule(fact, person)
    return [Task(found, fact, fact.due_on)] if found else []


def tasks(facts: Iterable[Fact], person: Person) -> list[Task]:
    """All that waits for the person, the most delayed first, what has no day last."""
    found = [task for fact in facts for task in tasks_of(fact, person)]
    return sorted(found, key=lambda task: (task.due_on is None, task.due_on or date.max))
