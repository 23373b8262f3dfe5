"""Roles that see cases take two persons; a revisor is let in for a time and by a decision."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import ProposalState, RoleGrant, RoleProposal, User
from internkontroll.accounts.queries import grants_of
from internkontroll.accounts.rules import AuditTerms
from internkontroll.accounts.services import (
    confirm_role,
    give_or_propose,
    grant_role,
    propose_role,
    refuse_role,
)
from internkontroll.accounts.services.roles import RoleWish
from internkontroll.core.access import (
    Actor,
    Grant,
    Permission,
    Role,
    Scope,
    can,
    can_somewhere,
    system_actor,
)
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import make_board, make_user

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
TODAY = date(2020, 3, 11)


def actor_of(user: User) -> Actor:
    grant = user.grants[0]
    return Actor(user.id, user.title, (Grant(grant.role, grant.board_id, grant.subcommittee_id),))


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def first(session: Session) -> Actor:
    return actor_of(make_user(session, Role.ADMINISTRATOR, None))


@pytest.fixture
def second(session: Session) -> Actor:
    return actor_of(make_user(session, Role.ADMINISTRATOR, None))


def wish(board: Board | None, role: Role = Role.MEMBER, **more: object) -> RoleWish:
    values: dict[str, object] = {
        "role": role,
        "board": board,
        "subcommittee_id": None,
        "unit_id": None,
        "valid_from": TODAY,
        "valid_to": None,
        **more,
    }
    return RoleWish(**values)  # type: ignore[arg-type]


def held(session: Session, user: User, board: Board) -> list[Role]:
    session.expire_all()
    return [one.role for one in grants_of(session, user.id) if one.reaches(board.id, TODAY)]


def test_a_proposed_role_gives_nothing_until_another_confirms_it(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    user = make_user(session, Role.READER, board)
    proposal = give_or_propose(session, user, wish(board), actor=first, at=AT)
    assert isinstance(proposal, RoleProposal)
    assert held(session, user, board) == [Role.READER]

    confirm_role(session, proposal, actor=second, at=AT)

    assert held(session, user, board) == [Role.READER, Role.MEMBER]
    events = session.scalars(sa.select(TrailRow.event).order_by(TrailRow.seq)).all()
    assert events == ["role:proposed", "role:granted"]


@pytest.mark.parametrize("role", [Role.READER])
def test_a_role_that_sees_no_case_and_destroys_nothing_takes_one_person(
    session: Session, board: Board, first: Actor, role: Role
) -> None:
    user = make_user(session, Role.READER, make_board(session, "AMN", "Arbetsmarknadsnämnden"))

    assert isinstance(
        give_or_propose(session, user, wish(board, role), actor=first, at=AT), RoleGrant
    )


@pytest.mark.parametrize(
    "role",
    [Role.CONTROLLER, Role.RESPONSIBLE, Role.REVIEWER, Role.UNIT_MANAGER, Role.MEMBER, Role.CHAIR],
)
def test_no_one_person_gives_a_role_that_sees_cases(
    session: Session, board: Board, first: Actor, role: Role
) -> None:
    user = make_user(session, Role.READER, board)
    with pytest.raises(NotAllowed, match="av två"):
        grant_role(session, user, role, board=board, valid_from=TODAY, actor=first, at=AT)

    assert held(session, user, board) == [Role.READER]


def test_nor_a_second_administrator_who_could_confirm(session: Session, first: Actor) -> None:
    user = make_user(session, Role.READER, make_board(session, "AMN", "Arbetsmarknadsnämnden"))
    session.execute(sa.delete(RoleGrant).where(RoleGrant.user_id == user.id))
    with pytest.raises(NotAllowed, match="av två"):
        grant_role(
            session, user, Role.ADMINISTRATOR, board=None, valid_from=TODAY, actor=first, at=AT
        )


def test_the_command_line_gives_the_first_roles_alone(session: Session, board: Board) -> None:
    user = make_user(session, Role.READER, board)
    actor = system_actor("drift")

    grant_role(session, user, Role.CONTROLLER, board=board, valid_from=TODAY, actor=actor, at=AT)

    assert Role.CONTROLLER in held(session, user, board)


def test_whoever_proposed_does_not_confirm(session: Session, board: Board, first: Actor) -> None:
    user = make_user(session, Role.READER, board)
    proposal = propose_role(session, user, wish(board), actor=first, at=AT)

    with pytest.raises(NotAllowed, match="själv föreslagit"):
        confirm_role(session, proposal, actor=first, at=AT)
    assert held(session, user, board) == [Role.READER]


def test_whoever_is_to_have_the_role_does_not_confirm_it(
    session: Session, board: Board, first: Actor
) -> None:
    controller = make_user(session, Role.CONTROLLER, board)
    proposal = propose_role(session, controller, wish(board), actor=first, at=AT)

    with pytest.raises(NotAllowed, match="ditt eget konto"):
        confirm_role(session, proposal, actor=actor_of(controller), at=AT)
    with pytest.raises(NotAllowed, match="ditt eget konto"):
        refuse_role(session, proposal, "Nej.", actor=actor_of(controller), at=AT)


def test_the_boards_controller_confirms_and_another_boards_does_not(
    session: Session, board: Board, first: Actor
) -> None:
    user = make_user(session, Role.READER, board)
    amn = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    proposal = propose_role(session, user, wish(board), actor=first, at=AT)
    for stranger in (
        make_user(session, Role.CONTROLLER, amn),
        make_user(session, Role.SECRETARY, board),
    ):
        with pytest.raises(NotAllowed, match="nämndens controller"):
            confirm_role(session, proposal, actor=actor_of(stranger), at=AT)

    controller = make_user(session, Role.CONTROLLER, board)
    confirm_role(session, proposal, actor=actor_of(controller), at=AT)

    assert Role.MEMBER in held(session, user, board)


def test_a_settled_proposal_is_not_settled_again(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    user = make_user(session, Role.READER, board)
    proposal = propose_role(session, user, wish(board), actor=first, at=AT)
    refuse_role(session, proposal, "Personen har slutat.", actor=second, at=AT)

    with pytest.raises(Conflict):
        confirm_role(session, proposal, actor=second, at=AT)
    with pytest.raises(Conflict):
        refuse_role(session, proposal, "Igen.", actor=second, at=AT)
    assert proposal.state is ProposalState.REFUSED
    assert held(session, user, board) == [Role.READER]


def test_a_refusal_has_a_reason(session: Session, board: Board, first: Actor) -> None:
    user = make_user(session, Role.READER, board)
    proposal = propose_role(session, user, wish(board), actor=first, at=AT)

    with pytest.raises(InvalidInput, match="varför"):
        refuse_role(session, proposal, " ", actor=first, at=AT)


def test_the_same_role_is_not_proposed_twice(session: Session, board: Board, first: Actor) -> None:
    user = make_user(session, Role.READER, board)
    propose_role(session, user, wish(board), actor=first, at=AT)

    with pytest.raises(Conflict, match="redan föreslagen"):
        propose_role(session, user, wish(board), actor=first, at=AT)


def test_a_role_confirmed_late_holds_from_that_day_and_not_before(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    user = make_user(session, Role.READER, board)
    last = TODAY + timedelta(days=3)
    one = propose_role(session, user, wish(board, valid_to=last), actor=first, at=AT)
    two = propose_role(session, user, wish(board, Role.CHAIR, valid_to=last), actor=first, at=AT)

    grant = confirm_role(session, one, actor=second, at=AT + timedelta(days=2))

    assert grant.valid_from == TODAY + timedelta(days=2)
    with pytest.raises(InvalidTransition, match="sista dag"):
        confirm_role(session, two, actor=second, at=AT + timedelta(days=4))


def test_the_table_itself_refuses_one_person_as_both(
    session: Session, board: Board, first: Actor
) -> None:
    user = make_user(session, Role.READER, board)
    proposal = propose_role(session, user, wish(board), actor=first, at=AT)

    with pytest.raises(sa.exc.IntegrityError):
        session.execute(
            sa.update(RoleProposal)
            .where(RoleProposal.id == proposal.id)
            .values(state="confirmed", settled_by_id=first.user_id, settled_at=AT)
        )


def audit(session: Session, board: Board, first: Actor, second: Actor, terms: AuditTerms) -> Actor:
    user = make_user(session, Role.READER, make_board(session, "AMN", "Arbetsmarknadsnämnden"))
    session.execute(sa.delete(RoleGrant).where(RoleGrant.user_id == user.id))
    asked = wish(board, Role.AUDITOR, valid_to=TODAY + timedelta(days=90), terms=terms)
    confirm_role(
        session, propose_role(session, user, asked, actor=first, at=AT), actor=second, at=AT
    )
    session.expire_all()
    return Actor(user.id, user.title, grants_of(session, user.id))


RULES = {
    Permission.PLAN_READ: frozenset({Role.AUDITOR}),
    Permission.REPORT_READ: frozenset({Role.AUDITOR}),
    Permission.SAMPLE_READ: frozenset({Role.AUDITOR}),
}


@pytest.mark.parametrize(
    ("terms", "reads"),
    [
        (AuditTerms(decision="REV § 1"), {Permission.PLAN_READ}),
        (
            AuditTerms(undecided=True, decision="REV § 1"),
            {Permission.PLAN_READ, Permission.REPORT_READ},
        ),
        (
            AuditTerms(secret=True, decision="REV § 1"),
            {Permission.PLAN_READ, Permission.SAMPLE_READ},
        ),
    ],
)
def test_a_revisor_reads_what_the_auditors_decided(
    session: Session,
    board: Board,
    first: Actor,
    second: Actor,
    terms: AuditTerms,
    reads: set[Permission],
) -> None:
    actor = audit(session, board, first, second, terms)
    scope = Scope(board.id)

    assert {one for one in RULES if can(actor, one, scope, TODAY, RULES)} == reads
    assert {one for one in RULES if can_somewhere(actor, one, board.id, TODAY, RULES)} == reads
    after = TODAY + timedelta(days=91)
    assert not any(can(actor, one, scope, after, RULES) for one in RULES)


@pytest.mark.parametrize(
    ("terms", "last", "field"),
    [
        (None, TODAY + timedelta(days=90), "decision"),
        (AuditTerms(secret=True), TODAY + timedelta(days=90), "decision"),
        (AuditTerms(decision="REV § 1"), None, "valid_to"),
        (AuditTerms(decision="REV § 1"), TODAY + timedelta(days=367), "valid_to"),
    ],
)
def test_a_revisor_without_decision_or_last_day_is_refused(
    session: Session,
    board: Board,
    first: Actor,
    terms: AuditTerms | None,
    last: date | None,
    field: str,
) -> None:
    user = make_user(session, Role.READER, make_board(session, "AMN", "Arbetsmarknadsnämnden"))
    session.execute(sa.delete(RoleGrant).where(RoleGrant.user_id == user.id))
    with pytest.raises(InvalidInput) as refused:
        propose_role(
            session, user, wish(board, Role.AUDITOR, valid_to=last, terms=terms), actor=first, at=AT
        )

    assert refused.value.field == field


def test_a_revisor_has_no_other_role_on_the_account(
    session: Session, board: Board, first: Actor
) -> None:
    user = make_user(session, Role.SECRETARY, board)
    terms = AuditTerms(decision="REV § 1")
    with pytest.raises(InvalidInput, match="revisor"):
        propose_role(
            session,
            user,
            wish(board, Role.AUDITOR, valid_to=TODAY + timedelta(days=9), terms=terms),
            actor=first,
            at=AT,
        )


def test_only_a_revisor_has_terms(session: Session, board: Board, first: Actor) -> None:
    user = make_user(session, Role.READER, board)
    with pytest.raises(InvalidInput, match="bara för en revisor"):
        propose_role(session, user, wish(board, terms=AuditTerms(secret=True)), actor=first, at=AT)


def test_the_trail_tells_who_proposed_and_on_which_terms(
    session: Session, board: Board, first: Actor, second: Actor
) -> None:
    audit(session, board, first, second, AuditTerms(secret=True, decision="REV § 7"))

    bodies = [row.body for row in session.scalars(sa.select(TrailPayload))]
    assert [body["user_id"] for body in bodies] == [first.user_id, second.user_id]
    assert all(body["data"]["decision"] == "REV § 7" for body in bodies)
    assert all(body["data"]["reads_secret"] for body in bodies)
