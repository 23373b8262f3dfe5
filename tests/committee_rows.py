"""Two individutskott that review before their meetings through a year, written as plain rows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.organisation.models import Board, Meeting, Subcommittee
from internkontroll.plan.models import Control
from tests.factories import (
    make_board,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_subcommittee,
    make_user,
)
from tests.report_rows import sign


@dataclass
class Committees:
    """A board with two individutskott that have held meetings for a year."""

    board: Board
    first: Subcommittee
    second: Subcommittee
    control: Control
    people: tuple[int, int]

    def meeting(self, day: date, **more: Any) -> Meeting:
        session = sa.inspect(self.board).session
        assert session is not None
        return make_meeting(session, self.board, more.pop("committee", self.first), day, **more)


def make_committee_year(session: Session) -> Committees:
    """Five meetings of each individutskott in 2020; that of May is not reviewed."""
    board = make_board(session)
    first, second = (
        make_subcommittee(session, board, code, f"Individutskott {code[-1]}")
        for code in ("IU1", "IU2")
    )
    made = Committees(
        board,
        first,
        second,
        make_control(
            session,
            make_plan(session, board, decided=True),
            text="Beslut att inte inleda utredning. Ärenden utan åtgärd.",
        ),
        (
            make_user(session, Role.MEMBER, board, first).id,
            make_user(session, Role.CHAIR, board, first).id,
        ),
    )
    for committee, day in ((first, 12), (second, 19)):
        for number, month in enumerate((2, 3, 4, 5, 9), start=1):
            occurrence = make_occurrence(
                session,
                made.control,
                meeting=made.meeting(date(2020, month, day), committee=committee),
            )
            if month != 5:
                moment = datetime(2020, month, day, 9, tzinfo=UTC)
                size = 10 * number + day
                sign(
                    session,
                    occurrence,
                    moment,
                    made.people,
                    reviewed=3,
                    population=size,
                    deviating=number % 2,
                )
    return made
