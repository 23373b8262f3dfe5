"""The committee's pages ask the database as little of much as of little, at most twelve times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.plan.models import Criterion
from internkontroll.review.models import (
    Answer,
    Basis,
    CaseNote,
    CaseNoteRule,
    Conclusion,
    ItemResult,
    ProtectedItem,
    UrgentHandover,
    UrgentKind,
)
from internkontroll.schedule.models import (
    CommitteeMeeting,
    CommitteeReview,
    ConflictOfInterest,
    OccurrenceState,
)
from tests.client import PageClient
from tests.factories import (
    AT,
    Town,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)
from tests.report_rows import sign

ClientOf = Callable[..., PageClient]
CountOf = Callable[[], Any]
MOST = 12


@dataclass(frozen=True)
class Meetings:
    """A meeting with one small review and one with four large ones, as the pages reach them."""

    small: tuple[int, int]
    large: tuple[int, int]

    @property
    def both(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Each one's meeting and its first kontrolltillfälle."""
        return self.small, self.large


@pytest.fixture
def meetings(app: Flask, town: Town) -> Callable[[OccurrenceState], Meetings]:
    """Make the two, every review as far as the state says."""

    def make(state: OccurrenceState) -> Meetings:
        with app.app_context(), intent_to_write():
            session = db.session()
            maker = _Maker(session, town, state)
            made = Meetings(
                maker.meeting(date(2020, 2, 13), reviews=1, n=2, size=9, aside=0),
                maker.meeting(date(2020, 3, 12), reviews=4, n=20, size=60, aside=5),
            )
            session.commit()
            db.session.remove()
        return made

    return make


class _Maker:
    def __init__(self, session: Session, town: Town, state: OccurrenceState) -> None:
        self.session, self.state = session, state
        self.board = session.get_one(Board, town.boards["SCN"])
        self.committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        self.committee.reviews_cases = True
        self.plan = make_plan(session, self.board, decided=True)
        self.member = town.user_id(Role.MEMBER, "IU1")
        self.chair = town.user_id(Role.CHAIR, "IU1")
        self.manager = town.user_id(Role.UNIT_MANAGER, "SCN")
        self.rule = CaseNoteRule(
            board_id=self.board.id,
            body="Socialnämnden",
            decided_on=date(2020, 1, 20),
            paragraph="12",
            recorded_at=AT,
        )
        session.add(self.rule)
        session.flush()

    def meeting(self, day: date, *, reviews: int, n: int, size: int, aside: int) -> tuple[int, int]:
        meeting = make_meeting(self.session, self.board, self.committee, day)
        self.session.add(
            CommitteeMeeting(meeting_id=meeting.id, verifier_id=self.member, recorded_at=AT)
        )
        made = [self.review(meeting, n, size, aside) for _ in range(reviews)]
        return meeting.id, made[0]

    def review(self, meeting: Any, n: int, size: int, aside: int) -> int:
        session = self.session
        control = make_control(session, self.plan)
        occurrence = make_occurrence(session, control, meeting=meeting, state=self.state)
        drawn = make_drawn_sample(session, occurrence, n=n, size=size)
        drawn.program, drawn.drawn_by_id = "internkontroll 1", self.member
        drawn.committed_by_id = drawn.population.frozen_by_id = self.member
        criterion = session.scalars(
            sa.select(Criterion.id).where(Criterion.control_id == control.id)
        ).first()
        session.add_all(
            ItemResult(
                occurrence_id=occurrence.id,
                item_id=item.id,
                criterion_id=criterion,
                revision=1,
                answer=Answer.YES,
                recorded_by_id=self.member,
                recorded_at=AT,
            )
            for item in drawn.items
        )
        session.add(CommitteeReview(occurrence_id=occurrence.id, case_kind="Avslag", chosen_at=AT))
        last = drawn.items[-1].id
        session.add(ProtectedItem(item_id=last, marked_at=AT))
        session.add(
            CaseNote(
                occurrence_id=occurrence.id,
                item_id=drawn.items[0].id,
                rule_id=self.rule.id,
                text="Beslutet togs på rätt nivå.",
                written_by_id=self.manager,
                written_at=AT,
            )
        )
        session.add_all(
            ConflictOfInterest(
                occurrence_id=occurrence.id,
                member=f"ledamot {number}",
                position=number if number > 1 else None,
                recorded_at=AT,
            )
            for number in range(1, aside + 1)
        )
        session.add_all(
            UrgentHandover(
                occurrence_id=occurrence.id,
                kind=UrgentKind.LEX_SARAH,
                handed_to="lex Sarah-ansvarig",
                handed_on=AT.date() - timedelta(days=1),
                recorded_at=AT,
            )
            for _ in range(aside)
        )
        if self.state is OccurrenceState.PERFORMED:
            session.add(
                Conclusion(
                    occurrence_id=occurrence.id,
                    text="Allt var som det skulle.",
                    reviewed=n,
                    population_size=size,
                    deviating=0,
                    not_applicable=0,
                    is_random=True,
                    basis=Basis.SAMPLE,
                    written_by_id=self.member,
                    written_at=AT,
                )
            )
        if self.state is OccurrenceState.APPROVED:
            people = (self.member, self.chair)
            sign(session, occurrence, AT, people, reviewed=n, population=size, deviating=0)
        session.flush()
        return occurrence.id


