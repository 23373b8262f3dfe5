"""Konton: the list, a new one, one with its roles, closing and opening."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.forms import AccountForm, CloseForm, FilterForm, TitleForm
from internkontroll.accounts.models import User
from internkontroll.accounts.queries import (
    account_select,
    accounts_select,
    has_code,
    proposals_waiting,
    standing_by_hand,
    waiting_of,
)
from internkontroll.accounts.rules import START_PASSWORD_FOR, TWO_PERSONS
from internkontroll.accounts.services import (
    NewAccount,
    close_account,
    create_account,
    rename_account,
    reopen_account,
    reset_password,
)
from internkontroll.accounts.views.blueprint import bp
from internkontroll.accounts.views.roles import role_rows, state_of
from internkontroll.accounts.views.waiting import place_of_proposal
from internkontroll.accounts.words import WORDS
from internkontroll.core.access import Permission, Role
from internkontroll.monitoring.queries import duties_of
from internkontroll.organisation.queries import BoardName, board_names
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import ButtonForm, choices
from internkontroll.web.pagination import Page, paginate, requested_page
from internkontroll.web.submission import page, submit

SHOWN_ONCE = "start_password"
CLOSED = "stangda"


def _show_once(made: NewAccount) -> None:
    # In the administrator's own signed cookie until the next page: nowhere else is it in clear.
    cookie[SHOWN_ONCE] = [made.user.id, made.start_password]


def _shown_once(user: User) -> str | None:
    user_id, password = cookie.pop(SHOWN_ONCE, (None, None))
    return password if user_id == user.id else None


def _account(user_id: int) -> User:
    return load_or_404(account_select(user_id))


def _address(user: User) -> str:
    return url_for("accounts.show", user_id=user.id)


def _filters(boards: Sequence[BoardName]) -> FilterForm:
    form = FilterForm(formdata=request.args)
    form.roll.choices = choices([("", "Alla"), *((role.value, WORDS[role]) for role in Role)])
    form.namnd.choices = choices(
        [("", "Alla"), *((board.code.lower(), board.name) for board in boards)]
    )
    form.visa.choices = choices([("", "Öppna konton"), (CLOSED, "Stängda konton")])
    for field in (form.roll, form.namnd, form.visa):
        if field.data not in {option.data for option in field}:
            field.data = ""
    return form


@bp.get("/konton")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> ResponseReturnValue:
    """Every account with its roles."""
    every_board = board_names(session())
    filters = _filters(every_board)
    boards = {board.code.lower(): board.id for board in every_board}
    select: sa.Select[Any] = accounts_select(
        text=filters.sok.data or "",
        role=Role(filters.roll.data) if filters.roll.data else None,
        board_id=boards.get(filters.namnd.data or ""),
        closed=filters.visa.data == CLOSED,
    )
    found: Page[User] = paginate(session(), select, requested_page(request.args))
    on = today()
    return page(
        "accounts/index.html",
        filters=filters,
        found=found,
        rows=[(user, state_of(user), role_rows(user.grants, on)) for user in found.items],
        waiting=proposals_waiting(session()),
        asked=any((filters.sok.data, filters.roll.data, filters.namnd.data, filters.visa.data)),
    )


@bp.get("/konton/nytt")
@requires(Permission.ACCOUNT_MANAGE)
def new() -> ResponseReturnValue:
    """The form of a new account."""
    return page("accounts/new.html", form=AccountForm(), days=START_PASSWORD_FOR.days)


@bp.post("/konton/nytt")
@requires(Permission.ACCOUNT_MANAGE)
def create() -> ResponseReturnValue:
    """Create an account with a start password, which the next page shows once."""
    form = AccountForm()

    def act(open_session: Session) -> str:
        made = create_account(
            open_session,
            username=form.username.data or "",
            title=form.title.data or "",
            actor=current_actor(),
            at=now(),
        )
        _show_once(made)
        return _address(made.user)

    if form.validate() and (
        answer := submit(
            form, act, done="Kontot är skapat. Ge det en roll, så går det att använda."
        )
    ):
        return answer
    return page("accounts/new.html", form=form, days=START_PASSWORD_FOR.days)


@bp.get("/konton/<int:user_id>")
@requires(Permission.ACCOUNT_MANAGE)
def show(user_id: int) -> ResponseReturnValue:
    """One account: its roles with their days, and what can be done with it."""
    user = _account(user_id)
    rows = role_rows(user.grants, today())
    return page(
        "accounts/show.html",
        user=user,
        state_of_account=state_of(user),
        rows=rows,
        proposals=[(one, place_of_proposal(one)) for one in waiting_of(session(), user.id)],
        duties=duties_of(session(), user.id),
        has_code=has_code(session(), user.id),
        own=user.id == current_actor().user_id,
        start_password=_shown_once(user),
        form=ButtonForm(),
    )


def _title_form(user: User, **more: object) -> TitleForm:
    return TitleForm(title=user.title, row_version=str(user.row_version), **more)


@bp.get("/konton/<int:user_id>/andra")
@requires(Permission.ACCOUNT_MANAGE)
def edit(user_id: int) -> ResponseReturnValue:
    """What the account is called, to be changed."""
    user = _account(user_id)
    return page("accounts/edit.html", form=_title_form(user), user=user)


@bp.post("/konton/<int:user_id>/andra")
@requires(Permission.ACCOUNT_MANAGE)
def save(user_id: int) -> ResponseReturnValue:
    """Change what the account is called."""
    user, form = _account(user_id), TitleForm()

    def act(open_session: Session) -> str:
        rename_account(
            open_session,
            user,
            title=form.title.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address(user)

    if form.validate() and (answer := submit(form, act, done="Ändringen är sparad.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_title_form(user, formdata=None))
    return page("accounts/edit.html", form=form, user=user)


def _reset_page(user: User, form: ButtonForm) -> ResponseReturnValue:
    aside = standing_by_hand(user.id, TWO_PERSONS, today())
    rows = () if has_code(session(), user.id) else role_rows(session().scalars(aside), today())
    return page(
        "accounts/reset.html",
        form=form,
        user=user,
        days=START_PASSWORD_FOR.days,
        set_aside=[f"{WORDS[row.role].lower()} {row.place}" for row in rows],
    )


@bp.get("/konton/<int:user_id>/startlosenord")
@requires(Permission.ACCOUNT_MANAGE)
def reset(user_id: int) -> ResponseReturnValue:
    """What a new start password does, before it is given."""
    return _reset_page(_account(user_id), ButtonForm())


@bp.post("/konton/<int:user_id>/startlosenord")
@requires(Permission.ACCOUNT_MANAGE)
def reset_now(user_id: int) -> ResponseReturnValue:
    """Give a new start password, which the next page shows once."""
    user, form = _account(user_id), ButtonForm()

    def act(open_session: Session) -> str:
        _show_once(reset_password(open_session, user, actor=current_actor(), at=now()))
        return _address(user)

    if form.validate() and (
        answer := submit(form, act, done="Det gamla lösenordet gäller inte längre.")
    ):
        return answer
    return _reset_page(user, form)


def _close_page(user: User, form: CloseForm) -> ResponseReturnValue:
    return page("accounts/close.html", form=form, user=user, duties=duties_of(session(), user.id))


@bp.get("/konton/<int:user_id>/stang")
@requires(Permission.ACCOUNT_MANAGE)
def close(user_id: int) -> ResponseReturnValue:
    """What closing the account does, and the tasks that its person still has."""
    user = _account(user_id)
    return _close_page(user, CloseForm(row_version=str(user.row_version)))


@bp.post("/konton/<int:user_id>/stang")
@requires(Permission.ACCOUNT_MANAGE)
def close_now(user_id: int) -> ResponseReturnValue:
    """Close the account; its sessions are dead at once."""
    user, form = _account(user_id), CloseForm()

    def act(open_session: Session) -> str:
        close_account(
            open_session,
            user,
            open_tasks=sum(row.total for row in duties_of(open_session, user.id)),
            leave_tasks=bool(form.leave_tasks.data),
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address(user)

    if form.validate() and (answer := submit(form, act, done="Kontot är stängt.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(user.row_version)
    return _close_page(user, form)


@bp.post("/konton/<int:user_id>/oppna")
@requires(Permission.ACCOUNT_MANAGE)
def reopen(user_id: int) -> ResponseReturnValue:
    """Open a closed account again, with a new start password."""
    user, form = _account(user_id), ButtonForm()

    def act(open_session: Session) -> str:
        _show_once(reopen_account(open_session, user, actor=current_actor(), at=now()))
        return _address(user)

    if form.validate() and (answer := submit(form, act, done="Kontot är öppet igen.")):
        return answer
    return _reset_page(user, form)
