"""An individutskott's meeting where a list waits, and who is there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Actor, Role
from internkontroll.organisation.models import Board, Meeting, Subcommittee
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.review.models import Answer, Conclusion
from internkontroll.review.services import judge_item, prepare_review, write_conclusion
from internkontroll.sampling.models import Draw, SampleItem, SeedSource, SelectionMethod
from internkontroll.sampling.services import commit_draw, seed_draw
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.services import name_verifier
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_frozen_list,
    make_meeting,
    make_occurrence,
    make_plan,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 3, 11, 18, tzinfo=UTC)
KINDS = ("särskilda kostnader", "avslutade utan åtgärd", "inte inledda")
TEXT = "Utskottet går igenom endera:\n" + "\n".join(f"- {kind}" for kind in KINDS)


@dataclass
class Evening:
    """A meeting on 12 March 2020 with a frozen list of nine cases."""

    session: Session
    board: Board
    committee: Subcommittee
    meeting: Meeting
    control: Control
    occurrence: Occurrence
    verifier_user: User
    other_user: User
    chair_user: User

    @property
    def verifier(self) -> Actor:
        return actor_of(self.verifier_user)

    @property
    def other(self) -> Actor:
        return actor_of(self.other_user)

    @property
    def chair(self) -> Actor:
        return actor_of(self.chair_user)

    def name(self, substitute: bool = False) -> None:
        name_verifier(
            self.session,
            self.meeting,
            verifier_id=self.verifier_user.id,
            substitute_id=self.other_user.id if substitute else None,
            row_version=0,
            actor=self.chair,
            at=AT,
        )

    def choose(self, kind: str = KINDS[0], *, protected: int = 0) -> None:
        prepare_review(
            self.session,
            self.occurrence,
            case_kind=kind,
            protected=protected,
            row_version=0,
            actor=self.chair,
            at=AT,
        )

    def commit(self, actor: Actor, size: int = 9) -> Draw:
        rows = [(f"SCN 2020-{number:05d}", None) for number in range(1, size + 1)]
        population = make_frozen_list(self.session, self.occurrence, rows, secret=True)
        return commit_draw(
            self.session,
            population,
            [self.occurrence],
            method=SelectionMethod.SRS_TICKET,
            n=3,
            actor=actor,
            at=AT,
        )

    def draw(self, handled: tuple[int, ...] = ()) -> Draw:
        self.name()
        self.choose()
        draw = self.commit(self.verifier)
        return seed_draw(
            self.session,
            draw,
            source=SeedSource.SYSTEM,
            handled_rows=handled,
            actor=self.verifier,
            at=AT,
        )

    def items(self) -> list[SampleItem]:
        return list(self.session.scalars(sa.select(SampleItem).order_by(SampleItem.position)).all())

    def answers(
        self, answer: Answer, comment: str | None = None
    ) -> dict[int, tuple[Answer, str | None]]:
        return {criterion.id: (answer, comment) for criterion in self.control.criteria}

    def judge(self, item: SampleItem, answer: Answer = Answer.YES, by: Actor | None = None) -> None:
        judge_item(
            self.session,
            self.occurrence,
            item,
            self.answers(answer),
            actor=by or self.verifier,
            at=AT,
        )

    def hand_in(self) -> Conclusion:
        self.draw()
        for item in self.items():
            self.judge(item)
        return write_conclusion(
            self.session, self.occurrence, "Inget att anmärka på.", actor=self.verifier, at=AT
        )

    def told(self, event: str) -> list[dict[str, object]]:
        rows = self.session.scalars(
            sa.select(TrailPayload.body)
            .join(TrailRow, TrailRow.id == TrailPayload.row_id)
            .where(TrailRow.event == event)
            .order_by(TrailRow.seq)
        )
        return [dict(row) for row in rows]


def make_evening(session: Session) -> Evening:
    """Three in the committee: who is to be justerare, another member, and the chair."""
    board = make_board(session)
    committee = make_subcommittee(session, board)
    control = make_control(
        session,
        make_plan(session, board, decided=True),
        text=TEXT,
        frequency=Frequency.PER_MEETING,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=3,
    )
    meeting = make_meeting(session, board, committee, date(2020, 3, 12))
    occurrence = make_occurrence(session, control, meeting=meeting)
    people = [
        make_user(session, role, board, committee)
        for role in (Role.MEMBER, Role.MEMBER, Role.CHAIR)
    ]
    return Evening(session, board, committee, meeting, control, occurrence, *people)
