"""Demonstrationens nämnder och konton."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.accounts.rules import AuditTerms
from internkontroll.accounts.services import create_user, grant_role
from internkontroll.core.access import Actor, Grant, Role
from internkontroll.organisation.models import Board, BoardKind, Subcommittee
from internkontroll.organisation.services import (
    create_board,
    create_municipality,
    create_subcommittee,
    create_unit,
)

DEMO_PASSWORD = "prova intern kontroll"  # noqa: S105 -- printed on purpose; doctor refuses it
MUNICIPALITY = "Exempelkommunen"


@dataclass(frozen=True)
class Account:
    """A demonstration account: user name, what the screen calls it, role and where."""

    username: str
    title: str
    role: Role
    board: str | None
    subcommittee: str | None = None

    @property
    def place(self) -> str:
        """Where the role holds, in words."""
        return self.subcommittee or self.board or "hela kommunen"


ACCOUNTS: tuple[Account, ...] = (
    Account("controller", "Controller", Role.CONTROLLER, "SCN"),
    Account("kontrollansvarig", "Kontrollansvarig", Role.RESPONSIBLE, "SCN"),
    Account("granskare", "Granskare", Role.REVIEWER, "SCN"),
    Account("enhetschef", "Enhetschef", Role.UNIT_MANAGER, "SCN"),
    Account("justerare-iu1", "Justerare, individutskott 1", Role.MEMBER, "SCN", "IU1"),
    Account("justerare-iu2", "Justerare, individutskott 2", Role.MEMBER, "SCN", "IU2"),
    Account("ordforande-iu1", "Ordförande, individutskott 1", Role.CHAIR, "SCN", "IU1"),
    Account("ordforande-iu2", "Ordförande, individutskott 2", Role.CHAIR, "SCN", "IU2"),
    Account("namndsekreterare", "Nämndsekreterare", Role.SECRETARY, "SCN"),
    Account("direktor", "Förvaltningsdirektör", Role.DIRECTOR, "SCN"),
    Account("lasare", "Läsare", Role.READER, "SCN"),
    Account("revisor", "Revisor", Role.AUDITOR, "SCN"),
    Account("controller-amn", "Controller", Role.CONTROLLER, "AMN"),
    Account("kontrollansvarig-amn", "Kontrollansvarig", Role.RESPONSIBLE, "AMN"),
    Account("granskare-amn", "Granskare", Role.REVIEWER, "AMN"),
    Account("namndsekreterare-amn", "Nämndsekreterare", Role.SECRETARY, "AMN"),
    Account("controller-osn", "Controller", Role.CONTROLLER, "OSN"),
    Account("ks-controller", "Kommunstyrelsens controller", Role.OVERSIGHT_CONTROLLER, None),
    Account("dataskyddsombud", "Dataskyddsombud", Role.DATA_PROTECTION_OFFICER, None),
    Account("administrator", "Administratör", Role.ADMINISTRATOR, None),
)


def suffix_of(code: str) -> str:
    """What the user names of a board's people end with: nothing for the board most is shown of."""
    return "" if code == "SCN" else f"-{code.lower()}"


@dataclass(frozen=True)
class Organisation:
    """The boards, committees and people that the year is played with."""

    boards: dict[str, Board]
    subcommittees: dict[str, Subcommittee]
    people: dict[str, User]
    actors: dict[str, Actor]


def make_organisation(
    session: Session, *, actor: Actor, at: datetime, since: date, today: date
) -> Organisation:
    """Boards, committees, units and one account per role; the revisor is let in around today."""
    create_municipality(session, MUNICIPALITY, actor=actor, at=at)
    boards = {
        code: create_board(
            session, code=code, name=name, kind=kind, oversight=oversight, actor=actor, at=at
        )
        for code, name, kind, oversight in (
            ("KS", "Kommunstyrelsen", BoardKind.EXECUTIVE, True),
            ("SCN", "Socialnämnden", BoardKind.BOARD, False),
            ("AMN", "Arbetsmarknadsnämnden", BoardKind.BOARD, False),
            ("OSN", "Omsorgsnämnden", BoardKind.BOARD, False),
        )
    }
    committees = {
        code: create_subcommittee(
            session, boards["SCN"], code=code, name=name, reviews_cases=True, actor=actor, at=at
        )
        for code, name in (("IU1", "Individutskott 1"), ("IU2", "Individutskott 2"))
    }
    top = create_unit(
        session,
        boards["SCN"],
        name="Socialförvaltningen",
        valid_from=since,
        actor=actor,
        at=at,
    )
    for name in ("Utredning barn", "Utredning vuxna", "Ekonomi"):
        create_unit(
            session, boards["SCN"], name=name, parent=top, valid_from=since, actor=actor, at=at
        )
    people, actors = {}, {}
    audited = today - timedelta(days=100), today + timedelta(days=200)
    terms = AuditTerms(undecided=True, secret=True, decision=f"REV-{at.year}-12 § 4")
    for account in ACCOUNTS:
        board = boards[account.board] if account.board else None
        committee = committees[account.subcommittee] if account.subcommittee else None
        user = create_user(
            session,
            username=account.username,
            title=account.title,
            password=DEMO_PASSWORD,
            is_demo=True,
            actor=actor,
            at=at,
        )
        audits = account.role is Role.AUDITOR
        grant_role(
            session,
            user,
            account.role,
            board=board,
            subcommittee_id=committee.id if committee else None,
            valid_from=audited[0] if audits else since,
            valid_to=audited[1] if audits else None,
            terms=terms if audits else None,
            actor=actor,
            at=at,
        )
        people[account.username] = user
        grant = Grant(
            account.role, board.id if board else None, committee.id if committee else None
        )
        actors[account.username] = Actor(user_id=user.id, name=user.title, grants=(grant,))
    return Organisation(boards, committees, people, actors)
