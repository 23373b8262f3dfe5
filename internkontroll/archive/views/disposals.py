"""Beställ, bekräfta och dra tillbaka en gallring; its receipt."""

from collections.abc import Callable

from flask import make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.archive.forms import OrderForm
from internkontroll.archive.models import Disposal, DisposalState
from internkontroll.archive.queries import disposal_select, rule_of, try_disposal
from internkontroll.archive.receipt import receipt_of
from internkontroll.archive.rules import last_day_to_confirm
from internkontroll.archive.services import (
    confirm_disposal,
    has_lapsed,
    order_disposal,
    withdraw_disposal,
)
from internkontroll.archive.views.blueprint import YEAR, address, bp, kind_or_404
from internkontroll.core.access import Permission
from internkontroll.core.canonical import canonical_json
from internkontroll.core.clock import swedish_day
from internkontroll.organisation.models import Board
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import BaseForm, ButtonForm
from internkontroll.web.submission import page, submit


def _kind_page(board: Board, year: int, slug: str, form: OrderForm) -> ResponseReturnValue:
    kind = kind_or_404(board, slug)
    tried = try_disposal(session(), board, kind, year, on=today())
    form.selection.data = tried.selection
    return page(
        "archive/kind.html",
        form=form,
        board=board,
        year=year,
        tried=tried,
        entry=rule_of(session(), board.id, kind),
        may_order=may(Permission.DISPOSAL_ORDER),
    )


@bp.get(f"/{YEAR}/<slug>")
@requires(Permission.DISPOSAL_READ)
def kind(board: Board, year: int, slug: str) -> ResponseReturnValue:
    """One kind's dry run, and the button that orders it."""
    return _kind_page(board, year, slug, OrderForm())


@bp.post(f"/{YEAR}/<slug>")
@requires(Permission.DISPOSAL_ORDER)
def order(board: Board, year: int, slug: str) -> ResponseReturnValue:
    """Order what the page showed."""
    wanted, form = kind_or_404(board, slug), OrderForm()

    def act(open_session: Session) -> str:
        made = order_disposal(
            open_session,
            board,
            wanted,
            year,
            selection=form.selection.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("archive.show", board, disposal_id=made.id)

    done = "Gallringen är beställd. Be någon annan bekräfta den."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _kind_page(board, year, slug, form)


def _load(board: Board, disposal_id: int) -> Disposal:
    return load_or_404(disposal_select(board.id, disposal_id))


def _show_page(board: Board, found: Disposal, form: BaseForm) -> ResponseReturnValue:
    own = found.ordered_by_id == current_actor().user_id
    lapsed = has_lapsed(found, now())
    waits = found.state is DisposalState.ORDERED
    return page(
        "archive/show.html",
        form=form,
        board=board,
        disposal=found,
        waits=waits,
        own=own,
        lapsed=lapsed,
        confirm_until=last_day_to_confirm(swedish_day(found.ordered_at)),
        may_confirm=waits and not own and not lapsed and may(Permission.DISPOSAL_CONFIRM),
        may_withdraw=waits and may(Permission.DISPOSAL_ORDER),
    )


@bp.get("/bestallningar/<int:disposal_id>")
@requires(Permission.DISPOSAL_READ)
def show(board: Board, disposal_id: int) -> ResponseReturnValue:
    """An order that waits, or the receipt of what was done."""
    return _show_page(board, _load(board, disposal_id), ButtonForm())


def _end(
    board: Board, disposal_id: int, verb: Callable[..., Disposal], done: str
) -> ResponseReturnValue:
    found, form = _load(board, disposal_id), ButtonForm()

    def act(open_session: Session) -> str:
        verb(open_session, found, actor=current_actor(), at=now())
        return address("archive.show", board, disposal_id=disposal_id)

    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _show_page(board, _load(board, disposal_id), form)


@bp.post("/bestallningar/<int:disposal_id>/bekrafta")
@requires(Permission.DISPOSAL_CONFIRM)
def confirm(board: Board, disposal_id: int) -> ResponseReturnValue:
    """Confirm the order: it is carried out at once."""
    return _end(board, disposal_id, confirm_disposal, "Gallringen är gjord. Det här är kvittot.")


@bp.post("/bestallningar/<int:disposal_id>/dra-tillbaka")
@requires(Permission.DISPOSAL_ORDER)
def withdraw(board: Board, disposal_id: int) -> ResponseReturnValue:
    """Withdraw an order that waits."""
    return _end(board, disposal_id, withdraw_disposal, "Gallringen är tillbakadragen.")


@bp.get("/bestallningar/<int:disposal_id>/kvitto.json")
@requires(Permission.DISPOSAL_READ)
def receipt(board: Board, disposal_id: int) -> ResponseReturnValue:
    """The receipt as JSON."""
    found = _load(board, disposal_id)
    answer = make_response(canonical_json(receipt_of(found)))
    answer.headers["Content-Type"] = "application/json"
    answer.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"gallring-{board.code.lower()}-{found.year}-{found.id}.json",
    )
    return answer
