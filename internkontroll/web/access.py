"""Every route says who may use it; a route that says nothing keeps the app from starting.

Another board's thing answers 404, as if it did not exist; within one's own board a missing role
answers 403 with a sentence.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, wraps
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import UserMixin, current_user
from sqlalchemy.orm import Session

from internkontroll.accounts.queries import OpenSession
from internkontroll.core.access import Actor, Permission, PermissionMap, Scope, can, can_somewhere
from internkontroll.core.clock import Clock, swedish_day
from internkontroll.core.database import db, intent_to_write
from internkontroll.core.errors import NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.organisation.models import Board, Municipality
from internkontroll.web.drafts import AUTOSAVE_SENTENCE, is_autosave, kept_page

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")


@dataclass(frozen=True)
class AccessRule:
    """A route's rule: public, any logged-in user, or a permission where the route's thing is.

    ``executive``: a role in kommunstyrelsen is enough.
    """

    kind: str
    permission: Permission | None = None
    executive: bool = False

    def __str__(self) -> str:
        return self.permission.value if self.permission else self.kind


class SignedIn(UserMixin):
    """The logged-in user as Flask-Login carries it: its id is the session's secret name."""

    def __init__(self, token: str, found: OpenSession, request_id: str) -> None:
        self.token = token
        self.found = found
        self.actor = Actor(
            user_id=found.user_id,
            name=found.title,
            grants=found.grants,
            request_id=request_id,
            session_digest=found.digest,
        )

    def get_id(self) -> str:
        """The secret name that the cookie carries."""
        return self.token


def now() -> datetime:
    """The present moment by the app's clock (UTC)."""
    return cast(Clock, current_app.extensions["clock"])()


def today() -> date:
    """The present day in Sweden by the app's clock."""
    return swedish_day(now())


def session() -> Session:
    """The request's database session."""
    return db.session()


def current_actor() -> Actor:
    """The logged-in user as the use cases know it."""
    return cast(SignedIn, current_user).actor


def rules() -> PermissionMap:
    """The joined permission map of the app."""
    return cast(PermissionMap, current_app.extensions["permissions"])


def may(permission: Permission, subcommittee_id: int | None = None) -> bool:
    """Whether the logged-in user may, in the route's board. Templates ask this for every button."""
    if not current_user.is_authenticated:
        return False
    board: Board | None = g.get("board")
    scope = Scope(board.id if board else None, subcommittee_id)
    return can(current_actor(), permission, scope, today(), rules())


def demand(permission: Permission, subcommittee_id: int | None = None) -> None:
    """Refuse with 403 unless the user may, also for a committee's own thing."""
    if not may(permission, subcommittee_id):
        raise NotAllowed("Din roll får inte göra det här. Kontakta nämndens controller.")


def load_or_404(select: sa.Select[Row]) -> Row:
    """The one row of the select. None, or one behind a wall, answers 404."""
    row = session().scalars(select).unique().one_or_none()
    if row is None:
        abort(404)
    return row


@contextmanager
def recorded_reading() -> Iterator[Session]:
    """A GET whose answer is itself recorded: if the trail cannot be written, nothing is shown."""
    _end_reading()
    with intent_to_write(), transaction(session()) as open_session:
        yield open_session


def _end_reading() -> None:
    # The route's board was read a moment ago and is not read again for the next transaction.
    open_session, board = session(), g.get("board")
    kept = board is not None and board in open_session
    if kept:
        open_session.expunge(board)
    open_session.rollback()
    if kept:
        open_session.add(board)


def _own_board(board: Board) -> bool:
    on = today()
    return any(
        grant.board_id == board.id and grant.valid_from <= on <= grant.valid_to
        for grant in current_actor().grants
    )


@cache
def _board_statement() -> sa.Select[Board, str | None]:
    # The page's frame names the municipality: one question for the two of them, put together once.
    return (
        sa.select(Board, Municipality.name)
        .outerjoin(Municipality, Municipality.id == 1)
        .where(Board.code == sa.bindparam("code"))
    )


def may_in_executive(permission: Permission) -> bool:
    """Whether the user holds the permission by a role in kommunstyrelsen itself."""
    actor, on = current_actor(), today()
    own = {grant.board_id for grant in actor.grants if grant.board_id is not None}
    executive = session().scalars(sa.select(Board.id).where(Board.oversight, Board.id.in_(own)))
    return any(can(actor, permission, Scope(one), on, rules()) for one in executive)


def _admit(permission: Permission, values: dict[str, Any], *, executive: bool = False) -> None:
    if "board_code" in values:
        code = values.pop("board_code")
        row = session().execute(_board_statement(), {"code": code.upper()}).one_or_none()
        if row is None:
            abort(404)
        g.board, g.municipality_name = row
        values["board"] = g.board
    board_id = values["board"].id if "board" in values else None
    if can_somewhere(current_actor(), permission, board_id, today(), rules()):
        return
    if executive and may_in_executive(permission):
        return
    if "board" in values and not _own_board(values["board"]):
        abort(404)
    raise NotAllowed("Din roll får inte se eller göra det här. Kontakta nämndens controller.")


def _to_login() -> Any:
    if is_autosave():
        return {"errors": [AUTOSAVE_SENTENCE]}, 401
    path = request.full_path.rstrip("?") if request.method == "GET" else kept_page()
    return redirect(url_for("accounts.login", next=path), 303)


def _marked(view: View, guarded: Callable[..., Any], rule: AccessRule) -> View:
    guarded.access_rule = rule  # type: ignore[attr-defined]
    return cast(View, guarded)


def public(view: View) -> View:
    """Open to everybody, said out loud."""
    return _marked(view, view, AccessRule("public"))


def signed_in(view: View) -> View:
    """Open to everybody who is logged in; the view shows only what their roles reach."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_login()
        return view(**values)

    return _marked(view, guarded, AccessRule("signed-in"))


def requires(permission: Permission, *, executive: bool = False) -> Callable[[View], View]:
    """Open to those who hold the permission where the route's board is (or in the municipality).

    The route's ``board_code`` becomes the view's ``board``. ``executive``: also to those who hold
    it by a role in kommunstyrelsen.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            if not current_user.is_authenticated:
                return _to_login()
            _admit(permission, values, executive=executive)
            return view(**values)

        return _marked(view, guarded, AccessRule("permission", permission, executive))

    return mark


def refuse_unguarded_routes(app: Flask) -> None:
    """Raise RuntimeError if any route lacks an access rule. Called once, when the app is made."""
    bare = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "access_rule")
    )
    if bare:
        raise RuntimeError(
            f"routes without an access rule: {', '.join(bare)}. "
            "Put @public, @signed_in or @requires(...) nearest the function."
        )