def counts(client: PageClient, count_queries: CountOf, urls: list[str]) -> list[int]:
    """How often the database is asked for each page; the first opening warms up."""
    client.get(urls[0])
    found = []
    for url in urls:
        with count_queries() as counted:
            client.get(url)
        found.append(int(counted))
    return found


@pytest.mark.parametrize(
    "state", [OccurrenceState.STARTED, OccurrenceState.PERFORMED, OccurrenceState.APPROVED]
)
@pytest.mark.parametrize("role", [Role.CHAIR, Role.MEMBER])
def test_the_meeting_asks_as_little_of_four_kontroller_as_of_one(
    meetings: Callable[[OccurrenceState], Meetings],
    client_of: ClientOf,
    count_queries: CountOf,
    role: Role,
    state: OccurrenceState,
) -> None:
    urls = [f"/namnd/scn/individutskott/sammantraden/{each[0]}" for each in meetings(state).both]
    small, large = counts(client_of(role, "IU1"), count_queries, urls)
    assert large == small <= MOST


@pytest.mark.parametrize(
    ("role", "place", "page", "state"),
    [
        (Role.MEMBER, "IU1", "arende/1", OccurrenceState.STARTED),
        (Role.CHAIR, "IU1", "utfall", OccurrenceState.PERFORMED),
        (Role.UNIT_MANAGER, "SCN", "anteckning/1", OccurrenceState.STARTED),
    ],
)
def test_a_case_its_note_and_the_outcome_ask_as_little_of_twenty_cases_as_of_two(
    meetings: Callable[[OccurrenceState], Meetings],
    client_of: ClientOf,
    count_queries: CountOf,
    role: Role,
    place: str,
    page: str,
    state: OccurrenceState,
) -> None:
    urls = [f"/namnd/scn/individutskott/{each[1]}/{page}" for each in meetings(state).both]
    small, large = counts(client_of(role, place), count_queries, urls)
    assert large == small <= MOST


def test_the_minutes_ask_as_little_of_four_kontroller_as_of_one(
    meetings: Callable[[OccurrenceState], Meetings],
    client_of: ClientOf,
    count_queries: CountOf,
) -> None:
    both = meetings(OccurrenceState.APPROVED).both
    urls = [f"/namnd/scn/sammantraden/{each[0]}/underlag" for each in both]
    small, large = counts(client_of(Role.CHAIR, "IU1"), count_queries, urls)
    assert large == small <= MOST


def test_the_internal_part_and_its_rows_in_the_trail_ask_as_little_of_four_kontroller_as_of_one(
    meetings: Callable[[OccurrenceState], Meetings],
    client_of: ClientOf,
    count_queries: CountOf,
) -> None:
    both = meetings(OccurrenceState.APPROVED).both
    urls = [f"/namnd/scn/sammantraden/{each[0]}/underlag-internt" for each in both]
    small, large = counts(client_of(Role.CHAIR, "IU1"), count_queries, urls)
    assert large == small <= MOST
