"""Actions against a finding's cause: whose they are, by when, and that they end once."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.findings.models import Action, ActionMove, ActionState
from internkontroll.findings.queries import (
    action_select,
    actions_select,
    open_actions_of,
    possible_responsibles,
)
from internkontroll.findings.queries.register import ActionFilters
from internkontroll.findings.services import (
    assign_action,
    cancel_action,
    finish_action,
    move_action,
    start_action,
)
from tests.factories import make_board, make_subcommittee, make_user
from tests.service.followed_findings import AT, DUE, Found, act, finish, make_found


@pytest.fixture
def found(session: Session) -> Found:
    return make_found(session)


def test_a_day_is_moved_with_a_reason_and_every_move_stays(session: Session, found: Found) -> None:
    action = act(session, found)

    def move(day: date, reason: str = "Systemet byttes.", **more: Any) -> Action:
        return move_action(session, action, day, reason, actor=found.controller, at=AT, **more)

    with pytest.raises(InvalidInput, match="varför"):
        move(date(2020, 6, 1), " ")
    with pytest.raises(InvalidInput, match="samma dag"):
        move(DUE)
    with pytest.raises(InvalidInput, match="redan varit"):
        move(date(2020, 3, 31))
    seen = action.row_version
    move(date(2020, 6, 1))
    move(date(2020, 7, 1))
    with pytest.raises(Conflict, match=r"1 juli 2020.*1 augusti 2020"):
        move(date(2020, 8, 1), row_version=seen)
    rows = session.scalars(sa.select(ActionMove).order_by(ActionMove.id)).all()
    assert [(row.old_due_on, row.new_due_on) for row in rows] == [
        (DUE, date(2020, 6, 1)),
        (date(2020, 6, 1), date(2020, 7, 1)),
    ]
    assert action.due_on == date(2020, 7, 1)


def test_an_action_goes_one_way_and_ends_once(session: Session, found: Found) -> None:
    action = act(session, found)
    start_action(session, action, actor=found.managing, at=AT)
    with pytest.raises(InvalidTransition, match="pågår redan"):
        start_action(session, action, actor=found.managing, at=AT)
    with pytest.raises(InvalidInput, match="inte varit än"):
        finish_action(session, action, outcome="Klart.", done_on=DUE, actor=found.managing, at=AT)
    finish(session, found, action)
    for attempt in (
        lambda: start_action(session, action, actor=found.managing, at=AT),
        lambda: finish(session, found, action),
        lambda: cancel_action(session, action, "Behövs inte.", actor=found.controller, at=AT),
        lambda: move_action(session, action, DUE, "Sent.", actor=found.controller, at=AT),
    ):
        with pytest.raises(InvalidTransition, match="Genomförd"):
            attempt()
    other = cancel_action(
        session, act(session, found), "Ersätts av ett nytt system.", actor=found.controller, at=AT
    )
    assert (other.number, other.state, other.outcome) == (
        2,
        ActionState.CANCELLED,
        "Ersätts av ett nytt system.",
    )


def test_a_change_of_state_by_somebody_else_is_not_overwritten(
    session: Session, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = act(session, found)
    real = session.refresh

    def refresh_then_lose(instance: object, *rest: Any, **more: Any) -> None:
        real(instance, *rest, **more)
        if instance is action:
            session.execute(
                sa.update(Action)
                .values(row_version=Action.row_version + 1)
                .execution_options(synchronize_session=False)
            )

    monkeypatch.setattr(session, "refresh", refresh_then_lose)
    with pytest.raises(Conflict):
        start_action(session, action, actor=found.managing, at=AT)


def test_only_somebody_with_a_role_there_answers_for_an_action(
    session: Session, found: Found
) -> None:
    other = make_subcommittee(session, found.board, "IU2", "Individutskott 2")
    strangers = [
        make_user(session, Role.READER, found.board),
        make_user(session, Role.RESPONSIBLE, found.board, other),
        make_user(session, Role.UNIT_MANAGER, make_board(session, "AMN", "Arbete")),
        make_user(session, Role.UNIT_MANAGER, found.board, valid_to=date(2020, 3, 31)),
    ]
    for stranger in strangers:
        with pytest.raises(InvalidInput) as refused:
            act(session, found, responsible=stranger)
        assert refused.value.field == "responsible"
    inside = make_user(session, Role.RESPONSIBLE, found.board, found.committee)
    assert act(session, found, responsible=inside).responsible_id == inside.id
    able = possible_responsibles(session, found.board.id, found.committee.id, AT.date())
    assert not {user.id for user in able} & {user.id for user in strangers}


def test_an_action_changes_hands_with_a_reason(session: Session, found: Found) -> None:
    action = act(session, found)
    heir = make_user(session, Role.RESPONSIBLE, found.board)

    def assign(reason: str, **more: Any) -> Action:
        return assign_action(
            session, action, heir, reason=reason, actor=found.controller, at=AT, **more
        )

    with pytest.raises(InvalidInput, match="byter person"):
        assign("")
    with pytest.raises(Conflict, match=found.manager.title):
        assign("Byter tjänst.", row_version=77)
    assign("Byter tjänst.")
    assert [row.id for row in open_actions_of(session, heir.id)] == [action.id]
    assert open_actions_of(session, found.manager.id) == []
    version = action.row_version
    assert assign("Samma igen.").row_version == version


def test_the_list_of_actions_has_the_most_delayed_first_and_keeps_the_wall(
    session: Session, found: Found
) -> None:
    late = act(session, found, due_on=date(2020, 4, 2))
    soon = act(session, found, due_on=date(2020, 4, 20))
    done = finish(session, found, act(session, found, due_on=date(2020, 4, 1)))

    def shown(filters: ActionFilters | None = None, **walls: Any) -> list[int]:
        select = actions_select(found.board.id, filters, **walls)
        return [row.id for row in session.scalars(select).unique()]

    assert shown() == [late.id, soon.id]
    assert shown(ActionFilters(states=())) == [late.id, soon.id, done.id]
    assert shown(ActionFilters(late_on=date(2020, 4, 10))) == [late.id]
    assert shown(committees=frozenset()) == []
    assert shown(committees=frozenset({found.committee.id})) == [late.id, soon.id]
    walled = action_select(found.board.id, late.id, committees=frozenset())
    assert session.scalars(walled).unique().all() == []
