"""Boards, committees, meetings, accounts and a whole town for tests: rows written directly."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Actor, Grant, Role
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Meeting,
    MeetingKind,
    MeetingState,
    Municipality,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.organisation.rules import points_of_year

PASSWORD = "fyra ord som provar"
AT = datetime(2020, 1, 15, 11, tzinfo=UTC)
numbers = itertools.count(1)


@cache
def password_hash() -> str:
    """One hash of the tests' password with the cheapest legal cost: hashing is not under test."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_board(
    session: Session,
    code: str = "SCN",
    name: str = "Socialnämnden",
    *,
    kind: BoardKind = BoardKind.BOARD,
    oversight: bool = False,
) -> Board:
    """A board."""
    board = Board(code=code, name=name, kind=kind, oversight=oversight)
    session.add(board)
    session.flush()
    return board


def make_subcommittee(
    session: Session, board: Board, code: str = "IU1", name: str = "Individutskott 1"
) -> Subcommittee:
    """An individutskott of a board."""
    made = Subcommittee(board_id=board.id, code=code, name=name, reviews_cases=True)
    session.add(made)
    session.flush()
    return made


def make_user(
    session: Session,
    role: Role,
    board: Board | None,
    subcommittee: Subcommittee | None = None,
    *,
    username: str | None = None,
    valid_from: date = date(2015, 1, 1),
    valid_to: date | None = None,
) -> User:
    """An account with one role."""
    where = subcommittee.code if subcommittee else board.code if board else "kommun"
    name = (username or f"{role.value}.{where}.{next(numbers)}").lower()
    user = User(username=name, title=name, password_hash=password_hash(), created_at=AT)
    session.add(user)
    session.flush()
    session.add(
        RoleGrant(
            user_id=user.id,
            role=role,
            board_id=board.id if board else None,
            subcommittee_id=subcommittee.id if subcommittee else None,
            valid_from=valid_from,
            valid_to=valid_to,
            reads_undecided=role is Role.AUDITOR,
            reads_secret=role is Role.AUDITOR,
        )
    )
    session.flush()
    return user


def actor_of(user: User, *grants: Grant) -> Actor:
    """The user as the use cases know it; without grants given, those in the database."""
    own = tuple(
        Grant(
            role=row.role,
            board_id=row.board_id,
            subcommittee_id=row.subcommittee_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to or date.max,
        )
        for row in user.grants
    )
    return Actor(user_id=user.id, name=user.title, grants=grants or own)


def make_actor(
    session: Session, role: Role, board: Board | None, subcommittee: Subcommittee | None = None
) -> Actor:
    """A fresh account's actor."""
    return actor_of(make_user(session, role, board, subcommittee))


def make_points(session: Session, board: Board, year: int = 2020) -> list[ReportingPoint]:
    """The year's default reporting points of a board."""
    points = [
        ReportingPoint(
            board_id=board.id,
            year=year,
            name=point.name,
            period_end=point.period_end,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on,
        )
        for point in points_of_year(year)
    ]
    session.add_all(points)
    session.flush()
    return points


def make_meeting(
    session: Session,
    board: Board,
    subcommittee: Subcommittee | None = None,
    held_on: date = date(2020, 2, 12),
    *,
    kind: MeetingKind = MeetingKind.ORDINARY,
    state: MeetingState = MeetingState.PLANNED,
) -> Meeting:
    """A meeting of a board or a committee."""
    meeting = Meeting(
        board_id=board.id,
        subcommittee_id=subcommittee.id if subcommittee else None,
        held_on=held_on,
        kind=kind,
        state=state,
        recorded_at=AT,
    )
    session.add(meeting)
    session.flush()
    return meeting


@dataclass
class Town:
    """A municipality as ids: four boards, two committees and an account per role and place."""

    boards: dict[str, int] = field(default_factory=dict)
    subcommittees: dict[str, int] = field(default_factory=dict)
    users: dict[tuple[Role, str], tuple[int, str]] = field(default_factory=dict)

    def account(self, role: Role, where: str = "SCN") -> tuple[str, str]:
        """User name and password of the account with that role in that place.

        A role that exists for the whole municipality is found whatever place is asked for.
        """
        found = self.users.get((role, where)) or self.users[(role, "kommun")]
        return found[1], PASSWORD

    def user_id(self, role: Role, where: str = "SCN") -> int:
        """Id of that account."""
        return (self.users.get((role, where)) or self.users[(role, "kommun")])[0]


WHOLE_MUNICIPALITY = (
    Role.ADMINISTRATOR,
    Role.OVERSIGHT_CONTROLLER,
    Role.DATA_PROTECTION_OFFICER,
)
IN_A_COMMITTEE = (Role.MEMBER, Role.CHAIR)


def make_town(session: Session, at: datetime = AT) -> Town:
    """Exempelkommunen: KS, SCN with IU1 and IU2, AMN, OSN; every role in SCN and in AMN."""
    town = Town()
    session.add(Municipality(id=1, name="Exempelkommunen"))
    boards = {
        "KS": make_board(
            session, "KS", "Kommunstyrelsen", kind=BoardKind.EXECUTIVE, oversight=True
        ),
        "SCN": make_board(session, "SCN", "Socialnämnden"),
        "AMN": make_board(session, "AMN", "Arbetsmarknadsnämnden"),
        "OSN": make_board(session, "OSN", "Omsorgsnämnden"),
    }
    committees = {
        code: make_subcommittee(session, boards["SCN"], code, f"Individutskott {code[-1]}")
        for code in ("IU1", "IU2")
    }

    def account(
        role: Role, where: str, board: Board | None, committee: Subcommittee | None
    ) -> None:
        name = f"{role.value}.{where}".lower()
        user = make_user(session, role, board, committee, username=name)
        town.users[(role, where)] = (user.id, name)

    for role in Role:
        if role in WHOLE_MUNICIPALITY:
            account(role, "kommun", None, None)
        elif role in IN_A_COMMITTEE:
            for code, committee in committees.items():
                account(role, code, boards["SCN"], committee)
            town.users[(role, "SCN")] = town.users[(role, "IU1")]
        else:
            account(role, "SCN", boards["SCN"], None)
        if role not in WHOLE_MUNICIPALITY:
            account(role, "AMN", boards["AMN"], None)
    town.boards = {code: board.id for code, board in boards.items()}
    town.subcommittees = {code: committee.id for code, committee in committees.items()}
    return town
