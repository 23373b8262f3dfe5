"""Uppgifter: who does what about a fact, and by when."""

from collections.abc import Iterable
from datetime import date, timedelta

from internkontroll.core.access import Role
from internkontroll.core.clock import swedish_day
from internkontroll.findings.models import ActionState
from internkontroll.findings.rules import (
    ActionFacts,
    FindingFacts,
    RetestFacts,
    Step,
    next_step,
)
from internkontroll.monitoring.rules.facts import SIGNATURE, Fact, Kind, Source, Task
from internkontroll.monitoring.rules.people import (
    ADMINISTERS,
    APPOINTS,
    CLOSES,
    OVERSEES,
    SIGNS,
    STEERS,
    WATCHES,
    Person,
)
from internkontroll.schedule.models import OccurrenceState

CORRECT_WITHIN = timedelta(days=14)
ACT_WITHIN = timedelta(days=30)
RETEST_WITHIN = timedelta(days=14)
VERIFY_WITHIN = timedelta(days=14)
ANSWER_WITHIN = timedelta(days=2)
RECEIVE_WITHIN = timedelta(days=7)
OVERSEE_WITHIN = timedelta(days=30)
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


def _of_correction(fact: Fact, person: Person) -> Kind | None:
    if person.is_one_of(STEERS, fact):
        return Kind.FINISH_CORRECTION
    # What is corrected is förvaltningen's: its head reads it before it goes to the nämnd.
    return Kind.READ_CORRECTION if person.is_one_of(frozenset({Role.DIRECTOR}), fact) else None


def _of_oversight(fact: Fact, person: Person) -> Kind | None:
    if not person.is_one_of(OVERSEES, fact):
        return None
    return Kind.DECIDE_OVERSIGHT if fact.settled else Kind.ASSESS_OVERSIGHT


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
    settles = WATCHES if fact.board_id is not None else ADMINISTERS
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


_PLAIN: dict[Source, tuple[Kind, frozenset[Role]]] = {
    Source.UNAPPOINTED: (Kind.APPOINT, APPOINTS),
    Source.MEETINGS: (Kind.ENTER_MEETINGS, STEERS),
    Source.ASSIGNMENT: (Kind.REPORT_BACK, WATCHES),
    Source.REPORT_TO_SEND: (Kind.SEND_REPORT, frozenset({Role.SECRETARY})),
    Source.RECEIPT: (Kind.RECEIVE_REPORT, OVERSEES),
    Source.REQUEST: (Kind.SETTLE_REQUEST, STEERS),
    Source.PLAN_MINUTES: (Kind.VERIFY_PLAN, frozenset({Role.SECRETARY})),
    Source.REPORT_MINUTES: (Kind.VERIFY_REPORT, frozenset({Role.SECRETARY})),
    Source.ROLE_ENDS: (Kind.RENEW_ROLE, ADMINISTERS),
    Source.JOB: (Kind.SEE_JOB, ADMINISTERS),
}
"""Sources of which only the role decides."""


def _due(fact: Fact) -> date | None:
    """The fact's own day; minutes and what others ask for soon after theirs, a job at once."""
    if fact.source in (Source.PLAN_MINUTES, Source.REPORT_MINUTES) and fact.done_on:
        return fact.done_on + VERIFY_WITHIN
    if fact.source is Source.REQUEST and fact.done_on:
        return fact.done_on + ANSWER_WITHIN
    if fact.source is Source.RECEIPT and fact.moment:
        return swedish_day(fact.moment) + RECEIVE_WITHIN
    if fact.source is Source.OVERSIGHT and fact.due_on:
        return fact.due_on + OVERSEE_WITHIN
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
        Source.CORRECTION: _of_correction,
        Source.OVERSIGHT: _of_oversight,
    }[fact.source]
    found = rule(fact, person)
    return [Task(found, fact, _due(fact))] if found else []


def tasks(facts: Iterable[Fact], person: Person) -> list[Task]:
    """All that waits for the person, the most delayed first, what has no day last."""
    found = [task for fact in facts for task in tasks_of(fact, person)]
    return sorted(found, key=lambda task: (task.due_on is None, task.due_on or date.max))
